"""A world without waiting: a clock that only sleeping moves, and an API made of respx routes."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import respx

from connectors.transport import RetryPolicy, Surroundings

WHOP_URL = "https://whop.test/api/v1"
AFFIHUB_URL = "https://affihub.test/api/v1"
KEY = "canary-8c1f-not-a-pattern"
"""A key no pattern knows: only its own value can keep it out of a text."""


@dataclass
class FakeTime:
    """A clock that only sleeping moves."""

    seconds: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(seconds=self.seconds - 1_000)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


def surroundings(
    time: FakeTime,
    transport: httpx.AsyncBaseTransport | None = None,
    policy: RetryPolicy | None = None,
) -> Surroundings:
    """The transport's surroundings under a fake clock; chance always cuts pauses by half."""
    return Surroundings(
        clock=time.clock,
        now=time.now,
        sleep=time.sleep,
        chance=lambda: 0.0,
        policy=policy or RetryPolicy(),
        transport=transport,
    )


def routed(router: respx.Router) -> httpx.MockTransport:
    """The routes as a transport; a request no route matches fails."""
    return httpx.MockTransport(router.async_handler)
