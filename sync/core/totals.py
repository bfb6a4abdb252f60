"""The money that rows touch, added up; what nobody knows is counted, never taken for zero."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sync.core.plan import Disposition, Row


@dataclass(frozen=True, slots=True)
class Totals:
    """What rows touch, in US dollars a month; None = nothing is known of any of them.

    ``monthly_usd`` is what their people bring in, each counted once, and ``unknown`` how many
    people of whom nobody knows that. ``effect_usd`` is by how much the rows change what is paid,
    each person counted once: a rate that is written to both sides is paid once.
    """

    rows: int = 0
    monthly_usd: Decimal | None = None
    effect_usd: Decimal | None = None
    unknown: int = 0


def totals(rows: Iterable[Row]) -> Totals:
    """These rows added up."""
    rows = tuple(rows)
    people: dict[str, Decimal | None] = {}
    for row in rows:
        if people.get(row.identity) is None:
            people[row.identity] = row.person.monthly_usd
    return Totals(
        rows=len(rows),
        monthly_usd=_sum(people.values()),
        effect_usd=_sum(effects(rows)),
        unknown=sum(monthly is None for monthly in people.values()),
    )


def totals_by_disposition(rows: Iterable[Row]) -> Mapping[Disposition, Totals]:
    """The rows of each disposition added up, without those that need no reminder."""
    loud = [row for row in rows if not row.quiet]
    return {each: totals(row for row in loud if row.disposition is each) for each in Disposition}


def effects(rows: Iterable[Row]) -> Collection[Decimal]:
    """What each person's rows change in what is paid a month, where that is known.

    The most that one row of a person does: a rate written to both sides is paid once.
    """
    people: dict[str, Decimal] = {}
    for row in rows:
        if row.effect_usd is not None:
            so_far = people.get(row.identity, Decimal())
            people[row.identity] = max(so_far, row.effect_usd, key=abs)
    return people.values()


def by_money(row: Row) -> tuple[Decimal, bool, Decimal]:
    """A key to sort by: the greatest effect first, then the most monthly money, unknown last."""
    monthly = row.person.monthly_usd
    return -abs(row.effect_usd or Decimal()), monthly is None, -(monthly or Decimal())


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if known else None
