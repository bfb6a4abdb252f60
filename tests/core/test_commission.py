"""Overrides <-> one commission: what a slot says, what it cannot say, how it is changed."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sync.core
from sync.core.commission import (
    AddOverride,
    DropOverride,
    Edit,
    Inexpressible,
    SetPercent,
    cannot_hold,
    edits,
    in_slot,
    rate_text,
    same_rate,
    show_rate,
    slot_rate,
    was_kept,
)
from sync.core.policy import Slot, SlotKind
from sync.core.record import Override, Side, Untold
from tests.core.people import override, plan_override

COMPANY: Final = Slot()
PRODUCT: Final = Slot(product_id="prod_1")
PLANS: Final = Slot(SlotKind.STANDARD, plan_ids=("plan_1", "plan_2"))
SLOTS: Final = (COMPANY, PRODUCT, PLANS)


def reason(overrides: Sequence[Override], slot: Slot) -> str:
    rate = slot_rate(overrides, slot)
    assert isinstance(rate, Inexpressible)
    return rate.reason


@pytest.mark.parametrize("slot", SLOTS)
def test_an_empty_slot_has_no_rate_of_its_own(slot: Slot) -> None:
    assert slot_rate((), slot) is None


def test_the_company_wide_share_is_the_rate_of_a_company_wide_slot() -> None:
    assert slot_rate([override(20)], COMPANY) == 20


def test_the_share_of_one_product_is_the_rate_of_that_products_slot_only() -> None:
    mine = override(20, product_id="prod_1")

    assert slot_rate([mine], PRODUCT) == 20
    assert slot_rate([mine], COMPANY) is None
    assert slot_rate([mine], Slot(product_id="prod_2")) is None


def test_overrides_outside_the_slot_are_neither_counted_nor_a_fault() -> None:
    others = [
        override(90, 2, product_id="prod_1"),
        override(80, 3, product_id="prod_2", commission_type="flat_fee"),
        plan_override("plan_1", 70, commission_type="flat_fee"),
    ]

    assert slot_rate([*others, override(20)], COMPANY) == 20
    assert slot_rate([plan_override("plan_9", 70)], PLANS) is None


def test_listed_plans_that_all_pay_the_same_are_one_rate() -> None:
    assert slot_rate([plan_override("plan_1", 20), plan_override("plan_2", 20)], PLANS) == 20


def test_listed_plans_that_pay_the_same_in_other_digits_are_one_rate() -> None:
    mine = [plan_override("plan_1", Decimal(20)), plan_override("plan_2", Decimal("20.0"))]

    assert slot_rate(mine, PLANS) == 20


def test_a_plan_listed_twice_is_one_plan() -> None:
    slot = replace(PLANS, plan_ids=("plan_1", "plan_1"))

    assert slot_rate([plan_override("plan_1", 20)], slot) == 20
    assert edits((), slot, Decimal(20)) == (AddOverride(Decimal(20), "plan_1"),)


def test_plans_that_disagree_are_no_rate_and_the_reason_tells_both() -> None:
    mine = [plan_override("plan_1", 20), plan_override("plan_2", 25)]

    assert reason(mine, PLANS) == "its plans pay different rates: 20, 25"


def test_a_listed_plan_without_an_override_is_no_rate() -> None:
    assert reason([plan_override("plan_1", 20)], PLANS) == (
        "only 1 of the 2 listed plans have an override"
    )


def test_two_overrides_in_one_place_are_no_rate_even_if_they_agree() -> None:
    assert reason([override(20, 1), override(20, 2)], COMPANY) == "2 overrides stand in one place"


def test_two_overrides_on_one_plan_do_not_stand_for_two_plans() -> None:
    mine = [plan_override("plan_1", 20, id="affov_a"), plan_override("plan_1", 20, id="affov_b")]

    assert reason(mine, PLANS) == "2 overrides stand in one place"


@pytest.mark.parametrize("slot", SLOTS)
def test_a_flat_fee_in_the_slot_is_no_rate(slot: Slot) -> None:
    flat = [replace(one, commission_type="flat_fee") for one in filled(slot, 20)]

    assert "pays flat_fee, not a percentage" in reason(flat, slot)


def test_an_override_with_another_basis_is_no_rate() -> None:
    assert reason([override(revenue_basis="pre_fees")], COMPANY) == (
        "override affov_1 applies to pre_fees, the slot to post_fees"
    )


def test_an_override_for_other_payments_is_no_rate() -> None:
    mine = [plan_override("plan_1"), plan_override("plan_2", applies_to_payments="first_payment")]

    assert "applies to first_payment, the slot to all_payments" in reason(mine, PLANS)


def test_a_basis_whop_does_not_tell_is_taken_for_the_slots_own() -> None:
    untold = [plan_override(plan, applies_to_payments=None) for plan in PLANS.plan_ids]

    assert slot_rate([override(20, revenue_basis=None)], COMPANY) == 20
    assert slot_rate(untold, PLANS) == 20


def test_what_belongs_to_the_other_kind_of_override_does_not_count() -> None:
    assert slot_rate([override(20, applies_to_payments="first_payment")], COMPANY) == 20


def test_a_value_that_cannot_be_read_is_no_rate() -> None:
    unread = replace(override(), commission_value=Untold.UNREADABLE)

    assert reason([unread], COMPANY) == "override affov_1 has a rate that cannot be read"


@given(st.permutations([override(20, 1), override(25, 2), override(30, 3)]))
def test_what_a_slot_says_does_not_hang_on_the_order_of_overrides(mine: list[Override]) -> None:
    faulty = [replace(one, commission_type="flat_fee") for one in mine]

    assert slot_rate(mine, COMPANY) == Inexpressible("3 overrides stand in one place")
    assert reason(faulty, COMPANY).startswith("override affov_1 ")


def filled(slot: Slot, percent: int) -> list[Override]:
    """The slot's own overrides, as Whop would list them at this rate."""
    if slot.kind is SlotKind.STANDARD:
        return [plan_override(plan, percent) for plan in slot.plan_ids]
    return [override(percent, product_id=slot.product_id)]


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_that_is_there_already_needs_no_edit(slot: Slot) -> None:
    assert edits(filled(slot, 20), slot, Decimal("20.00")) == ()
    assert edits((), slot, None) == ()


def test_an_empty_slot_gets_an_override_for_each_of_its_places() -> None:
    assert edits((), COMPANY, Decimal(20)) == (AddOverride(Decimal(20), None),)
    assert edits((), PLANS, Decimal(20)) == (
        AddOverride(Decimal(20), "plan_1"),
        AddOverride(Decimal(20), "plan_2"),
    )


def test_a_rate_is_changed_where_it_stands() -> None:
    assert edits([override(20)], COMPANY, Decimal(25)) == (SetPercent("affov_1", Decimal(25)),)


def test_a_rate_that_is_half_changed_is_brought_to_the_end() -> None:
    begun = [plan_override("plan_1", 25)]

    assert edits(begun, PLANS, Decimal(25)) == (AddOverride(Decimal(25), "plan_2"),)
    assert edits([*begun, plan_override("plan_2", 20)], PLANS, Decimal(25)) == (
        SetPercent("affov_plan_2", Decimal(25)),
    )


def test_removing_a_rate_drops_the_slots_overrides_only() -> None:
    others = [override(90, 9, product_id="prod_9"), plan_override("plan_9")]

    assert edits([*others, override(20)], COMPANY, None) == (DropOverride("affov_1"),)


FAULTS: Final = {
    "flat fee": override(5, commission_type="flat_fee"),
    "other basis": override(20, revenue_basis="pre_fees"),
    "unreadable": replace(override(), commission_value=Untold.UNREADABLE),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("percent", [None, Decimal(20), Decimal(25)])
def test_terms_that_no_percentage_stands_for_are_never_edited(
    fault: str, percent: Decimal | None
) -> None:
    """A flat fee of 5 dollars must not become one of 25 dollars, or be dropped."""
    assert edits([FAULTS[fault]], COMPANY, percent) == ()


@pytest.mark.parametrize("percent", [None, Decimal(25)])
def test_two_overrides_in_one_place_are_left_to_a_person(percent: Decimal | None) -> None:
    assert edits([override(20, 1), override(20, 2)], COMPANY, percent) == ()


def carried_out(overrides: Sequence[Override], slot: Slot, todo: Sequence[Edit]) -> list[Override]:
    """The overrides as Whop lists them once these edits are done."""
    by_id = {one.id: one for one in overrides}
    for number, edit in enumerate(todo):
        match edit:
            case SetPercent(override_id=known, percent=percent):
                by_id[known] = replace(by_id[known], commission_value=percent)
            case DropOverride(override_id=known):
                del by_id[known]
            case AddOverride(percent=percent, plan_id=None):
                new = override(percent, 900 + number, product_id=slot.product_id)
                by_id[new.id] = new
            case AddOverride(percent=percent, plan_id=str() as plan):
                new = plan_override(plan, percent, id=f"affov_new_{plan}")
                by_id[new.id] = new
    return list(by_id.values())


VALUES: Final[tuple[Decimal | Untold, ...]] = (
    Decimal(20),
    Decimal(25),
    Decimal("12.5"),
    Untold.UNREADABLE,
)


@st.composite
def any_override(draw: st.DrawFn) -> Override:
    """Any override Whop could list, in a slot of these tests or beside it."""
    kind = draw(st.sampled_from(["rev_share", "standard", "tiered"]))
    return Override(
        id=draw(st.sampled_from("abcdef")),
        override_type=kind,
        commission_type=draw(st.sampled_from(["percentage", "percentage", "flat_fee"])),
        commission_value=draw(st.sampled_from(VALUES)),
        plan_id=draw(st.sampled_from([None, "plan_1", "plan_2", "plan_9"])),
        product_id=draw(st.sampled_from([None, "prod_1", "prod_2"])),
        applies_to_payments=draw(st.sampled_from([None, "all_payments", "first_payment"])),
        revenue_basis=draw(st.sampled_from([None, "post_fees", "pre_fees"])),
    )


ANY_OVERRIDES: Final = st.lists(any_override(), max_size=5, unique_by=lambda one: one.id)
ANY_SLOT: Final = st.sampled_from(SLOTS)
WHOLE_PERCENT: Final = st.integers(1, 100).map(Decimal)


@given(ANY_OVERRIDES, ANY_SLOT, st.none() | WHOLE_PERCENT)
def test_edits_bring_any_overrides_to_the_rate_or_leave_them_all_alone(
    overrides: list[Override], slot: Slot, percent: Decimal | None
) -> None:
    todo = edits(overrides, slot, percent)

    rate = slot_rate(carried_out(overrides, slot, todo), slot)
    if isinstance(rate, Inexpressible):
        assert todo == ()
    else:
        assert rate == percent


@given(ANY_OVERRIDES, ANY_SLOT, st.none() | WHOLE_PERCENT)
def test_edits_reach_any_rate_from_wherever_a_slot_says_one(
    overrides: list[Override], slot: Slot, percent: Decimal | None
) -> None:
    if isinstance(slot_rate(overrides, slot), Inexpressible):
        return

    todo = edits(overrides, slot, percent)

    assert slot_rate(carried_out(overrides, slot, todo), slot) == percent


@given(ANY_OVERRIDES, ANY_SLOT, st.none() | WHOLE_PERCENT)
def test_edits_touch_nothing_outside_the_slot(
    overrides: list[Override], slot: Slot, percent: Decimal | None
) -> None:
    mine = {one.id for one in overrides if in_slot(one, slot)}

    touched = {
        edit.override_id
        for edit in edits(overrides, slot, percent)
        if not isinstance(edit, AddOverride)
    }

    assert touched <= mine


@given(ANY_OVERRIDES, ANY_SLOT, st.none() | WHOLE_PERCENT)
def test_edits_are_done_once_they_are_done(
    overrides: list[Override], slot: Slot, percent: Decimal | None
) -> None:
    after = carried_out(overrides, slot, edits(overrides, slot, percent))

    assert edits(after, slot, percent) == ()


@given(ANY_OVERRIDES, ANY_SLOT, WHOLE_PERCENT, st.integers(0, 5))
def test_edits_cut_off_in_the_middle_are_brought_to_the_same_end(
    overrides: list[Override], slot: Slot, percent: Decimal, sent: int
) -> None:
    todo = edits(overrides, slot, percent)
    cut_off = carried_out(overrides, slot, todo[:sent])

    resumed = carried_out(cut_off, slot, edits(cut_off, slot, percent))

    assert slot_rate(resumed, slot) == slot_rate(carried_out(overrides, slot, todo), slot)


@pytest.mark.parametrize("percent", ["1", "20", "100", "20.0", "1E+1"])
def test_whop_holds_whole_percentages_from_1_to_100(percent: str) -> None:
    assert cannot_hold(Side.WHOP, Decimal(percent)) is None


@pytest.mark.parametrize("percent", ["0", "0.5", "12.5", "99.99", "101", "100.5", "-1", "1E+30"])
def test_whop_holds_nothing_else(percent: str) -> None:
    assert cannot_hold(Side.WHOP, Decimal(percent)) == "Whop holds whole percentages from 1 to 100"


@pytest.mark.parametrize("percent", ["0", "0.01", "12.5", "12.50", "12.500", "100"])
def test_affihub_holds_percentages_with_two_decimals(percent: str) -> None:
    assert cannot_hold(Side.AFFIHUB, Decimal(percent)) is None


@pytest.mark.parametrize("percent", ["-0.01", "100.01", "12.345", "0.001", "1E+30", "1E-30"])
def test_affihub_holds_nothing_else(percent: str) -> None:
    assert cannot_hold(Side.AFFIHUB, Decimal(percent)) == (
        "Affihub holds percentages from 0 to 100 with two decimals"
    )


@pytest.mark.parametrize(
    "one, other, same",
    [
        (None, None, True),
        (None, "0", False),
        ("0", None, False),
        ("20", "20.00", True),
        ("20", "20.004", True),
        ("20", "20.01", False),
        ("12.34", "12.344", True),
        ("12.5", "12.49", False),
    ],
)
def test_rates_are_the_same_money_when_equal_to_a_hundredth_of_a_point(
    one: str | None, other: str | None, same: bool
) -> None:
    rates = [None if text is None else Decimal(text) for text in (one, other)]

    assert same_rate(*rates) is same


@pytest.mark.parametrize(
    "asked, kept, fine",
    [
        (None, None, True),
        (None, "0", False),
        ("20", None, False),
        ("12.345", "12.35", True),
        ("12.34", "12.35", True),
        ("12.34", "12.351", False),
        ("25", "20", False),
    ],
)
def test_a_server_may_round_within_a_hundredth_of_a_point_and_no_more(
    asked: str | None, kept: str | None, fine: bool
) -> None:
    rates = [None if text is None else Decimal(text) for text in (asked, kept)]

    assert was_kept(*rates) is fine


@pytest.mark.parametrize(
    "rate, text",
    [
        ("20", "20"),
        ("20.00", "20"),
        ("12.50", "12.5"),
        ("1E+2", "100"),
        ("0", "0"),
        ("0.00", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("100", "100"),
        ("0.10", "0.1"),
    ],
)
def test_a_rate_is_written_in_the_shortest_exact_way(rate: str, text: str) -> None:
    assert rate_text(Decimal(rate)) == text


EXACT: Final = st.decimals(
    min_value=-(10**15), max_value=10**15, places=6, allow_nan=False, allow_infinity=False
)


@given(EXACT)
def test_writing_a_rate_loses_nothing(rate: Decimal) -> None:
    assert Decimal(rate_text(rate) or "") == rate


@given(EXACT, st.integers(0, 9))
def test_equal_rates_are_written_alike_whatever_zeros_they_came_with(
    rate: Decimal, zeros: int
) -> None:
    assert rate_text(Decimal(f"{rate:f}" + "0" * zeros)) == rate_text(rate)


def test_no_rate_is_written_as_none_and_shown_as_the_default() -> None:
    assert rate_text(None) is None
    assert show_rate(None) == "the default rate"
    assert show_rate("12.5") == "12.5 %"


def test_no_float_is_anywhere_in_the_core() -> None:
    """Money that was a float once has lost what it was."""
    folder = Path(sync.core.__file__).parent
    found = [
        f"{path.name}:{node.lineno}"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id in ("float", "round"))
    ]

    allowed = [place for place in found if place.startswith("ports.py")]  # seconds to wait
    assert found == allowed
