"""What runs read and knew, kept for ``whatif``: the latest few of each pair."""

from sqlalchemy import Connection, delete, select

from sync.state import runs
from sync.state.bulk import put
from sync.state.tables import RUNS, SNAPSHOTS


def keep(connection: Connection, run_id: str, document: bytes, most: int) -> None:
    """Keep a run's document, and of its pair no more than so many."""
    run = select(RUNS.c.number, RUNS.c.pair).where(RUNS.c.number == runs.number(connection, run_id))
    number, pair = connection.execute(run).one()
    put(connection, SNAPSHOTS, [{"run": number, "pair": pair, "document": document}])
    mine = SNAPSHOTS.c.pair == pair
    latest = select(SNAPSHOTS.c.run).where(mine).order_by(SNAPSHOTS.c.run.desc()).limit(most)
    left = connection.execute(latest).scalars().all()
    connection.execute(delete(SNAPSHOTS).where(mine, SNAPSHOTS.c.run.not_in(left)))


def kept(connection: Connection, pair: str, run_id: str | None) -> tuple[str, bytes] | None:
    """A run's document, or the pair's latest; None where there is none.

    Raises ``UsageError`` where several run ids start so.
    """
    mine = (
        select(RUNS.c.id, SNAPSHOTS.c.document)
        .join(RUNS, RUNS.c.number == SNAPSHOTS.c.run)
        .where(SNAPSHOTS.c.pair == pair)
    )
    if run_id is not None:
        run = runs.find(connection, run_id, pair)
        mine = mine.where(SNAPSHOTS.c.run == (run["number"] if run else None))
    found = connection.execute(mine.order_by(SNAPSHOTS.c.run.desc()).limit(1)).first()
    return (found.id, found.document) if found else None
