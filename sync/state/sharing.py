"""What runs showed: rows and unmatched people, kept once while run after run shows the same.

A daemon runs every pair for months, and mostly nothing changed: such a run points to the one that
showed the same first. That one has rows of its own, so there is never a chain.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from sync.core.report import Report, RunStatus
from sync.state import rows, shown
from sync.state.tables import RUNS


def keep(connection: Connection, run: int, report: Report, ended: datetime) -> Sequence[int]:
    """Keep what a run showed when it ended, in the place of what was kept of it before.

    Answers the runs whose record changed by it: this one last.
    """
    passed_on = _pass_on(connection, run)
    owner = _owner(connection, run, report)
    own = report.rows if owner is None else ()
    rows.replace(connection, report.run.pair, run, own, ended)
    told = shown.told_document(report, _told(connection, owner) if owner else "{}")
    _set(connection, run, rows_of=owner, told=told)
    return (*passed_on, run)


def sharers(connection: Connection, run: int) -> Sequence[int]:
    """The runs that show the rows of this one, in the order they began."""
    shares = select(RUNS.c.number).where(RUNS.c.rows_of == run).order_by(RUNS.c.number)
    return connection.execute(shares).scalars().all()


def _set(connection: Connection, run: int, **columns: object) -> None:
    connection.execute(update(RUNS).where(RUNS.c.number == run).values(**columns))


def _owner(connection: Connection, run: int, report: Report) -> int | None:
    """The run that showed exactly the same; None where this one has to keep its own."""
    if not report.rows and not any(report.unmatched.values()):
        return None
    if any(row.outcome for row in report.rows) or rows.settled(connection, run):
        return None
    before = _before(connection, run, report)
    return before if before and _is_same(connection, before, report) else None


def _before(connection: Connection, run: int, report: Report) -> int | None:
    """The run that holds what the pair's latest one in this mode showed.

    Failed ones are passed over: they show little or nothing, and the same comes back after them.
    """
    ended = (
        select(func.coalesce(RUNS.c.rows_of, RUNS.c.number))
        .where(RUNS.c.pair == report.run.pair, RUNS.c.mode == report.run.mode.value)
        .where(RUNS.c.finished_at.is_not(None), RUNS.c.status != RunStatus.FAILED.value)
        .where(RUNS.c.number != run)
        .order_by(RUNS.c.finished_at.desc(), RUNS.c.number.desc())
        .limit(1)
    )
    return connection.execute(ended).scalar()


def _is_same(connection: Connection, owner: int, report: Report) -> bool:
    told = _told(connection, owner)
    return shown.has_unmatched_of(told, report) and rows.are(connection, owner, report.rows)


def _told(connection: Connection, run: int) -> str:
    told: str = connection.execute(select(RUNS.c.told).where(RUNS.c.number == run)).scalar_one()
    return told


def _pass_on(connection: Connection, run: int) -> Sequence[int]:
    """Leave what others share with a run to the first of them, before it is written anew."""
    left = sharers(connection, run)
    if not left:
        return ()
    heir, *others = left
    mine = _told(connection, run)
    _set(connection, heir, rows_of=None, told=shown.with_shared_of(_told(connection, heir), mine))
    for other in others:
        # What these left to the run may not be what its heir said of itself.
        told = shown.with_shared_of(_told(connection, other), mine, (shown.SINCE,))
        _set(connection, other, rows_of=heir, told=told)
    rows.move(connection, run, heir)
    return left
