"""The tables. Keys are the two sides' own ids; rates, money and documents are text, never floats.

Times are aware and in UTC (SQLModel stores them so and refuses others). A *document* is JSON in
ASCII, read and written by ``sync.state.codecs`` only.
"""

from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint
from sqlmodel import Field, SQLModel


class State(SQLModel):
    """What every table shares: a name for each constraint, or batch migrations cannot drop it."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Pairs(State, table=True):
    """Facts about a pair that no listing tells."""

    pair: str = Field(primary_key=True)
    company_id: str | None = None
    first_run_by: str | None = None
    first_run_at: datetime | None = None


class Leases(State, table=True):
    """Who may write for a pair; ``token`` only ever grows, ``holder`` is null while it is free."""

    pair: str = Field(primary_key=True)
    token: int
    holder: str | None = None
    taken_at: datetime
    until: datetime


class Links(State, table=True):
    """An affiliate and a partner known to be the same person."""

    __table_args__ = (UniqueConstraint("pair", "affihub_id"),)

    pair: str = Field(primary_key=True)
    whop_id: str = Field(primary_key=True)
    affihub_id: str
    user_id: str
    evidence: str
    acceptance: str
    activation_owed: bool


class Bases(State, table=True):
    """What both sides of a link last agreed on for one field; no row, no agreement yet."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["pair", "whop_id"], ["links.pair", "links.whop_id"], ondelete="CASCADE"
        ),
    )

    pair: str = Field(primary_key=True)
    whop_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    value: str | None = None
    whop: str | None = None
    affihub: str | None = None


class KeptApart(State, table=True):
    """A user and a partner a person said are not the same."""

    __tablename__ = "kept_apart"

    pair: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    affihub_id: str = Field(primary_key=True)


class EmailReadings(State, table=True):
    """Addresses of one user as last read: a document, a list of texts."""

    __tablename__ = "email_readings"

    pair: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    emails: str
    read_at: datetime


class OverrideReadings(State, table=True):
    """Overrides of one affiliate as last read: a document, and the marks of that reading."""

    __tablename__ = "override_readings"

    pair: str = Field(primary_key=True)
    whop_id: str = Field(primary_key=True)
    overrides: str
    count: int | None = None
    updated_at: str
    read_at: datetime


class ParkedRows(State, table=True):
    """Rows that are not sent again while their key is the same, and what taught us so.

    ``until`` is when a row may be sent again after all, null = never; ``tries`` is how often it
    failed so far.
    """

    __tablename__ = "parked_rows"

    pair: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    disposition: str
    rule: str
    reason: str
    at: datetime
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    until: datetime | None = None


class HeldRows(State, table=True):
    """Rows a guard's limit held, since when."""

    __tablename__ = "held_rows"

    pair: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    guard: str
    since: datetime


class OpenRows(State, table=True):
    """Rows that need a person, since when; ``row`` is a document."""

    __tablename__ = "open_rows"

    pair: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    row: str
    since: datetime


class Standings(State, table=True):
    """How a pair is doing over its runs (``sync.core.standing.Standing``)."""

    pair: str = Field(primary_key=True)
    last_started: datetime | None = None
    last_good: datetime | None = None
    failures: int = 0
    trouble: str | None = None
    reason: str = ""
    since: datetime | None = None
    not_before: datetime | None = None
    next_run: datetime | None = None


class ToldPeople(State, table=True):
    """What a pair's people were told last; ``needs`` is a document, a list of row keys."""

    __tablename__ = "told"

    pair: str = Field(primary_key=True)
    needs: str
    failing: str | None = None
    failing_since: datetime | None = None
    at: datetime | None = None
    digest_at: datetime | None = None


class Runs(State, table=True):
    """One run: its head, and as a document (``told``) what its report shows beside the rows.

    ``program`` is the program that runs it, so that a run whose program died can be told.
    ``rows_of`` is the run whose rows and unmatched people are also this one's, null where this run
    has its own; that one has its own always.
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


def _table(model: type[State]) -> Table:
    return State.metadata.tables[str(model.__tablename__)]


PAIRS: Final = _table(Pairs)
LEASES: Final = _table(Leases)
LINKS: Final = _table(Links)
BASES: Final = _table(Bases)
KEPT_APART: Final = _table(KeptApart)
EMAIL_READINGS: Final = _table(EmailReadings)
OVERRIDE_READINGS: Final = _table(OverrideReadings)
PARKED_ROWS: Final = _table(ParkedRows)
HELD_ROWS: Final = _table(HeldRows)
OPEN_ROWS: Final = _table(OpenRows)
STANDINGS: Final = _table(Standings)
TOLD: Final = _table(ToldPeople)
RUNS: Final = _table(Runs)
ROWS: Final = _table(Rows)
INTENTS: Final = _table(Intents)
