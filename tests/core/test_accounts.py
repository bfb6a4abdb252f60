"""Everybody in a statement: what each side says of a person, how that ties out, and why not."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.core.accounts import SAME, Account, Finding, Tie, accounts_of
from sync.core.commission import Inexpressible
from sync.core.grounds import REMEMBERED, By, Reason
from sync.core.plan import Alone, Base, Field, Kind, Link, Person, Plan, Row
from sync.core.policy import CommissionSync, Policy, Slot
from sync.core.ports import Known
from sync.core.record import Affiliate, Gathered, Partner, Side, Snapshot, Untold
from sync.core.status import Meaning
from tests.core.people import (
    OFF,
    affihub,
    affiliate,
    commission,
    email,
    link,
    override,
    partner,
    policy,
    whop,
)
from tests.core.undoing import wrote, wrote_rate

TWENTY = Base("20", "20", "20")
RATED = policy(commission=commission())


def told(
    affiliates: Iterable[Affiliate] | Snapshot[Affiliate],
    partners: Iterable[Partner] | Snapshot[Partner],
    *links: Link,
    plan: Plan | None = None,
    settings: Policy = RATED,
    **read: Any,
) -> tuple[Account, ...]:
    gathered = Gathered(
        affiliates if isinstance(affiliates, Snapshot) else whop(*affiliates),
        partners if isinstance(partners, Snapshot) else affihub(*partners),
        **read,
    )
    return accounts_of(gathered, Known(links=links), plan or Plan(), settings)


def only(accounts: Iterable[Account]) -> Account:
    (one,) = accounts
    return one


def by_row(row: Row) -> Reason:
    return Reason(By.ROW, row.reason, row)


def rated(whop_rate: Any, affihub_rate: Any, base: Base | None = TWENTY, **told_of: Any) -> Account:
    """Person 1, on at both sides, with these rates."""
    if whop_rate is not None:
        told_of["overrides"] = {"aff_1": whop_rate}
    return only(
        told([affiliate()], [partner(commission=affihub_rate)], link(commission=base), **told_of)
    )


def test_an_account_has_both_records_their_meanings_and_their_rates() -> None:
    one = affiliate(monthly_usd=Decimal(5), earnings_usd=Decimal(7))
    other, found = partner(status="invited", commission=Decimal(20)), link(commission=TWENTY)

    account = only(told([one], [other], found, overrides={"aff_1": (override(20),)}))

    assert account == Account(
        person=Person(
            "Person 1",
            email(1),
            "person.1",
            "person-1",
            "user_1",
            Decimal(5),
            Decimal(7),
        ),
        status=SAME,
        rate=SAME,
        link=found,
        affiliate=one,
        partner=other,
        whop=Meaning.ON,
        affihub=Meaning.ON,
        whop_pays=Decimal(20),
        affihub_pays=Decimal(20),
    )
    assert (account.whop_id, account.affihub_id) == ("aff_1", "par_1")
    assert (account.meaning(Side.WHOP), account.is_open) == (Meaning.ON, False)


def test_who_is_alone_is_an_account_of_what_one_side_says() -> None:
    one, other = affiliate(1, "archived"), partner(2, "deactivated", commission=Decimal(3))
    plan = Plan(
        unmatched={
            Side.WHOP: (Alone(Person(), "aff_1", "archived", "archived, never linked"),),
            Side.AFFIHUB: (Alone(Person(), "par_2", "deactivated", "off, never linked"),),
        }
    )

    accounts = told(
        [one],
        [other],
        plan=plan,
        overrides={"aff_1": (override(9),)},
        emails={"user_1": ("z@example.com", "a@example.com")},
    )

    lone = Reason(By.UNMATCHED, "archived, never linked")
    assert accounts == (
        Account(
            Person("Person 1", "a@example.com", "person.1", None, "user_1"),
            Tie(Finding.NOT_LINKED, lone),
            SAME,
            affiliate=one,
            whop=Meaning.OFF,
            whop_pays=Decimal(9),
        ),
        Account(
            Person("Person 2", email(2), None, "person-2", None),
            Tie(Finding.NOT_LINKED, Reason(By.UNMATCHED, "off, never linked")),
            SAME,
            partner=other,
            affihub=Meaning.OFF,
            affihub_pays=Decimal(3),
        ),
    )
    assert (accounts[0].whop_id, accounts[0].affihub_id) == ("aff_1", None)
    assert (accounts[1].whop_id, accounts[1].affihub_id) == (None, "par_2")


def test_an_affiliate_whose_address_nobody_knows_has_none() -> None:
    assert only(told([affiliate()], [])).person.email is None


def test_the_linked_come_first_and_everybody_in_the_order_of_ids() -> None:
    accounts = told(
        [affiliate(n) for n in (4, 2, 1, 3)],
        [partner(n) for n in (6, 2, 1, 5)],
        link(2),
        link(1),
    )

    ids = [one.whop_id or one.affihub_id for one in accounts]
    assert ids == ["aff_1", "aff_2", "aff_3", "aff_4", "par_5", "par_6"]


def test_two_links_of_one_affiliate_come_in_the_order_of_their_partners() -> None:
    twice = replace(link(2), whop_id="aff_1")

    accounts = told([affiliate(1)], [partner(1), partner(2)], twice, link(1))

    assert [one.affihub_id for one in accounts] == ["par_1", "par_2"]


def test_a_linked_record_that_nobody_saw_is_known_by_the_link() -> None:
    account = only(told([], [], link()))

    assert (account.whop_id, account.affihub_id) == ("aff_1", "par_1")
    assert (account.affiliate, account.partner) == (None, None)
    assert (account.is_listed(Side.WHOP), account.is_listed(Side.AFFIHUB)) == (False, False)
    assert (account.whop, account.affihub) == (None, None)
    assert account.person == Person(user_id="user_1")
    assert account.status == Tie(Finding.UNSEEN)
    assert account.is_open


@pytest.mark.parametrize(
    "ones, others, side, note",
    [
        (whop(complete=False, note="it broke off"), affihub(partner()), "Whop", "it broke off"),
        (whop(affiliate()), affihub(complete=False), "Affihub", "?"),
    ],
)
def test_who_is_not_in_an_incomplete_listing_is_explained_by_it(
    ones: Snapshot[Affiliate], others: Snapshot[Partner], side: str, note: str
) -> None:
    why = Reason(By.LISTING, f"{side}'s listing is incomplete: {note}")

    assert only(told(ones, others, link())).status == Tie(Finding.UNSEEN, why)


def test_a_row_explains_an_absence_where_the_listing_does_not() -> None:
    row = wrote(Kind.CREATE_PARTNER, field=Field.RECORD)

    account = only(told([affiliate()], [], link(), plan=Plan(rows=(row,))))

    assert account.status == Tie(Finding.UNSEEN, by_row(row))


def test_a_listing_explains_an_absence_before_any_row_does() -> None:
    row = wrote()

    account = only(told(whop(complete=False), [partner()], link(), plan=Plan(rows=(row,))))

    assert account.status.reason == Reason(By.LISTING, "Whop's listing is incomplete: ?")


@pytest.mark.parametrize(
    "whop_status, affihub_status", [(None, "active"), ("paused", "active"), ("active", "paused")]
)
def test_a_word_that_nobody_knows_cannot_be_compared(
    whop_status: str | None, affihub_status: str
) -> None:
    row = wrote()

    account = only(
        told(
            [affiliate(status=whop_status)],
            [partner(status=affihub_status)],
            link(),
            plan=Plan(rows=(row,)),
        )
    )

    assert account.status == Tie(Finding.UNKNOWN, by_row(row))


@pytest.mark.parametrize("field", [Field.STATUS, Field.RECORD, Field.LINK])
def test_a_difference_is_explained_by_a_row_about_the_status_the_record_or_the_link(
    field: Field,
) -> None:
    row = wrote(field=field)

    account = only(
        told([affiliate(status="archived")], [partner()], link(), plan=Plan(rows=(row,)))
    )

    assert account.status == Tie(Finding.DIFFER, by_row(row))
    assert (account.whop, account.affihub) == (Meaning.OFF, Meaning.ON)
    assert (account.meaning(Side.WHOP), account.meaning(Side.AFFIHUB)) == (
        Meaning.OFF,
        Meaning.ON,
    )


def test_a_row_about_the_rate_or_about_somebody_else_explains_no_status() -> None:
    rows = (wrote_rate(), wrote(number=2))

    account = only(told([affiliate(status="archived")], [partner()], link(), plan=Plan(rows=rows)))

    assert account.status == Tie(Finding.DIFFER)


def test_a_mapping_that_is_behind_is_explained_by_what_the_plan_remembers() -> None:
    behind, now = link(status=OFF), link()
    ones = [affiliate()], [partner()], behind

    remembered = only(told(*ones, plan=Plan(refreshed=(now,))))
    otherwise = only(told(*ones, plan=Plan(refreshed=(behind, link(2)))))

    assert remembered.status == Tie(Finding.BEHIND, REMEMBERED)
    assert otherwise.status == Tie(Finding.BEHIND)


def test_a_mapping_that_is_behind_is_explained_by_a_link_that_moves() -> None:
    moving = wrote(Kind.MOVE_LINK, field=Field.LINK)
    status = wrote()

    explained = only(
        told([affiliate()], [partner()], link(status=None), plan=Plan(rows=(status, moving)))
    )
    not_explained = only(
        told([affiliate()], [partner()], link(status=None), plan=Plan(rows=(status,)))
    )

    assert explained.status == Tie(Finding.BEHIND, by_row(moving))
    assert not_explained.status == Tie(Finding.BEHIND)


def test_an_affiliate_that_is_gone_means_off_and_is_not_listed() -> None:
    account = only(
        told(whop(gone=frozenset({"aff_1"})), [partner(status="deactivated")], link(status=OFF))
    )

    assert (account.whop, account.status) == (Meaning.OFF, SAME)
    assert not account.is_listed(Side.WHOP)
    assert account.rate.finding is Finding.LEFT_ALONE


def test_rates_of_a_pair_that_does_not_sync_them_are_left_alone() -> None:
    off = policy(commission=commission(CommissionSync.OFF))

    account = rated((override(20),), Decimal(25), settings=off)

    why = Reason(By.SETTING, "commission.sync is off: rates are left alone.")
    assert account.rate == Tie(Finding.LEFT_ALONE, why)
    assert not account.is_open


@pytest.mark.parametrize(
    "whop_status, affihub_status",
    [("archived", "active"), ("active", "deactivated"), ("archived", "deactivated")],
)
def test_nobody_who_is_off_on_either_side_has_a_rate_to_compare(
    whop_status: str, affihub_status: str
) -> None:
    account = only(
        told(
            [affiliate(status=whop_status)],
            [partner(status=affihub_status, commission=Decimal(25))],
            link(),
            overrides={"aff_1": (override(20),)},
        )
    )

    why = Reason(By.OFF, "Not on on both sides: nobody who is off has a rate to compare.")
    assert account.rate == Tie(Finding.LEFT_ALONE, why)


def test_a_rate_that_was_not_read_is_left_alone_and_says_of_whom() -> None:
    notes = ("The rate of aff_1 is not read: 500.", "The rate of par_1 was not told.")

    on_whop = rated(None, Decimal(20), notes=notes)
    on_affihub = rated((override(20),), Untold.ABSENT, notes=notes)
    unsaid = rated(None, Decimal(20))

    assert on_whop.rate == Tie(Finding.LEFT_ALONE, Reason(By.UNREAD, notes[0]))
    assert on_affihub.rate == Tie(Finding.LEFT_ALONE, Reason(By.UNREAD, notes[1]))
    assert unsaid.rate.reason == Reason(By.UNREAD, "Not read in this run.")
    assert on_whop.whop_pays is Untold.ABSENT


@pytest.mark.parametrize(
    "whop_rate, affihub_rate",
    [((override(20), override(25, 2)), Decimal(20)), ((override(20),), Untold.UNREADABLE)],
)
def test_terms_that_are_not_one_percentage_cannot_be_compared(
    whop_rate: Any, affihub_rate: Any
) -> None:
    row = wrote_rate()

    account = rated(whop_rate, affihub_rate, plan=Plan(rows=(row,)))

    assert account.rate == Tie(Finding.UNKNOWN, by_row(row))


def test_what_a_slot_cannot_say_is_told_as_that() -> None:
    account = rated((override(20), override(25, 2)), Decimal(20))

    assert isinstance(account.whop_pays, Inexpressible)


def test_rates_are_those_of_the_slot_of_the_settings() -> None:
    slot = Slot(product_id="prod_1")
    settings = policy(commission=commission(slot=slot))
    held = (override(20), override(30, 2, product_id="prod_1"))

    assert rated(held, Decimal(30), settings=settings).whop_pays == Decimal(30)
    lone = only(told([affiliate()], [], overrides={"aff_1": held}, settings=settings))
    assert lone.whop_pays == Decimal(30)


def test_rates_that_differ_are_explained_by_their_row() -> None:
    row = wrote_rate()

    explained = rated((override(30),), Decimal(20), plan=Plan(rows=(row,)))
    status_only = rated((override(30),), Decimal(20), plan=Plan(rows=(wrote(),)))

    assert explained.rate == Tie(Finding.DIFFER, by_row(row))
    assert status_only.rate == Tie(Finding.DIFFER)
    assert status_only.is_open


ROUNDED = "A server rounded the rate it was given; both were agreed on as they are."


def test_a_rate_that_a_server_rounded_is_explained_where_both_were_agreed_on() -> None:
    agreed = Base("12", "12", "12.01")

    rounded = rated((override(12),), Decimal("12.01"), agreed)
    never = rated((override(12),), Decimal("12.01"), None)
    otherwise = rated((override(12),), Decimal("12.01"), Base("12", "12", "12"))
    far = rated((override(12),), Decimal("12.02"), Base("12", "12", "12.02"))

    assert rounded.rate == Tie(Finding.DIFFER, Reason(By.ROUNDED, ROUNDED))
    assert [one.rate for one in (never, otherwise, far)] == [Tie(Finding.DIFFER)] * 3


def test_equal_rates_that_the_mapping_does_not_know_are_behind() -> None:
    now = link(commission=TWENTY)

    remembered = rated((override(20),), Decimal(20), None, plan=Plan(refreshed=(now,)))
    otherwise = rated((override(20),), Decimal(20), None)

    assert remembered.rate == Tie(Finding.BEHIND, REMEMBERED)
    assert otherwise.rate == Tie(Finding.BEHIND)


def test_the_default_on_both_sides_is_the_same_rate() -> None:
    assert rated((), None, Base(None, None, None)).rate == SAME


def test_an_account_is_open_where_its_status_or_its_rate_is() -> None:
    sound = rated((override(20),), Decimal(20))

    assert not sound.is_open
    assert replace(sound, status=Tie(Finding.DIFFER)).is_open
    assert replace(sound, rate=Tie(Finding.DIFFER)).is_open
    assert not replace(sound, rate=Tie(Finding.DIFFER, REMEMBERED)).is_open
