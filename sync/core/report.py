"""The report model: what every renderer and the JSON schema show of one run."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sync.core.plan import Alone, Disposition, GuardVerdict, Outcome, Person, Row
from sync.core.record import Side
from sync.core.totals import Totals, totals_by_disposition

SCHEMA: Final = "affisync.report/1"


class Mode(StrEnum):
    """Whether the run was to write."""

    DRY_RUN = "dry-run"
    APPLY = "apply"


class RunStatus(StrEnum):
    """How a run ended; ``running`` is only ever seen while it has not."""

    RUNNING = "running"
    IN_SYNC = "in-sync"
    CHANGES = "changes"
    APPLIED = "applied"
    PARTIAL = "partial"
    HELD = "held"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a run was not a good one, in the words that monitors match on."""

    KEY_REFUSED = "key-refused"
    PERMISSION_MISSING = "permission-missing"
    UNREACHABLE = "api-unreachable"
    LISTING_INCOMPLETE = "listing-incomplete"
    GUARD_HELD = "guard-held"
    DEADLINE = "deadline"
    CONFIGURATION = "configuration"
    STATE = "state"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunHead:
    """Who ran, when (UTC), how, and under which configuration (a fingerprint without secrets).

    ``log`` is the head of the log after the run was recorded in it. ``error`` is the sentence that
    ended a run early, ``trouble`` the kind of that failure; a run
    that a person stopped has no trouble.
    """

    id: str
    pair: str
    mode: Mode
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    config: str
    allowed: tuple[str, ...] = ()
    by: str = ""
    error: str | None = None
    trouble: Trouble | None = None
    log: str | None = None


@dataclass(frozen=True, slots=True)
class SnapshotNote:
    """How one side's listing went."""

    records: int = 0
    complete: bool = False
    requests: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What changed among the rows that need a person since the pair's last report.

    ``since`` is when each of them was first seen, by key; ``new`` are keys that were not there
    then, ``gone`` rows that were there and went away by themselves or by somebody's decision.
    """

    since: Mapping[str, datetime] = field(default_factory=dict)
    new: frozenset[str] = frozenset()
    gone: tuple[Row, ...] = ()


NO_NEWS: Final = News()


@dataclass(frozen=True, slots=True)
class Report:
    """One run as people and programs read it."""

    run: RunHead
    snapshots: Mapping[Side, SnapshotNote] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    links: int = 0
    in_sync: int = 0
    unmatched: Mapping[Side, tuple[Alone, ...]] = field(default_factory=dict)
    guards: tuple[GuardVerdict, ...] = ()
    requests: Mapping[Side, Mapping[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    news: News = NO_NEWS

    @property
    def complete(self) -> bool:
        """Whether both listings were seen whole, as far as they were read at all."""
        return all(note.complete for note in self.snapshots.values())

    @property
    def counts(self) -> dict[str, int]:
        """The report's counts, by the names of the JSON schema."""
        dispositions = Counter(row.disposition for row in self.rows)
        outcomes = Counter(row.outcome for row in self.rows)
        return {
            "linked": self.links,
            "in_sync": self.in_sync,
            **{d.value: dispositions[d] for d in Disposition},
            **{o.value: outcomes[o] for o in Outcome},
            **{f"unmatched_{side}": len(self.unmatched.get(side, ())) for side in Side},
        }


def run_status(mode: Mode, rows: Iterable[Row], *, complete: bool = True) -> RunStatus:
    """How a run that came to its end ended, by what its rows say.

    Over an incomplete listing nobody can say that both sides agree, or that all is done.
    """
    rows = tuple(rows)
    writes = [r for r in rows if r.disposition is Disposition.APPLY and not r.kind.is_local]
    outcomes = {r.outcome for r in rows} - {None}
    if outcomes - {Outcome.APPLIED}:
        return RunStatus.PARTIAL
    if mode is Mode.DRY_RUN and writes:
        return RunStatus.CHANGES
    if any(r.needs_person for r in rows) and not writes:
        return RunStatus.HELD
    if not complete:
        return RunStatus.PARTIAL
    return RunStatus.APPLIED if outcomes or writes else RunStatus.IN_SYNC


def exit_code(report: Report) -> int:
    """The exit code of the design's table (section 7): 1 beats 4 beats 3 beats 0.

    An incomplete listing is worth another try where the rows say nothing that weighs more.
    """
    rows = report.rows
    stale = any(row.outcome is Outcome.STALE for row in rows)
    if report.run.status is RunStatus.FAILED or stale or was_stopped(rows):
        return 1
    if any(row.outcome is Outcome.FAILED or row.needs_person for row in rows):
        return 4
    if report.run.mode is Mode.DRY_RUN and any(_is_write(row) for row in rows):
        return 3
    return 0 if report.complete else 1


def awaits_person(row: Row) -> bool:
    """Whether a row, after a run, stays until a person does something.

    One that failed does, unless it only waits for its next try.
    """
    failed = row.outcome is Outcome.FAILED and row.disposition is not Disposition.WAITING
    return failed or row.needs_person


def was_stopped(rows: Iterable[Row]) -> bool:
    """Whether rows were left out because the run was stopped.

    Those left out behind another row of the same person count as what became of that one.
    """
    rows = tuple(rows)
    learnt = (Disposition.CONFLICT, Disposition.WAITING, Disposition.BREAK)
    bad = (Outcome.FAILED, Outcome.STALE)
    stumbled = {r.identity for r in rows if r.outcome in bad or r.disposition in learnt}
    return any(r.outcome is Outcome.SKIPPED and r.identity not in stumbled for r in rows)


def _is_write(row: Row) -> bool:
    return row.disposition is Disposition.APPLY and not row.kind.is_local


def document(report: Report) -> dict[str, Any]:
    """The report as JSON-ready values (the contract ``affisync.report/1``)."""
    return {
        "schema": SCHEMA,
        "run": _run(report.run),
        "snapshots": {
            side.value: {
                "records": note.records,
                "complete": note.complete,
                "requests": note.requests,
                "note": note.note,
            }
            for side, note in report.snapshots.items()
        },
        "counts": report.counts,
        "totals": {
            each.value: _totals(told) for each, told in totals_by_disposition(report.rows).items()
        },
        "news": _news(report.news),
        "rows": [_row(row) for row in report.rows],
        "unmatched": {
            side.value: [_alone(one) for one in report.unmatched.get(side, ())] for side in Side
        },
        "guards": [_verdict(verdict) for verdict in report.guards],
        "requests": {side.value: dict(report.requests.get(side, {})) for side in Side},
        "notes": list(report.notes),
    }


def _run(run: RunHead) -> dict[str, Any]:
    return {
        "id": run.id,
        "pair": run.pair,
        "mode": run.mode.value,
        "status": run.status.value,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "config": run.config,
        "allowed": list(run.allowed),
        "by": run.by,
        "error": run.error,
        "trouble": run.trouble.value if run.trouble else None,
        "log": run.log,
    }


def _news(news: News) -> dict[str, Any]:
    return {
        "new": sorted(news.new),
        "since": {key: since.isoformat() for key, since in sorted(news.since.items())},
        "gone": [_row(row) for row in news.gone],
    }


def _totals(told: Totals) -> dict[str, Any]:
    return {
        "rows": told.rows,
        "monthly_usd": _money(told.monthly_usd),
        "effect_usd": _money(told.effect_usd),
        "unknown": told.unknown,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "username": person.username,
        "slug": person.slug,
        "user_id": person.user_id,
        "monthly_usd": _money(person.monthly_usd),
        "earnings_usd": _money(person.earnings_usd),
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind.value,
        "side": row.side.value,
        "person": _person(row.person),
        "whop_id": row.whop_id,
        "affihub_id": row.affihub_id,
        "field": row.field.value,
        "base": row.base,
        "before": row.before,
        "after": row.after,
        "disposition": row.disposition.value,
        "rule": row.rule,
        "reason": row.reason,
        "guard": row.guard,
        "outcome": row.outcome.value if row.outcome else None,
        "error": row.error,
        "effect_usd": _money(row.effect_usd),
        "decided": row.decided,
        "quiet": row.quiet,
    }


def _alone(alone: Alone) -> dict[str, Any]:
    return {
        "person": _person(alone.person),
        "id": alone.id,
        "status": alone.status,
        "reason": alone.reason,
        "suggestion": alone.suggestion,
    }


def _verdict(verdict: GuardVerdict) -> dict[str, Any]:
    return {
        "guard": verdict.guard,
        "counted": verdict.counted,
        "limit": verdict.limit,
        "held": verdict.held,
        "message": verdict.message,
        "command": verdict.command,
    }
