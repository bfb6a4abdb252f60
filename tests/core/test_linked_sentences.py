"""What a report says of linked people: whole sentences and values, of links, records and rates."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.core.plan import Base, Disposition, Kind, Plan, Row
from sync.core.policy import CommissionSync, OnFirstLink
from sync.core.record import Incident, Side, Untold
from sync.core.sequence import wait_for_others
from tests.core.people import (
    affihub,
    affiliate,
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

TWENTY = Base("20", "20", "20")
WHOLE = "Whop holds whole percentages from 1 to 100"


def unreadable(*ids: str) -> Plan:
    ones = tuple(Incident(i, "no status") for i in ids if i.startswith("aff"))
    others = tuple(Incident(i, "no email") for i in ids if i.startswith("par"))
    return planned(
        whop(affiliate(), incidents=ones), affihub(partner(), incidents=others), [link()]
    )


@pytest.mark.parametrize(
    "ids, told",
    [
        (("aff_1",), "aff_1: no status"),
        (("par_1",), "par_1: no email"),
        (("par_1", "aff_1"), "aff_1: no status; par_1: no email"),
    ],
)
def test_a_record_nobody_can_read_is_a_break_that_says_what_is_wrong(
    ids: tuple[str, ...], told: str
) -> None:
    row = only(unreadable(*ids).rows)

    assert (row.kind, row.disposition, row.rule) == (
        Kind.DEACTIVATE_PARTNER,
        Disposition.BREAK,
        "unreadable",
    )
    assert row.reason == f"A record of this person cannot be read, so nothing is done: {told}."


def test_a_partner_that_affihub_does_not_know_any_more_is_never_created_again() -> None:
    row = only(planned([affiliate()], affihub(gone=frozenset({"par_1"})), [link()]).rows)

    assert (row.kind, row.disposition, row.rule) == (
        Kind.CREATE_PARTNER,
        Disposition.BREAK,
        "partner-gone",
    )
    assert row.reason == (
        "Affihub answers that this partner does not exist, though it never erases one; "
        "ask Affihub, it is not created again."
    )
    assert (row.whop_id, row.affihub_id, row.after) == ("aff_1", "par_1", None)


def test_a_link_moves_to_the_one_affiliate_its_user_has_now() -> None:
    row = only(
        planned(
            [affiliate(1, "deleted"), affiliate(2, user_id="user_1")], [partner()], [link()]
        ).rows
    )

    assert (row.kind, row.disposition, row.rule) == (
        Kind.MOVE_LINK,
        Disposition.APPLY,
        "user-moved",
    )
    assert (row.side, row.before, row.after) == (Side.WHOP, "aff_1", "aff_2")
    assert row.reason == "Whop deleted aff_1; the same user is affiliate aff_2 now."


def test_where_the_user_has_two_others_somebody_has_to_say_which() -> None:
    row = only(
        planned(
            [affiliate(1, "deleted"), *(affiliate(n, user_id="user_1") for n in (3, 2))],
            [partner()],
            [link()],
        ).rows,
        Kind.MOVE_LINK,
    )

    assert (row.disposition, row.rule) == (Disposition.CONFLICT, "several-affiliates")
    assert (row.before, row.after) == ("aff_1", None)
    assert row.reason == (
        "Whop deleted aff_1; the same user is affiliate aff_2, aff_3 now. Say who is who: "
        "affisync unlink aff_1, then affisync link AFFILIATE par_1."
    )


def test_where_two_links_of_the_user_are_lost_somebody_has_to_say_which() -> None:
    made = planned(
        [
            affiliate(1, "deleted"),
            affiliate(2, "deleted", user_id="user_1"),
            affiliate(3, user_id="user_1"),
        ],
        [partner(1), partner(2)],
        [link(1), link(2, user_id="user_1")],
    )

    first, second = (row for row in made.rows if row.kind is Kind.MOVE_LINK)
    assert (first.rule, second.rule) == ("several-links", "several-links")
    assert first.reason == (
        "Whop deleted aff_1, aff_2; the same user is affiliate aff_3 now. Say who is who: "
        "affisync unlink aff_1, then affisync link AFFILIATE par_1."
    )
    assert (second.before, second.affihub_id) == ("aff_2", "par_2")


def test_a_new_link_says_by_what_the_two_are_one() -> None:
    made = planned([affiliate()], [partner()], emails={"user_1": (email(),)})

    row = only(made.rows, Kind.LINK)
    assert (row.rule, row.reason) == ("same-email", "The same person by email.")
    assert (row.disposition, row.before, row.after) == (Disposition.APPLY, None, "par_1")
    assert made.in_sync == 1


def test_people_nobody_can_tell_apart_are_all_named_with_the_way_out() -> None:
    made = planned(
        [affiliate(1), affiliate(2)],
        [partner(1)],
        emails={"user_1": (email(),), "user_2": (email(),)},
    )

    row = only(made.rows)
    assert (row.kind, row.disposition, row.rule) == (Kind.LINK, Disposition.CONFLICT, "ambiguous")
    assert (row.whop_id, row.affihub_id) == ("aff_1", "par_1")
    assert row.reason == (
        "Affiliates aff_1 and aff_2 and partners par_1 share addresses, so nobody is linked; "
        "say who is who with: affisync link AFFILIATE PARTNER."
    )


def test_who_is_not_seen_is_neither_a_row_nor_in_sync() -> None:
    unseen = planned(whop(complete=False), [partner()], [link()])
    no_partner = planned([affiliate()], affihub(complete=False), [link()])

    assert (unseen.rows, unseen.in_sync, unseen.links) == ((), 0, 1)
    assert (no_partner.rows, no_partner.in_sync) == ((), 0)
    assert planned([affiliate()], [partner()], [link()]).in_sync == 1


def rates(on_whop: Any, on_affihub: Any, base: Base | None = TWENTY, **settings: Any) -> Row:
    shares = on_whop if isinstance(on_whop, tuple) else (override(on_whop),)
    return only(
        planned(
            [affiliate()],
            [partner(commission=on_affihub)],
            [link(commission=base)],
            overrides={"aff_1": shares},
            settings=policy(commission=commission(**settings)),
        ).rows
    )


def two_slots() -> Row:
    return rates((override(20), override(30, 2)), Decimal(20))


def unreadable_rate() -> Row:
    return rates(20, Untold.UNREADABLE)


def follower() -> Row:
    return rates(20, Decimal(25), sync=CommissionSync.WHOP)


def follower_to_default() -> Row:
    return rates(20, None, sync=CommissionSync.WHOP)


def first_asked() -> Row:
    return rates(20, Decimal(25), None)


def first_named() -> Row:
    return rates(20, Decimal(25), None, on_first_link=OnFirstLink.AFFIHUB)


def cannot_hold() -> Row:
    return rates(20, Decimal("12.5"))


def removed() -> Row:
    return rates((), Decimal(20))


RATES: list[tuple[Callable[[], Row], tuple[str, str, str], tuple[Any, ...], str]] = [
    (
        two_slots,
        ("set-commission", "break", "not-one-rate"),
        (Side.AFFIHUB, "20", None, None),
        "The Whop slot: 2 overrides stand in one place.",
    ),
    (
        unreadable_rate,
        ("set-commission", "break", "unreadable-rate"),
        (Side.AFFIHUB, "20", None, None),
        "Affihub shows a rate that cannot be read.",
    ),
    (
        follower,
        ("set-commission", "break", "follower-edited"),
        (Side.AFFIHUB, "20", "25", None),
        "Affihub was changed to 25 %, but Whop leads on rates; it is not overwritten.",
    ),
    (
        follower_to_default,
        ("set-commission", "break", "follower-edited"),
        (Side.AFFIHUB, "20", None, None),
        "Affihub was changed to the default rate, but Whop leads on rates; it is not overwritten.",
    ),
    (
        first_asked,
        ("set-commission", "conflict", "first-link-ask"),
        (Side.AFFIHUB, None, "25", None),
        "Just linked, and the rates differ: 20 % on Whop, 25 % on Affihub. Choose one.",
    ),
    (
        first_named,
        ("set-commission", "apply", "first-link-affihub"),
        (Side.WHOP, None, "20", "25"),
        "Just linked, and commission.on_first_link names Affihub: 20 % on Whop, 25 % on Affihub.",
    ),
    (
        cannot_hold,
        ("set-commission", "break", "cannot-hold"),
        (Side.WHOP, "20", "20", None),
        f"{WHOLE}; 12.5 % is not rounded, a person has to decide.",
    ),
    (
        removed,
        ("remove-commission", "apply", "whop-moved"),
        (Side.AFFIHUB, "20", "20", None),
        "Whop moved since both agreed; Affihub follows.",
    ),
]


@pytest.mark.parametrize(
    "made, brief, values, reason", RATES, ids=[one[0].__name__ for one in RATES]
)
def test_what_is_decided_about_a_rate_is_one_row_and_one_sentence(
    made: Callable[[], Row], brief: tuple[str, str, str], values: tuple[Any, ...], reason: str
) -> None:
    row = made()

    assert (row.kind.value, row.disposition.value, row.rule) == brief
    assert (row.side, row.base, row.before, row.after) == values
    assert row.reason == reason


def test_a_partner_we_created_is_made_active_and_the_row_says_why() -> None:
    owed = link(activation_owed=True)

    row = only(
        planned(
            [affiliate()], [partner(status="invited")], [owed], settings=policy(activate=True)
        ).rows
    )

    assert (row.kind, row.rule, row.before) == (
        Kind.ACTIVATE_PARTNER,
        "activation-owed",
        "invited",
    )
    assert row.reason == (
        "We created this partner, and create.activate makes it active without an acceptance."
    )


def test_two_partners_with_one_address_are_both_named() -> None:
    made = planned(
        [affiliate(1)],
        [partner(1), partner(2, email=email(1))],
        emails={"user_1": (email(1),)},
    )

    row = only(made.rows, Kind.LINK)
    assert row.reason.startswith("Affiliates aff_1 and partners par_1 and par_2 share addresses,")


def test_what_is_written_tells_what_its_own_side_said_when_both_agreed() -> None:
    """A server had rounded: the base of either side is its own."""
    rounded = Base("12", "12", "12.01")

    on_affihub, on_whop = rates(13, Decimal("12.01"), rounded), rates(12, Decimal(14), rounded)

    assert (on_affihub.side, on_affihub.base, on_affihub.before) == (Side.AFFIHUB, "12.01", "12.01")
    assert (on_whop.side, on_whop.base, on_whop.before) == (Side.WHOP, "12", "12")


def test_the_rate_whop_was_changed_to_is_told_where_affihub_leads() -> None:
    row = rates(25, Decimal(20), sync=CommissionSync.AFFIHUB)

    assert row.reason == (
        "Whop was changed to 25 %, but Affihub leads on rates; it is not overwritten."
    )


def test_a_question_about_a_rate_shows_what_affihub_pays_now() -> None:
    row = rates(25, Decimal(30))

    assert (row.rule, row.base, row.before, row.after) == ("both-moved", "20", "30", None)


def test_what_follows_a_create_that_waits_says_so() -> None:
    made = planned(
        [affiliate(1)],
        emails={"user_1": (email(1),)},
        settings=policy(activate=True),
    )
    create, active = made.rows

    waiting = replace(create, disposition=Disposition.WAITING)
    _, after = wait_for_others([waiting, active])

    assert (after.disposition, after.rule) == (Disposition.WAITING, "after-create")
    assert after.reason == "Follows once the record itself is created."
