"""Amounts and rates as the two sides write them, read exactly or not at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

DOLLARS: Final = "USD"

_MINUS: Final = "-\N{MINUS SIGN}\N{EN DASH}"
_BLANK: Final = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"
_SIGN: Final = rf"[^{_MINUS}+\d\s.,'()%]{{1,5}}"
_AMOUNT: Final = re.compile(
    rf"(?P<open>\()?(?P<minus>[{_MINUS}])?(?:(?P<before>{_SIGN}){_BLANK}?)?"
    rf"(?P<inner>[{_MINUS}])?(?P<number>[0-9](?:[0-9.,']|{_BLANK}(?=[0-9]))*)"
    rf"(?:{_BLANK}?(?P<after>{_SIGN}))?(?P<close>\))?"
)
_POINT: Final = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3}){1,9}|[0-9]{1,30})(?:\.(?P<part>[0-9]{1,10}))?"
)
"""1,234.56: how dollars are written."""
_COMMA: Final = re.compile(
    rf"(?P<whole>[0-9]{{1,3}}(?:(?:[.']|{_BLANK})[0-9]{{3}}){{1,9}}|[0-9]{{1,30}})"
    r"(?:,(?P<part>[0-9]{1,10}))?"
)
"""1.234,56: how other amounts may be."""

_CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {"$": DOLLARS, "US$": DOLLARS, "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
    | {"A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "R$": "BRL", "MX$": "MXN"}
    | {"NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS"}
)
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_LIMIT: Final = Decimal(10) ** 15
"""Beyond this a number is no rate anybody meant, and rounding it could fail."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as somebody wrote it; ``number`` is None where it can be read in two ways.

    ``currency`` is a code of three letters.
    """

    number: Decimal | None
    currency: str

    @property
    def usd(self) -> Decimal | None:
        """The amount in US dollars; None where it is of another currency: nothing is converted."""
        return self.number if self.currency == DOLLARS else None


def read_money(text: str) -> Money | None:
    """What a display string like ``$1,157.79`` says; None for what is no amount of money.

    Whop tells money this way (api/whop.md section 2, Formats), a bare number being dollars. How it
    writes what is negative is open, so every usual form is read: ``-$5``, ``$-5``, ``($5)``.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None or (found["open"] is None) is not (found["close"] is None):
        return None
    negative = [mark for mark in ("open", "minus", "inner") if found[mark]]
    currency = _currency(found["before"], found["after"])
    if currency is None or len(negative) > 1:
        return None
    number = _read(found["number"], currency)
    if currency == DOLLARS and number is None:
        return None
    return Money(-number if number and negative else number, currency)


def parse_money(text: str) -> Decimal | None:
    """The US dollars in a display string; None = unknown, never zero.

    Unknown is what does not parse, and what is another currency.
    """
    told = read_money(text)
    return told.usd if told else None


def parse_cents(value: object) -> Decimal | None:
    """Whole units, exact, out of a whole number of cents as number or text; None for the rest.

    Affihub tells money this way (api/affihub.md section 1), and names no currency.
    """
    cents = parse_number(value)
    return cents.scaleb(-2) if cents is not None and cents == cents.to_integral_value() else None


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


def _currency(before: str | None, after: str | None) -> str | None:
    """The one currency the signs name: ``$12 CAD`` is Canadian; None where they name none."""
    named = {_code(sign) for sign in (before, after) if sign}
    if len(named) > 1 and before == "$":
        named.discard(DOLLARS)
    return DOLLARS if not named else named.pop() if len(named) == 1 else None


def _code(sign: str) -> str | None:
    if re.fullmatch("[A-Za-z]{3}", sign):
        return sign.upper()
    return _CURRENCIES.get(sign.upper())


def _read(text: str, currency: str) -> Decimal | None:
    """The number; outside dollars a comma may be a point: what both readings agree on."""
    forms = (_POINT,) if currency == DOLLARS else (_POINT, _COMMA)
    read = {_decimal(found) for form in forms if (found := form.fullmatch(text))}
    return read.pop() if len(read) == 1 else None


def _decimal(found: re.Match[str]) -> Decimal:
    whole = re.sub("[^0-9]", "", found["whole"])
    return Decimal(f"{whole}.{found['part'] or ''}")
