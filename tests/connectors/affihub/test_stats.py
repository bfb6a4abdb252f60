"""What a partner earned: told by a single read alone, in cents, exact or unknown."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.affihub.wire import PARTNER, PARTNERS
from sync.core.record import Earned
from tests.connectors.affihub.rows import partner

STATS = {
    "total_commissions": 9,
    "total_earned_cents": 125_001,
    "pending_cents": 1,
    "approved_cents": 25_000,
    "paid_cents": 100_000,
}


def earned(stats: object) -> Earned | None:
    return PARTNER.validate_python(partner(1) | {"stats": stats}).record().earned


def test_cents_become_exact_amounts() -> None:
    assert earned(STATS) == Earned(Decimal("1250.01"), Decimal("1250.00"))


def test_a_list_row_tells_no_earnings() -> None:
    (row,) = PARTNERS.read([partner(1)]).read

    assert row.record().earned is None


@pytest.mark.parametrize(
    "told", [None, "12.5", Decimal("0.5"), True, [], {}, "a lot", 10**40, Decimal("NaN")]
)
def test_a_figure_that_is_no_whole_number_of_cents_is_unknown(told: Any) -> None:
    assert earned(STATS | {"total_earned_cents": told, "paid_cents": told}) == Earned(None, None)


def test_figures_that_are_not_told_are_unknown_and_not_zero() -> None:
    assert earned({}) == Earned(None, None)
    assert earned({"approved_cents": 5, "total_earned_cents": "0"}) == Earned(Decimal(0), None)


@pytest.mark.parametrize("stats", [None, [], "much", 7])
def test_stats_nobody_can_read_are_not_told(stats: object) -> None:
    assert earned(stats) is None
