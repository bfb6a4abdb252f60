"""Whether a state file, in use or a backup, is sound: SQLite's own view of it, and ours.

Plain SQL on what revision 0001 had already, so that an old backup can be looked at as it is.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sync.core.decision import Verb
from sync.core.plan import Acceptance, Disposition, Outcome
from sync.core.ports import Fate
from sync.core.report import Mode, RunStatus, Trouble
from sync.errors import StateError
from sync.state import file
from sync.state.companions import refuse_leftovers
from sync.state.engine import engine
from sync.state.faults import told
from sync.state.holder import Program
from sync.state.migrations import HEAD
from sync.state.records import Kind
from sync.state.shape import COLUMNS, lacking, unreadable
from sync.state.verify import verify

MOST: Final = 10
"""Complaints of SQLite that are told; more of them say nothing new."""

NOT_UNDERSTOOD: Final = "In the table {table} {count:,} have a {column} that cannot be understood."

Look = Callable[[sqlite3.Connection], Iterator[str]]

WORDS: Final[Mapping[tuple[str, str], type[StrEnum]]] = MappingProxyType(
    {
        ("links", "acceptance"): Acceptance,
        ("runs", "mode"): Mode,
        ("runs", "status"): RunStatus,
        ("rows", "disposition"): Disposition,
        ("rows", "outcome"): Outcome,
        ("parked_rows", "disposition"): Disposition,
    }
)
"""Columns that hold one of few words, or null."""
WORDS_AT_HEAD: Final[Mapping[tuple[str, str], type[StrEnum]]] = MappingProxyType(
    {
        ("decisions", "verb"): Verb,
        ("decisions", "fate"): Fate,
        ("log", "kind"): Kind,
        ("runs", "trouble"): Trouble,
        ("standings", "trouble"): Trouble,
        ("told", "failing"): Trouble,
    }
)
"""The same of later revisions."""

DOCUMENTS: Final = (
    ("email_readings", "emails"),
    ("override_readings", "overrides"),
    ("runs", "allowed"),
    ("runs", "told"),
    ("rows", "person"),
    ("rows", "expect"),
    ("intents", "row"),
    ("intents", "off"),
)
"""Columns that hold JSON."""
DOCUMENTS_AT_HEAD: Final = (
    ("open_rows", "row"),
    ("told", "needs"),
    ("decisions", "row"),
)
"""The same of later revisions."""


def check(path: Path) -> tuple[str, ...]:
    """Everything that is wrong with a state file, a sentence each; () = it is sound.

    Never raises for what the file is or holds, and changes nothing in it.
    """
    trouble = file.trouble_with(path)
    if trouble:
        return (trouble,)
    problems: list[str] = []
    try:
        refuse_leftovers(path)
        with told(path), closing(file.connect_to_look(path)) as connection:
            problems += _seen(path, connection)
    except StateError as error:
        problems.append(str(error))
    return tuple(dict.fromkeys(problems))  # several looks may fail alike


def _seen(path: Path, connection: sqlite3.Connection) -> list[str]:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("BEGIN")  # one moment for every look, whoever writes meanwhile
    revision = file.revision_in(path, connection)
    if revision is None:
        return [f"{path} is empty: it holds no state."]
    looks = (*LOOKS, *(LOOKS_AT_HEAD if revision == HEAD else ()))
    found = [problem for look in looks for problem in _through(look, path, connection)]
    if not found and revision == HEAD:
        # What is damaged is told better by the looks above than by hashes that do not fit.
        found += _through(partial(_log, path), path, connection)
    return found


def _through(look: Look, path: Path, connection: sqlite3.Connection) -> Iterator[str]:
    """What one look finds; where it cannot go on, that is a finding and the next one is taken."""
    try:
        with told(path):
            yield from look(connection)
    except StateError as error:
        yield str(error)


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite finds wrong with its own structures; it names places and never values."""
    for (found,) in connection.execute(f"PRAGMA integrity_check({MOST})"):
        if found != "ok":
            yield f"SQLite finds it damaged: {' '.join(found.split())}."


def _strays(connection: sqlite3.Connection) -> Iterator[str]:
    """Such as an open intent without its run, or a base without its link."""
    found = connection.execute("PRAGMA foreign_key_check")
    counted = Counter((table, parent) for table, _, parent, _ in found)
    for (table, parent), count in sorted(counted.items()):
        yield f"In the table {table} {count:,} refer to {parent} that are not there."


def _linked_twice(connection: sqlite3.Connection) -> Iterator[str]:
    """Counted without the indexes that keep it from happening: they may be what is wrong."""
    for column, who in (("affihub_id", "Partner"), ("whop_id", "Affiliate")):
        found = connection.execute(
            f"SELECT +pair, +{column}, count(*) FROM links NOT INDEXED"  # noqa: S608 - our names
            f" GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2 LIMIT {MOST}"
        )
        for pair, one, count in found:
            yield f"{who} {one} of pair {pair} is linked {count} times."


def _unknown_words(
    words: Mapping[tuple[str, str], type[StrEnum]], connection: sqlite3.Connection
) -> Iterator[str]:
    for (table, column), few in words.items():
        known = ", ".join(f"'{word}'" for word in few)
        yield from _counted(connection, table, column, f"{column} NOT IN ({known})")


def _unlike_their_type(connection: sqlite3.Connection) -> Iterator[str]:
    for table, column, count in unreadable(connection):
        yield NOT_UNDERSTOOD.format(table=table, count=count, column=column)


def _unreadable(
    documents: tuple[tuple[str, str], ...], connection: sqlite3.Connection
) -> Iterator[str]:
    for table, column in documents:
        yield from _counted(connection, table, column, f"NOT json_valid({column})")


def _counted(connection: sqlite3.Connection, table: str, column: str, wrong: str) -> Iterator[str]:
    counting = f'SELECT count(*) FROM "{table}" WHERE {wrong}'  # noqa: S608 - our own names
    (count,) = connection.execute(counting).fetchone()
    if count:
        yield NOT_UNDERSTOOD.format(table=table, count=count, column=column)


def _leases(connection: sqlite3.Connection) -> Iterator[str]:
    leases = (
        "SELECT pair, CAST(holder AS TEXT), token >= 1 AND until >= taken_at"
        " FROM leases ORDER BY pair"
    )
    for pair, holder, is_sane in connection.execute(leases):
        if not is_sane or not _is_program(holder):
            yield f"The lease of {pair} makes no sense: it has a wrong token, holder or time."


def _is_program(holder: str | None) -> bool:
    try:
        return holder is None or bool(Program.parse(holder))
    except ValueError:
        return False


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    yield from lacking(connection.execute(COLUMNS))


def _log(path: Path, _: sqlite3.Connection) -> Iterator[str]:
    """Whether runs and decisions are still as they were recorded."""
    made = engine(path, connect=file.connect_to_look)
    try:
        with made.begin() as reading:
            problems = verify(reading, None).problems
    finally:
        made.dispose()
    yield from problems[:MOST]
    if len(problems) > MOST:
        yield f"The log finds {len(problems) - MOST:,} more that are not as they were recorded."


def _shared(connection: sqlite3.Connection) -> Iterator[str]:
    chained = (
        "SELECT count(*) FROM runs JOIN runs AS owner ON owner.number = runs.rows_of"
        " WHERE owner.rows_of IS NOT NULL"
    )
    (count,) = connection.execute(chained).fetchone()
    if count:
        yield f"{count:,} runs show the rows of a run that has none of its own."


LOOKS: Final[tuple[Look, ...]] = (
    _damage,
    _strays,
    _linked_twice,
    partial(_unknown_words, WORDS),
    partial(_unreadable, DOCUMENTS),
    _unlike_their_type,
    _leases,
)
LOOKS_AT_HEAD: Final[tuple[Look, ...]] = (
    _tables,
    _shared,
    partial(_unknown_words, WORDS_AT_HEAD),
    partial(_unreadable, DOCUMENTS_AT_HEAD),
)
"""What asks for more than the first revision had."""
