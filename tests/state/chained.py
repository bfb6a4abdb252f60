"""Runs for the log to tell of, and what somebody does to the file by hand."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sync.core.plan import Disposition, Row
from sync.core.ports import Verified
from sync.state.store import Store, open_store
from sync.state.tables import LOG
from tests.state.people import NOON, a_report, a_row

HELD = tuple(a_row(n, disposition=Disposition.HELD, guard="deactivate") for n in (1, 2))
OLD = NOON - timedelta(days=90)


def ended(store: Store, run_id: str, at: datetime, *rows: Row, **changes: object) -> str:
    """A run from its begin to its end in one moment; answers the head of the log."""
    return store.finish_run(a_report(run_id, *rows, started_at=at, finished_at=at, **changes))


def entries(store: Store) -> list[tuple[str, bool]]:
    """What the log has entries of, and which are of something forgotten."""
    with store._database.read() as connection:
        found = connection.execute(LOG.select().order_by(LOG.c.number)).mappings()
        return [(one["subject"], one["previous"] is not None) for one in found]


def verified(path: Path, head: str | None = None) -> Verified:
    """What the log says of a closed state."""
    with open_store(path, clock=lambda: NOON) as store:
        return store.verify_log(head)


def changed(path: Path, *statements: str) -> None:
    """What somebody does to the file by hand."""
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def numbers(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as raw:
        return [number for (number,) in raw.execute(f'SELECT number FROM "{table}" ORDER BY 1')]
