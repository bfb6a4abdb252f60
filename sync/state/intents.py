"""Remote writes announced before they are sent, until what came of them is recorded."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from sync.core.plan import Row
from sync.core.ports import Intent
from sync.state import codecs
from sync.state.tables import INTENTS, RUNS


def announce(
    connection: Connection, pair: str, run: int, row: Row, now: datetime, off: Sequence[str]
) -> int:
    """Record that a run is about to send a write; answers the intent's number."""
    documents = {"row": codecs.row_document(row), "off": codecs.document(list(off))}
    added = insert(INTENTS).values(pair=pair, run=run, at=now, **documents)
    return int(connection.execute(added.returning(INTENTS.c.number)).scalar_one())


def close(connection: Connection, pair: str, intent: int) -> None:
    """Forget a write whose outcome is recorded now; closing the closed is no error."""
    connection.execute(delete(INTENTS).where(INTENTS.c.pair == pair, INTENTS.c.number == intent))


def still_open(connection: Connection, pair: str) -> tuple[Intent, ...]:
    """Writes of which nobody recorded what came of them, oldest first."""
    found = connection.execute(
        select(INTENTS.c.number, RUNS.c.id, INTENTS.c.row, INTENTS.c.at, INTENTS.c.off)
        .join(RUNS, RUNS.c.number == INTENTS.c.run)
        .where(INTENTS.c.pair == pair)
        .order_by(INTENTS.c.number)
    )
    return tuple(
        Intent(number, run_id, codecs.row_from_document(row), at, tuple(json.loads(off)))
        for number, run_id, row, at, off in found
    )
