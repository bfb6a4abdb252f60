"""A run that came to its end, or to nothing, as its report tells it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sync.core.plan import Plan, Row
from sync.core.record import Gathered, Side
from sync.core.report import (
    Report,
    RunHead,
    RunStatus,
    SnapshotNote,
    Trouble,
    run_status,
    was_stopped,
)
from sync.errors import (
    AffisyncError,
    ConfigError,
    Interrupted,
    KeyRefused,
    PermissionMissing,
    StateError,
    Unavailable,
    Uncertain,
)
from sync.runs.pair import Pair, Stop

TROUBLES: Final[Mapping[type[AffisyncError], Trouble]] = {
    KeyRefused: Trouble.KEY_REFUSED,
    PermissionMissing: Trouble.PERMISSION_MISSING,
    Unavailable: Trouble.UNREACHABLE,
    Uncertain: Trouble.UNREACHABLE,
    ConfigError: Trouble.CONFIGURATION,
    StateError: Trouble.STATE,
}
"""What ended a run, by its class or the nearest one above; anything else just failed."""


def ended(
    pair: Pair,
    head: RunHead,
    gathered: Gathered,
    plan: Plan,
    rows: tuple[Row, ...],
    error: AffisyncError | None = None,
) -> Report:
    """The report of a run that had a plan, cut short by ``error`` or not."""
    complete = gathered.whop.complete and gathered.affihub.complete
    status = RunStatus.FAILED if error else run_status(head.mode, rows, complete=complete)
    if error is None and pair.stop.late and was_stopped(rows):
        error = Interrupted(f"{pair.stop.why}.")
    requests = _requests(pair)
    return Report(
        run=_ended(pair, head, status, error),
        snapshots={
            snapshot.side: SnapshotNote(
                records=len(snapshot.records),
                complete=snapshot.complete,
                requests=sum(requests[snapshot.side].values()),
                note=snapshot.note,
            )
            for snapshot in (gathered.whop, gathered.affihub)
        },
        rows=rows,
        links=plan.links,
        in_sync=plan.in_sync,
        unmatched=plan.unmatched,
        guards=plan.verdicts,
        requests=requests,
        notes=plan.notes,
    )


def failed(pair: Pair, head: RunHead, error: Exception) -> Report:
    """The report of a run that failed before it had a plan."""
    run = _ended(pair, head, RunStatus.FAILED, _told(error, pair.stop))
    requests = _requests(pair)
    snapshots = {side: SnapshotNote(requests=sum(sent.values())) for side, sent in requests.items()}
    return Report(run=run, snapshots=snapshots, requests=requests)


def _told(error: Exception, stop: Stop) -> AffisyncError:
    """An error as the report tells it; nobody knows what the text of a bug would give away."""
    if stop.wanted and isinstance(error, Unavailable):
        return stop.interrupted  # a stop ends pauses, so this says nothing about the server
    if isinstance(error, AffisyncError):
        return error
    return AffisyncError(f"A fault in affisync itself: {type(error).__name__}.")


def _ended(pair: Pair, head: RunHead, status: RunStatus, error: AffisyncError | None) -> RunHead:
    return replace(
        head,
        status=status,
        finished_at=pair.clock(),
        error=str(error) if error else None,
        trouble=_trouble(error, pair.stop) if error else None,
    )


def _trouble(error: AffisyncError, stop: Stop) -> Trouble | None:
    if isinstance(error, Interrupted):
        return Trouble.DEADLINE if stop.late else None
    known = (TROUBLES[kind] for kind in type(error).__mro__ if kind in TROUBLES)
    return next(known, Trouble.FAILED)


def _requests(pair: Pair) -> Mapping[Side, Mapping[str, int]]:
    return {Side.WHOP: pair.whop.requests(), Side.AFFIHUB: pair.affihub.requests()}
