"""The rows that need a person, since they were first seen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from sync.core.plan import Row
from sync.core.ports import OpenRow
from sync.state import codecs
from sync.state.bulk import put
from sync.state.tables import OPEN_ROWS


def listed(connection: Connection, pair: str) -> tuple[OpenRow, ...]:
    """The rows that need a person, longest open first."""
    kept = OPEN_ROWS.c
    found = connection.execute(
        select(kept.row, kept.since).where(kept.pair == pair).order_by(kept.since, kept.key)
    )
    return tuple(OpenRow(codecs.row_from_document(row), since) for row, since in found)


def remember(
    connection: Connection, pair: str, rows: Sequence[Row], now: datetime, *, all_seen: bool
) -> None:
    """Keep these rows; one that stays keeps its time. What is as it was is not written again."""
    kept = _kept(connection, pair)
    seen = {row.key: codecs.row_document(row) for row in rows}
    if all_seen:
        _forget(connection, pair, kept.keys() - seen.keys())
    changed = [
        {"pair": pair, "key": key, "row": row, "since": kept[key][1] if key in kept else now}
        for key, row in seen.items()
        if key not in kept or kept[key][0] != row
    ]
    put(connection, OPEN_ROWS, changed)


def _kept(connection: Connection, pair: str) -> dict[str, tuple[str, datetime]]:
    columns = (OPEN_ROWS.c.key, OPEN_ROWS.c.row, OPEN_ROWS.c.since)
    found = connection.execute(select(*columns).where(OPEN_ROWS.c.pair == pair))
    return {key: (row, since) for key, row, since in found}


def _forget(connection: Connection, pair: str, keys: set[str]) -> None:
    same = delete(OPEN_ROWS).where(OPEN_ROWS.c.pair == pair, OPEN_ROWS.c.key == bindparam("gone"))
    if keys:
        connection.execute(same, [{"gone": key} for key in keys])
