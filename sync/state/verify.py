"""Whether the state is still what the log says: every hash and every digest computed anew.

An entry of a run that ended twice counts by its latest one; what was in the state before there
was a log has none, and is not looked at.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from sync.core.ports import Verified
from sync.state import log, records
from sync.state.records import Kind, Record
from sync.state.tables import LOG, RUNS

NAMES: Final[Mapping[str, str]] = {
    Kind.START: "the runs up to",
    Kind.RUN: "run",
    Kind.DECISION: "decision",
    Kind.FATE: "what became of decision",
}

Named = tuple[str, str]
"""Kind and subject of an entry."""


@dataclass(slots=True)
class _Read:
    """The log, as far as it was read."""

    problems: list[str] = field(default_factory=list)
    entries: dict[Named, RowMapping] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=lambda: {log.NOTHING})
    number: int = 0
    count: int = 0
    head: str = log.NOTHING
    began_after: int = 0
    forgotten: datetime | None = None


def verify(connection: Connection, head: str | None) -> Verified:
    """Check the log, and the state by it.

    ``head`` is one that somebody copied earlier, or enough of its start to know it by.
    """
    read = _read(connection)
    problems = (*read.problems, *_compared(connection, read), *_pointers(connection, read))
    return Verified(
        entries=read.count,
        head=read.head,
        problems=problems,
        knows=None if head is None else _knows(read, head),
        forgotten=read.forgotten,
    )


def _knows(read: _Read, head: str) -> bool:
    """Whether one entry alone has a hash that starts so."""
    return sum(known.startswith(head) for known in read.hashes) == 1


# The chain


def _read(connection: Connection) -> _Read:
    read = _Read()
    for entry in connection.execute(select(LOG).order_by(LOG.c.number)).mappings():
        read.problems += _broken(entry, read)
        _take(entry, read)
    return read


def _broken(entry: RowMapping, read: _Read) -> Iterator[str]:
    """What is wrong with one entry after those before it."""
    number, previous, what = entry["number"], entry["previous"], _name(*_named(entry))
    follows = number == read.number + 1
    if not follows and previous is None:
        yield f"The log has no entry between {read.number} and {number}: some were deleted."
    elif follows and previous not in (None, read.head):
        yield f"Entry {number} of the log does not follow the one before it."
    elif log.link(read.head if follows else previous, *_said(entry)) != entry["hash"]:
        yield f"Entry {number} of the log is not as it was written: {what}."
    if previous is not None and entry["kind"] != Kind.RUN:
        yield f"Entry {number} of the log cannot be of something forgotten: {what}."


def _said(entry: RowMapping) -> tuple[object, ...]:
    return tuple(entry[name] for name in ("number", "at", "pair", "kind", "subject", "digest"))


def _take(entry: RowMapping, read: _Read) -> None:
    read.entries[_named(entry)] = entry
    read.hashes |= {entry["hash"], entry["previous"] or entry["hash"]}
    read.number, read.head = entry["number"], entry["hash"]
    read.count += 1
    if entry["kind"] == Kind.START and entry["number"] == 1:
        read.began_after = _number(entry["subject"])
    if entry["previous"] is not None:
        read.forgotten = _time(entry["at"])


def _number(text: object) -> int:
    return int(str(text)) if str(text).isdecimal() else 0


def _time(text: object) -> datetime | None:
    """None for what somebody put into its place; that entry is told of anyway."""
    with suppress(ValueError):
        return datetime.fromisoformat(str(text))
    return None


def _named(entry: RowMapping) -> Named:
    return entry["kind"], entry["subject"]


def _name(kind: str, subject: str) -> str:
    return f"{NAMES.get(kind, kind)} {subject}"


# What it is about


def _compared(connection: Connection, read: _Read) -> Iterator[str]:
    """What the state has and the log has not, the other way round, or otherwise."""
    left = {name for name, entry in read.entries.items() if entry["previous"] is None}
    left.discard((Kind.START, str(read.began_after)))
    early = _early(connection, read.began_after)
    for record in _records(connection):
        name = (record.kind, record.subject)
        left.discard(name)
        if name in read.entries or name not in early:
            yield from _different(record, read.entries.get(name))
    for kind, subject in sorted(left, key=str):
        yield f"The log tells of {_name(kind, subject)}, but the state does not have it any more."


def _records(connection: Connection) -> Iterator[Record]:
    yield from records.runs(connection)
    yield from records.decisions(connection)
    yield from records.fates(connection)


def _early(connection: Connection, last: int) -> set[Named]:
    """The runs there were before there was a log."""
    found = connection.execute(select(RUNS.c.id).where(RUNS.c.number <= last)).scalars()
    return {(Kind.RUN, run_id) for run_id in found}


def _different(record: Record, entry: RowMapping | None) -> Iterator[str]:
    name = _name(record.kind, record.subject)
    if entry is None:
        yield f"The log does not tell of {name}, which the state has."
    elif entry["previous"] is not None:
        yield f"The log says that {name} was forgotten, but the state has it."
    elif (entry["pair"], entry["digest"]) != (record.pair, record.digest):
        yield f"What the state has of {name} was changed after it was recorded."


def _pointers(connection: Connection, read: _Read) -> Iterator[str]:
    """Whether each run names its own entry: it is the head that its report showed."""
    for run_id, shown in connection.execute(select(RUNS.c.id, RUNS.c.log)):
        entry = read.entries.get((Kind.RUN, run_id))
        if shown != (entry["hash"] if entry else None):
            yield f"The head of the log that run {run_id} shows is not the one it was given."
