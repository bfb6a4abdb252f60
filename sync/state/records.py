"""What the log stands for: each run, decision and fate as the state holds it now, as a digest.

A digest is over the columns as they are stored, to the letter. Columns that are null are left
out, so that one that a later revision adds changes no digest.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, String, Table, func, select, type_coerce

from sync.state.tables import DECISIONS, ROWS, RUNS


class Kind(StrEnum):
    """What an entry of the log is about."""

    START = "start"
    """The runs up to this number ended before there was a log; ``subject`` is the number."""
    RUN = "run"
    """A run that ended; ``subject`` is its id."""
    DECISION = "decision"
    """What somebody decided; ``subject`` is its number."""
    FATE = "fate"
    """What became of that decision; ``subject`` is the decision's number."""


@dataclass(frozen=True, slots=True)
class Record:
    """Something the log has an entry of."""

    kind: Kind
    pair: str
    subject: str
    digest: str


def digest(content: object) -> str:
    """The hash of one canonical text."""
    return hashlib.sha256(_text(content)).hexdigest()


def _text(content: object) -> bytes:
    # Whatever somebody wrote into a column is hashed as well, and not stumbled over.
    return json.dumps(content, separators=(",", ":"), default=repr).encode()


def _stored(table: Table, *without: str) -> tuple[ColumnElement[Any], ...]:
    """The columns of a table as SQLite holds them, by name."""
    names = sorted(set(table.c.keys()) - set(without))
    return tuple(type_coerce(table.c[name], String).label(name) for name in names)


def _told(columns: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in columns if value is not None}


# Runs

_RUN: Final = _stored(RUNS, "log")
_ROW: Final = _stored(ROWS, "run")


def runs(connection: Connection, numbers: Collection[int] | None = None) -> Iterator[Record]:
    """The runs with these numbers, or every one that ended; in the order they began."""
    owner = func.coalesce(RUNS.c.rows_of, RUNS.c.number)
    chosen = RUNS.c.finished_at.is_not(None) if numbers is None else RUNS.c.number.in_(numbers)
    shown = _rows(connection, None if numbers is None else select(owner).where(chosen))
    found = connection.execute(select(owner, *_RUN).where(chosen).order_by(RUNS.c.number))
    names = [column.name for column in _RUN]
    nothing = digest([])
    for of, *columns in found:
        run = dict(zip(names, columns, strict=True))
        content = [_told(run.items()), shown.get(of, nothing)]
        yield Record(Kind.RUN, run["pair"], run["id"], digest(content))


def _rows(connection: Connection, of: Select[tuple[int]] | None) -> dict[int, str]:
    """The digest of the rows of each run that has any."""
    found = select(ROWS.c.run, *_ROW).order_by(ROWS.c.run, ROWS.c.number)
    if of is not None:
        found = found.where(ROWS.c.run.in_(of))
    names = [column.name for column in _ROW]
    by_run = groupby(connection.execute(found), key=lambda row: row[0])
    return {run: _chained(names, rows) for run, rows in by_run}


def _chained(names: list[str], rows: Iterable[Iterable[Any]]) -> str:
    """One after the other, so that many rows never stand in memory as one text."""
    hashed = hashlib.sha256()
    for _, *columns in rows:
        hashed.update(_text(_told(zip(names, columns, strict=True))))
    return hashed.hexdigest()


# Decisions

_DECISION: Final = _stored(DECISIONS, "fate", "fate_at")
_FATE: Final = tuple(
    type_coerce(DECISIONS.c[name], String).label(name)
    for name in ("pair", "number", "fate", "fate_at")
)


def decisions(connection: Connection, numbers: Collection[int] | None = None) -> Iterator[Record]:
    """What was decided: these, or everything."""
    return _decided(connection, Kind.DECISION, _DECISION, numbers)


def fates(connection: Connection, numbers: Collection[int] | None = None) -> Iterator[Record]:
    """What became of these decisions, or of all that are no longer in force."""
    return _decided(connection, Kind.FATE, _FATE, numbers)


def _decided(
    connection: Connection,
    kind: Kind,
    columns: tuple[ColumnElement[Any], ...],
    numbers: Collection[int] | None,
) -> Iterator[Record]:
    found = select(*columns).order_by(DECISIONS.c.number)
    if numbers is not None:
        found = found.where(DECISIONS.c.number.in_(numbers))
    if kind is Kind.FATE:
        found = found.where(DECISIONS.c.fate.is_not(None) | DECISIONS.c.fate_at.is_not(None))
    for row in connection.execute(found).mappings():
        yield Record(
            kind,
            row["pair"],
            str(row["number"]),
            digest(_told((str(k), v) for k, v in row.items())),
        )
