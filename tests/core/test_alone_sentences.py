"""What a report says of people on one side only: whole sentences, beside rows and in the list."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from sync.core.alone import slugs
from sync.core.plan import Kind, Plan
from sync.core.record import Side
from tests.core.people import (
    TEXTS,
    affihub,
    affiliate,
    email,
    link,
    partner,
    planned,
    policy,
    whop,
)

MINE = {"user_1": (email(1),)}
ELSEWHERE = partner(2, email="else@example.com")


def no_address_at_all() -> Plan:
    return planned([affiliate()], emails_readable=False)


def no_address() -> Plan:
    return planned([affiliate()], emails={})


def two_addresses() -> Plan:
    return planned([affiliate()], emails={"user_1": (email(2), email(1))})


def not_an_address() -> Plan:
    return planned([affiliate()], emails={"user_1": (" nowhere ",)})


def incomplete() -> Plan:
    return planned(whop(affiliate(), complete=False), emails=MINE)


def linked_already() -> Plan:
    return planned(
        [affiliate(1), affiliate(2, user_id="user_1")],
        [partner(1, email="by.hand@example.com")],
        [link(1)],
        emails=MINE,
    )


def taken() -> Plan:
    return planned(
        [affiliate(1), affiliate(2)], [partner(1)], [link(1)], emails={"user_2": MINE["user_1"]}
    )


def shared() -> Plan:
    emails = {"user_1": (email(1),), "user_3": (email(1),), "user_2": (email(1),)}
    return planned(
        [affiliate(1), affiliate(3)], [ELSEWHERE], [link(2, whop_id="aff_9")], emails=emails
    )


def created() -> Plan:
    return planned([affiliate()], emails=MINE)


ON_WHOP: list[tuple[Callable[[], Plan], str, str]] = [
    (
        created,
        "no-partner",
        "Active on Whop, nobody on Affihub; creating the partner may mail this person.",
    ),
    (
        incomplete,
        "listing-incomplete",
        "A listing is incomplete in this run, so nobody is created.",
    ),
    (
        linked_already,
        "user-linked",
        "The same Whop user is linked already, as affiliate aff_1; which one counts?",
    ),
    (
        no_address,
        "email-unknown",
        "Whop shows no email for this affiliate; it is asked again in a day.",
    ),
    (
        no_address_at_all,
        "emails-unreadable",
        "Whop lets this key read no email at all; give it member:email:read.",
    ),
    (
        two_addresses,
        "two-addresses",
        f"Whop shows two addresses: {email(1)}, {email(2)}. Link by hand, or invite one.",
    ),
    (
        taken,
        "address-taken",
        "This address belongs to partner par_1, who is linked to somebody else.",
    ),
    (
        shared,
        "address-shared",
        "Several affiliates have this address: aff_1, aff_3. Link one by hand.",
    ),
    (not_an_address, "not-an-address", "'nowhere' is no email address."),
]


@pytest.mark.parametrize("plan, rule, reason", ON_WHOP, ids=[rule for _, rule, _ in ON_WHOP])
def test_why_an_affiliate_becomes_a_partner_or_does_not_is_one_sentence(
    plan: Callable[[], Plan], rule: str, reason: str
) -> None:
    made = plan()

    row = next(row for row in made.rows if row.kind is Kind.CREATE_PARTNER)
    one = next(one for one in made.unmatched[Side.WHOP] if one.id == row.whop_id)
    assert (row.rule, row.reason) == (rule, reason)
    assert one.reason == (reason if rule != "no-partner" else "to be created")
    assert (one.status, one.person.user_id) == ("active", row.person.user_id)
    assert (row.before, row.after, row.person.name) == (None, "invited", one.person.name)


def partner_created() -> Plan:
    return planned(partners=[partner()])


def partner_of_nowhere() -> Plan:
    return planned(partners=[partner(email=" nowhere ")])


def partner_unread() -> Plan:
    return planned(partners=[partner()], emails_readable=False)


def partner_incomplete() -> Plan:
    return planned(partners=affihub(partner(), complete=False))


def partner_taken() -> Plan:
    return planned(
        [affiliate(1)], [partner(1), ELSEWHERE], [link(1, affihub_id="par_2")], emails=MINE
    )


def partner_shared() -> Plan:
    return planned(partners=[partner(3, "invited", email=email(1)), partner(1)])


ON_AFFIHUB: list[tuple[Callable[[], Plan], str, str]] = [
    (partner_created, "no-affiliate", "Active on Affihub, nobody on Whop."),
    (
        partner_incomplete,
        "listing-incomplete",
        "A listing is incomplete in this run, so nobody is created.",
    ),
    (
        partner_unread,
        "emails-unreadable",
        "Whop lets this key read no email at all; give it member:email:read.",
    ),
    (partner_of_nowhere, "not-an-address", "' nowhere ' is no email address."),
    (
        partner_taken,
        "address-taken",
        "This address belongs to affiliate aff_1, who is linked to somebody else.",
    ),
    (
        partner_shared,
        "address-shared",
        "Several partners have this address: par_1, par_3. Link one by hand.",
    ),
]


@pytest.mark.parametrize("plan, rule, reason", ON_AFFIHUB, ids=[rule for _, rule, _ in ON_AFFIHUB])
def test_why_a_partner_becomes_an_affiliate_or_does_not_is_one_sentence(
    plan: Callable[[], Plan], rule: str, reason: str
) -> None:
    made = plan()

    row = next(row for row in made.rows if row.kind is Kind.CREATE_AFFILIATE)
    one = next(one for one in made.unmatched[Side.AFFIHUB] if one.id == "par_1")
    assert (row.rule, row.reason, row.affihub_id) == (rule, reason, "par_1")
    assert one.reason == (reason if rule != "no-affiliate" else "to be created")
    assert (one.status, one.person.slug) == ("active", "person-1")
    assert (row.before, row.after) == (None, "active")


def test_what_is_switched_off_is_no_row_and_weighs_more_than_any_other_reason() -> None:
    settings = policy(create_partners=False, create_affiliates=False)

    made = planned(
        whop(affiliate(1), complete=False), affihub(partner(2)), emails={}, settings=settings
    )

    assert made.rows == ()
    assert [one.reason for one in made.unmatched[Side.WHOP]] == [
        "creating partners is switched off"
    ]
    assert [one.reason for one in made.unmatched[Side.AFFIHUB]] == [
        "creating affiliates is switched off"
    ]


def test_an_incomplete_listing_weighs_more_than_an_unknown_address() -> None:
    made = planned(whop(affiliate(1), complete=False), affihub(partner(2)), emails_readable=False)

    assert {row.rule for row in made.rows} == {"listing-incomplete"}


def test_the_slugs_to_try_are_the_name_and_longer_and_longer_pieces_of_one_hash() -> None:
    digest = sha256(b"user_1").hexdigest()

    assert slugs(affiliate(username="ann"), TEXTS, ()) == (
        "ann",
        f"ann-{digest[:4]}",
        f"ann-{digest[:6]}",
        f"ann-{digest[:8]}",
    )


def test_where_no_word_is_left_the_slug_is_a_piece_of_the_hash() -> None:
    nobody = affiliate(username=None, name=None, id="___")

    assert slugs(nobody, TEXTS, ())[0] == sha256(b"user_1").hexdigest()[:12]


def test_a_name_counts_only_where_the_username_gives_no_slug() -> None:
    one = affiliate(username="ann", name="Other")

    assert slugs(one, TEXTS, ())[0] == "ann"
    assert slugs(replace(one, username=""), TEXTS, ())[0] == "other"


def test_who_is_only_listed_is_listed_with_the_status() -> None:
    made = planned([affiliate(1, "archived")], [partner(2, "deactivated")])

    assert [one.status for one in made.unmatched[Side.WHOP]] == ["archived"]
    assert [one.status for one in made.unmatched[Side.AFFIHUB]] == ["deactivated"]
