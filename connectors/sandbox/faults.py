"""What goes wrong between a client and these servers, by name, as often as one asks for.

``errors``        500 in the side's own words, 503, or a proxy's 502 page after the server acted
``reset-before``  the connection is reset before the server acted
``reset-after``   the server acted, then the connection is reset
``truncated``     the server acted, then its JSON is cut short
``html``          a page with 200 instead of the answer; the server did not act
``slow``          the answer takes a while
``drift``         rows move while a client pages: repeated, missing, edited, in another order
``throttle``      429 out of a real bucket: so many requests per minute and operation, or key
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox.buckets import Buckets
from connectors.sandbox.exchange import Answer, Conditions, Exchange
from connectors.sandbox.gate import FAULT, OPERATION, is_api
from connectors.sandbox.moving import moved
from connectors.sandbox.script import Script, Step
from connectors.sandbox.throttle import counted, too_many
from connectors.sandbox.world import World
from sync.core.record import Side

Fault = Callable[[Exchange], Awaitable[None]]
HTML: Final = (("content-type", "text/html; charset=utf-8"),)
PER_MINUTE: Final[Mapping[Side, int]] = {Side.WHOP: 600, Side.AFFIHUB: 300}
"""What a bucket holds and refills in a minute; Whop's number is documented, Affihub's is ours."""


async def errors(exchange: Exchange) -> None:
    """A 500, a 503, or a proxy that gave up on a server that acted."""
    status = exchange.conditions.chance.choice((500, 502, 503))
    if status == 502:  # noqa: PLR2004
        await exchange.served()
    elif status == 500:  # noqa: PLR2004
        body = (
            b'{"error":{"type":"internal_server_error","message":"An unexpected error occurred"}}'
        )
        await exchange.answer(Answer(500, body))
        return
    await exchange.answer(Answer(status, _proxy_page(status), HTML))


async def reset_before(exchange: Exchange) -> None:
    """The connection is reset, the server never saw the request."""
    await exchange.drop()


async def reset_after(exchange: Exchange) -> None:
    """The server acted, nobody learns of it."""
    await exchange.served()
    await exchange.drop()


async def truncated(exchange: Exchange) -> None:
    """The server acted, half of its answer arrives."""
    answer = await exchange.served()
    half = answer.body[: len(answer.body) // 2]
    await exchange.answer(Answer(answer.status, half, answer.headers))


async def html(exchange: Exchange) -> None:
    """A proxy's page that claims all is well."""
    page = b"<!doctype html><title>One moment</title><p>Checking your browser.</p>"
    await exchange.answer(Answer(200, page, HTML))


async def slow(exchange: Exchange) -> None:
    """The answer takes a while."""
    await exchange.conditions.sleep(exchange.conditions.slow_seconds)
    await exchange.go_on()


async def drift(exchange: Exchange) -> None:
    """A page with rows that moved."""
    await exchange.answer(moved(exchange, await exchange.served()))


async def throttle(exchange: Exchange) -> None:
    """Served while the bucket lasts, 429 when it is empty."""
    conditions, now = exchange.conditions, exchange.world.clock()
    per_minute = conditions.per_minute[exchange.side]
    wait = conditions.buckets.wait(counted(exchange), per_minute, now)
    await (exchange.answer(too_many(exchange, wait)) if wait else exchange.go_on())


def _proxy_page(status: int) -> bytes:
    return f"<html><head><title>{status}</title></head><body>nginx</body></html>".encode()


PROFILES: Final[Mapping[str, Fault]] = {
    "errors": errors,
    "reset-before": reset_before,
    "reset-after": reset_after,
    "truncated": truncated,
    "html": html,
    "slow": slow,
    "drift": drift,
    "throttle": throttle,
}
"""Every profile by name."""


class Faults:
    """What goes wrong now, shared by both apps, changed while they run.

    ``rates`` says of each profile which share of the requests it hits, from 0 to 1; ``all`` spreads
    its share evenly over every profile. A request is hit by one fault at most, so that shares
    above 1 together leave nothing to the profiles that come last. ``throttle`` lets requests
    through while its bucket lasts.
    """

    def __init__(
        self,
        rates: Mapping[str, float] | None = None,
        *,
        seed: int = 0,
        script: Sequence[Step] = (),
        per_minute: Mapping[Side, int] = PER_MINUTE,
        slow_seconds: float = 0.2,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.set_script(script)
        self.conditions = Conditions(random.Random(seed), sleep, per_minute, slow_seconds)
        self.rates: dict[str, float] = {}
        self.set_rates(rates or {})

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Replace the rates; ValueError for a name that is no profile or a share that is none."""
        for name, rate in rates.items():
            if name not in {*PROFILES, "all"} or not 0 <= rate <= 1:
                msg = f"no fault profile {name!r} with a rate from 0 to 1: {rate!r}"
                raise ValueError(msg)
        share = rates.get("all", 0.0) / len(PROFILES)
        wanted = {name: rates.get(name, share) for name in PROFILES}
        self.rates = {name: rate for name, rate in wanted.items() if rate}

    def set_script(self, steps: Sequence[Step]) -> None:
        """Replace the exact faults to come; ValueError for a name that is no profile."""
        for step in steps:
            if isinstance(step.fault, str) and step.fault not in PROFILES:
                msg = f"no fault profile {step.fault!r}"
                raise ValueError(msg)
        self.script = Script(steps)

    def limit(self, per_minute: Mapping[Side, int]) -> None:
        """Give ``throttle`` other limits; the buckets are full again."""
        self.conditions = replace(self.conditions, per_minute=per_minute, buckets=Buckets())

    def pick(self, side: Side, operation: str) -> tuple[str, Fault] | None:
        """The fault that hits this request, and its name."""
        if step := self.script.take(side, operation):
            return self._scripted(step)
        draw = self.conditions.chance.random()
        for name, rate in self.rates.items():
            if draw < rate:
                return name, PROFILES[name]
            draw -= rate
        return None

    def _scripted(self, step: Step) -> tuple[str, Fault]:
        if isinstance(step.fault, str):
            return step.fault, PROFILES[step.fault]
        answer = step.fault

        async def exact(exchange: Exchange) -> None:
            if step.acted:
                await exchange.served()
            await exchange.answer(answer)

        return "scripted", exact


class Faulty:
    """The layer between the log and the app in which things go wrong."""

    def __init__(self, app: ASGIApp, world: World, side: Side, faults: Faults) -> None:
        self.app = app
        self.world = world
        self.side = side
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or spoil it."""
        hit = self.faults.pick(self.side, scope[OPERATION]) if is_api(scope) else None
        if hit is None:
            await self.app(scope, receive, send)
            return
        scope[FAULT], fault = hit
        conditions = self.faults.conditions
        operation = scope[OPERATION]
        await fault(
            Exchange(self.app, scope, receive, send, self.side, operation, self.world, conditions)
        )
