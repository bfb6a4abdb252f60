"""Budgets over time hold every guard class, whatever applied the earlier rows."""

from collections.abc import Mapping
from typing import Final

import pytest

from sync.core.guard import Facts, hold
from sync.core.plan import Disposition, Kind
from sync.core.policy import DEFAULT_LIMITS, GuardClass, Guards, Limit
from sync.core.ports import Spent
from tests.render.reports import row

KINDS: Final[Mapping[GuardClass, Kind]] = {
    GuardClass.CREATE_PARTNER: Kind.CREATE_PARTNER,
    GuardClass.CREATE_AFFILIATE: Kind.CREATE_AFFILIATE,
    GuardClass.DEACTIVATE: Kind.ARCHIVE_AFFILIATE,
    GuardClass.REACTIVATE: Kind.UNARCHIVE_AFFILIATE,
    GuardClass.COMMISSION: Kind.SET_COMMISSION,
    GuardClass.REMOVE_COMMISSION: Kind.REMOVE_COMMISSION,
    GuardClass.MISSING: Kind.MOVE_LINK,
}
ROOMY: Final = Limit(100)
DAY: Final = Limit(100, per_day=5)
WEEK: Final = Limit(100, per_week=5)


@pytest.mark.parametrize(
    "budget, spent, held",
    [
        (DAY, Spent(day=2, week=99), 0),
        (DAY, Spent(day=3, week=3), 3),
        (WEEK, Spent(day=0, week=2), 0),
        (WEEK, Spent(day=0, week=3), 3),
    ],
)
@pytest.mark.parametrize("name", DEFAULT_LIMITS)
def test_what_went_before_counts_for_every_class(
    name: GuardClass, budget: Limit, spent: Spent, held: int
) -> None:
    rows = [row(KINDS[name], number=number) for number in range(3)]
    guards = Guards(dict.fromkeys(DEFAULT_LIMITS, ROOMY) | {name: budget})
    facts = Facts("main", links=1000, reactivate=True, spent={name: spent})

    told, verdicts = hold(rows, guards, facts)

    assert [each.disposition for each in told].count(Disposition.HELD) == held
    assert [verdict.guard for verdict in verdicts] == [name] * bool(held)


def test_every_class_that_counts_rows_is_among_them() -> None:
    assert set(KINDS) == set(DEFAULT_LIMITS)
