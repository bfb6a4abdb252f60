"""What every table shares."""

from typing import ClassVar

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel


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


def table_of(model: type[State]) -> Table:
    """The table of a model, as statements name it."""
    return State.metadata.tables[str(model.__tablename__)]
