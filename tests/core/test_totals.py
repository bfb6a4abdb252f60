"""Money is added up once per person, and what is unknown is counted."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import Disposition, Kind, Row
from sync.core.totals import Totals, by_money, totals, totals_by_disposition
from tests.render.reports import PEOPLE, row

AMOUNTS = st.none() | st.decimals(min_value=-(10**6), max_value=10**6, places=2)


def worth(monthly: str | None, effect: str | None = None, number: int = 0) -> Row:
    person = replace(PEOPLE[0], monthly_usd=Decimal(monthly) if monthly else None)
    told = row(Kind.SET_COMMISSION, Disposition.HELD, person=person, number=number)
    return replace(told, effect_usd=Decimal(effect) if effect else None)


def test_rows_are_added_up() -> None:
    rows = [worth("10.50", "2"), worth("4300", "-0.30", 1), worth(None, None, 2)]

    assert totals(rows) == Totals(3, Decimal("4310.50"), Decimal("1.70"), 1)


def test_a_person_counts_once_and_is_known_where_one_row_knows() -> None:
    rows = [worth(None, "1"), worth("10", "2"), worth(None)]

    assert totals(rows) == Totals(3, Decimal(10), Decimal(2), 0)


def test_a_rate_written_to_both_sides_is_paid_once() -> None:
    up, down = [worth("100", "5"), worth("100", "7")], [worth("100", "-7"), worth("100", "-5")]

    assert totals(up).effect_usd == 7
    assert totals(down).effect_usd == -7
    assert totals([*up, worth("100", "3", 1)]).effect_usd == 10


def test_of_nothing_nothing_is_known() -> None:
    assert totals([]) == Totals()
    assert totals([worth(None)]) == Totals(1, None, None, 1)


def test_known_to_be_nothing_is_not_unknown() -> None:
    assert totals([worth("0", "0")]) == Totals(1, Decimal(0), Decimal(0), 0)


def test_each_disposition_has_totals_without_what_needs_no_reminder() -> None:
    rows = [worth("1"), replace(worth("2", number=1), quiet=True)]

    told = totals_by_disposition(rows)

    assert list(told) == list(Disposition)
    assert told[Disposition.HELD] == Totals(1, Decimal(1))
    assert told[Disposition.APPLY] == Totals()


def test_the_greatest_effect_comes_first_then_the_most_money_and_the_unknown_last() -> None:
    rows = [
        worth("5", "-30"),
        worth(None, "20"),
        worth("99", "1"),
        worth("99"),
        worth("0"),
        worth("-5"),
        worth(None),
    ]

    backwards = rows[::-1]
    assert sorted(backwards, key=by_money) == rows


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=6))
def test_the_order_of_rows_changes_no_total_and_parts_add_up(
    amounts: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    rows = [
        replace(
            row(number=number, person=replace(PEOPLE[0], monthly_usd=monthly)), effect_usd=effect
        )
        for number, (monthly, effect) in enumerate(amounts)
    ]
    whole, parts = totals(rows), [totals([each]) for each in rows]

    assert totals(reversed(rows)) == whole
    assert whole.unknown == sum(part.unknown for part in parts)
    assert (whole.monthly_usd or 0) == sum(part.monthly_usd or 0 for part in parts)
    assert (whole.effect_usd or 0) == sum(part.effect_usd or 0 for part in parts)
