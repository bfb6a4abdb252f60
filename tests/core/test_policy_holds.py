"""Kinds that need two people, and days on which no status and no rate is written."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.decision import Verb
from sync.core.guard import lasting
from sync.core.plan import Base, Disposition, GuardVerdict, Kind, Plan
from sync.core.policy import GuardClass, Hold, Limit, OnFirstLink, Policy
from sync.core.policy_holds import MOST_DAYS, is_frozen, thaw
from sync.core.ports import Known
from sync.core.reconcile import guard_facts
from tests.core.people import (
    NO_GUARDS,
    affiliate,
    commission,
    email,
    link,
    only,
    override,
    partner,
    planned,
    policy,
)
from tests.core.words import said, use

TWO: Final = policy(two_people=frozenset({"deactivate-partner"}))
PAYDAY: Final = date(2026, 11, 30)
FROZEN: Final = policy(freeze=(PAYDAY,))


def leaving(count: int = 1, settings: Policy = TWO, **told: Any) -> Plan:
    """People who were archived on Whop."""
    people = range(1, count + 1)
    return planned(
        [affiliate(n, "archived") for n in people],
        [partner(n) for n in people],
        [link(n) for n in people],
        settings=settings,
        **told,
    )


class TestTwoPeople:
    def test_none_goes_without_two_whatever_the_limits_and_the_waivers(self) -> None:
        plan = leaving(waived=("all", "two-people"))

        assert only(plan.rows).guard == Hold.TWO_PEOPLE
        (verdict,) = plan.verdicts
        assert (verdict.counted, verdict.limit, verdict.held) == (1, 0, 1)
        assert verdict.message == "1 rows need the yes of two people; 0 of them have one."
        assert verdict.command == "affisync approve --pair main --guard two-people"

    def test_one_name_is_not_enough_however_often_it_is_given(self) -> None:
        row = only(leaving().rows)
        again = tuple(said(Verb.APPROVE, row, by) for by in ("ana", "Ana ", " ANA"))

        plan = leaving(decisions=again)

        assert only(plan.rows).guard == Hold.TWO_PEOPLE
        assert "1 of them have one" in plan.verdicts[0].message

    def test_two_names_are(self) -> None:
        row = only(leaving().rows)
        both = said(Verb.APPROVE, row), said(Verb.APPROVE, row, "ben")

        done = only(leaving(decisions=both).rows)

        assert done.disposition is Disposition.APPLY
        assert done.decided == "approved by ana on 2026-11-21; approved by ben on 2026-11-21"

    def test_a_choice_is_one_of_the_two(self) -> None:
        def plan(**told: Any) -> Plan:
            unsure = [link(status=None)]
            return planned(
                [affiliate(status="archived")], [partner()], unsure, settings=TWO, **told
            )

        choice = use(only(plan().rows), "whop")
        made = only(plan(decisions=(choice,)).rows)
        assert made.guard == Hold.TWO_PEOPLE

        same = plan(decisions=(choice, said(Verb.APPROVE, made)))
        other = plan(decisions=(choice, said(Verb.APPROVE, made, "ben")))

        assert only(same.rows).guard == Hold.TWO_PEOPLE
        assert only(other.rows).disposition is Disposition.APPLY

    def test_a_yes_of_one_passes_no_limit_either(self) -> None:
        strict = replace(
            TWO,
            guards=replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(0)}),
        )
        row = only(leaving(settings=strict).rows)
        one, two = said(Verb.APPROVE, row), said(Verb.APPROVE, row, "ben")

        assert only(leaving(settings=strict, decisions=(one,)).rows).guard == Hold.TWO_PEOPLE
        assert only(leaving(settings=strict, decisions=(one, two)).rows).guard is None

    def test_what_waits_for_a_second_yes_uses_up_no_limit(self) -> None:
        one = replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(1)})
        plan = planned(
            [affiliate(1, "archived"), affiliate(2)],
            [partner(1), partner(2, "deactivated")],
            [link(1), link(2)],
            settings=replace(TWO, guards=one),
        )

        assert {row.kind: row.guard for row in plan.rows} == {
            Kind.DEACTIVATE_PARTNER: Hold.TWO_PEOPLE,
            Kind.ARCHIVE_AFFILIATE: None,
        }


class TestFreeze:
    def test_status_and_rate_rows_wait_and_nothing_waives_that(self) -> None:
        plan = leaving(2, FROZEN, today=PAYDAY, waived=("all", "freeze"))

        assert {row.guard for row in plan.rows} == {Hold.FREEZE}
        (verdict,) = plan.verdicts
        assert verdict.message == (
            "2026-11-30 is frozen: 2 rows of status and rate wait until 2026-12-01, or for a "
            "person who approves them all the same."
        )
        assert verdict.command == "affisync approve --pair main --guard freeze"

    @pytest.mark.parametrize("today", [date(2026, 11, 29), date(2026, 12, 1), None])
    def test_on_any_other_day_they_go(self, today: date | None) -> None:
        assert only(leaving(settings=FROZEN, today=today).rows).disposition is Disposition.APPLY

    def test_people_are_created_and_linked_but_neither_rated_nor_made_active(self) -> None:
        plan = planned(
            [affiliate(1), affiliate(2)],
            [partner(2)],
            emails={"user_1": (email(1),), "user_2": (email(2),)},
            overrides={"aff_1": (override(20),)},
            settings=replace(
                FROZEN, activate=True, commission=commission(on_first_link=OnFirstLink.WHOP)
            ),
            today=PAYDAY,
        )

        assert {(row.kind, row.guard) for row in plan.rows} == {
            (Kind.LINK, None),
            (Kind.CREATE_PARTNER, None),
            (Kind.SET_COMMISSION, Hold.FREEZE),
            (Kind.ACTIVATE_PARTNER, Hold.FREEZE),
        }

    def test_a_rate_waits_too(self) -> None:
        plan = planned(
            [affiliate()],
            [partner(commission=Decimal(20))],
            [link(commission=Base("20", "20", "20"))],
            overrides={"aff_1": (override(25),)},
            settings=replace(FROZEN, commission=commission()),
            today=PAYDAY,
        )

        assert only(plan.rows).guard == Hold.FREEZE

    def test_a_yes_from_before_does_not_thaw_it_and_one_in_sight_of_it_does(self) -> None:
        before = said(Verb.APPROVE, only(leaving(settings=FROZEN).rows))
        frozen = leaving(settings=FROZEN, today=PAYDAY, decisions=(before,))
        assert only(frozen.rows).guard == Hold.FREEZE

        knowing = said(Verb.APPROVE, only(frozen.rows))
        plan = leaving(settings=FROZEN, today=PAYDAY, decisions=(before, knowing))

        assert only(plan.rows).disposition is Disposition.APPLY

    def test_two_people_are_two_people_on_a_frozen_day(self) -> None:
        settings = replace(FROZEN, two_people=TWO.two_people)
        row = only(leaving(settings=settings).rows)
        both = said(Verb.APPROVE, row), said(Verb.APPROVE, row, "ben")
        frozen = only(leaving(settings=settings, today=PAYDAY, decisions=both).rows)
        assert frozen.guard == Hold.FREEZE

        one = (*both, said(Verb.APPROVE, frozen))
        two = (*one, said(Verb.APPROVE, frozen, "ben"))

        def guard(decisions: tuple[Any, ...]) -> str | None:
            return only(leaving(settings=settings, today=PAYDAY, decisions=decisions).rows).guard

        assert guard(one) == Hold.FREEZE
        assert guard(two) is None

    def test_what_a_limit_holds_is_held_by_the_limit_on_a_frozen_day_as_well(self) -> None:
        strict = replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(1)})

        plan = leaving(2, replace(FROZEN, guards=strict), today=PAYDAY)

        assert {row.guard for row in plan.rows} == {"deactivate"}

    def test_what_a_limit_held_before_is_remembered_through_it(self) -> None:
        """Waived on a frozen day, so the freeze holds it; after that the limit does again."""
        strict = replace(NO_GUARDS, limits={**NO_GUARDS.limits, GuardClass.DEACTIVATE: Limit(1)})
        settings = replace(FROZEN, guards=strict)
        key = only(leaving(settings=settings).rows).key
        known = Known(held={key: "deactivate"})

        plan = leaving(settings=settings, today=PAYDAY, waived=("deactivate",), held=known.held)

        assert only(plan.rows).guard == Hold.FREEZE
        facts = guard_facts(settings, known, links=1)
        assert lasting(plan.rows, strict, facts) == known.held

    def test_a_long_freeze_says_when_it_ends(self) -> None:
        days = tuple(date(2026, 12, day) for day in range(24, 32))

        plan = leaving(settings=policy(freeze=days), today=date(2026, 12, 24))

        assert "wait until 2027-01-01" in plan.verdicts[0].message

    def test_one_that_never_ends_says_so_too(self) -> None:
        plan = leaving(settings=policy(freeze=tuple(range(1, 32))), today=PAYDAY)

        assert "wait as long as the setting is so" in plan.verdicts[0].message


@pytest.mark.parametrize(
    "days, today, frozen",
    [
        ((15,), date(2026, 11, 15), True),
        ((15,), date(2026, 11, 14), False),
        ((31,), date(2026, 11, 30), True),
        ((31,), date(2026, 2, 28), True),
        ((31,), date(2028, 2, 28), False),
        ((31,), date(2028, 2, 29), True),
        ((30,), date(2026, 2, 28), True),
        ((date(2026, 11, 15),), date(2027, 11, 15), False),
        ((), date(2026, 11, 15), False),
    ],
)
def test_days_of_the_month_come_every_month_and_dates_once(
    days: tuple[date | int, ...], today: date, frozen: bool
) -> None:
    assert is_frozen(days, today) is frozen


@given(st.lists(st.integers(1, 31), max_size=5), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_freeze_ends_on_the_first_day_that_is_not_frozen(days: list[int], today: date) -> None:
    end = thaw(days, today)

    assert end is not None
    assert not is_frozen(days, end)
    assert all(
        is_frozen(days, date.fromordinal(n)) for n in range(today.toordinal() + 1, end.toordinal())
    )


def test_guards_are_told_what_the_policy_wants_people_for() -> None:
    facts = guard_facts(replace(TWO, freeze=(15,)), Known(), links=1)

    assert (facts.two_people, facts.freeze) == (frozenset({"deactivate-partner"}), (15,))


def test_a_freeze_says_how_many_rows_wait_until_when_and_who_may_let_them_pass() -> None:
    settings = policy(freeze=(date(2026, 12, 24), date(2026, 12, 25)))

    (verdict,) = leaving(2, settings, today=date(2026, 12, 24)).verdicts

    assert verdict == GuardVerdict(
        "freeze",
        2,
        0,
        2,
        "2026-12-24 is frozen: 2 rows of status and rate wait until 2026-12-26, or for a person "
        "who approves them all the same.",
        "affisync approve --pair main --guard freeze",
    )


def test_the_end_of_a_freeze_is_looked_for_from_tomorrow_for_a_year() -> None:
    today = date(2026, 12, 24)
    days = [today + timedelta(days=n) for n in range(1, MOST_DAYS + 1)]

    assert thaw((), today) == days[0]
    assert thaw(days[:-1], today) == days[-1]
    assert thaw(days, today) is None
