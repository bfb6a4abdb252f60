"""Many rows of one table at once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, update

BATCH: Final = 1_000
"""Rows sent with one statement."""


def add(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows in batches, so that a generator of many never stands in memory whole."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        connection.execute(insert(table), batch)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows in the place of those with the same primary key.

    Deleted and inserted, as every database does that alike; each words an upsert in its own way.
    """
    if not rows:
        return
    key = table.primary_key.columns.keys()
    same = and_(*(table.c[name] == bindparam(name) for name in key))
    # All are deleted before any is inserted: two rows may have changed places.
    connection.execute(
        delete(table).where(same), [{name: row[name] for name in key} for row in rows]
    )
    add(connection, table, rows)


def keep(connection: Connection, table: Table, pair: str, known: Mapping[str, Any]) -> None:
    """Keep some columns of a pair's only row in a table; the other columns stay as they are."""
    mine = update(table).where(table.c.pair == pair)
    if not connection.execute(mine.values(**known)).rowcount:
        connection.execute(insert(table).values(pair=pair, **known))
