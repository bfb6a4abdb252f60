"""The rows of runs: recorded one by one while a run goes on, all at once when it ends."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Connection,
    RowMapping,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from sync.core.guard import classes
from sync.core.plan import Field, Outcome, Row
from sync.core.policy import GuardClass
from sync.core.ports import PastRow, Spent
from sync.state import codecs
from sync.state.bulk import add
from sync.state.tables import ROWS, RUNS

DAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(hours=168)

_PLACE: Final = frozenset({"number", "run", "pair", "at", "classes"})
"""What is kept of a row beside the row itself."""
_ROW: Final = tuple(column for column in ROWS.c if column.name not in _PLACE)


def settle(connection: Connection, pair: str, run: int, row: Row, now: datetime) -> None:
    """Record what came of one row, in the place of what was recorded of it before."""
    connection.execute(delete(ROWS).where(ROWS.c.run == run, ROWS.c.key == row.key))
    connection.execute(insert(ROWS), _columns(pair, run, row, now))


def replace(
    connection: Connection, pair: str, run: int, rows: Iterable[Row], now: datetime
) -> None:
    """Record all rows of a run in their order; those settled on the way keep their times.

    What was settled stays recorded, should the run's own report not know of it.
    """
    rows = tuple(rows)
    mine = ROWS.c.run == run
    connection.execute(delete(ROWS).where(mine, ROWS.c.outcome.is_(None)))
    settled = connection.execute(select(ROWS.c.key, ROWS.c.at).where(mine))
    times = {row.key: row.at for row in settled}
    again = [{"again": row.key} for row in rows if row.key in times]
    if again:
        connection.execute(delete(ROWS).where(mine, ROWS.c.key == bindparam("again")), again)
    add(connection, ROWS, (_columns(pair, run, row, times.get(row.key, now)) for row in rows))


def _columns(pair: str, run: int, row: Row, at: datetime) -> dict[str, Any]:
    place = {"pair": pair, "run": run, "at": at, "classes": " ".join(classes(row))}
    return codecs.row_columns(row) | place


def settled(connection: Connection, run: int) -> bool:
    """Whether an outcome was recorded of any row of a run."""
    known = select(ROWS.c.key).where(ROWS.c.run == run, ROWS.c.outcome.is_not(None)).limit(1)
    return connection.execute(known).first() is not None


def are(connection: Connection, run: int, rows: Sequence[Row]) -> bool:
    """Whether the rows of a run are exactly these, in this order and to the last digit."""
    mine = ROWS.c.run == run
    counted = select(func.count()).select_from(ROWS).where(mine)
    if connection.execute(counted).scalar_one() != len(rows):
        return False
    kept = connection.execute(select(*_ROW).where(mine).order_by(ROWS.c.number)).mappings()
    return all(codecs.row_columns(row) == dict(one) for row, one in zip(rows, kept, strict=True))


def move(connection: Connection, run: int, to: int) -> None:
    """Make the rows of a run those of another one."""
    connection.execute(update(ROWS).where(ROWS.c.run == run).values(run=to))


def of_run(connection: Connection, run: int) -> tuple[Row, ...]:
    """The rows of a run in the report's order."""
    found = connection.execute(select(ROWS).where(ROWS.c.run == run).order_by(ROWS.c.number))
    return tuple(codecs.row_from(columns) for columns in found.mappings())


def history(
    connection: Connection, pair: str, ids: tuple[str | None, str | None], limit: int
) -> tuple[PastRow, ...]:
    """Rows about the person with either id, newest first; nobody's where both are None."""
    # An id that is None names nobody: comparing with it would find everybody who lacks one.
    columns = (ROWS.c.whop_id, ROWS.c.affihub_id)
    same = [column == known for column, known in zip(columns, ids, strict=True) if known]
    if not same:
        return ()
    found = connection.execute(
        select(ROWS, RUNS.c.id)
        .join(RUNS, RUNS.c.number == ROWS.c.run)
        .where(ROWS.c.pair == pair, or_(*same))
        .order_by(ROWS.c.at.desc(), ROWS.c.number.desc())
        .limit(limit)
    )
    return _past(found.mappings())


def lately(connection: Connection, pair: str, now: datetime) -> tuple[PastRow, ...]:
    """Status and rate rows applied within the last 24 hours, oldest first."""
    fields = [field.value for field in (Field.STATUS, Field.COMMISSION)]
    found = connection.execute(
        select(ROWS, RUNS.c.id)
        .join(RUNS, RUNS.c.number == ROWS.c.run)
        .where(ROWS.c.pair == pair, ROWS.c.outcome == Outcome.APPLIED.value)
        .where(ROWS.c.at > now - DAY, ROWS.c.field.in_(fields))
        .order_by(ROWS.c.at, ROWS.c.number)
    )
    return _past(found.mappings())


def _past(found: Iterable[RowMapping]) -> tuple[PastRow, ...]:
    return tuple(PastRow(row["id"], row["at"], codecs.row_from(row)) for row in found)


def spent(connection: Connection, pair: str, now: datetime) -> dict[GuardClass, Spent]:
    """How many rows of each guard class were applied in the last 24 and in the last 168 hours."""
    today = func.sum(case((ROWS.c.at > now - DAY, 1), else_=0))
    found = connection.execute(
        select(ROWS.c.classes, today, func.count())
        .where(ROWS.c.pair == pair, ROWS.c.outcome == Outcome.APPLIED.value)
        .where(ROWS.c.at > now - WEEK)
        .group_by(ROWS.c.classes)
    )
    day: Counter[str] = Counter()
    week: Counter[str] = Counter()
    for named, in_day, in_week in found:
        for name in named.split():
            day[name] += in_day
            week[name] += in_week
    return {GuardClass(name): Spent(day[name], week[name]) for name in week}


def counts(connection: Connection, runs: Iterable[int]) -> dict[int, Counter[str]]:
    """How many rows of each run have each disposition and each outcome."""
    found = connection.execute(
        select(ROWS.c.run, ROWS.c.disposition, ROWS.c.outcome, func.count())
        .where(ROWS.c.run.in_(runs))
        .group_by(ROWS.c.run, ROWS.c.disposition, ROWS.c.outcome)
    )
    counted: dict[int, Counter[str]] = {}
    for run, disposition, outcome, rows in found:
        counted.setdefault(run, Counter()).update({disposition: rows, outcome or "": rows})
    return counted
