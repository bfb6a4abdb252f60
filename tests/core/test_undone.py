"""What an undo leaves behind: bases as before the run, and a no to whatever would do it again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.core.decision import Verb
from sync.core.inverse import inverse
from sync.core.plan import Base, Disposition, Kind, Link, Outcome, Row
from sync.core.policy import CommissionPolicy, Policy, Slot, SlotKind
from sync.core.ports import Settlement
from sync.core.record import Gathered, Override, Side
from sync.core.undone import after, due_again, with_undone
from tests.core.people import (
    OFF,
    ON,
    affihub,
    affiliate,
    link,
    override,
    partner,
    plan_override,
    policy,
    whop,
)
from tests.core.undoing import RATES, REASON, gathered, moved, now, wrote, wrote_rate
from tests.core.words import MORNING

TWENTY = Base("20", "20", "20")
THIRTY = Base("30", "30", "30")
SLOT = Slot()
PLANS = Slot(SlotKind.STANDARD, plan_ids=("plan_1", "plan_2"))


def undo_of(row: Row, found: Link, **told: Any) -> Row:
    """The row that took another back, applied."""
    made = inverse(row, "main", row.person, found, REASON)
    return replace(made, outcome=Outcome.APPLIED, **told)


def on_again() -> tuple[Row, Link, Gathered]:
    """Person 1 was switched off after Whop archived the affiliate; the undo switches on again."""
    found = link(status=OFF)
    read = gathered([affiliate(status="archived")], [partner(status="deactivated")])
    return undo_of(wrote(), found), found, read


def rate_again() -> tuple[Row, Link, Gathered]:
    """Whop moved to 30 % and Affihub followed; the undo puts Affihub back to 20 %."""
    found = link(commission=THIRTY)
    read = gathered([affiliate()], [partner(commission=Decimal(30))], {1: 30})
    return undo_of(wrote_rate(), found), found, read


def kept(row: Row, found: Link | None, read: Gathered, *links: Link, **told: Any) -> Settlement:
    return with_undone(Settlement(row, found), now(read, *links, **told), "ana", MORNING)


def test_an_undone_status_is_agreed_on_as_before_and_the_next_run_is_told_no() -> None:
    row, found, read = on_again()

    done = kept(row, found, read, found)

    assert done.link == replace(found, status=ON)
    (no,) = done.decisions
    assert (no.pair, no.verb, no.by, no.at) == ("main", Verb.REJECT, "ana", MORNING)
    assert no.why == "undone: takes back what run run-1 did."
    assert (no.row.kind, no.row.whop_id) == (Kind.DEACTIVATE_PARTNER, "aff_1")
    assert (no.row.before, no.row.after, no.row.expect.whop_status) == (
        "active",
        "deactivated",
        "archived",
    )


def test_an_undone_rate_is_agreed_on_as_before_and_the_next_run_is_told_no() -> None:
    row, found, read = rate_again()

    done = kept(row, found, read, found)

    assert done.link == replace(found, commission=TWENTY)
    (no,) = done.decisions
    assert (no.row.kind, no.row.before, no.row.after) == (Kind.SET_COMMISSION, "20", "30")
    assert (no.row.side, no.row.expect.whop_rate) == (Side.AFFIHUB, "30")


def test_a_settlement_without_a_link_takes_the_one_that_is_known() -> None:
    row, found, read = on_again()

    done = kept(row, None, read, found)

    assert done.link == replace(found, status=ON)
    assert len(done.decisions) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"rule": "whop-moved"},
        {"rule": "redo"},
        {"outcome": Outcome.FAILED},
        {"outcome": Outcome.STALE},
        {"outcome": None},
    ],
)
def test_only_an_undo_that_was_applied_leaves_anything(told: dict[str, Any]) -> None:
    row, found, read = on_again()
    other = replace(row, **told)

    assert kept(other, found, read, found) == Settlement(other, found)


def test_of_somebody_who_is_not_linked_nothing_is_recorded() -> None:
    row, _, read = on_again()

    assert kept(row, None, read) == Settlement(row)
    create = replace(row, whop_id=None)
    assert kept(create, None, read, link()) == Settlement(create)


def test_a_rate_row_of_the_same_person_is_not_what_a_status_made_due() -> None:
    """Whop pays 35 by now, which is due with or without the undo of the status."""
    found = link(status=OFF, commission=TWENTY)
    read = gathered(
        [affiliate(status="active")],
        [partner(status="deactivated", commission=Decimal(20))],
        {1: 35},
    )
    back = undo_of(wrote(Kind.DEACTIVATE_PARTNER, base="active", before="active"), found)

    again = list(due_again(back, replace(found, status=ON), now(read, found)))

    assert again == []


def test_two_sides_that_disagree_without_a_base_are_a_question_and_no_no_is_needed() -> None:
    """Undone to where nobody had agreed: the next run asks, it does not write."""
    row, found, read = rate_again()
    back = replace(row, rule="undo-first-link")

    done = kept(back, found, read, found)

    assert done.link == replace(found, commission=None)
    assert done.decisions == ()


def test_a_link_that_moved_back_would_move_again_and_is_told_no() -> None:
    read = gathered([affiliate(1, "deleted"), affiliate(2, user_id="user_1")], [partner()])
    there, back_there = link(whop_id="aff_2"), link()
    back = undo_of(moved(), there)

    done = kept(back, back_there, read, there)

    assert done.link == back_there
    (no,) = done.decisions
    assert (no.row.kind, no.row.before, no.row.after) == (Kind.MOVE_LINK, "aff_1", "aff_2")


def test_what_other_links_of_the_same_user_make_due_is_not_what_was_undone() -> None:
    """Affiliate 1 and 2 are one user's; only the link that was undone is told no."""
    mine = link(1, status=OFF)
    other = link(2, user_id="user_1", status=ON)
    read = gathered(
        [affiliate(1, "archived"), affiliate(2, "archived", user_id="user_1")],
        [partner(1, "deactivated"), partner(2)],
    )

    done = kept(undo_of(wrote(), mine), mine, read, mine, other)

    assert [no.row.affihub_id for no in done.decisions] == ["par_1"]


def test_another_affiliate_of_the_user_that_has_its_own_link_is_nobody_to_move_to() -> None:
    mine = link(1, whop_id="aff_1", status=OFF)
    other = link(2, user_id="user_1")
    read = gathered(
        [affiliate(1, "deleted"), affiliate(2, user_id="user_1")],
        [partner(1, "deactivated"), partner(2)],
    )
    back = undo_of(wrote(), mine)

    (no,) = kept(back, mine, read, mine, other).decisions

    assert no.row.kind is Kind.DEACTIVATE_PARTNER


def test_people_of_other_users_make_no_difference() -> None:
    row, found, read = on_again()
    crowd = replace(
        read,
        whop=whop(*read.whop.records.values(), affiliate(2), affiliate(3, "archived")),
        affihub=affihub(*read.affihub.records.values(), partner(2), partner(3)),
    )

    done = kept(row, found, crowd, found, link(2), link(3))

    assert done.decisions == kept(row, found, read, found).decisions


def test_an_affiliate_that_is_switched_back_is_shown_so_after_the_undo() -> None:
    read = gathered([affiliate(1, "archived"), affiliate(2, "archived")], [partner()])
    row = wrote(Kind.UNARCHIVE_AFFILIATE)

    shown = after(row, link(), read, SLOT)

    assert {i: one.status for i, one in shown.whop.records.items()} == {
        "aff_1": "active",
        "aff_2": "archived",
    }
    assert shown.affihub == read.affihub
    assert replace(shown, whop=read.whop) == read


def test_a_partner_that_is_switched_back_is_shown_so_after_the_undo() -> None:
    five = Decimal(5)
    read = gathered([affiliate()], [partner(1, "deactivated", commission=five), partner(2)])

    shown = after(wrote(Kind.ACTIVATE_PARTNER), link(), read, SLOT)

    assert shown.affihub.records == {
        "par_1": partner(1, "active", commission=five),
        "par_2": partner(2),
    }
    assert shown.whop == read.whop


def test_a_rate_of_a_partner_is_shown_after_the_undo_and_the_status_stays() -> None:
    read = gathered([affiliate()], [partner(1, "invited", commission=Decimal(5))])

    shown = after(wrote_rate(after="12.5"), link(), read, SLOT)
    default = after(wrote_rate(after=None), link(), read, SLOT)

    assert shown.affihub.records["par_1"] == partner(1, "invited", commission=Decimal("12.5"))
    assert default.affihub.records["par_1"] == partner(1, "invited", commission=None)


def test_who_is_not_shown_is_not_made_up() -> None:
    read = gathered([], [])

    for row in (wrote(), wrote(Kind.ARCHIVE_AFFILIATE), wrote_rate()):
        assert after(row, link(), read, SLOT) == read


def test_a_link_or_a_name_changes_nothing_on_either_side() -> None:
    read = gathered([affiliate()], [partner()])

    assert after(moved(), link(), read, SLOT) is read


def rates_after(
    percent: str | None, held: tuple[Override, ...], slot: Slot
) -> tuple[Override, ...]:
    read = replace(gathered([affiliate()], [partner()]), overrides={"aff_1": held, "aff_2": ()})
    shown = after(wrote_rate(Side.WHOP, after=percent), link(), read, slot)
    assert shown.overrides["aff_2"] == ()
    return shown.overrides["aff_1"]


def test_the_override_of_a_slot_is_set_and_all_others_stay() -> None:
    other = override(5, 2, product_id="prod_1")

    assert rates_after("40", (override(20), other), SLOT) == (override(40), other)


def test_the_override_of_a_slot_is_removed_and_all_others_stay() -> None:
    other = override(5, 2, product_id="prod_1")

    assert rates_after(None, (override(20), other), SLOT) == (other,)


def test_a_slot_that_was_empty_gets_its_override() -> None:
    (made,) = rates_after("40", (), Slot(product_id="prod_1"))

    assert (made.override_type, made.commission_type) == ("rev_share", "percentage")
    assert (made.commission_value, made.plan_id, made.product_id) == (Decimal(40), None, "prod_1")


def test_each_plan_of_a_slot_gets_its_override() -> None:
    first, second = rates_after("40", (plan_override("plan_1", 20),), PLANS)

    assert first == plan_override("plan_1", 40)
    assert (second.override_type, second.plan_id) == ("standard", "plan_2")
    assert second.commission_value == Decimal(40)


def test_two_plans_that_had_no_override_get_one_each() -> None:
    made = rates_after("40", (), PLANS)

    assert [(one.plan_id, one.commission_value) for one in made] == [
        ("plan_1", Decimal(40)),
        ("plan_2", Decimal(40)),
    ]
    assert len({one.id for one in made}) == 2


def test_overrides_that_were_never_read_are_those_of_an_empty_slot() -> None:
    read = gathered([affiliate()], [partner()])

    shown = after(wrote_rate(Side.WHOP, after="40"), link(), read, SLOT)

    assert [one.commission_value for one in shown.overrides["aff_1"]] == [Decimal(40)]


def test_the_no_of_an_undone_rate_is_decided_with_the_slot_of_the_settings() -> None:
    settings: Policy = policy(commission=CommissionPolicy(RATES.commission.sync, slot=PLANS))
    found = link(commission=THIRTY)
    held = (plan_override("plan_1", 30), plan_override("plan_2", 30))
    read = replace(
        gathered([affiliate()], [partner(commission=Decimal(30))]), overrides={"aff_1": held}
    )
    back = undo_of(wrote_rate(Side.WHOP), found)

    (no,) = kept(back, found, read, found, settings=settings).decisions

    assert (no.row.side, no.row.before, no.row.after) == (Side.WHOP, "20", "30")
    assert no.row.expect.whop_rate == "20"
    assert no.row.disposition is Disposition.APPLY


def test_rates_of_a_pair_that_does_not_sync_them_are_never_due_again() -> None:
    row, found, read = rate_again()

    done = kept(row, found, read, found, settings=policy())

    assert done.decisions == ()
