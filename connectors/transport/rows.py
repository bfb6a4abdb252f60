"""Reading a page's rows: all at once, and one by one where a row is not what it should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from connectors.transport.answer import faults, in_shape
from sync.core.money import parse_number
from sync.core.record import Incident


class Wire(BaseModel):
    """A record as it travels: unknown fields are left aside, values never show in an error.

    A listing has many rows, so what may be unreadable is taken as it is (``Any``) and read by the
    functions below when the row becomes a record: a validator in Python costs as much as the row.
    """

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


W = TypeVar("W", bound=Wire)


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


Lenient: Final = WrapValidator(_or_none)
"""Unreadable is None: for what is shown or compared, never for what is decided on."""
Text = Annotated[str, Field(min_length=0)]
"""Any text that is whole: without the constraint pydantic would not look into it."""
Id = Annotated[str, Field(min_length=1, max_length=255)]
Count = Annotated[int | None, Lenient]


def moment(value: Any) -> datetime | None:
    """An aware time in UTC out of ISO 8601, one without a zone being UTC; None where unreadable."""
    try:
        told = datetime.fromisoformat(value)
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def count(value: object) -> int | None:
    """A whole number, however it is written; None where there is none."""
    if type(value) is int:
        return value
    number = parse_number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def shown(value: object) -> str | None:
    """A text that can be stored; None for anything else."""
    try:
        return value if isinstance(value, str) and value.encode() is not None else None
    except UnicodeEncodeError:
        return None


class RowShape(Generic[W]):
    """How the rows of one listing are read."""

    def __init__(self, one: TypeAdapter[W], many: TypeAdapter[list[W]]) -> None:
        self._one = one
        self._many = many

    def read(self, rows: Sequence[object]) -> "Rows[W]":
        """Every row that can be read, and an incident for each that cannot."""
        try:
            return Rows(self._many.validate_python(rows), [])
        except ValidationError:
            return self._one_by_one(rows)

    def _one_by_one(self, rows: Iterable[object]) -> "Rows[W]":
        read: list[W] = []
        incidents: list[Incident] = []
        for row in rows:
            try:
                read.append(in_shape(self._one, row))
            except ValidationError as error:
                incidents.append(Incident(_id_of(row), f"unreadable: {faults(error)}"))
        return Rows(read, incidents)


@dataclass(frozen=True, slots=True)
class Rows(Generic[W]):
    """A page's rows, read."""

    read: Sequence[W]
    incidents: Sequence[Incident]


_ID: Final[TypeAdapter[str]] = TypeAdapter(Id)


def _id_of(row: object) -> str | None:
    try:
        return _ID.validate_python(row.get("id") if isinstance(row, dict) else None)
    except ValidationError:
        return None
