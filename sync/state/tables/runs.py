"""What runs did, and what they are about to do."""

from datetime import datetime
from typing import Final

from sqlalchemy import Index, false
from sqlmodel import Field

from sync.state.tables.base import State, table_of


class Runs(State, table=True):
    """One run: its head, and as a document (``told``) what its report shows beside the rows.

    ``program`` is the program that runs it, so that a run whose program died can be told.
    ``rows_of`` is the run whose rows and unmatched people are also this one's, null where this run
    has its own; that one has its own always. ``log`` is the hash of the run's latest entry in the
    log, null before it ended.
    """

    __table_args__ = (
        Index(None, "pair", "finished_at"),
        Index(None, "pair", "mode", "finished_at"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    pair: str
    mode: str
    status: str
    started_at: datetime
    finished_at: datetime | None = None
    config: str
    allowed: str
    by: str
    error: str | None = None
    program: str
    links: int = 0
    in_sync: int = 0
    unmatched_whop: int = 0
    unmatched_affihub: int = 0
    told: str = "{}"
    trouble: str | None = None
    rows_of: int | None = Field(default=None, foreign_key="runs.number", index=True)
    log: str | None = None


class Rows(State, table=True):
    """The rows of a run, in the report's order (by ``number``).

    ``at`` is when the outcome was recorded, or when the run ended; ``classes`` are the guard
    classes the row counts in, parted by spaces; ``person`` and ``expect`` are documents.
    """

    __table_args__ = (
        Index(None, "run", "key"),
        Index(None, "pair", "whop_id"),
        Index(None, "pair", "affihub_id"),
        Index(None, "pair", "outcome", "at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    run: int = Field(foreign_key="runs.number", ondelete="CASCADE")
    pair: str
    at: datetime
    classes: str
    key: str
    kind: str
    side: str
    person: str
    whop_id: str | None = None
    affihub_id: str | None = None
    field: str
    base: str | None = None
    before: str | None = None
    after: str | None = None
    disposition: str
    rule: str
    reason: str
    expect: str
    guard: str | None = None
    outcome: str | None = None
    error: str | None = None
    decided: str | None = None
    quiet: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    effect_usd: str | None = None


class Intents(State, table=True):
    """Remote writes announced and not settled yet; ``row`` and ``off`` are documents.

    Numbers are never used twice: settling an old intent late must not close another one. A run
    with open intents cannot be deleted: what it may have done is not known yet.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    number: int | None = Field(default=None, primary_key=True)
    run: int = Field(foreign_key="runs.number", index=True)
    pair: str = Field(index=True)
    at: datetime
    row: str
    off: str


class Snapshots(State, table=True):
    """What a run read and knew: a document that the caller made, and understands again."""

    run: int = Field(foreign_key="runs.number", ondelete="CASCADE", primary_key=True)
    pair: str = Field(index=True)
    document: bytes


RUNS: Final = table_of(Runs)
ROWS: Final = table_of(Rows)
INTENTS: Final = table_of(Intents)
SNAPSHOTS: Final = table_of(Snapshots)
