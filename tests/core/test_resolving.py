"""Choices: what each value makes of a row that asks, and what cannot be chosen."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.decision import Verb, seal
from sync.core.plan import Acceptance, Base, Disposition, Kind, Plan, Row
from sync.core.policy import CommissionSync, Hold, OnFirstLink, Policy
from sync.core.record import Side
from sync.core.resolving import VALUE, can_use, resolved, why_not
from tests.core.people import (
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
from tests.core.words import said, use

TWO_WAY = policy(commission=commission())


def differing(whop: str | None, affihub: str, base: Base | None = None, **told: Any) -> Plan:
    """One person whose two statuses differ; never agreed unless a base is given."""
    return planned([affiliate(status=whop)], [partner(status=affihub)], [link(status=base)], **told)


def rates(whop: str | None, affihub: str | None, settings: Policy = TWO_WAY, **told: Any) -> Plan:
    """One person whose rates differ; never agreed unless a base is given."""
    base = told.pop("base", None)
    return planned(
        [affiliate(monthly_usd=Decimal(1000))],
        [partner(commission=None if affihub is None else Decimal(affihub))],
        [link(commission=base)],
        overrides={"aff_1": () if whop is None else (override(Decimal(whop)),)},
        settings=settings,
        **told,
    )


def chosen(row: Row, value: str) -> tuple[Row, ...] | str:
    return resolved(use(row, value), row)


@pytest.mark.parametrize(
    "statuses, value, kind, after",
    [
        (("active", "deactivated"), "whop", Kind.ACTIVATE_PARTNER, "active"),
        (("active", "deactivated"), "on", Kind.ACTIVATE_PARTNER, "active"),
        (("active", "deactivated"), "affihub", Kind.ARCHIVE_AFFILIATE, "archived"),
        (("active", "deactivated"), "off", Kind.ARCHIVE_AFFILIATE, "archived"),
        (("archived", "active"), "whop", Kind.DEACTIVATE_PARTNER, "deactivated"),
        (("archived", "active"), "affihub", Kind.UNARCHIVE_AFFILIATE, "active"),
        (("archived", "active"), "on", Kind.UNARCHIVE_AFFILIATE, "active"),
        (("archived", "invited"), "off", Kind.DEACTIVATE_PARTNER, "deactivated"),
        (("deleted", "active"), "whop", Kind.DEACTIVATE_PARTNER, "deactivated"),
        (("deleted", "invited"), "off", Kind.DEACTIVATE_PARTNER, "deactivated"),
    ],
)
def test_a_status_is_settled_by_the_side_that_is_chosen(
    statuses: tuple[str, str], value: str, kind: Kind, after: str
) -> None:
    asked = only(differing(*statuses).rows)

    plan = differing(*statuses, decisions=(use(asked, value),))

    row = only(plan.rows)
    assert (row.kind, row.after, row.rule) == (kind, after, "resolved")
    assert row.disposition is Disposition.APPLY
    assert row.before == (statuses[0] if row.side is Side.WHOP else statuses[1])
    assert row.expect == asked.expect
    assert row.key != asked.key


@pytest.mark.parametrize(
    "statuses, value, why",
    [
        (("archived", "invited"), "affihub", "nobody can accept the invitation for this person"),
        (("deleted", "active"), "affihub", "Whop's API cannot bring back a deleted affiliate"),
        (("deleted", "invited"), "on", "Whop's API cannot bring back a deleted affiliate"),
        (("archived", "active"), "25", "that is no status"),
    ],
)
def test_what_cannot_be_done_stays_a_conflict_that_says_so(
    statuses: tuple[str, str], value: str, why: str
) -> None:
    asked = only(differing(*statuses).rows)

    plan = differing(*statuses, decisions=(use(asked, value),))

    row = only(plan.rows)
    assert why_not(asked, value) == why
    assert (row.key, row.disposition) == (asked.key, Disposition.CONFLICT)
    assert row.reason == f"{asked.reason} ana chose {value}, but {why}."
    assert row.needs_person
    assert value not in can_use(asked)


def test_somebody_gone_can_only_be_switched_off() -> None:
    def plan(**told: Any) -> Plan:
        gone = whop(gone=frozenset({"aff_1"}))
        return planned(gone, affihub(partner()), [link(status=None)], **told)

    asked = only(plan().rows)

    assert can_use(asked) == ("whop", "off")
    row = only(plan(decisions=(use(asked, "whop"),)).rows)
    assert (row.kind, row.disposition) == (Kind.DEACTIVATE_PARTNER, Disposition.APPLY)


def test_a_partner_who_never_accepted_is_made_active_where_a_person_says_so() -> None:
    def plan(**told: Any) -> Plan:
        known = link(status=Base("off", "archived", "deactivated"), acceptance=Acceptance.INVITED)
        return planned([affiliate()], [partner(status="deactivated")], [known], **told)

    asked = only(plan().rows)
    assert (asked.rule, asked.disposition) == ("never-accepted", Disposition.BREAK)

    plan_ = plan(decisions=(use(asked, "whop"),))

    assert brief(plan_.rows) == [("activate-partner", "apply", "resolved")]
    other = plan(decisions=(use(asked, "affihub"),))
    assert brief(other.rows) == [("archive-affiliate", "apply", "resolved")]


@pytest.mark.parametrize("value, side", [("whop", Side.AFFIHUB), ("affihub", Side.WHOP)])
def test_a_rate_is_settled_by_the_side_that_is_chosen(value: str, side: Side) -> None:
    asked = only(rates("20", "25").rows)

    row = only(rates("20", "25", decisions=(use(asked, value),)).rows)

    before, after = ("25", "20") if side is Side.AFFIHUB else ("20", "25")
    assert (row.side, row.before, row.after, row.rule) == (side, before, after, "resolved")
    assert row.effect_usd == (Decimal(-50) if side is Side.AFFIHUB else Decimal(50))


def test_a_rate_that_one_side_has_is_written_to_the_other_only() -> None:
    asked = only(rates("20", "25").rows)

    row = only(rates("20", "25", decisions=(use(asked, "20.00"),)).rows)

    assert (row.side, row.after) == (Side.AFFIHUB, "20")


def test_a_rate_that_neither_has_is_written_to_both_one_after_the_other() -> None:
    asked = only(rates("20", "25").rows)

    first, second = rates("20", "25", decisions=(use(asked, "30"),)).rows

    assert (first.side, first.before, first.after) == (Side.AFFIHUB, "25", "30")
    assert (second.side, second.before, second.after) == (Side.WHOP, "20", "30")
    assert (first.expect.whop_rate, first.expect.affihub_rate) == ("20", "25")
    assert (second.expect.whop_rate, second.expect.affihub_rate) == ("20", "30")


def test_no_rate_at_all_can_be_chosen_by_the_side_that_has_none() -> None:
    asked = only(rates(None, "25").rows)

    row = only(rates(None, "25", decisions=(use(asked, "whop"),)).rows)

    assert (row.kind, row.side, row.after) == (Kind.REMOVE_COMMISSION, Side.AFFIHUB, None)


@pytest.mark.parametrize(
    "value, why",
    [
        ("12.5", "Whop holds whole percentages from 1 to 100"),
        ("affihub", "Whop holds whole percentages from 1 to 100"),
        ("0", "Whop holds whole percentages from 1 to 100"),
        ("101", "a rate is a number from 0 to 100"),
        ("-1", "a rate is a number from 0 to 100"),
        ("a lot", "a rate is a number from 0 to 100"),
        ("on", "a rate is a number from 0 to 100"),
        ("1e1", "a rate is a number from 0 to 100"),
        ("", "a rate is a number from 0 to 100"),
    ],
)
def test_a_rate_that_cannot_be_held_stays_a_break(value: str, why: str) -> None:
    def plan(**told: Any) -> Plan:
        return rates("20", "12.5", base=Base("20", "20", "20"), **told)

    asked = only(plan().rows)
    assert asked.rule == "cannot-hold"
    assert can_use(asked) == ("whop", VALUE)

    row = only(plan(decisions=(use(asked, value),)).rows)

    assert (row.key, row.disposition) == (asked.key, Disposition.BREAK)
    assert row.reason.endswith(f"but {why}.")


def test_a_rate_that_whop_cannot_hold_is_settled_by_one_that_both_can() -> None:
    def plan(**told: Any) -> Plan:
        return rates("20", "12.5", base=Base("20", "20", "20"), **told)

    rows = plan(decisions=(use(only(plan().rows), "13"),)).rows

    assert [(row.side, row.after) for row in rows] == [(Side.AFFIHUB, "13"), (Side.WHOP, "13")]


@pytest.mark.parametrize(
    "rule, settings, base",
    [
        ("first-link-ask", TWO_WAY, None),
        ("both-moved", TWO_WAY, Base("10", "10", "10")),
        (
            "follower-edited",
            policy(commission=commission(CommissionSync.WHOP)),
            Base("20", "20", "20"),
        ),
        (
            "follower-edited",
            policy(commission=commission(CommissionSync.AFFIHUB)),
            Base("25", "25", "25"),
        ),
    ],
)
def test_every_question_about_a_rate_can_be_settled(
    rule: str, settings: Policy, base: Base | None
) -> None:
    asked = only(rates("20", "25", settings, base=base).rows)
    assert asked.rule == rule
    assert can_use(asked) == ("whop", "affihub", VALUE)

    for value in ("whop", "affihub", "30"):
        plan = rates("20", "25", settings, base=base, decisions=(use(asked, value),))
        assert {row.rule for row in plan.rows} == {"resolved"}
        assert {row.disposition for row in plan.rows} == {Disposition.APPLY}


def test_what_is_no_question_of_choosing_accepts_nothing() -> None:
    ambiguous = planned(
        [affiliate(1), affiliate(2)],
        [partner(1)],
        emails={"user_1": (email(),), "user_2": (email(),)},
    )
    unknown = differing("frozen", "active")
    untold = differing(None, "active")
    two = rates("20", "25", TWO_WAY)
    flat = planned(
        [affiliate()],
        [partner(commission=Decimal(25))],
        [link(commission=None)],
        overrides={"aff_1": (override(20, commission_type="flat_fee"),)},
        settings=TWO_WAY,
    )
    going = differing("archived", "active", Base("on", "active", "active"))

    for plan in (ambiguous, unknown, untold, flat, going):
        assert can_use(only(plan.rows)) == ()
        assert why_not(only(plan.rows), "whop") == "no choice settles it"
    assert can_use(only(two.rows)) != ()


def test_a_choice_about_what_is_no_question_changes_nothing() -> None:
    row = only(differing("frozen", "active").rows)

    plan = differing("frozen", "active", decisions=(use(row, "affihub"),))

    assert plan.rows == (row,)


def test_a_choice_about_a_row_that_asked_for_none_changes_nothing() -> None:
    going = only(differing("archived", "active", Base("on", "active", "active")).rows)

    plan = differing(
        "archived", "active", Base("on", "active", "active"), decisions=(use(going, "affihub"),)
    )

    assert plan.rows == (going,)


def test_a_field_left_alone_can_still_be_settled() -> None:
    asked = only(differing("archived", "active").rows)
    left = replace(asked, disposition=Disposition.HELD, guard=Hold.IGNORED)

    assert can_use(left) == can_use(asked) == ("whop", "affihub", "on", "off")


def test_who_is_brought_back_by_a_choice_gets_the_right_rate_first() -> None:
    """The same as after any other reason to come back: nobody earns at the old rate."""

    def plan(**told: Any) -> Plan:
        return planned(
            [affiliate()],
            [partner(status="deactivated", commission=Decimal(10))],
            [link(status=None, commission=Base("10", "10", "10"))],
            overrides={"aff_1": (override(20),)},
            settings=TWO_WAY,
            **told,
        )

    asked = only(plan().rows)
    assert asked.rule == "first-link-ask"

    rows = plan(decisions=(use(asked, "whop"),)).rows

    assert brief(rows) == [
        ("set-commission", "apply", "whop-moved"),
        ("activate-partner", "apply", "resolved"),
    ]


def test_who_is_brought_back_waits_while_the_rate_is_a_question() -> None:
    def plan(**told: Any) -> Plan:
        return planned(
            [affiliate()],
            [partner(status="deactivated", commission=Decimal(10))],
            [link(status=None, commission=None)],
            overrides={"aff_1": (override(20),)},
            settings=TWO_WAY,
            **told,
        )

    back = use(only(plan().rows), "whop")
    rate, waiting = plan(decisions=(back,)).rows
    assert (rate.disposition, waiting.rule) == (Disposition.CONFLICT, "rate-first")

    rows = plan(decisions=(back, use(rate, "20"))).rows

    assert brief(rows) == [
        ("set-commission", "apply", "resolved"),
        ("activate-partner", "apply", "resolved"),
    ]


@given(st.decimals(0, 100, places=2), st.integers(1, 100), st.integers(1, 100))
def test_a_chosen_rate_ends_on_both_sides_or_on_none(
    value: Decimal, on_whop: int, on_affihub: int
) -> None:
    if on_whop == on_affihub:
        return
    asked = only(rates(str(on_whop), str(on_affihub)).rows)

    made = chosen(asked, str(value))

    if isinstance(made, str):
        assert value != value.to_integral_value() or value == 0
        return
    now = {Side.WHOP: Decimal(on_whop), Side.AFFIHUB: Decimal(on_affihub)}
    for row in made:
        assert now[row.side] == Decimal(row.before or "")
        assert Decimal(row.expect.whop_rate or "") == now[Side.WHOP]
        assert Decimal(row.expect.affihub_rate or "") == now[Side.AFFIHUB]
        now[row.side] = Decimal(row.after or "")
    assert set(now.values()) == {value}


class TestCutOffBetweenTwoWrites:
    """A rate for both sides reached Affihub; the run died before Whop."""

    BASE = Base("10", "10", "10")

    def _plan(self, whop: str, affihub: str, **told: Any) -> Plan:
        return rates(whop, affihub, base=self.BASE, **told)

    def test_the_next_run_brings_it_to_its_end(self) -> None:
        choice = use(only(self._plan("20", "25").rows), "30")
        _, second = self._plan("20", "25", decisions=(choice,)).rows

        plan = self._plan("20", "30", decisions=(choice,))

        assert seal(only(plan.rows)) == seal(second)
        assert plan.dropped == ()
        assert plan.carries == {second.key: (choice.number,)}

    def test_also_where_the_first_write_looks_like_the_base(self) -> None:
        """Else the other side would count as the one that moved, and overwrite the choice."""
        choice = use(only(self._plan("20", "25").rows), "10")

        row = only(self._plan("20", "10", decisions=(choice,)).rows)

        assert (row.side, row.after, row.rule) == (Side.WHOP, "10", "resolved")

    @pytest.mark.parametrize("whop, affihub", [("21", "30"), ("20", "31"), ("21", "25")])
    def test_not_where_anything_else_moved(self, whop: str, affihub: str) -> None:
        choice = use(only(self._plan("20", "25").rows), "30")

        plan = self._plan(whop, affihub, decisions=(choice,))

        assert brief(plan.rows) == [("set-commission", "conflict", "both-moved")]
        assert plan.dropped == (choice.number,)

    def test_a_choice_that_came_to_its_end_is_dropped_with_nothing_to_do(self) -> None:
        choice = use(only(self._plan("20", "25").rows), "30")

        plan = self._plan("30", "30", decisions=(choice,))

        assert (plan.rows, plan.dropped) == ((), (choice.number,))


def test_of_a_rate_for_both_sides_none_is_written_while_one_is_held() -> None:
    settings = replace(TWO_WAY, two_people=frozenset({"set-commission"}))
    asked = only(rates("20", "25", settings).rows)
    choice = use(asked, "30")
    first, second = rates("20", "25", settings, decisions=(choice,)).rows
    assert (first.guard, second.guard) == ("two-people", "two-people")

    yes = said(Verb.APPROVE, first, "ben")
    rows = rates("20", "25", settings, decisions=(choice, yes)).rows

    assert [(row.disposition, row.rule) for row in rows] == [
        (Disposition.WAITING, "both-sides"),
        (Disposition.HELD, "resolved"),
    ]


def test_first_links_can_be_settled_by_the_hundred() -> None:
    people = range(1, 301)

    def plan(**told: Any) -> Plan:
        return planned(
            [affiliate(n) for n in people],
            [partner(n, "deactivated") for n in people],
            emails={f"user_{n}": (email(n),) for n in people},
            settings=policy(status_on_first_link=OnFirstLink.ASK),
            **told,
        )

    asked = [row for row in plan().rows if row.kind is not Kind.LINK]

    rows = plan(decisions=tuple(use(row, "affihub") for row in asked)).rows

    assert sum(row.kind is Kind.ARCHIVE_AFFILIATE for row in rows) == 300
