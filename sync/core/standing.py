"""How a pair is doing over its runs: good, failing, in quarantine; and when it may run again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sync.core.plan import Disposition, Outcome, Row
from sync.core.report import Report, RunStatus, Trouble, was_stopped

USUALLY: Final = 3
"""Runs in a row that may fail before the pair slows down; a network has its moods."""

TOLERATED: Final[Mapping[Trouble, int]] = MappingProxyType(
    {
        Trouble.KEY_REFUSED: 1,
        Trouble.PERMISSION_MISSING: 1,
        Trouble.CONFIGURATION: 1,
    }
)
"""What no next run can mend slows a pair down at once."""

SLOWEST: Final = timedelta(hours=6)
SLOWEST_BY: Final[Mapping[Trouble, timedelta]] = MappingProxyType(
    {Trouble.GUARD_HELD: timedelta(hours=1)}
)
"""A pair that waits for a person's yes still has to see soon who else is to be shut out."""

MOST_DOUBLINGS: Final = 15
"""More would lead beyond every limit, and in the end beyond what a timedelta holds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one pair is doing; times are aware and in UTC, None = never.

    ``failures`` counts the runs in a row that were not good, ``trouble`` and ``reason`` are those
    of the last of them, ``since`` is when the first of them ended. ``not_before``: no scheduled
    run starts sooner; only a pair in quarantine has it. ``next_run`` is the daemon's to say.
    """

    pair: str
    last_started: datetime | None = None
    last_good: datetime | None = None
    failures: int = 0
    trouble: Trouble | None = None
    reason: str = ""
    since: datetime | None = None
    not_before: datetime | None = None
    next_run: datetime | None = None

    @property
    def quarantined(self) -> bool:
        """Whether the pair runs less often than its schedule says, because it keeps failing."""
        return self.not_before is not None

    def fresh(self, within: timedelta, now: datetime) -> bool:
        """Whether the last good run is no older than it may be."""
        return self.last_good is not None and now - self.last_good <= within


def trouble_of(report: Report) -> Trouble | None:
    """Why a run was not good; None for a good one, and for one that a person stopped."""
    if report.run.trouble or _was_interrupted(report):
        return report.run.trouble
    if not report.complete:
        return Trouble.LISTING_INCOMPLETE
    done = any(row.outcome is Outcome.APPLIED for row in report.rows)
    return Trouble.GUARD_HELD if _waiting(report) and not done else None


def after(standing: Standing, report: Report, interval: timedelta) -> Standing:
    """The standing after a run that was to write; ``interval`` is the pause of its schedule.

    A run that a person stopped says nothing about the pair.
    """
    now = report.run.finished_at or report.run.started_at
    started = replace(standing, last_started=report.run.started_at)
    trouble = trouble_of(report)
    if trouble is not None:
        return _failed(started, trouble, _reason(report, trouble), now, interval)
    if _was_interrupted(report):
        return started
    return Standing(standing.pair, report.run.started_at, last_good=now, next_run=standing.next_run)


def _was_interrupted(report: Report) -> bool:
    """Whether a run ended before its end; without a trouble a person wanted it so."""
    return report.run.status is RunStatus.FAILED or was_stopped(report.rows)


def _failed(
    standing: Standing, trouble: Trouble, reason: str, now: datetime, interval: timedelta
) -> Standing:
    failures = standing.failures + 1
    beyond = failures - TOLERATED.get(trouble, USUALLY)
    slow = beyond >= 0 or standing.quarantined  # only a good run ends a quarantine
    return replace(
        standing,
        failures=failures,
        trouble=trouble,
        reason=reason,
        since=standing.since or now,
        not_before=now + _pause(trouble, max(beyond, 0), interval) if slow else None,
    )


def _pause(trouble: Trouble, beyond: int, interval: timedelta) -> timedelta:
    """Doubled with every failure from the first one that is not tolerated."""
    slowest = SLOWEST_BY.get(trouble, SLOWEST)
    return min(interval * (1 << min(beyond + 1, MOST_DOUBLINGS)), slowest)


def _reason(report: Report, trouble: Trouble) -> str:
    """One sentence of why, for people."""
    match trouble:
        case Trouble.LISTING_INCOMPLETE:
            return " ".join(_incomplete(report))
        case Trouble.GUARD_HELD:
            return _held(report)
        case _:
            return report.run.error or f"The run ended early: {trouble}."


def _incomplete(report: Report) -> Iterator[str]:
    for side, note in report.snapshots.items():
        if not note.complete:
            yield f"{side.brand}'s listing is incomplete{f' ({note.note})' if note.note else ''}."


def _waiting(report: Report) -> list[Row]:
    """The held rows that wait for a person: about a rejected or snoozed one nobody is asked."""
    held = (row for row in report.rows if row.disposition is Disposition.HELD)
    return [row for row in held if row.needs_person]


def _held(report: Report) -> str:
    rows = _waiting(report)
    guards = ", ".join(sorted({row.guard for row in rows if row.guard}))
    count = "1 row is held" if len(rows) == 1 else f"{len(rows)} rows are held"
    by = f" by {guards}" if guards else ""
    return f"{count}{by} and nothing else could be done; a person has to decide."
