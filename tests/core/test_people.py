"""Everybody who is linked or was just matched, as far as this run could see them."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest

from sync.core.diff import CAUSES, Cause, Change
from sync.core.match import Evidence, Match
from sync.core.people import matched_people
from sync.core.plan import Acceptance, Base, Disposition, Expect, Kind, Plan
from sync.core.policy import OnFirstLink, Policy
from sync.core.record import Affiliate, Gathered, Incident, Partner, Side, Snapshot
from tests.core.people import (
    OFF,
    ON,
    affihub,
    affiliate,
    brief,
    commission,
    email,
    link,
    only,
    override,
    partner,
    planned,
    policy,
    whop,
)

GONE: Final = whop(gone=frozenset({"aff_1"}))

WHOP_DID: Final[dict[Change, Snapshot[Affiliate]]] = {
    Change.SAME: whop(affiliate()),
    Change.EDITED: whop(affiliate(status="archived")),
    Change.GONE: GONE,
    Change.UNSEEN: whop(complete=False),
}
AFFIHUB_DID: Final[dict[Change, Snapshot[Partner]]] = {
    Change.SAME: affihub(partner()),
    Change.EDITED: affihub(partner(status="deactivated")),
    Change.GONE: affihub(gone=frozenset({"par_1"})),
    Change.UNSEEN: affihub(complete=False),
}


@pytest.mark.parametrize("on_affihub", Change)
@pytest.mark.parametrize("on_whop", Change)
def test_the_decision_table_is_what_happens_to_people(on_whop: Change, on_affihub: Change) -> None:
    plan = planned(WHOP_DID[on_whop], AFFIHUB_DID[on_affihub], [link()])

    why = CAUSES[on_whop, on_affihub]
    both_off = on_affihub is Change.EDITED and on_whop in (Change.EDITED, Change.GONE)
    nothing = both_off or why in (Cause.AGREE, Cause.UNSEEN)
    assert [row.rule for row in plan.rows] == ([] if nothing else [why])


def test_somebody_unseen_in_a_partial_listing_is_left_alone() -> None:
    partial = planned(whop(complete=False), [partner()], [link()])
    assert partial.rows == ()
    assert partial.refreshed == ()

    partial = planned([affiliate()], affihub(complete=False), [link()])
    assert partial.rows == ()
    assert partial.refreshed == ()


def test_somebody_unseen_counts_as_linked_and_not_as_in_sync() -> None:
    plan = planned(whop(affiliate(2), complete=False), [partner(1), partner(2)], [link(1), link(2)])

    assert (plan.links, plan.in_sync) == (2, 1)


def test_somebody_both_sides_show_is_compared_even_in_a_partial_listing() -> None:
    plan = planned(whop(affiliate(status="archived"), complete=False), [partner()], [link()])

    assert brief(plan.rows) == [("deactivate-partner", "apply", "whop-moved")]


def test_an_affiliate_that_is_gone_is_held_as_missing() -> None:
    plan = planned(GONE, [partner()], [link()], settings=Policy("main"))

    row = only(plan.rows)
    assert (row.kind, row.disposition, row.guard) == (
        Kind.DEACTIVATE_PARTNER,
        Disposition.HELD,
        "missing",
    )
    assert row.rule == "whop-gone"
    assert (row.before, row.after, row.expect.whop_status) == ("active", "deactivated", None)


@pytest.mark.parametrize("setting", [OnFirstLink.RESTRICTIVE, OnFirstLink.WHOP])
def test_an_affiliate_that_is_gone_is_held_as_missing_on_a_first_link_too(
    setting: OnFirstLink,
) -> None:
    settings = Policy("main", status_on_first_link=setting)

    plan = planned(GONE, [partner()], [link(status=None)], settings=settings)

    row = only(plan.rows)
    assert (row.disposition, row.guard, row.rule) == (Disposition.HELD, "missing", "whop-gone")


def test_an_affiliate_that_is_gone_is_asked_about_on_a_first_link_by_default() -> None:
    plan = planned(GONE, [partner()], [link(status=None)])

    assert brief(plan.rows) == [("deactivate-partner", "conflict", "first-link-ask")]
    assert "gone on Whop" in only(plan.rows).reason


def test_an_affiliate_that_is_gone_cannot_be_brought_back_by_affihub() -> None:
    plan = planned(GONE, [partner()], [link(status=OFF)])

    assert brief(plan.rows) == [("deactivate-partner", "conflict", "deleted-stays-deleted")]


def test_a_gone_affiliate_and_a_deactivated_partner_agree() -> None:
    plan = planned(GONE, [partner(status="deactivated")], [link()])

    assert plan.rows == ()
    assert plan.refreshed[0].status == Base("off", "gone", "deactivated")


def test_a_gone_affiliate_that_turns_up_again_is_a_reactivation() -> None:
    base = Base("off", "gone", "deactivated")

    plan = planned(
        [affiliate()],
        [partner(status="deactivated")],
        [link(status=base)],
        settings=policy(reactivate=False),
    )

    assert only(plan.rows).guard == "reactivate"


@pytest.mark.parametrize("listed", [whop(affiliate()), GONE], ids=["there", "gone too"])
def test_a_partner_that_is_gone_is_a_break_and_never_created_again(
    listed: Snapshot[Affiliate],
) -> None:
    plan = planned(listed, affihub(gone=frozenset({"par_1"})), [link()])

    row = only(plan.rows)
    assert (row.kind, row.disposition, row.rule) == (
        Kind.CREATE_PARTNER,
        Disposition.BREAK,
        "partner-gone",
    )
    assert plan.refreshed == ()
    assert plan.unmatched.get(Side.WHOP, ()) == ()


def test_a_record_that_cannot_be_read_is_a_break_and_nothing_is_done() -> None:
    unreadable = affihub(incidents=(Incident("par_1", "no email"),))

    plan = planned([affiliate(status="archived")], unreadable, [link()])

    row = only(plan.rows)
    assert (row.disposition, row.rule) == (Disposition.BREAK, "unreadable")
    assert "par_1: no email" in row.reason
    assert plan.refreshed == ()


def test_both_records_of_a_person_may_be_unreadable() -> None:
    plan = planned(
        whop(incidents=(Incident("aff_1", "no user"),)),
        affihub(incidents=(Incident("par_1", "no email"),)),
        [link()],
    )

    assert "aff_1: no user; par_1: no email" in only(plan.rows).reason


def test_an_unreadable_record_of_nobody_we_know_is_a_note() -> None:
    plan = planned(
        whop(incidents=(Incident(None, "no id"), Incident("aff_9", "no user"))), [partner()], []
    )

    assert "Whop lists a record nobody can read (aff_9): no user." in plan.notes
    assert "Whop lists a record nobody can read (?): no id." in plan.notes


def move(
    *others: Affiliate, first: Affiliate | None = None, settings: Policy | None = None
) -> Plan:
    """The plan over a person whose linked affiliate is deleted, with these others of the user."""
    lost = first or affiliate(status="deleted")
    return planned([lost, *others], [partner()], [link()], settings=settings)


def other(number: int = 2, status: str | None = "active") -> Affiliate:
    """Another affiliate of the user of person 1."""
    return affiliate(number, status, user_id="user_1")


def test_a_link_moves_to_the_one_other_affiliate_of_the_same_user() -> None:
    row = only(move(other()).rows)

    assert (row.kind, row.rule) == (Kind.MOVE_LINK, "user-moved")
    assert (row.before, row.after) == ("aff_1", "aff_2")
    assert (row.whop_id, row.affihub_id) == ("aff_1", "par_1")


def test_a_move_is_held_and_nothing_else_happens_to_that_person() -> None:
    plan = move(other(), settings=Policy("main"))

    row = only(plan.rows)
    assert (row.disposition, row.guard) == (Disposition.HELD, "missing")
    assert plan.refreshed == ()
    assert plan.unmatched.get(Side.WHOP, ()) == ()


def test_a_link_moves_when_the_affiliate_is_gone_altogether() -> None:
    gone = whop(other(), gone=frozenset({"aff_1"}))

    assert [row.kind for row in planned(gone, [partner()], [link()]).rows] == [Kind.MOVE_LINK]


def test_a_link_does_not_move_to_another_deleted_affiliate() -> None:
    assert [row.kind for row in move(other(status="deleted")).rows] == [Kind.DEACTIVATE_PARTNER]


def test_a_link_does_not_move_to_somebody_elses_affiliate() -> None:
    taken = link(2, user_id="user_1")

    plan = planned([affiliate(status="deleted"), other()], [partner(), partner(2)], [link(), taken])

    assert brief(plan.rows) == [("deactivate-partner", "apply", "whop-moved")]


def test_a_link_does_not_move_while_its_own_affiliate_is_only_archived() -> None:
    plan = move(other(), first=affiliate(status="archived"))

    assert Kind.MOVE_LINK not in [row.kind for row in plan.rows]
    assert ("deactivate-partner", "apply", "whop-moved") in brief(plan.rows)


def test_a_link_with_several_places_to_move_to_is_a_conflict_and_nobody_loses_income() -> None:
    plan = move(other(2), other(3))

    row = next(row for row in plan.rows if row.kind is Kind.MOVE_LINK)
    assert (row.disposition, row.rule) == (Disposition.CONFLICT, "several-affiliates")
    assert "aff_2, aff_3" in row.reason
    assert Kind.DEACTIVATE_PARTNER not in [one.kind for one in plan.rows]


def test_two_links_never_move_to_the_same_affiliate() -> None:
    second = link(2, user_id="user_1")
    lost = [affiliate(1, "deleted"), affiliate(2, "deleted", user_id="user_1")]

    plan = planned([*lost, other(3)], [partner(1), partner(2)], [link(), second])

    rows = [row for row in plan.rows if row.kind is Kind.MOVE_LINK]
    assert [(row.disposition, row.rule) for row in rows] == [
        (Disposition.CONFLICT, "several-links"),
        (Disposition.CONFLICT, "several-links"),
    ]
    assert Kind.DEACTIVATE_PARTNER not in [row.kind for row in plan.rows]


def test_the_deleted_affiliate_a_link_moved_away_from_is_never_linked_again() -> None:
    """Its user has the address of another partner, who must not be switched off for it."""
    plan = planned(
        [affiliate(1, "deleted"), other(2)],
        [partner(1), partner(2)],
        [link(whop_id="aff_2", evidence="moved")],
        emails={"user_1": (email(2),)},
        settings=policy(status_on_first_link=OnFirstLink.RESTRICTIVE),
    )

    assert brief(plan.rows) == [("create-affiliate", "conflict", "address-taken")]


def just_matched(one: Affiliate, other: Partner, settings: Policy | None = None) -> Plan:
    return planned(
        [one], [other], emails={one.user_id: (other.email,)}, settings=settings or policy()
    )


def test_people_with_the_same_address_are_linked_and_in_sync() -> None:
    plan = just_matched(affiliate(), partner())

    row = only(plan.rows)
    assert (row.kind, row.disposition, row.rule) == (Kind.LINK, Disposition.APPLY, "same-email")
    assert (row.whop_id, row.affihub_id) == ("aff_1", "par_1")
    assert (plan.links, plan.in_sync) == (1, 1)


def test_a_new_link_remembers_what_both_sides_already_agree_on() -> None:
    (fresh,) = just_matched(affiliate(), partner(status="invited")).refreshed

    assert (fresh.whop_id, fresh.user_id, fresh.affihub_id) == ("aff_1", "user_1", "par_1")
    assert fresh.evidence == "email"
    assert fresh.status == Base("on", "active", "invited")
    assert fresh.acceptance is Acceptance.INVITED
    assert not fresh.activation_owed


def test_a_new_link_that_disagrees_has_no_base_and_is_asked_about() -> None:
    plan = just_matched(affiliate(), partner(status="deactivated"))

    assert brief(plan.rows) == [
        ("link", "apply", "same-email"),
        ("archive-affiliate", "conflict", "first-link-ask"),
    ]
    assert plan.refreshed[0].status is None
    assert plan.in_sync == 0


def test_a_new_link_is_decided_on_what_both_sides_show_of_the_person() -> None:
    plan = planned(
        [affiliate()],
        [partner(commission=Decimal(25))],
        emails={"user_1": (email(),)},
        overrides={"aff_1": (override(20),)},
        settings=policy(commission=commission()),
    )

    assert brief(plan.rows) == [
        ("link", "apply", "same-email"),
        ("set-commission", "conflict", "first-link-ask"),
    ]
    assert [row.expect for row in plan.rows] == [Expect("active", "active", "20", "25")] * 2
    assert plan.rows[0].person.email == email()


def test_who_was_created_by_us_and_just_linked_has_no_word_on_money() -> None:
    settings = policy(commission=commission(on_first_link=OnFirstLink.WHOP))
    other = partner(commission=Decimal(25))
    both = Gathered(whop(affiliate()), affihub(other), overrides={"aff_1": ()})

    part = matched_people([Match(affiliate(), other, Evidence.CREATED)], both, settings)

    assert brief(part.rows) == [
        ("link", "apply", "same-created"),
        ("set-commission", "conflict", "first-link-ask"),
    ]


@pytest.mark.parametrize("status", ["archived", "deleted", None, "frozen"])
def test_linking_is_free_whatever_the_statuses(status: str | None) -> None:
    plan = just_matched(affiliate(status=status), partner(status="paused"), Policy("main"))

    assert plan.rows[0].kind is Kind.LINK
    assert plan.rows[0].disposition is Disposition.APPLY
    assert plan.rows[1].disposition is Disposition.BREAK


def test_somebody_linked_is_not_linked_again() -> None:
    plan = planned(
        [affiliate(), affiliate(2)],
        [partner()],
        [link()],
        emails={"user_1": (email(),), "user_2": (email(),)},
        settings=policy(create_partners=False),
    )

    assert plan.rows == ()


def test_people_nobody_can_tell_apart_are_one_conflict_that_names_them_all() -> None:
    plan = planned(
        [affiliate(1), affiliate(2)],
        [partner(1)],
        emails={"user_1": (email(),), "user_2": (email(),)},
    )

    row = only(plan.rows)
    assert (row.kind, row.disposition, row.rule) == (
        Kind.LINK,
        Disposition.CONFLICT,
        "ambiguous",
    )
    assert "aff_1 and aff_2" in row.reason
    assert "par_1" in row.reason
    assert "affisync link AFFILIATE PARTNER" in row.reason
    assert plan.refreshed == ()
    assert plan.links == 0


def test_bases_of_several_people_do_not_mix() -> None:
    plan = planned(
        [affiliate(1, "archived"), affiliate(2), affiliate(3)],
        [partner(1), partner(2, "deactivated"), partner(3)],
        [link(3), replace(link(2), status=OFF), link(1, ON)],
    )

    assert [(row.whop_id, row.kind.value, row.rule) for row in plan.rows] == [
        ("aff_1", "deactivate-partner", "whop-moved"),
        ("aff_2", "activate-partner", "whop-moved"),
    ]
    assert (plan.links, plan.in_sync) == (3, 1)
