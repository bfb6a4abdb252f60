"""A statement of a few people: what ties out, what explains the rest, and what is left over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync.core.accounts import Account, Finding
from sync.core.grounds import REMEMBERED, By, Reason
from sync.core.ledger import Ledger, Sum
from sync.core.plan import Base, Link, Plan
from sync.core.policy import CommissionSync, Policy
from sync.core.ports import Known
from sync.core.reconcile import reconcile
from sync.core.record import (
    Affiliate,
    Earned,
    Gathered,
    Incident,
    Override,
    Partner,
    Side,
    Snapshot,
    Untold,
)
from sync.core.statement import (
    Book,
    Statement,
    difference,
    earned_on_affihub,
    exit_code,
    rate_word,
    statement,
)
from tests.core.people import (
    OFF,
    TEXTS,
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

AT = datetime(2026, 11, 20, tzinfo=UTC)


def stated(
    affiliates: Iterable[Affiliate] | Snapshot[Affiliate] = (),
    partners: Iterable[Partner] | Snapshot[Partner] = (),
    links: Iterable[Link] = (),
    *,
    overrides: Mapping[str, tuple[Override, ...]] | None = None,
    emails: Mapping[str, tuple[str, ...]] | None = None,
    notes: tuple[str, ...] = (),
    settings: Policy | None = None,
    forget: bool = False,
) -> Statement:
    """The statement of these people with the plan that is made for them, or with an empty one."""
    gathered = Gathered(
        affiliates if isinstance(affiliates, Snapshot) else whop(*affiliates),
        partners if isinstance(partners, Snapshot) else affihub(*partners),
        emails or {},
        overrides or {},
        notes=notes,
    )
    known, settings = Known(links=tuple(links), first_run_done=True), settings or policy()
    plan = Plan() if forget else reconcile(gathered, known, settings, TEXTS)
    return statement(gathered, known, plan, settings, AT)


def only(done: Statement) -> Account:
    (one,) = done.accounts
    return one


def ledger(done: Statement, name: str) -> Ledger:
    return next(one for one in done.ledgers if one.name == name)


def ends(done: Statement, name: str) -> tuple[int, int]:
    found = ledger(done, name)
    return found.start.people, found.end.people


def steps(done: Statement, name: str) -> list[tuple[str, int]]:
    return [(line.title, line.people) for line in ledger(done, name).lines]


def test_two_who_agree_need_no_explanation() -> None:
    done = stated([affiliate()], [partner()], [link()])

    assert only(done).status.finding is Finding.SAME
    assert (ends(done, "listed"), ends(done, "on"), ends(done, "status")) == ((1, 1),) * 3
    assert steps(done, "on") == []
    assert exit_code(done) == 0


def test_who_differs_is_explained_by_the_row_and_without_it_is_the_remainder() -> None:
    people: tuple[Any, ...] = ([affiliate(status="archived")], [partner()], [link()])

    done, forgotten = stated(*people), stated(*people, forget=True)

    one = only(done)
    assert one.status.finding is Finding.DIFFER
    assert one.status.reason is not None
    assert one.status.reason.row is not None
    assert ledger(done, "on").lines[0].keys == (one.status.reason.row.key,)
    assert (ends(done, "on"), steps(done, "on")) == ((0, 1), [("Affihub only, differ", 1)])
    assert (exit_code(done), exit_code(forgotten)) == (0, 4)
    assert forgotten.remainder == forgotten.accounts
    assert forgotten.adds_up


def test_who_is_alone_is_explained_by_the_row_or_by_what_the_plan_says_of_them() -> None:
    done = stated(
        [affiliate(1), affiliate(2, "archived")],
        [partner(3, "invited")],
        emails={"user_1": (email(1),)},
    )

    by = {one.whop_id or one.affihub_id: one.status.reason for one in done.accounts}
    assert [reason and reason.by for reason in by.values()] == [
        By.ROW,
        By.UNMATCHED,
        By.UNMATCHED,
    ]
    assert ends(done, "listed") == (2, 1)
    assert ends(done, "on") == (1, 1)
    assert exit_code(done) == 0


def test_a_promise_to_create_somebody_without_the_row_explains_nothing() -> None:
    gathered = Gathered(whop(affiliate()), affihub(), {"user_1": (email(1),)})
    plan = reconcile(gathered, Known(first_run_done=True), policy(), TEXTS)
    assert plan.unmatched

    done = statement(gathered, Known(), replace(plan, rows=()), policy(), AT)

    assert [one.whop_id for one in done.remainder] == ["aff_1"]


def test_everybody_in_a_group_that_nobody_can_tell_apart_is_explained_by_its_row() -> None:
    shared = {"user_1": (email(1),), "user_2": (email(1),), "user_3": (email(1),)}

    done = stated([affiliate(1), affiliate(2), affiliate(3)], [partner(1)], emails=shared)

    keys = {
        one.status.reason.row.key
        for one in done.accounts
        if one.status.reason and one.status.reason.row
    }
    assert len(done.accounts) == 4
    assert len(keys) == 1
    assert done.remainder == ()


def test_an_affiliate_whop_deleted_and_its_successor_are_explained_by_the_move() -> None:
    successor = affiliate(2, user_id="user_1")

    done = stated([affiliate(1, "deleted"), successor], [partner()], [link()])

    rows = [one.status.reason.row for one in done.accounts if one.status.reason]
    assert [row and row.kind for row in rows] == ["move-link", "move-link"]
    assert ends(done, "on") == (1, 1)
    assert steps(done, "on") == [("Whop only, not linked", -1), ("Affihub only, differ", 1)]


def test_who_is_gone_on_whop_and_off_on_affihub_agrees() -> None:
    done = stated(
        whop(gone=frozenset({"aff_1"})),
        [partner(status="deactivated")],
        [link(status=Base("off", "gone", "deactivated"))],
    )

    assert only(done).status.finding is Finding.SAME
    assert steps(done, "listed") == [("Affihub only, same", 1)]
    assert exit_code(done) == 0


@pytest.mark.parametrize("base", [OFF, None, Base("banana", None, None)])
def test_a_mapping_that_is_behind_is_told_and_will_be_remembered(base: Base | None) -> None:
    people: tuple[Any, ...] = ([affiliate()], [partner()], [link(status=base)])

    done, forgotten = stated(*people), stated(*people, forget=True)

    assert only(done).status.finding is Finding.BEHIND
    assert only(done).status.reason == REMEMBERED
    assert exit_code(done) == 0
    assert exit_code(forgotten) == 4


def test_an_incomplete_listing_explains_absences_and_says_what_cannot_be_tied_out() -> None:
    done = stated(whop(complete=False, note="two totals"), [partner()], [link()])

    assert only(done).status.finding is Finding.UNSEEN
    assert done.remainder == ()
    assert done.holes == (
        "Whop's listing is incomplete (two totals): who is not in it cannot be tied out.",
    )
    assert exit_code(done) == 1


def test_a_record_nobody_can_read_is_explained_by_its_row_and_counted_nowhere() -> None:
    incident = Incident("aff_1", "no user")

    done = stated(whop(incidents=(incident,)), [partner()], [link()])

    assert only(done).status.finding is Finding.UNSEEN
    assert (ends(done, "listed"), ends(done, "on")) == ((0, 1), (0, 1))
    assert done.unreadable[Side.WHOP] == (incident,)
    assert exit_code(done) == 0


RATED = policy(commission=commission())


def rated(
    whop_rate: tuple[Override, ...] | None,
    affihub_rate: Any,
    base: Base | None,
    settings: Policy = RATED,
    **told: Any,
) -> Statement:
    overrides = {} if whop_rate is None else {"aff_1": whop_rate}
    people = ([affiliate()], [partner(commission=affihub_rate)], [link(commission=base)])
    return stated(*people, overrides=overrides, settings=settings, **told)


AGREED = Base("20", "20", "20")


def test_equal_rates_that_the_mapping_knows_are_the_same() -> None:
    done = rated((override(20),), Decimal("20.00"), AGREED)

    assert only(done).rate.finding is Finding.SAME
    assert ends(done, "rate") == (1, 1)


@pytest.mark.parametrize(
    "whop_rate, affihub_rate, base, finding, by",
    [
        ((override(25),), Decimal(20), AGREED, Finding.DIFFER, By.ROW),
        ((override(25),), Decimal(20), None, Finding.DIFFER, By.ROW),
        ((), Decimal(20), AGREED, Finding.DIFFER, By.ROW),
        ((override(20),), Decimal(20), None, Finding.BEHIND, By.REMEMBERED),
        ((override(12),), Decimal("12.01"), Base("12", "12", "12.01"), Finding.DIFFER, By.ROUNDED),
        ((override(20), override(25, 2)), Decimal(20), AGREED, Finding.UNKNOWN, By.ROW),
        ((override(20),), Untold.UNREADABLE, AGREED, Finding.UNKNOWN, By.ROW),
        ((override(20),), Untold.ABSENT, AGREED, Finding.LEFT_ALONE, By.UNREAD),
        (None, Decimal(20), AGREED, Finding.LEFT_ALONE, By.UNREAD),
    ],
)
def test_every_other_rate_has_its_explanation(
    whop_rate: tuple[Override, ...] | None,
    affihub_rate: Any,
    base: Base | None,
    finding: Finding,
    by: By,
) -> None:
    done = rated(whop_rate, affihub_rate, base)

    tie = only(done).rate
    assert tie.finding is finding
    assert tie.reason is not None
    assert tie.reason.by is by
    assert ends(done, "rate") == (1, 0)
    assert exit_code(done) == 0


def test_a_base_edited_so_that_unequal_rates_look_agreed_is_the_remainder() -> None:
    done = rated((override(20),), Decimal(25), Base("20", "20", "25"))

    assert only(done).rate.is_open
    assert only(done).status.finding is Finding.SAME
    assert exit_code(done) == 4


def test_rates_are_left_alone_where_the_setting_says_so_or_somebody_is_off() -> None:
    off = policy(commission=commission(CommissionSync.OFF))

    untouched = rated((override(20),), Decimal(25), None, off)
    away = stated(
        [affiliate(status="archived")],
        [partner(status="deactivated", commission=Decimal(5))],
        [link(status=OFF)],
        settings=RATED,
    )

    assert [only(one).rate.reason for one in (untouched, away)] != [None, None]
    assert {only(one).rate.finding for one in (untouched, away)} == {Finding.LEFT_ALONE}
    assert (exit_code(untouched), exit_code(away)) == (0, 0)


def test_why_a_rate_was_not_read_is_said_where_it_is_known() -> None:
    told = "The rate of aff_1 is left alone: Whop answered 500."

    done = rated(None, Decimal(20), AGREED, notes=("The rate of aff_11 is left alone: x.", told))

    assert only(done).rate.reason == Reason(By.UNREAD, told)


def test_sums_count_the_unknown_as_unknown_in_every_book() -> None:
    done = stated(
        [
            affiliate(1, monthly_usd=Decimal("10.10"), earnings_usd=Decimal("100.01")),
            affiliate(2, monthly_usd=Decimal("0.20")),
            affiliate(3, "archived"),
        ],
        [partner(1), partner(2, "invited", earned=Earned(Decimal("7.77"), Decimal("5.00")))],
        [link(1), link(2)],
    )

    told = {(c.book, c.word): (c.people, c.monthly, c.earned) for c in done.statuses}
    assert told == {
        (Book.WHOP, "active"): (2, Sum(Decimal("10.30")), Sum(Decimal("100.01"), 1)),
        (Book.WHOP, "archived"): (1, Sum(Decimal(0), 1), Sum(Decimal(0), 1)),
        (Book.AFFIHUB, "active"): (1, Sum(Decimal("10.10")), Sum(Decimal("100.01"))),
        (Book.AFFIHUB, "invited"): (1, Sum(Decimal("0.20")), Sum(Decimal(0), 1)),
        (Book.MAPPING, "on"): (2, Sum(Decimal("10.30")), Sum(Decimal("100.01"), 1)),
    }
    on = ledger(done, "on")
    assert (on.start.monthly, on.end.monthly) == (Sum(Decimal("10.30")),) * 2
    earned = [c.earned_affihub for c in done.statuses if c.book is Book.AFFIHUB]
    assert earned == [Sum(Decimal(0), 1), Sum(Decimal("7.77"))]


def test_who_is_on_is_counted_by_rate_in_every_book() -> None:
    done = stated(
        [affiliate(1), affiliate(2), affiliate(3, "archived")],
        [
            partner(1, commission=Decimal("12.50")),
            partner(2, commission=Untold.UNREADABLE),
            partner(3, "deactivated", commission=Decimal(5)),
        ],
        [link(1, commission=Base("12.5", "12.5", "12.5")), link(2, commission=None), link(3, OFF)],
        overrides={"aff_1": (override(20), override(30, 2)), "aff_3": ()},
        settings=RATED,
    )

    assert {(c.book, c.word) for c in done.rates} == {
        (Book.WHOP, "not one rate"),
        (Book.WHOP, "not read"),
        (Book.AFFIHUB, "12.5 %"),
        (Book.AFFIHUB, "unreadable"),
        (Book.MAPPING, "12.5 %"),
        (Book.MAPPING, "never agreed"),
    }


def test_a_side_without_a_rate_of_its_own_pays_the_default() -> None:
    assert rate_word(None) == "default"


@pytest.mark.parametrize(
    "whop_usd, earned, told",
    [
        (Decimal("10.00"), Earned(Decimal("12.50"), None), Decimal("-2.50")),
        (Decimal("10.00"), Earned(None, Decimal(1)), None),
        (Decimal("10.00"), None, None),
        (None, Earned(Decimal(1), Decimal(1)), None),
    ],
)
def test_earnings_stand_side_by_side_and_their_difference_is_no_error(
    whop_usd: Decimal | None, earned: Earned | None, told: Decimal | None
) -> None:
    done = stated([affiliate(earnings_usd=whop_usd)], [partner(earned=earned)], [link()])

    assert difference(only(done)) == told
    assert done.earnings_read is (earned_on_affihub(only(done)) is not None)
    assert exit_code(done) == 0


def test_two_links_of_one_partner_do_not_come_out() -> None:
    twice = replace(link(2), affihub_id="par_1")

    done = stated([affiliate(1), affiliate(2)], [partner(1)], [link(1), twice])

    assert not done.adds_up
    assert exit_code(done) == 4
