"""Whether a state has every table and column, and holds in each what can be read back."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import Boolean, Column, Integer
from sqlmodel import UTCDateTime

from sync.state.tables import State

COLUMNS: Final = (
    "SELECT tables.name, columns.name FROM sqlite_master AS tables"
    " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
)
"""Every column there is, with its table."""


def lacking(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What this program needs and a state of its revision has not, a sentence each."""
    there = defaultdict(set)
    for of, column in found:
        there[of].add(column)
    for name, table in sorted(State.metadata.tables.items()):
        if name not in there:
            yield f"The table {name} is missing."
            continue
        for missing in sorted(set(table.columns.keys()) - there[name]):
            yield f"The table {name} has no column {missing}."


def unreadable(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    """Table, column and how many, where a time or a number is something else.

    Of the columns that are there: an earlier revision had fewer.
    """
    connection.create_function("is_time", 1, _is_time, deterministic=True)
    there = set(connection.execute(COLUMNS))
    for name, table in sorted(State.metadata.tables.items()):
        wrong = {
            column.name: how
            for column in table.columns
            if (name, column.name) in there and (how := _wrong(column))
        }
        if wrong:
            sums = ", ".join(f"total({how})" for how in wrong.values())
            counted = connection.execute(f'SELECT {sums} FROM "{name}"').fetchone()  # noqa: S608
            yield from ((name, c, int(n)) for c, n in zip(wrong, counted, strict=True) if n)


def _wrong(column: Column[object]) -> str | None:
    """A condition that holds for what cannot be read as the column's type; null is fine."""
    if isinstance(column.type, UTCDateTime):
        return f'NOT is_time("{column.name}")'
    if isinstance(column.type, Integer | Boolean):
        return f'"{column.name}" IS NOT NULL AND typeof("{column.name}") <> \'integer\''
    return None


def _is_time(kept: object) -> bool:
    """Whether SQLAlchemy reads it as a time."""
    with suppress(ValueError, TypeError):
        return kept is None or bool(datetime.fromisoformat(kept))  # type: ignore[arg-type]
    return False
