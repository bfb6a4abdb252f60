"""Reading a page's rows: all at once, and one by one where a row is not what it should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from connectors.transport.answer import faults
from sync.core.record import Incident


class Wire(BaseModel):
    """A record as it travels: unknown fields are left aside, values never show in an error."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


W = TypeVar("W", bound=Wire)


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


def _sound(value: object) -> object:
    """Text without halves of characters, which JSON can carry and nothing else can store."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _in_utc(moment: datetime | None) -> datetime | None:
    try:
        return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError:
        return None


Lenient: Final = WrapValidator(_or_none)
"""Unreadable is None: for what is shown or compared, never for what is decided on."""
Text = Annotated[str, BeforeValidator(_sound)]
Id = Annotated[str, Field(min_length=1, max_length=255)]
Count = Annotated[int | None, Lenient]
Moment = Annotated[datetime | None, AfterValidator(_in_utc), Lenient]
"""An aware time in UTC; one without a zone is taken for UTC."""


class RowShape(Generic[W]):
    """How the rows of one listing are read."""

    def __init__(self, one: type[W], many: TypeAdapter[list[W]]) -> None:
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
                read.append(self._one.model_validate(row))
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
