"""Everything one run of one pair is given: connectors, store, clock, and what people asked for."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta, tzinfo
from typing import Final, Protocol

from sync.core.alone import Texts
from sync.core.partial import Revise
from sync.core.plan import Plan
from sync.core.policy import Policy
from sync.core.ports import AffihubReads, AffihubWrites, Clock, Store, WhopReads, WhopWrites
from sync.core.record import Side
from sync.core.report import Mode
from sync.errors import Interrupted


class Progress(Protocol):
    """Told how far a run is; for people who watch."""

    def fetched(self, side: Side, records: int, total: int | None) -> None:
        """So many records of one side are here, of so many announced."""
        ...

    def applied(self, done: int, total: int) -> None:
        """So many rows of the plan are done."""
        ...


class Silent:
    """Progress nobody watches."""

    def fetched(self, side: Side, records: int, total: int | None) -> None:
        """Say nothing."""

    def applied(self, done: int, total: int) -> None:
        """Say nothing."""


AS_ASKED: Final = "Stopped as asked"
"""Why a run ends early when a person or the system wants it to."""


class Stop:
    """A wish to stop: reading ends at once, a row in hand is finished and recorded.

    Pauses end with it: nobody waits for a rate limit or another try once it is wanted. ``late``
    tells a run that came to its deadline from one that was asked to stop.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.late = False
        self.why = AS_ASKED
        self._asked = asyncio.Event()

    def request(self, why: str = AS_ASKED, *, late: bool = False) -> None:
        """Ask the run to stop; the first reason stays."""
        if not self.wanted:
            self.wanted, self.late, self.why = True, late, why
        self._asked.set()

    @property
    def interrupted(self) -> Interrupted:
        """What a run ends with that is stopped while it reads."""
        return Interrupted(f"{self.why}, before anything was written.")

    def check(self) -> None:
        """Raise ``Interrupted`` where a stop was asked for."""
        if self.wanted:
            raise self.interrupted

    async def sleep(self, seconds: float) -> None:
        """Wait so long, or until a stop is asked for."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), seconds)


Confirm = Callable[[Plan], Awaitable[bool]]
"""Shows a plan to a person and answers whether it may be applied."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked of this run.

    ``allowed`` are the guards waived by name for this run only, ``by`` who asked. ``confirm``
    asks a person before anything is written; None where yes was said beforehand. A ``patient``
    run leaves rows that failed lately to a later one; a person who asks is answered now.
    ``deadline`` is the time after which the run stops as if asked; None = never. ``wait`` is how
    many seconds to wait for another run of the pair. ``revise`` makes another plan of the one that
    was decided: a part of it, or what undoes an earlier run.
    """

    mode: Mode
    allowed: frozenset[str] = frozenset()
    by: str = ""
    confirm: Confirm | None = None
    patient: bool = False
    deadline: timedelta | None = None
    wait: float = 0.0
    revise: Revise | None = None


@dataclass(frozen=True, slots=True)
class Writers:
    """The writing halves of both connectors; a dry run is given none."""

    whop: WhopWrites
    affihub: AffihubWrites


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair, ready to run. ``writers`` is None in a dry run: it has no write verbs at all.

    ``overrides_share`` is the share of the affiliates whose overrides a run reads afresh
    although nothing says they moved, so that all are read within a day's runs. ``interval`` is
    the pause of its schedule, ``row_tries`` how often a row may fail before it is a break,
    ``zone`` the time zone its days are counted in, ``keep_snapshots`` of how many runs all that was
    read is kept.
    """

    company_id: str
    policy: Policy
    config: str
    whop: WhopReads
    affihub: AffihubReads
    writers: Writers | None
    store: Store
    texts: Texts
    clock: Clock
    new_id: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]]
    progress: Progress = field(default_factory=Silent)
    stop: Stop = field(default_factory=Stop)
    overrides_share: float = 1 / 96
    people_at_once: int = 8
    interval: timedelta = timedelta(minutes=15)
    row_tries: int = 8
    zone: tzinfo = UTC
    keep_snapshots: int = 0

    @property
    def name(self) -> str:
        """The pair's name in the configuration."""
        return self.policy.pair

    def today(self) -> date:
        """The day in the pair's time zone."""
        return self.clock().astimezone(self.zone).date()
