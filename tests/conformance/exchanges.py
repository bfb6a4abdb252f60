"""Everything that went over the wire, held against the OpenAPI files."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.contract import AFFIHUB, WHOP, Difference

CONTRACTS = {Side.WHOP: WHOP, Side.AFFIHUB: AFFIHUB}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the answer the side itself gave; None where a fault gave another."""

    side: Side
    request: httpx.Request
    answer: httpx.Response | None

    @property
    def differences(self) -> Iterator[Difference]:
        """In which ways it is not as documented."""
        nobody = httpx.Response(200, request=self.request)
        told = self.answer or nobody
        return CONTRACTS[self.side].differences(told, answered=self.answer is not None)


@dataclass(slots=True)
class Exchanges:
    """What a test sent and was answered."""

    seen: list[Exchange] = field(default_factory=list)

    def differences(self) -> Iterator[tuple[Side, Difference]]:
        """Every way in which one of them is not as documented."""
        for exchange in self.seen:
            for difference in exchange.differences:
                yield exchange.side, difference


class Recorded(httpx.AsyncBaseTransport):
    """Writes down what goes over an app's wire."""

    def __init__(self, inner: httpx.AsyncBaseTransport, world: World, exchanges: Exchanges) -> None:
        self._inner = inner
        self._world = world
        self._exchanges = exchanges

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response: httpx.Response | None = None
        try:
            response = await self._inner.handle_async_request(request)
            response.request = request
            await response.aread()
            return response
        finally:
            # The app wrote its line just now, and nobody else had a turn since.
            served = self._world.log.requests[-1]
            answer = None if served.fault else response
            self._exchanges.seen.append(Exchange(served.side, request, answer))
