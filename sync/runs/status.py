"""How every pair is doing: one read of the state, for people, monitors and metrics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sync.core.plan import Disposition, Outcome
from sync.core.ports import DAEMON_LEASE, Holder, OpenRow, Store
from sync.core.report import Trouble
from sync.core.standing import Standing

NEEDS: Final = (Disposition.HELD, Disposition.CONFLICT, Disposition.BREAK, Outcome.FAILED)
"""Why a row needs a person."""


class State(StrEnum):
    """The one thing to know of a pair first: the first that fits, in this order.

    A run that goes on hides nothing worse, so that a monitor sees no flicker.
    """

    QUARANTINED = "quarantined"
    """It keeps failing and runs less often than its schedule says."""
    FAILING = "failing"
    """Its last run failed."""
    OVERDUE = "overdue"
    """No run failed, and yet the last good one is too long ago: nobody runs it."""
    NEEDS_PERSON = "needs-person"
    """It runs, and some of its rows wait for somebody's decision."""
    RUNNING = "running"
    """A run goes on, in whichever program."""
    NEVER_RAN = "never-ran"
    """No run came to an end yet."""
    OK = "ok"


@dataclass(frozen=True, slots=True)
class PairStatus:
    """How one pair is doing; times are aware and in UTC, None = never or unknown.

    ``last_good_run`` is when that run ended, ``last_run`` when the last one that was to write
    began, ``next_run`` is None while no daemon runs. ``failures``, ``trouble``, ``reason``,
    ``since`` and ``not_before`` are those of its standing. ``needs`` counts the rows that need a
    person by ``NEEDS``, ``oldest_open`` is since when the oldest does.
    """

    name: str
    fresh: bool
    fresh_within: timedelta
    last_good_run: datetime | None
    last_run: datetime | None
    next_run: datetime | None
    running_since: datetime | None
    failures: int
    trouble: Trouble | None
    reason: str
    since: datetime | None
    not_before: datetime | None
    links: int
    needs: Mapping[str, int]
    oldest_open: datetime | None

    @property
    def state(self) -> State:
        """What to know first; a run that could do nothing but hold rows did not fail."""
        found = {
            State.QUARANTINED: self.not_before is not None,
            State.FAILING: self.failures and self.trouble is not Trouble.GUARD_HELD,
            State.OVERDUE: self.last_good_run is not None and not self.fresh,
            State.NEEDS_PERSON: self.failures or any(self.needs.values()),
            State.RUNNING: self.running_since is not None,
            State.NEVER_RAN: self.last_good_run is None,
        }
        return next((state for state, holds in found.items() if holds), State.OK)


@dataclass(frozen=True, slots=True)
class Overview:
    """Every pair asked about, at one moment; ``daemon`` is who runs them by their schedules.

    ``log`` is the head of the log of runs and decisions.
    """

    at: datetime
    daemon: Holder | None
    pairs: tuple[PairStatus, ...]
    log: str = ""

    @property
    def fresh(self) -> bool:
        """Whether every pair's last good run is no older than it may be."""
        return all(pair.fresh for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the state keeps of one pair; ``runner`` is who runs it now."""

    standing: Standing
    open_rows: Sequence[OpenRow] = ()
    links: int = 0
    runner: Holder | None = None


def overview(store: Store, within: Mapping[str, timedelta], now: datetime) -> Overview:
    """How the pairs are doing whose freshness is given; ``StateError`` where nobody can tell."""
    daemon = store.holder(DAEMON_LEASE)
    pairs = (_pair(store, name, fresh, now, daemon) for name, fresh in within.items())
    return Overview(now, daemon, tuple(pairs), store.log_head())


def _pair(
    store: Store, name: str, within: timedelta, now: datetime, daemon: Holder | None
) -> PairStatus:
    kept = Kept(
        store.standing(name), store.open_rows(name), store.link_count(name), store.holder(name)
    )
    return pair_status(kept, within, now, daemon)


def pair_status(kept: Kept, within: timedelta, now: datetime, daemon: Holder | None) -> PairStatus:
    """How one pair is doing; what a daemon that is gone had planned is not told."""
    standing = kept.standing
    return PairStatus(
        name=standing.pair,
        fresh=standing.fresh(within, now),
        fresh_within=within,
        last_good_run=standing.last_good,
        last_run=standing.last_started,
        next_run=standing.next_run if daemon else None,
        running_since=kept.runner.since if kept.runner else None,
        failures=standing.failures,
        trouble=standing.trouble,
        reason=standing.reason,
        since=standing.since,
        not_before=standing.not_before,
        links=kept.links,
        needs=_needs(kept.open_rows),
        oldest_open=min((each.since for each in kept.open_rows), default=None),
    )


def _needs(rows: Sequence[OpenRow]) -> dict[str, int]:
    """What failed counts as failed, whatever it was to be."""
    failed = Outcome.FAILED
    marks = Counter(failed if r.row.outcome is failed else r.row.disposition for r in rows)
    return {need.value: marks[need] for need in NEEDS}
