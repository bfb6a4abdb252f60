"""What people decided, and the log."""

from datetime import datetime
from typing import Final

from sqlalchemy import Index
from sqlmodel import Field

from sync.state.tables.base import State, table_of


class Decisions(State, table=True):
    """What people decided about rows, kept for ever; ``row`` is a document, as it was seen then.

    ``fate`` is null while a decision is in force, or expired.
    """

    __table_args__ = (Index(None, "pair", "fate", "key"), {"sqlite_autoincrement": True})

    number: int | None = Field(default=None, primary_key=True)
    pair: str
    verb: str
    key: str
    row: str
    by: str
    at: datetime
    why: str
    until: datetime | None = None
    value: str | None = None
    fate: str | None = None
    fate_at: datetime | None = None


class Log(State, table=True):
    """The log: a chain of hashes over what runs did and people decided (``sync.state.log``).

    ``at`` is text: it is hashed to the letter. ``previous`` is null but for entries of runs that
    were forgotten: of several in a row only the last is left, with the hash of the one before it.
    """

    number: int | None = Field(default=None, primary_key=True)
    at: str
    pair: str
    kind: str
    subject: str
    digest: str
    hash: str
    previous: str | None = None


DECISIONS: Final = table_of(Decisions)
LOG: Final = table_of(Log)
