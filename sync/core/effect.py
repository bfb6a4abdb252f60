"""What a row changes in what is paid a month."""

from dataclasses import replace
from decimal import Decimal

from sync.core.plan import Field, Row


def with_effect(row: Row) -> Row:
    """The row with what it changes in what is paid a month, where that can be known."""
    return replace(row, effect_usd=effect_usd(row)) if row.field is Field.COMMISSION else row


def effect_usd(row: Row) -> Decimal | None:
    """The monthly revenue of the person times the change of the rate, in US dollars and exact.

    None where either is not known: neither side tells what it pays where no rate is set.
    """
    revenue = row.person.monthly_usd
    if revenue is None or row.before is None or row.after is None:
        return None
    return (revenue * (Decimal(row.after) - Decimal(row.before))).scaleb(-2)
