"""What earlier runs read at some cost, and what they learnt about rows."""

from datetime import datetime
from typing import Final

from sqlmodel import Field

from sync.state.tables.base import State, table_of


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


EMAIL_READINGS: Final = table_of(EmailReadings)
OVERRIDE_READINGS: Final = table_of(OverrideReadings)
PARKED_ROWS: Final = table_of(ParkedRows)
HELD_ROWS: Final = table_of(HeldRows)
OPEN_ROWS: Final = table_of(OpenRows)
