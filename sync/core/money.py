"""Amounts and rates as the two sides write them, read exactly or not at all."""

import re
from decimal import Decimal
from typing import Final

_AMOUNT: Final = re.compile(
    r"(?P<sign>-?)\$?(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,9}|[0-9]{1,30})(?P<part>\.[0-9]{1,10})?"
)
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LIMIT: Final = Decimal(10) ** 15
"""Beyond this a number is no rate anybody meant, and rounding it could fail."""


def parse_money(text: str) -> Decimal | None:
    """The amount in a display string like ``$1,157.79``; None for what is no such string.

    Whop tells money this way (api/whop.md section 2, Formats). What does not parse is unknown,
    never zero: no letters, no percent sign, no group of other than three digits.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    sign, whole, part = found.group("sign", "whole", "part")
    return Decimal(f"{sign}{whole.replace(',', '')}{part or ''}")


def parse_number(value: object) -> Decimal | None:
    """An exact number from a JSON number or a numeric string; None for anything else.

    Both sides are known to write numbers either way (api/affihub.md section 5, 17).
    """
    match value:
        case bool():
            return None
        case int() | Decimal():
            number = Decimal(value)
        case str() if _NUMBER.fullmatch(value):
            number = Decimal(value)
        case _:
            return None
    return number if number.is_finite() and abs(number) < _LIMIT else None
