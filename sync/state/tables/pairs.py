"""What is known of a pair beside its links: facts, its lease, how it is doing."""

from datetime import datetime
from typing import Final

from sqlmodel import Field

from sync.state.tables.base import State, table_of


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


PAIRS: Final = table_of(Pairs)
LEASES: Final = table_of(Leases)
STANDINGS: Final = table_of(Standings)
TOLD: Final = table_of(ToldPeople)
