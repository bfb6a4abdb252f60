"""Three ways to reach both sides of one world; to a test they are the same."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import httpx
from starlette.types import ASGIApp

from connectors.affihub import AffihubAccess, open_affihub_writer
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.server import Urls
from connectors.sandbox.world import World
from connectors.transport import Halt, Surroundings
from connectors.whop import WhopAccess, open_whop_writer
from sync.core.ports import AffihubWrites, WhopWrites
from tests.conformance.exchanges import Exchanges, Recorded
from tests.connectors.surroundings import FakeTime
from tests.fakes import FakeAffihub, FakeWhop
from tests.sandbox.clients import BASE, InProcess

App = Callable[[World, Faults], ASGIApp]
FAST = 6_000_000
"""Requests per minute without any pace."""


class Way(StrEnum):
    """How a side is reached."""

    FAKES = "fakes"
    APPS = "apps"
    TCP = "tcp"


@dataclass
class Wish:
    """A wish to stop, once there is one."""

    why: str | None = None

    def to_stop(self) -> None:
        self.why = "Stopped as asked"


@dataclass
class Ground:
    """A world, what goes wrong in it, and the way there; ``urls`` where that is TCP."""

    world: World
    way: Way
    urls: Urls | None = None
    faults: Faults = field(default_factory=Faults)
    wish: Wish = field(default_factory=Wish)
    time: FakeTime = field(default_factory=FakeTime)
    exchanges: Exchanges = field(default_factory=Exchanges)

    def spoil(self, operation: str, fault: str | Answer, times: int = 1) -> None:
        """Let this happen to the next requests for an operation, and to no other."""
        self.spoil_all({operation: fault}, times)

    def spoil_all(self, faults: Mapping[str, str | Answer], times: int) -> None:
        """The same for several operations, each with its own."""
        steps = [Step(fault=fault, operation=name, times=times) for name, fault in faults.items()]
        self.faults.set_script(steps)

    @asynccontextmanager
    async def whop(self, key: str | None = None) -> AsyncIterator[WhopWrites]:
        """Whop for one run, with this key or the right one."""
        if self.way is Way.FAKES:
            yield FakeWhop(self.world, self.faults, self._why, key)
            return
        access = WhopAccess(
            company_id=self.world.whop.company_id,
            api_key=key or self.world.whop.key,
            base_url=self.urls.whop if self.urls else BASE,
            requests_per_minute=FAST,
        )
        async with open_whop_writer(access, self._around(whop_app)) as whop:
            yield whop

    @asynccontextmanager
    async def affihub(self, key: str | None = None) -> AsyncIterator[AffihubWrites]:
        """Affihub for one run, with this key or the right one."""
        if self.way is Way.FAKES:
            yield FakeAffihub(self.world, self.faults, self._why, key)
            return
        access = AffihubAccess(
            api_key=key or self.world.affihub.key,
            base_url=self.urls.affihub if self.urls else BASE,
            requests_per_minute=FAST,
        )
        async with open_affihub_writer(access, self._around(affihub_app)) as affihub:
            yield affihub

    def _around(self, app: App) -> Surroundings:
        return Surroundings(
            clock=self.time.clock,
            now=self.time.now,
            sleep=self.time.sleep,
            chance=lambda: 0.0,
            transport=self._wire(app),
            halt=Halt(why=self._why, sleep=self.time.sleep),
        )

    def _wire(self, app: App) -> httpx.AsyncBaseTransport:
        """The way to an app: in this process with somebody who writes down what goes over it."""
        if self.way is Way.TCP:
            # The client's own would read all certificates first, which takes longer than a test.
            return httpx.AsyncHTTPTransport(verify=False)
        inner = InProcess(app(self.world, self.faults))
        return Recorded(inner, self.world, self.exchanges)

    def _why(self) -> str | None:
        return self.wish.why
