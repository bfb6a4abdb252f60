"""What people decide and when nobody may: approvals, days of freeze, limits in money."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator

from sync.config.sentences import nearest
from sync.config.table import Table
from sync.config.values import Duration
from sync.core.money import parse_money, parse_number
from sync.core.plan import Kind

LONGEST_MONTH: Final = 31


def _dollars(value: object) -> Decimal | None:
    told = parse_money(value) if isinstance(value, str) else parse_number(value)
    return _at_least_0(told, value, 'must be dollars such as 500 or 1250.50, or "" for no limit')


def _points(value: object) -> Decimal | None:
    told = parse_number(value)
    return _at_least_0(told, value, 'must be points such as 10 or 2.5, or "" for no limit')


def _at_least_0(told: Decimal | None, value: object, sentence: str) -> Decimal | None:
    if told is None and value in ("", None):
        return None
    if told is None or told < 0:
        raise ValueError(sentence)
    return told


def _row_kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        near = nearest(str(value), Kind) or f"; there are {', '.join(Kind)}"
        raise ValueError(f"no such kind of row{near}") from None


def _freeze_day(value: object) -> date | int:
    """A date, or a day of the month."""
    match value:
        case bool() | datetime():
            pass
        case date():
            return value
        case int() if 1 <= value <= LONGEST_MONTH:
            return value
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            with suppress(ValueError):
                return date.fromisoformat(value)
    raise ValueError('must be a date such as "2026-12-24", or a day of the month, 1 to 31')


Dollars = Annotated[Decimal | None, BeforeValidator(_dollars)]
Points = Annotated[Decimal | None, BeforeValidator(_points)]
RowKind = Annotated[Kind, BeforeValidator(_row_kind)]
FreezeDay = Annotated[date | int, BeforeValidator(_freeze_day)]


class ApprovalsConfig(Table):
    """How long a yes holds, and the kinds of row that need the yes of two people."""

    expire: Duration = timedelta(hours=72)
    two_people: tuple[RowKind, ...] = ()
