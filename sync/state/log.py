"""The log: what runs did and people decided, as a chain of hashes.

The hash of an entry is over the one before it and all that the entry says; whoever changes the
record has to write every hash after it anew, and a head that was copied elsewhere convicts that.
Entries are appended in the transaction of what they record.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from sync.state.bulk import add
from sync.state.records import Kind, Record
from sync.state.tables import LOG

NOTHING: Final = hashlib.sha256(b"").hexdigest()
"""The head of a log without entries."""


def link(previous: str, *entry: object) -> str:
    """The hash of an entry: number, time, pair, kind, subject and digest, after another hash."""
    text = previous + json.dumps(entry, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def head(connection: Connection) -> str:
    """The hash of the last entry."""
    return _last(connection)[1]


def _last(connection: Connection) -> tuple[int, str]:
    latest = select(LOG.c.number, LOG.c.hash).order_by(LOG.c.number.desc()).limit(1)
    found = connection.execute(latest).first()
    return (found.number, found.hash) if found else (0, NOTHING)


def append(
    connection: Connection, records: Iterable[Record], now: datetime
) -> list[tuple[Record, str]]:
    """Enter records in the log; answers each with its hash."""
    last, previous = _last(connection)
    at = now.isoformat()
    entered, rows = [], []
    for number, record in enumerate(records, last + 1):
        said = (number, at, record.pair, record.kind.value, record.subject, record.digest)
        previous = link(previous, *said)
        names = ("number", "at", "pair", "kind", "subject", "digest")
        rows.append(dict(zip(names, said, strict=True)) | {"hash": previous})
        entered.append((record, previous))
    add(connection, LOG, rows)
    return entered


def forget(connection: Connection, runs: Collection[str]) -> None:
    """Shorten the log by the entries of runs that were pruned.

    Of entries in a row that are forgotten the last one stays, as an anchor: with the hash of the
    one before it, so that it can still be checked itself, and what follows it by it.
    """
    mine = select(LOG.c.number).where(LOG.c.kind == Kind.RUN.value, LOG.c.subject.in_(runs))
    gone = connection.execute(mine.where(LOG.c.previous.is_(None))).scalars().all()
    before = _hashes(connection, [number - 1 for number in gone])
    _set_previous(
        connection, {number: before[number - 1] for number in gone if number - 1 in before}
    )
    _thin_out(connection)


def _hashes(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    found = connection.execute(select(LOG.c.number, LOG.c.hash).where(LOG.c.number.in_(numbers)))
    return {0: NOTHING} | {number: known for number, known in found}  # noqa: C416


def _set_previous(connection: Connection, previous: dict[int, str]) -> None:
    if previous:
        same = update(LOG).where(LOG.c.number == bindparam("anchor"))
        rows = [{"anchor": number, "previous": known} for number, known in previous.items()]
        connection.execute(same, rows)


def _thin_out(connection: Connection) -> None:
    """Delete the anchors that another one follows."""
    found = connection.execute(select(LOG.c.number).where(LOG.c.previous.is_not(None)))
    anchors = set(found.scalars())
    followed = [{"followed": number} for number in anchors if number + 1 in anchors]
    if followed:
        connection.execute(delete(LOG).where(LOG.c.number == bindparam("followed")), followed)
