"""Guards in money: how far a rate moves, what all rates change in a month, and what is unknown."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from sync.core.decision import Verb
from sync.core.effect import effect_usd
from sync.core.guard import lasting
from sync.core.plan import Base, Disposition, Kind, Plan
from sync.core.policy import GuardClass, Guards, Hold, Limit
from sync.core.ports import Known
from sync.core.reconcile import guard_facts
from tests.core.people import (
    NO_GUARDS,
    affiliate,
    commission,
    link,
    only,
    override,
    partner,
    planned,
    policy,
)
from tests.core.words import said


def money(effect: int | str | None = None, jump: int | str | None = None) -> Guards:
    """Guards in money, and all others out of the way."""
    return replace(
        NO_GUARDS,
        max_monthly_effect_usd=None if effect is None else Decimal(effect),
        max_rate_jump=None if jump is None else Decimal(jump),
    )


def rates(*moves: tuple[int | None, int | None, str | None], guards: Guards, **told: Any) -> Plan:
    """One person for each move: the rate before, the one Whop has now, what they bring a month."""
    people = list(enumerate(moves, start=1))
    bases = [None if before is None else str(before) for before, _, _ in moves]
    return planned(
        [
            affiliate(n, monthly_usd=None if usd is None else Decimal(usd))
            for n, (_, _, usd) in people
        ],
        [partner(n, commission=None if b is None else Decimal(b)) for n, (b, _, _) in people],
        [link(n, commission=Base(bases[n - 1], bases[n - 1], bases[n - 1])) for n, _ in people],
        overrides={
            f"aff_{n}": () if after is None else (override(after),) for n, (_, after, _) in people
        },
        settings=policy(commission=commission(), guards=guards),
        **told,
    )


@pytest.mark.parametrize(
    "move, effect",
    [
        ((20, 25, "1000"), "50.00"),
        ((25, 20, "1000"), "-50.00"),
        ((20, 25, "9556.36"), "477.8180"),
        ((20, 25, "0.01"), "0.0005"),
        ((20, 25, "-12.50"), "-0.6250"),
        ((20, 25, None), None),
        ((None, 25, "1000"), None),
        ((20, None, "1000"), None),
    ],
)
def test_a_rate_row_says_what_it_changes_in_a_month(
    move: tuple[int | None, int | None, str | None], effect: str | None
) -> None:
    row = only(rates(move, guards=NO_GUARDS).rows)

    assert row.effect_usd == effect_usd(row) == (None if effect is None else Decimal(effect))


def test_only_rates_have_an_effect() -> None:
    plan = planned([affiliate(status="archived", monthly_usd=Decimal(1000))], [partner()], [link()])

    assert only(plan.rows).effect_usd is None


class TestRateJump:
    def test_a_rate_may_move_as_far_as_the_limit(self) -> None:
        plan = rates((20, 30, "1"), (20, 31, "1"), (30, 19, "1"), guards=money(jump=10))

        assert [row.guard for row in plan.rows] == [None, Hold.RATE_JUMP, Hold.RATE_JUMP]
        (verdict,) = plan.verdicts
        assert verdict.message == (
            "2 rates would move by more than 10 points, or by nobody knows how many: 2 held."
        )
        assert verdict.command == "affisync approve --pair main --guard rate-jump"

    @pytest.mark.parametrize("before, after", [(None, 20), (20, None)])
    def test_from_or_to_an_unknown_default_is_too_far(
        self, before: int | None, after: int | None
    ) -> None:
        plan = rates((before, after, "1"), guards=money(jump=100))

        assert only(plan.rows).guard == Hold.RATE_JUMP

    def test_nothing_waives_it(self) -> None:
        plan = rates((20, 31, "1"), guards=money(jump=10), waived=("all", "rate-jump"))

        assert only(plan.rows).guard == Hold.RATE_JUMP

    def test_a_yes_lets_the_one_pass_that_it_means(self) -> None:
        def plan(**told: Any) -> Plan:
            return rates((20, 31, "1"), (20, 32, "1"), guards=money(jump=10), **told)

        yes = said(Verb.APPROVE, plan().rows[0])

        assert [row.guard for row in plan(decisions=(yes,)).rows] == [None, Hold.RATE_JUMP]

    def test_what_it_holds_uses_up_no_limit(self) -> None:
        one = {**NO_GUARDS.limits, GuardClass.COMMISSION: Limit(1)}

        plan = rates((20, 31, "1"), (20, 25, "1"), guards=replace(money(jump=10), limits=one))

        assert [row.guard for row in plan.rows] == [Hold.RATE_JUMP, None]


class TestMonthlyEffect:
    MOVES: Final = ((20, 25, "1000"), (25, 20, "1000"))
    """Fifty dollars up and fifty down: a hundred are moved."""

    def test_as_much_as_the_limit_may_go(self) -> None:
        plan = rates(*self.MOVES, guards=money(effect=100))

        assert {row.disposition for row in plan.rows} == {Disposition.APPLY}

    def test_beyond_it_all_rates_are_held_and_ups_do_not_make_up_for_downs(self) -> None:
        plan = rates(*self.MOVES, guards=money(effect="99.99"), waived=("all",))

        assert {row.guard for row in plan.rows} == {Hold.MONTHLY_EFFECT}
        (verdict,) = plan.verdicts
        assert (verdict.counted, verdict.held) == (2, 2)
        assert verdict.message == (
            "Rates would change what is paid a month by $100.00; up to $99.99 may go: 2 held."
        )
        assert verdict.command == "affisync approve --pair main --guard monthly-effect"

    def test_one_that_nobody_knows_holds_them_all(self) -> None:
        plan = rates((20, 21, "10"), (20, 21, None), guards=money(effect=1000))

        assert {row.guard for row in plan.rows} == {Hold.MONTHLY_EFFECT}
        assert "by $0.10, and 1 by nobody knows how much" in plan.verdicts[0].message

    def test_approved_rows_pass_and_still_count(self) -> None:
        def plan(**told: Any) -> Plan:
            return rates(*self.MOVES, guards=money(effect=60), **told)

        yes = said(Verb.APPROVE, plan().rows[0])
        rows = plan(decisions=(yes,)).rows

        assert [row.guard for row in rows] == [None, Hold.MONTHLY_EFFECT]

    def test_other_rows_go_on(self) -> None:
        plan = planned(
            [affiliate(1, monthly_usd=Decimal(1000)), affiliate(2, "archived")],
            [partner(1, commission=Decimal(20)), partner(2)],
            [link(1, commission=Base("20", "20", "20")), link(2)],
            overrides={"aff_1": (override(25),)},
            settings=policy(commission=commission(), guards=money(effect=1)),
        )

        assert {row.kind: row.guard for row in plan.rows} == {
            Kind.DEACTIVATE_PARTNER: None,
            Kind.SET_COMMISSION: Hold.MONTHLY_EFFECT,
        }

    def test_leftovers_never_slip_under_it(self) -> None:
        """Half is approved and applied; the other half would fit into the limit now."""
        guards = money(effect=60)
        first, second = rates(*self.MOVES, guards=guards).rows
        settings = policy(commission=commission(), guards=guards)
        held = lasting((first, second), guards, guard_facts(settings, Known(), links=2))
        assert held == {first.key: "monthly-effect", second.key: "monthly-effect"}

        plan = rates((25, 25, "1000"), self.MOVES[1], guards=guards, held=held)

        assert only(plan.rows).guard == Hold.MONTHLY_EFFECT
        assert plan.verdicts[0].message == (
            "1 rates were held for their monthly effect before and still wait for a person."
        )

    def test_they_are_let_go_with_the_setting(self) -> None:
        first, second = rates(*self.MOVES, guards=money(effect=60)).rows
        held = {first.key: "monthly-effect", second.key: "monthly-effect"}

        plan = rates(*self.MOVES, guards=NO_GUARDS, held=held)

        assert {row.disposition for row in plan.rows} == {Disposition.APPLY}

    def test_rates_of_people_that_are_not_created_do_not_count(self) -> None:
        closed = {**NO_GUARDS.limits, GuardClass.CREATE_PARTNER: Limit(0)}
        plan = planned(
            [affiliate(1), affiliate(2, monthly_usd=Decimal(10))],
            [partner(2, commission=Decimal(20))],
            [link(2, commission=Base("20", "20", "20"))],
            emails={"user_1": ("new@example.com",)},
            overrides={"aff_1": (override(20),), "aff_2": (override(21),)},
            settings=policy(
                commission=commission(), guards=replace(money(effect=1), limits=closed)
            ),
        )

        assert [(row.kind, row.disposition) for row in plan.rows] == [
            (Kind.SET_COMMISSION, Disposition.APPLY),
            (Kind.CREATE_PARTNER, Disposition.HELD),
        ]
