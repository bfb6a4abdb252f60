"""People on one side only: whom to create, whom to leave, and why."""

from dataclasses import replace
from typing import Any, Final

import pytest

from sync.core.alone import slugs
from sync.core.plan import Alone, Disposition, Kind, Plan, Row
from sync.core.policy import Policy
from sync.core.record import Affiliate, Partner, Side
from tests.core.people import (
    TEXTS,
    affihub,
    affiliate,
    brief,
    email,
    link,
    only,
    partner,
    planned,
    policy,
    whop,
)

MINE: Final = {"user_1": (email(1),)}


def entry(plan: Plan, side: Side) -> Alone:
    (one,) = plan.unmatched[side]
    return one


def told(row: Row) -> tuple[str, str, str]:
    return row.kind.value, row.disposition.value, row.rule


def lone(one: Affiliate, *others: Affiliate, **known: Any) -> Plan:
    """The plan over an affiliate without a partner, whose address is known."""
    return planned([one, *others], emails=known.pop("emails", MINE), **known)


def test_an_active_affiliate_whose_address_is_known_becomes_a_partner() -> None:
    plan = lone(affiliate())

    row = only(plan.rows)
    assert told(row) == ("create-partner", "apply", "no-partner")
    assert (row.whop_id, row.affihub_id, row.before, row.after) == ("aff_1", None, None, "invited")
    assert (row.person.email, row.person.slug) == (email(), "person-1")
    assert "may mail this person" in row.reason
    assert entry(plan, Side.WHOP).reason == "to be created"


def test_the_plan_says_how_many_people_may_be_mailed() -> None:
    plan = planned([affiliate(1), affiliate(2)], emails={f"user_{n}": (email(n),) for n in (1, 2)})

    assert plan.notes == ("Creating a partner may mail that person: 2 would be created.",)


def test_who_is_held_back_is_not_counted_as_mailed() -> None:
    plan = planned(
        [affiliate(1), affiliate(2)],
        emails={f"user_{n}": (email(n),) for n in (1, 2)},
        settings=Policy("main"),
        first_run_done=False,
    )

    assert {row.disposition for row in plan.rows} == {Disposition.HELD}
    assert plan.notes == (
        "Creating a partner may mail that person: 0 would be created, 2 more are held.",
    )


def test_an_address_is_used_as_whop_has_it_without_the_blanks() -> None:
    plan = lone(affiliate(), emails={"user_1": ("  Person.1@Example.com ",)})

    assert only(plan.rows).person.email == "Person.1@Example.com"


@pytest.mark.parametrize(
    "status, reason",
    [
        ("archived", "archived, and never linked"),
        ("deleted", "deleted, and never linked"),
        (None, "has a status nobody has heard of: null"),
        ("frozen", "has a status nobody has heard of: frozen"),
    ],
)
def test_an_affiliate_who_is_not_active_is_only_listed(status: str | None, reason: str) -> None:
    plan = lone(affiliate(status=status))

    assert plan.rows == ()
    alone = entry(plan, Side.WHOP)
    assert (alone.id, alone.status, alone.reason) == ("aff_1", status, reason)


def test_who_is_only_listed_is_shown_with_no_slug_that_does_not_exist() -> None:
    assert entry(lone(affiliate(status="archived")), Side.WHOP).person.slug is None
    assert only(lone(affiliate(), emails={}).rows).person.slug is None


def test_partners_are_not_created_while_that_is_switched_off() -> None:
    plan = lone(affiliate(), settings=policy(create_partners=False))

    assert plan.rows == ()
    assert entry(plan, Side.WHOP).reason == "creating partners is switched off"


def test_an_affiliate_of_unknown_address_waits() -> None:
    plan = lone(affiliate(), affiliate(2), emails={"user_2": (email(2),)})

    waiting = [row for row in plan.rows if row.whop_id == "aff_1"]
    assert [told(row) for row in waiting] == [("create-partner", "waiting", "email-unknown")]


@pytest.mark.parametrize("nothing", [(), ("",), ("  ",)])
def test_a_blank_address_is_no_address(nothing: tuple[str, ...]) -> None:
    plan = lone(affiliate(), emails={"user_1": nothing})

    assert told(only(plan.rows)) == ("create-partner", "waiting", "email-unknown")


def test_an_affiliate_waits_where_no_address_can_be_read_at_all() -> None:
    plan = lone(affiliate(), emails={}, emails_readable=False)

    row = only(plan.rows)
    assert told(row) == ("create-partner", "waiting", "emails-unreadable")
    assert "member:email:read" in row.reason


def test_what_is_no_address_is_a_break() -> None:
    plan = lone(affiliate(), emails={"user_1": ("somewhere",)})

    row = only(plan.rows)
    assert told(row) == ("create-partner", "break", "not-an-address")
    assert "'somewhere'" in row.reason


@pytest.mark.parametrize("side", Side)
def test_nobody_is_created_while_either_listing_is_incomplete(side: Side) -> None:
    plan = planned(
        whop(affiliate(1), complete=side is not Side.WHOP),
        affihub(partner(2), complete=side is not Side.AFFIHUB),
        emails=MINE,
    )

    assert [told(row) for row in plan.rows] == [
        ("create-partner", "waiting", "listing-incomplete"),
        ("create-affiliate", "waiting", "listing-incomplete"),
    ]


def test_the_plan_says_which_listing_is_incomplete_and_why() -> None:
    partial = planned(whop(complete=False, note="a cursor repeated"), affihub(complete=False))

    consequence = "absences are ignored and nobody is created."
    assert partial.notes == (
        f"Whop's listing is incomplete (a cursor repeated): {consequence}",
        f"Affihub's listing is incomplete: {consequence}",
    )


def test_two_different_addresses_are_a_conflict() -> None:
    plan = lone(affiliate(), emails={"user_1": (email(2), email(1))})

    row = only(plan.rows)
    assert told(row) == ("create-partner", "conflict", "two-addresses")
    assert f"{email(1)}, {email(2)}" in row.reason


def test_one_address_written_in_two_ways_is_one() -> None:
    ways = (email().upper(), email())

    plans = [lone(affiliate(), emails={"user_1": order}) for order in (ways, ways[::-1])]

    assert [told(only(plan.rows)) for plan in plans] == [
        ("create-partner", "apply", "no-partner")
    ] * 2
    assert plans[0].rows == plans[1].rows


def test_nobody_is_created_whose_address_a_linked_partner_has() -> None:
    plan = planned(
        [affiliate(1), affiliate(2)],
        [partner(1)],
        [link(1)],
        emails={"user_2": (email(1).upper(),)},
    )

    row = only(plan.rows)
    assert told(row) == ("create-partner", "conflict", "address-taken")
    assert "par_1" in row.reason


def test_several_active_affiliates_with_one_address_are_a_conflict_for_each() -> None:
    emails = {"user_1": (email(),), "user_2": (email().upper(),)}

    plan = lone(affiliate(1), affiliate(2), emails=emails)

    assert [told(row) for row in plan.rows] == [
        ("create-partner", "conflict", "address-shared")
    ] * 2
    assert "aff_1, aff_2" in plan.rows[0].reason


def test_an_archived_affiliate_with_the_same_address_stands_in_nobodys_way() -> None:
    emails = {"user_1": (email(),), "user_2": (email(),)}

    plan = lone(affiliate(1), affiliate(2, "archived"), emails=emails)

    assert told(only(plan.rows)) == ("create-partner", "apply", "no-partner")


def test_a_linked_affiliate_with_the_same_address_is_a_conflict() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    elsewhere = partner(2, email="else@example.com")

    plan = planned([affiliate(1), affiliate(2)], [elsewhere], [link(2)], emails=emails)

    assert told(only(plan.rows)) == ("create-partner", "conflict", "address-shared")


def test_switching_off_a_linked_affiliate_lets_nobody_with_the_same_address_be_created() -> None:
    emails = {"user_1": (email(1),), "user_2": (email(1),)}
    elsewhere = partner(2, "deactivated", email="else@example.com")

    plan = planned([affiliate(1), affiliate(2, "archived")], [elsewhere], [link(2)], emails=emails)

    assert told(only(plan.rows)) == ("create-partner", "conflict", "address-shared")


@pytest.mark.parametrize("status", ["active", "archived"])
def test_a_user_who_is_linked_already_is_never_created_a_second_time(status: str) -> None:
    """A person who was shut out must not come back through a second affiliate record."""
    off = "deactivated" if status == "archived" else "active"
    by_hand = partner(1, off, email="by.hand@example.com")

    plan = planned(
        [affiliate(1, status), affiliate(2, user_id="user_1")],
        [by_hand],
        [link(1)],
        emails={"user_1": ("other@example.com",)},
    )

    row = only(plan.rows)
    assert told(row) == ("create-partner", "conflict", "user-linked")
    assert "aff_1" in row.reason


def test_a_user_who_is_linked_already_is_told_so_also_where_no_address_is_known() -> None:
    plan = planned([affiliate(1), affiliate(2, user_id="user_1")], [partner(1)], [link(1)])

    assert told(only(plan.rows)) == ("create-partner", "conflict", "user-linked")


def test_who_was_kept_apart_from_the_partner_with_this_address_is_only_listed() -> None:
    plan = planned([affiliate()], [partner()], emails=MINE, apart=frozenset({("user_1", "par_1")}))

    assert plan.rows == ()
    assert entry(plan, Side.WHOP).reason == (
        "kept apart by hand from the partner with this address"
    )
    assert entry(plan, Side.AFFIHUB).reason == (
        "kept apart by hand from the affiliate with this address"
    )


def test_a_new_partner_is_made_active_only_where_the_settings_say_so() -> None:
    plan = lone(affiliate(), settings=policy(activate=True, reactivate=False))

    assert brief(plan.rows) == [
        ("create-partner", "apply", "no-partner"),
        ("activate-partner", "apply", "activation-owed"),
    ]
    assert (plan.rows[1].before, plan.rows[1].after) == ("invited", "active")
    assert plan.rows[1].identity == plan.rows[0].identity


def lone_partner(one: Partner, **known: Any) -> Plan:
    return planned(known.pop("affiliates", ()), [one], **known)


def test_an_active_partner_becomes_an_affiliate() -> None:
    plan = lone_partner(partner())

    row = only(plan.rows)
    assert told(row) == ("create-affiliate", "apply", "no-affiliate")
    assert (row.whop_id, row.affihub_id, row.before, row.after) == (None, "par_1", None, "active")
    assert row.person.email == email()
    assert plan.notes == ()


@pytest.mark.parametrize(
    "status, reason",
    [
        ("invited", "invited, not accepted yet"),
        ("deactivated", "deactivated, and never linked"),
        ("paused", "has a status nobody has heard of: paused"),
    ],
)
def test_a_partner_who_is_not_active_is_only_listed(status: str, reason: str) -> None:
    plan = lone_partner(partner(status=status))

    assert plan.rows == ()
    assert entry(plan, Side.AFFIHUB).reason == reason


def test_affiliates_are_not_created_while_that_is_switched_off() -> None:
    plan = lone_partner(partner(), settings=policy(create_affiliates=False))

    assert plan.rows == ()
    assert entry(plan, Side.AFFIHUB).reason == "creating affiliates is switched off"


def test_no_affiliate_is_created_while_no_address_can_be_read_from_whop() -> None:
    """One of the affiliates whose address is hidden may be this very person."""
    plan = lone_partner(partner(), emails_readable=False)

    row = only(plan.rows)
    assert told(row) == ("create-affiliate", "waiting", "emails-unreadable")
    assert "read no email at all" in row.reason


def test_no_affiliate_is_created_whose_address_a_linked_affiliate_has() -> None:
    elsewhere = partner(2, email="else@example.com")

    plan = planned(
        [affiliate(1)],
        [partner(1), elsewhere],
        [link(1, affihub_id="par_2")],
        emails=MINE,
    )

    row = only(plan.rows)
    assert told(row) == ("create-affiliate", "conflict", "address-taken")
    assert "aff_1" in row.reason


@pytest.mark.parametrize("status", ["active", "invited", "deactivated"])
def test_partners_with_one_address_are_a_conflict(status: str) -> None:
    plan = planned(partners=[partner(1), partner(2, status, email=email(1).upper())])

    row = plan.rows[0]
    assert told(row) == ("create-affiliate", "conflict", "address-shared")
    assert "par_1, par_2" in row.reason


@pytest.mark.parametrize("written", ["", "  ", "somewhere"])
def test_a_partner_without_an_address_is_a_break(written: str) -> None:
    plan = planned(partners=[partner(1, email=written), partner(2, email=written)])

    assert [told(row) for row in plan.rows] == [("create-affiliate", "break", "not-an-address")] * 2


def test_reasons_name_ids_in_the_same_order_whatever_the_listing() -> None:
    elsewhere = [partner(n, email=f"else.{n}@example.com") for n in (1, 2)]
    emails = {"user_1": (email(3),), "user_2": (email(3),)}
    affiliates = [affiliate(1), affiliate(2)]

    plans = [
        planned(order, [*elsewhere, partner(3)], [link(1), link(2)], emails=emails)
        for order in (affiliates, affiliates[::-1])
    ]

    assert plans[0].rows == plans[1].rows
    assert "aff_1, aff_2" in only(plans[0].rows).reason


@pytest.mark.parametrize(
    "username, name, slug",
    [
        ("Ann.Example", "Ann", "ann-example"),
        (None, "Ann Example", "ann-example"),
        ("王小明", "Ann", "ann"),
        (None, None, "aff-1"),
        ("!!!", "???", "aff-1"),
    ],
)
def test_a_slug_is_made_from_username_name_or_id(
    username: str | None, name: str | None, slug: str
) -> None:
    assert slugs(affiliate(username=username, name=name), TEXTS, ())[0] == slug


def test_a_taken_slug_gets_a_suffix_that_is_the_same_every_time() -> None:
    one = affiliate(username="ann")

    first, *_ = slugs(one, TEXTS, {"ann"})

    assert first == slugs(one, TEXTS, {"ann"})[0]
    assert first.startswith("ann-")
    assert first != slugs(replace(one, user_id="user_2"), TEXTS, {"ann"})[0]


def test_slugs_to_try_are_free_ones_only_and_there_is_always_one() -> None:
    one = affiliate(username="ann")
    every = slugs(one, TEXTS, ())

    assert len(set(every)) == 4
    assert slugs(one, TEXTS, every[:2]) == every[2:]
    assert slugs(one, TEXTS, every) == every[-1:]


def test_a_slug_never_clashes_with_one_in_other_letters() -> None:
    plan = lone(affiliate(username="ann"), partners=[partner(2, slug="ANN")])

    created = only(plan.rows, Kind.CREATE_PARTNER)
    assert created.person.slug != "ann"


def test_an_id_no_slug_can_be_made_of_gives_one_all_the_same() -> None:
    (first, *_) = slugs(affiliate(id="___", username=None, name=None), TEXTS, ())

    assert first.isalnum()


def test_an_id_with_half_a_character_breaks_no_slug() -> None:
    assert slugs(affiliate(user_id="user_\ud800", username="ann"), TEXTS, {"ann"})
