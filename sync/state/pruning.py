"""Runs that are old enough to be forgotten, a few at a time: nobody waits long for the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from sqlalchemy import Connection, delete, exists, func, select

from sync.core.plan import Outcome
from sync.state import log
from sync.state.tables import INTENTS, ROWS, RUNS

COUNTED: Final = timedelta(days=8)
"""Rows applied within this time stay, with their run: budgets count those of a week."""

RUNS_AT_ONCE: Final = 100
ROWS_AT_ONCE: Final = 2_000
"""What one transaction deletes at most; but a single run goes whole, whatever its size."""

PAUSE: Final = 0.05
"""Seconds between two transactions, in which others that wait for the state get their turn."""

_SHARER: Final = RUNS.alias("sharer")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The runs of one pair in one mode that ended before a time."""

    pair: str
    mode: str
    until: datetime


def shelves(connection: Connection, before: datetime) -> tuple[Shelf, ...]:
    """What may be looked through: the run of each pair that ended last, in either mode, stays."""
    last = func.max(RUNS.c.finished_at)
    ended = (
        select(RUNS.c.pair, RUNS.c.mode, last)
        .where(RUNS.c.finished_at.is_not(None))
        .group_by(RUNS.c.pair, RUNS.c.mode)
    )
    found = connection.execute(ended)
    return tuple(Shelf(pair, mode, min(before, latest)) for pair, mode, latest in found)


def clear_some(connection: Connection, shelf: Shelf, now: datetime) -> int:
    """Delete some runs of a shelf, oldest first; answers how many, 0 where none is left."""
    old = _old(connection, shelf, now)
    chosen = _chosen(old, _sizes(connection, old))
    gone = delete(RUNS).where(RUNS.c.number.in_(chosen)).returning(RUNS.c.id)
    log.forget(connection, connection.execute(gone).scalars().all())
    return len(chosen)


def _old(connection: Connection, shelf: Shelf, now: datetime) -> Sequence[int]:
    """Runs nothing else needs: a run whose rows are also another's goes after that one."""
    shared = exists().where(_SHARER.c.rows_of == RUNS.c.number)
    unsettled = exists().where(INTENTS.c.run == RUNS.c.number)
    counted = exists().where(
        ROWS.c.run == RUNS.c.number,
        ROWS.c.outcome == Outcome.APPLIED.value,
        ROWS.c.at > now - COUNTED,
    )
    old = (
        select(RUNS.c.number)
        .where(RUNS.c.pair == shelf.pair, RUNS.c.mode == shelf.mode)
        .where(RUNS.c.finished_at < shelf.until, ~shared, ~unsettled, ~counted)
        .order_by(RUNS.c.finished_at)
        .limit(RUNS_AT_ONCE)
    )
    return connection.execute(old).scalars().all()


def _sizes(connection: Connection, runs: Sequence[int]) -> dict[int, int]:
    counted = select(ROWS.c.run, func.count()).where(ROWS.c.run.in_(runs)).group_by(ROWS.c.run)
    return {run: rows for run, rows in connection.execute(counted)}  # noqa: C416


def _chosen(runs: Sequence[int], sizes: Mapping[int, int]) -> Sequence[int]:
    """As many as have few enough rows together, but one at least."""
    together = accumulate(sizes.get(run, 0) for run in runs)
    few = [run for run, rows in zip(runs, together, strict=True) if rows <= ROWS_AT_ONCE]
    return few or runs[:1]
