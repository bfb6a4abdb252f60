"""A company and a program in memory, with a state on disk, and runs of the real program on them."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from connectors.affihub import AffihubAccess, open_affihub_reader, open_affihub_writer
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.faults import Faults
from connectors.sandbox.server import serve
from connectors.sandbox.world import World
from connectors.transport import RetryPolicy, Surroundings
from connectors.whop import WhopAccess, open_whop_reader, open_whop_writer
from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.policy import Policy
from sync.core.report import Mode, Report
from sync.runs.pair import Confirm, Order, Pair, Stop, Writers
from sync.runs.run import run_once
from sync.runs.texts import TEXTS
from sync.state.store import open_store

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PER_MINUTE = 1_000_000


class Clock:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass
class Shop:
    """One pair in a test: both systems, the state file, and what runs on them."""

    world: World
    state: Path
    clock: Clock
    faults: Faults = field(default_factory=Faults)
    policy: Policy = field(default_factory=lambda: Policy("main"))
    tcp: bool = False
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    slept: list[float] = field(default_factory=list)
    overrides_share: float = 0.0

    @property
    def cast(self) -> Cast:
        """Makes more people in this world."""
        return cast_for(self.world, 5)

    async def sync(
        self,
        *,
        allow: Iterable[str] = ("first-run",),
        confirm: Confirm | None = None,
        stop: Stop | None = None,
    ) -> Report:
        """An apply; the pair's first writes are allowed unless a test says otherwise."""
        order = Order(Mode.APPLY, frozenset(allow), "a test", confirm)
        return await self._run(order, stop)

    async def dry_run(self, *, allow: Iterable[str] = ("first-run",)) -> Report:
        """A dry run."""
        return await self._run(Order(Mode.DRY_RUN, frozenset(allow), "a test"), None)

    async def _run(self, order: Order, stop: Stop | None) -> Report:
        async with self.pair(writes=order.mode is Mode.APPLY, stop=stop) as pair:
            return await run_once(pair, order)

    @asynccontextmanager
    async def pair(self, *, writes: bool, stop: Stop | None = None) -> AsyncIterator[Pair]:
        """One pair, ready for one run, as ``sync.app`` builds it."""
        async with AsyncExitStack() as stack:
            whop, affihub = await self._access(stack)
            if writes:
                one = await stack.enter_async_context(open_whop_writer(*whop))
                other = await stack.enter_async_context(open_affihub_writer(*affihub))
                writers = Writers(one, other)
                reads = (one, other)
            else:
                reads = (
                    await stack.enter_async_context(open_whop_reader(*whop)),
                    await stack.enter_async_context(open_affihub_reader(*affihub)),
                )
                writers = None
            store = stack.enter_context(open_store(self.state, clock=self.clock))
            yield Pair(
                company_id=self.world.whop.company_id,
                policy=self.policy,
                config="sha256:test",
                whop=reads[0],
                affihub=reads[1],
                writers=writers,
                store=store,
                texts=TEXTS,
                clock=self.clock,
                new_id=lambda: f"run-{random.getrandbits(48):012x}",
                sleep=self._sleep,
                stop=stop or Stop(),
                overrides_share=self.overrides_share,
            )

    async def _access(
        self, stack: AsyncExitStack
    ) -> tuple[tuple[WhopAccess, Surroundings], tuple[AffihubAccess, Surroundings]]:
        whop_url = affihub_url = "https://sandbox.example/api/v1"
        whop_wire: httpx.AsyncBaseTransport | None = None
        affihub_wire: httpx.AsyncBaseTransport | None = None
        if self.tcp:
            urls = await stack.enter_async_context(serve(self.world, faults=self.faults))
            whop_url, affihub_url = urls.whop, urls.affihub
        else:
            whop_wire = httpx.ASGITransport(whop_app(self.world, self.faults))
            affihub_wire = httpx.ASGITransport(affihub_app(self.world, self.faults))
        return (
            WhopAccess(
                company_id=self.world.whop.company_id,
                api_key=self.world.whop.key,
                base_url=whop_url,
                requests_per_minute=PER_MINUTE,
            ),
            self._around(whop_wire),
        ), (
            AffihubAccess(
                api_key=self.world.affihub.key,
                base_url=affihub_url,
                requests_per_minute=PER_MINUTE,
            ),
            self._around(affihub_wire),
        )

    def _around(self, wire: httpx.AsyncBaseTransport | None) -> Surroundings:
        return Surroundings(
            sleep=self._sleep,
            chance=random.Random(3).random,
            policy=self.retries,
            now=self.clock,
            transport=wire,
        )

    async def _sleep(self, seconds: float) -> None:
        """No test waits for real; what would have been waited is noted."""
        self.slept.append(seconds)
        await asyncio.sleep(0)


def rows_of(report: Report, *kinds: Kind) -> list[Row]:
    """The report's rows of these kinds."""
    return [row for row in report.rows if row.kind in kinds]


def applied(report: Report) -> list[Kind]:
    """The kinds of all rows that wrote something, link rows apart."""
    return [r.kind for r in report.rows if r.outcome is Outcome.APPLIED and r.kind is not Kind.LINK]


def to_apply(report: Report) -> list[Row]:
    """Rows that a run would write, link rows apart."""
    return [
        r for r in report.rows if r.disposition is Disposition.APPLY and r.kind is not Kind.LINK
    ]
