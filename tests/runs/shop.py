"""A company and a program in memory, with a state on disk, and runs of the real program on them."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

import httpx

from connectors.affihub import AffihubAccess, open_affihub_reader, open_affihub_writer
from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.server import serve
from connectors.sandbox.whop_records import Affiliate
from connectors.sandbox.world import Request, World
from connectors.transport import RetryPolicy, Surroundings
from connectors.whop import WhopAccess, open_whop_reader, open_whop_writer
from sync.core.plan import Disposition, Kind, Link, Outcome, Row
from sync.core.policy import (
    DEFAULT_LIMITS,
    CommissionPolicy,
    CommissionSync,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Slot,
)
from sync.core.ports import Fence, Intent, Known
from sync.core.ports import Store as StorePort
from sync.core.record import Side
from sync.core.report import Mode, Report
from sync.core.standing import Standing
from sync.runs.pair import Confirm, Order, Pair, Stop, Writers
from sync.runs.run import run_once
from sync.runs.texts import TEXTS
from sync.state.store import Store, open_store

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PER_MINUTE: Final = 1_000_000
URL: Final = "https://sandbox.example/api/v1"
PLENTY: Final = 1_000
BRIEFEST: Final = 1e-6
"""Seconds that any sleep takes: less would not move a clock of microseconds, nor end a wait."""
ROOMY: Final = Guards(
    {name: limit if limit.per_run == 0 else Limit(PLENTY) for name, limit in DEFAULT_LIMITS.items()}
)
"""Guards that hold nothing but the first run, and what is always held."""


class Clock:
    """A clock that only moves when somebody sleeps, or when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        """The same in seconds."""
        return self.now.timestamp()

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request on its way, before any server has seen it."""

    side: Side
    method: str
    path: str

    @property
    def writes(self) -> bool:
        """Whether it has a verb that can write."""
        return self.method != "GET"


Watch = Callable[[Asked], None]
"""Looks at a request; may edit the world, or raise what the network would."""
Wrap = Callable[[Store], StorePort]


class Wire(httpx.AsyncBaseTransport):
    """The way to one app in this process, with those who watch it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, side: Side, shop: "Shop") -> None:
        self.inner = inner
        self.side = side
        self.shop = shop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        asked = Asked(self.side, request.method, path)
        for watch in list(self.shop.before):
            watch(asked)
        if instead := self.shop.instead.get(path):
            return httpx.Response(instead.status, content=instead.body)
        try:
            response = await self.inner.handle_async_request(request)
        except ConnectionResetError as fault:
            raise httpx.ReadError(str(fault), request=request) from fault
        for watch in list(self.shop.after):
            watch(asked)
        return response


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
    people_at_once: int = 8
    row_tries: int = 8
    zone: tzinfo = UTC
    before: list[Watch] = field(default_factory=list)
    after: list[Watch] = field(default_factory=list)
    instead: dict[str, Answer] = field(default_factory=dict)
    """Answers in the place of the server's own, by path."""
    wrap: Wrap = lambda store: store
    cast: Cast = field(init=False)
    _opened: ExitStack = field(default_factory=ExitStack)
    _store: Store | None = None

    def __post_init__(self) -> None:
        self.cast = cast_for(self.world, 5)

    def close(self) -> None:
        """Close the state; the next look opens it anew."""
        self._opened.close()
        self._store = None

    def copy(self, folder: Path) -> "Shop":
        """The same pair with a life of its own: worlds, clock and state as they are now."""
        self.close()
        folder.mkdir()
        world, clock = deepcopy((self.world, self.clock))
        state = Path(shutil.copy(self.state, folder / "state.db"))
        copied = Shop(world, state, clock, policy=self.policy)
        copied.people_at_once = self.people_at_once
        copied.overrides_share = self.overrides_share
        return copied

    # What runs

    async def sync(
        self,
        *,
        allow: Iterable[str] = ("first-run",),
        confirm: Confirm | None = None,
        stop: Stop | None = None,
        patient: bool = False,
        deadline: timedelta | None = None,
    ) -> Report:
        """An apply; the pair's first writes are allowed unless a test says otherwise."""
        order = Order(Mode.APPLY, frozenset(allow), "a test", confirm, patient, deadline)
        return await self._run(order, stop)

    async def dry_run(
        self, *, allow: Iterable[str] = ("first-run",), stop: Stop | None = None
    ) -> Report:
        """A dry run."""
        return await self._run(Order(Mode.DRY_RUN, frozenset(allow), "a test"), stop)

    async def settled(self, *, allow: Iterable[str] = ("first-run",)) -> Report:
        """An apply that got everybody into step; the log begins after it."""
        report = await self.sync(allow=allow)
        assert report.run.error is None
        self.world.log.clear()
        self.world.writes.clear()
        return report

    async def _run(self, order: Order, stop: Stop | None) -> Report:
        self.clock.pass_(minutes=15)
        async with self.pair(writes=order.mode is Mode.APPLY, stop=stop) as pair:
            return await run_once(pair, order)

    @asynccontextmanager
    async def pair(self, *, writes: bool, stop: Stop | None = None) -> AsyncIterator[Pair]:
        """One pair, ready for one run, as ``sync.app`` builds it."""
        async with AsyncExitStack() as stack:
            whop, affihub = await self._access(stack)
            if writes:
                w = await stack.enter_async_context(open_whop_writer(*whop))
                a = await stack.enter_async_context(open_affihub_writer(*affihub))
                yield self._pair(w, a, Writers(w, a), stop)
            else:
                r = await stack.enter_async_context(open_whop_reader(*whop))
                s = await stack.enter_async_context(open_affihub_reader(*affihub))
                yield self._pair(r, s, None, stop)

    def _pair(self, whop: Any, affihub: Any, writers: Writers | None, stop: Stop | None) -> Pair:
        return Pair(
            company_id=self.world.whop.company_id,
            policy=self.policy,
            config="sha256:test",
            whop=whop,
            affihub=affihub,
            writers=writers,
            store=self.wrap(self.store),
            texts=TEXTS,
            clock=self.clock,
            new_id=lambda: f"run-{random.getrandbits(48):012x}",
            sleep=self._sleep,
            stop=stop or Stop(),
            overrides_share=self.overrides_share,
            people_at_once=self.people_at_once,
            row_tries=self.row_tries,
            zone=self.zone,
        )

    async def _access(
        self, stack: AsyncExitStack
    ) -> tuple[tuple[WhopAccess, Surroundings], tuple[AffihubAccess, Surroundings]]:
        whop_url = affihub_url = URL
        whop_wire: Wire | None = None
        affihub_wire: Wire | None = None
        if self.tcp:
            urls = await stack.enter_async_context(serve(self.world, faults=self.faults))
            whop_url, affihub_url = urls.whop, urls.affihub
        else:
            whop_wire = Wire(
                httpx.ASGITransport(whop_app(self.world, self.faults)), Side.WHOP, self
            )
            affihub_wire = Wire(
                httpx.ASGITransport(affihub_app(self.world, self.faults)), Side.AFFIHUB, self
            )
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
            clock=self.clock.monotonic,
            sleep=self._sleep,
            chance=random.Random(3).random,
            policy=self.retries,
            now=self.clock,
            transport=wire,
        )

    async def _sleep(self, seconds: float) -> None:
        """No test waits for real: the clock moves instead, and what was slept is noted."""
        self.slept.append(seconds)
        self.clock.pass_(seconds=max(seconds, BRIEFEST))
        await asyncio.sleep(0)

    # What a test arranges

    def allow(self, **settings: Any) -> None:
        """Change settings of the pair."""
        self.policy = replace(self.policy, **settings)

    def sync_rates(
        self,
        sync: str = "two-way",
        on_first_link: str = "ask",
        slot: Slot | None = None,
    ) -> None:
        """Turn rates on, everything else as it is."""
        rates = CommissionPolicy(CommissionSync(sync), OnFirstLink(on_first_link), slot or Slot())
        self.allow(commission=rates)

    def limits(self, **limits: Limit) -> None:
        """Set the limits of some guards by class, with ``_`` for ``-``."""
        named = {GuardClass(name.replace("_", "-")): limit for name, limit in limits.items()}
        guards = self.policy.guards
        self.allow(guards=replace(guards, limits={**guards.limits, **named}))

    def when(self, wanted: Callable[[Asked], bool], then: Callable[[], object]) -> None:
        """Do something once, right before the first request that is wanted."""

        def watch(asked: Asked) -> None:
            if wanted(asked):
                self.before.remove(watch)
                then()

        self.before.append(watch)

    def both(
        self, status: str = "active", partner: str = "active", **fields: Any
    ) -> tuple[Affiliate, Partner]:
        """Somebody on both sides; ``fields`` are the partner's."""
        affiliate, made = self.cast.both(self.cast.person(), status=status, partner=partner)
        return affiliate, self.world.affihub.edit(made.id, **fields) if fields else made

    def crowd(self, count: int) -> list[tuple[Affiliate, Partner]]:
        """Several people on both sides, in agreement."""
        return [self.both() for _ in range(count)]

    def lone_affiliate(self, status: str | None = "active", *, shown: bool = True) -> Affiliate:
        """An affiliate without a partner."""
        user = self.cast.user(self.cast.person())
        return self.cast.affiliate(user, status, "enrollment" if shown else "nowhere")

    def lone_partner(self, status: str = "active", *, account: bool = True) -> Partner:
        """A partner without an affiliate, with an account at Whop or without."""
        person = self.cast.person()
        if account:
            self.cast.user(person)
        return self.cast.partner(person, status)

    # What a test looks at

    @property
    def store(self) -> Store:
        """The state, opened once for all runs of a test, as a daemon does it."""
        if self._store is None:
            self._store = self._opened.enter_context(open_store(self.state, clock=self.clock))
        return self._store

    @contextmanager
    def leased(self) -> Iterator[Fence]:
        """The pair in somebody else's hands."""
        lease = self.store.lease("main")
        try:
            yield lease.fence
        finally:
            lease.release()

    def known(self) -> Known:
        """What the state knows now."""
        return self.store.known("main", self.clock())

    def link(self, whop_id: str) -> Link:
        """The link of an affiliate."""
        return next(link for link in self.known().links if link.whop_id == whop_id)

    def standing(self) -> Standing:
        """How the pair is doing."""
        return self.store.standing("main")

    def open_keys(self) -> set[str]:
        """The keys of the rows that need a person."""
        return {one.row.key for one in self.store.open_rows("main")}

    def intents(self) -> tuple[Intent, ...]:
        """Writes of which nobody knows what came of them."""
        return self.store.open_intents("main")

    def kept(self) -> Report:
        """The report kept last."""
        report = self.store.report(None, "main")
        assert report is not None
        return report

    def affiliate(self, affiliate: Affiliate) -> Affiliate:
        """The affiliate as Whop has it now."""
        return self.world.whop.affiliates[affiliate.id]

    def partner(self, partner: Partner) -> Partner:
        """The partner as Affihub has it now."""
        return self.world.affihub.partners[partner.id]

    def affiliate_of(self, partner: Partner) -> Affiliate:
        """The one affiliate with a partner's address."""
        (affiliate,) = self.world.whop.affiliates_of(partner.email)
        return affiliate

    def partner_of(self, affiliate: Affiliate) -> Partner:
        """The one partner with an affiliate's address."""
        email = self.world.whop.user_of(affiliate.id).email
        assert email is not None
        (partner,) = self.world.affihub.partners_of(email)
        return partner

    def changes(self) -> list[str]:
        """Every request with a verb that can write, as side and operation."""
        return [told(request) for request in self.world.log.changes()]

    def asked(self) -> list[str]:
        """Every request, as side and operation."""
        return [told(request) for request in self.world.log]


def told(request: Request) -> str:
    """A request in two words."""
    return f"{request.side} {request.operation}"


def rows_of(report: Report, *kinds: Kind) -> list[Row]:
    """The report's rows of these kinds."""
    return [row for row in report.rows if row.kind in kinds]


def row_of(report: Report, record: Affiliate | Partner, kind: Kind | None = None) -> Row:
    """The one row about a person, link rows apart."""
    (row,) = (
        row
        for row in report.rows
        if record.id in (row.whop_id, row.affihub_id)
        and row.kind in ((kind,) if kind else set(Kind) - {Kind.LINK})
    )
    return row


def said(row: Row) -> tuple[str, str, str | None]:
    """A row in three words: its disposition, its rule, its outcome."""
    return row.disposition.value, row.rule, row.outcome.value if row.outcome else None


def applied(report: Report) -> list[Kind]:
    """The kinds of all rows that wrote something, link rows apart."""
    return [r.kind for r in report.rows if r.outcome is Outcome.APPLIED and r.kind is not Kind.LINK]


def to_apply(report: Report) -> list[Row]:
    """Rows that a run would write, link rows apart."""
    return [
        r for r in report.rows if r.disposition is Disposition.APPLY and r.kind is not Kind.LINK
    ]
