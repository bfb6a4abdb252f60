"""What happened to a pair over a time, in numbers."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from sync.core.plan import Outcome
from sync.core.ports import Tally
from sync.state.tables import LINKS, ROWS, RUNS


def tally(connection: Connection, pair: str, since: datetime) -> Tally:
    """Runs that ended and rows that were applied or failed, since then."""
    ended = (
        select(RUNS.c.status, func.count())
        .where(RUNS.c.pair == pair, RUNS.c.finished_at >= since)
        .group_by(RUNS.c.status)
    )
    return Tally(
        runs={status: count for status, count in connection.execute(ended)},  # noqa: C416
        applied=_kinds(connection, pair, Outcome.APPLIED, since),
        failed=_kinds(connection, pair, Outcome.FAILED, since),
    )


def _kinds(connection: Connection, pair: str, outcome: Outcome, since: datetime) -> dict[str, int]:
    recorded = (
        select(ROWS.c.kind, func.count())
        .where(ROWS.c.pair == pair, ROWS.c.outcome == outcome.value, ROWS.c.at >= since)
        .group_by(ROWS.c.kind)
    )
    return {kind: count for kind, count in connection.execute(recorded)}  # noqa: C416


def links(connection: Connection, pair: str) -> int:
    """How many links a pair has."""
    counted = select(func.count()).select_from(LINKS).where(LINKS.c.pair == pair)
    return int(connection.execute(counted).scalar_one())
