"""Who is who, and what both sides last agreed on."""

from typing import Final

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from sync.state.tables.base import State, table_of


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


LINKS: Final = table_of(Links)
BASES: Final = table_of(Bases)
KEPT_APART: Final = table_of(KeptApart)
