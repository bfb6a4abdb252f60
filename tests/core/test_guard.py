"""Guards: exact numbers, shares, budgets, memory, waivers, and what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.guard import CLASS_OF_KIND, Facts, allowance, classes, hold, lasting
from sync.core.plan import Acceptance, Base, Disposition, GuardVerdict, Kind, Plan, Row
from sync.core.policy import (
    DEFAULT_LIMITS,
    CommissionSync,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Share,
)
from sync.core.ports import Spent
from sync.core.record import Side
from sync.core.status import AffihubState
from sync.core.subject import Subject
from tests.core.people import (
    NO_GUARDS,
    OFF,
    affihub,
    affiliate,
    brief,
    commission,
    email,
    link,
    override,
    partner,
    planned,
    policy,
    whop,
)

HUNDRED: Final = Facts("main", links=100)


def row(kind: Kind, number: int = 1, rule: str = "whop-moved", **told: Any) -> Row:
    """A row to be applied about a linked person."""
    subject = Subject("main", affiliate(number), partner(number), link(number))
    side = told.pop("side", Side.AFFIHUB)
    made = subject.row(kind, Disposition.APPLY, rule, "A reason.", side=side)
    return replace(made, **told)


def deactivations(count: int) -> list[Row]:
    return [row(Kind.DEACTIVATE_PARTNER, number) for number in range(1, count + 1)]


def guards(**limits: Limit | int | Share) -> Guards:
    """Guards with these limits, and all others out of the way."""
    told = {
        GuardClass(name.replace("_", "-")): limit if isinstance(limit, Limit) else Limit(limit)
        for name, limit in limits.items()
    }
    return replace(NO_GUARDS, limits={**NO_GUARDS.limits, **told})


def percent(number: int | str) -> Share:
    return Share(Decimal(number))


def held(rows: Iterable[Row]) -> list[str]:
    return [one.key for one in rows if one.disposition is Disposition.HELD]


def test_every_guard_class_but_the_switch_has_a_limit() -> None:
    assert DEFAULT_LIMITS.keys() == set(GuardClass) - {GuardClass.FIRST_RUN}


def test_the_default_limits_are_those_of_the_example_configuration() -> None:
    assert DEFAULT_LIMITS[GuardClass.CREATE_PARTNER] == Limit(percent(10))
    assert DEFAULT_LIMITS[GuardClass.CREATE_AFFILIATE] == Limit(percent(10))
    assert DEFAULT_LIMITS[GuardClass.DEACTIVATE] == Limit(percent(5), per_day=percent(10))
    assert DEFAULT_LIMITS[GuardClass.COMMISSION] == Limit(percent(10))
    assert DEFAULT_LIMITS[GuardClass.REMOVE_COMMISSION] == Limit(0)
    assert DEFAULT_LIMITS[GuardClass.MISSING] == Limit(0)
    assert Guards().floor == 3
    assert Guards().first_run


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_counts_in_its_class_or_is_free(kind: Kind) -> None:
    free = {Kind.LINK, Kind.FILL_NAME}

    assert (kind in CLASS_OF_KIND) is (kind not in free)


def test_both_ways_of_switching_somebody_off_count_together() -> None:
    assert classes(row(Kind.DEACTIVATE_PARTNER)) == (GuardClass.DEACTIVATE,)
    assert classes(row(Kind.ARCHIVE_AFFILIATE)) == (GuardClass.DEACTIVATE,)


def test_both_ways_of_bringing_somebody_back_count_together() -> None:
    assert classes(row(Kind.ACTIVATE_PARTNER, before="deactivated")) == (GuardClass.REACTIVATE,)
    assert classes(row(Kind.UNARCHIVE_AFFILIATE, before="archived")) == (GuardClass.REACTIVATE,)


def test_making_a_partner_active_whom_we_invited_is_no_reactivation() -> None:
    assert classes(row(Kind.ACTIVATE_PARTNER, before=AffihubState.INVITED)) == ()


def test_somebody_gone_counts_as_missing_and_as_switched_off() -> None:
    gone = row(Kind.DEACTIVATE_PARTNER, rule="whop-gone")

    assert classes(gone) == (GuardClass.MISSING, GuardClass.DEACTIVATE)


@pytest.mark.parametrize(
    "limit, links, rows",
    [
        (Limit(20), 0, 20),
        (Limit(20), 10_000, 20),
        (Limit(0), 10_000, 0),
        (Limit(1), 0, 1),
        (Limit(percent(5)), 100, 5),
        (Limit(percent(5)), 119, 5),
        (Limit(percent(5)), 120, 6),
        (Limit(percent(5)), 0, 3),
        (Limit(percent(5)), 59, 3),
        (Limit(percent(5)), 80, 4),
        (Limit(percent("0.1")), 10_000, 10),
        (Limit(percent(100)), 7, 7),
        (Limit(percent("33.333333333")), 3, 3),
    ],
)
def test_a_number_is_exact_and_a_share_is_never_less_than_the_floor(
    limit: Limit, links: int, rows: int
) -> None:
    assert allowance(limit, Facts("main", links), 3, Spent()).rows == rows


@pytest.mark.parametrize("floor, rows", [(0, 1), (1, 1), (50, 50)])
def test_the_floor_is_the_least_a_share_comes_to(floor: int, rows: int) -> None:
    assert allowance(Limit(percent(5)), Facts("main", 20), floor, Spent()).rows == rows
    assert allowance(Limit(2), Facts("main", 20), floor, Spent()).rows == 2


@pytest.mark.parametrize(
    "limit, spent, rows",
    [
        (Limit(5, per_day=10), Spent(), 5),
        (Limit(5, per_day=10), Spent(day=4, week=4), 5),
        (Limit(5, per_day=10), Spent(day=6, week=6), 4),
        (Limit(5, per_day=10), Spent(day=10, week=10), 0),
        (Limit(5, per_day=10), Spent(day=99, week=99), 0),
        (Limit(5, per_day=10, per_week=12), Spent(day=0, week=9), 3),
        (Limit(5, per_week=12), Spent(day=99, week=9), 3),
        (Limit(5, per_day=percent(10)), Spent(day=7, week=7), 3),
        (Limit(percent(5), per_day=0), Spent(), 0),
    ],
)
def test_a_budget_leaves_what_a_day_and_a_week_have_not_spent(
    limit: Limit, spent: Spent, rows: int
) -> None:
    assert allowance(limit, HUNDRED, 3, spent).rows == rows


@given(
    st.integers(0, 9) | st.integers(1, 100).map(percent),
    st.none() | st.integers(0, 9),
    st.integers(0, 1000),
    st.integers(0, 9),
    st.integers(0, 20),
)
def test_more_spent_never_lets_more_pass(
    per_run: int | Share, per_day: int | None, links: int, floor: int, spent: int
) -> None:
    limit, facts = Limit(per_run, per_day), Facts("main", links)

    left = [allowance(limit, facts, floor, Spent(day, day)).rows for day in (0, spent)]

    assert left[0] >= left[1] >= 0


def test_as_many_as_the_limit_may_go() -> None:
    rows = deactivations(5)

    assert hold(rows, guards(deactivate=5), HUNDRED) == (tuple(rows), ())


def test_one_more_than_the_limit_holds_them_all() -> None:
    rows, verdicts = hold(deactivations(6), guards(deactivate=5), HUNDRED)

    assert [(one.disposition, one.guard) for one in rows] == [(Disposition.HELD, "deactivate")] * 6
    assert [(v.guard, v.counted, v.limit, v.held) for v in verdicts] == [("deactivate", 6, 5, 6)]


def test_the_rest_of_the_plan_goes_on() -> None:
    others = [row(Kind.SET_COMMISSION, 7), row(Kind.LINK, 8), row(Kind.FILL_NAME, 9)]

    rows, _ = hold([*deactivations(2), *others], guards(deactivate=1), HUNDRED)

    assert rows[2:] == tuple(others)


def test_a_limit_of_nothing_holds_the_first_one() -> None:
    rows, verdicts = hold([row(Kind.REMOVE_COMMISSION)], guards(remove_commission=0), HUNDRED)

    assert rows[0].guard == "remove-commission"
    assert [verdict.limit for verdict in verdicts] == [0]


@pytest.mark.parametrize(
    "disposition", [Disposition.CONFLICT, Disposition.BREAK, Disposition.WAITING]
)
def test_rows_that_are_not_to_be_applied_are_neither_counted_nor_held(
    disposition: Disposition,
) -> None:
    others = [replace(one, disposition=disposition) for one in deactivations(9)]

    rows, verdicts = hold(others, guards(deactivate=0), HUNDRED)

    assert rows == tuple(others)
    assert verdicts == ()


def test_archives_and_deactivations_share_one_limit() -> None:
    mixed = [row(Kind.DEACTIVATE_PARTNER, 1), row(Kind.ARCHIVE_AFFILIATE, 2)]

    assert len(held(hold(mixed, guards(deactivate=1), HUNDRED)[0])) == 2


def test_who_is_held_makes_no_difference_to_others_who_wait_for_an_answer() -> None:
    question = row(Kind.SET_COMMISSION, 2, disposition=Disposition.CONFLICT)
    back, facts = row(Kind.UNARCHIVE_AFFILIATE, 2), replace(HUNDRED, reactivate=True)

    rows, _ = hold([*deactivations(1), question, back], guards(deactivate=0), facts)

    assert rows[1:] == (question, back)


def test_a_share_is_of_the_links_after_this_runs_matching() -> None:
    """19 people are linked already and one more by this run: 5 % of 20 is 1."""
    everybody = range(1, 21)

    plan = planned(
        [affiliate(n, "archived" if n == 1 else "active") for n in everybody],
        [partner(n) for n in everybody],
        [link(n) for n in everybody if n != 20],
        emails={"user_20": (email(20),)},
        settings=policy(guards=replace(guards(deactivate=percent(5)), floor=0)),
    )

    assert plan.links == 20
    assert ("deactivate-partner", "apply", "whop-moved") in brief(plan.rows)


def test_somebody_gone_is_held_even_where_the_limit_of_switching_off_has_room() -> None:
    gone = row(Kind.DEACTIVATE_PARTNER, 9, rule="whop-gone")

    rows, verdicts = hold([row(Kind.DEACTIVATE_PARTNER), gone], Guards(first_run=False), HUNDRED)

    assert held(rows) == [gone.key]
    assert [verdict.guard for verdict in verdicts] == ["missing"]


def test_leftovers_never_slip_under_the_limit() -> None:
    """Six were held; a person settled three by hand, the other three still wait for a yes."""
    before, _ = hold(deactivations(6), guards(deactivate=5), HUNDRED)
    facts = replace(HUNDRED, held=lasting(before, guards(deactivate=5), HUNDRED))

    rows, verdicts = hold(deactivations(3), guards(deactivate=5), facts)

    assert len(held(rows)) == 3
    assert verdicts[0].message == (
        "3 rows of deactivate were held by this limit before and still wait for a person. "
        "Row by row: affisync approve --pair main --guard deactivate."
    )


def test_new_rows_pass_beside_leftovers_that_are_held() -> None:
    old, new = deactivations(2)
    facts = replace(HUNDRED, held={old.key: "deactivate"})

    rows, verdicts = hold([old, new], guards(deactivate=5), facts)

    assert held(rows) == [old.key]
    assert [(v.counted, v.limit, v.held) for v in verdicts] == [(2, 5, 1)]


def test_what_one_guard_held_is_not_held_by_another() -> None:
    (one,) = deactivations(1)

    rows, _ = hold([one], guards(), replace(HUNDRED, held={one.key: "commission"}))

    assert held(rows) == []


def test_a_limit_of_nothing_needs_no_memory_and_lets_go_with_the_setting() -> None:
    strict = guards(remove_commission=0)
    rows, _ = hold([row(Kind.REMOVE_COMMISSION)], strict, HUNDRED)

    assert held(rows)
    assert lasting(rows, strict, HUNDRED) == {}


def test_the_first_run_needs_no_memory() -> None:
    strict, facts = replace(NO_GUARDS, first_run=True), replace(HUNDRED, first_run_done=False)
    rows, _ = hold(deactivations(1), strict, facts)

    assert rows[0].guard == "first-run"
    assert lasting(rows, strict, facts) == {}


def test_reactivations_held_by_the_setting_let_go_with_it() -> None:
    back = row(Kind.UNARCHIVE_AFFILIATE, before="archived")
    rows, _ = hold([back], guards(), HUNDRED)
    assert held(rows) == [back.key]

    assert lasting(rows, guards(), HUNDRED) == {}
    assert held(hold([back], guards(), replace(HUNDRED, reactivate=True))[0]) == []


def test_reactivations_beyond_their_limit_are_remembered() -> None:
    facts = replace(HUNDRED, reactivate=True)
    back = [row(Kind.UNARCHIVE_AFFILIATE, n, before="archived") for n in (1, 2)]
    rows, _ = hold(back, guards(reactivate=1), facts)

    assert lasting(rows, guards(reactivate=1), facts) == {one.key: "reactivate" for one in back}


def test_a_held_row_that_waits_for_another_is_still_remembered() -> None:
    """It waits for the person to come back; it must not slip through when that happens."""
    waiting = replace(row(Kind.SET_COMMISSION), disposition=Disposition.WAITING)
    facts = replace(HUNDRED, held={waiting.key: "commission", "settled": "commission"})

    assert lasting([waiting], guards(commission=5), facts) == {waiting.key: "commission"}


@pytest.mark.parametrize("name", ["deactivate", "all"])
def test_a_waived_guard_holds_nothing_and_remembers_nothing(name: str) -> None:
    todo = deactivations(6)
    facts = replace(HUNDRED, held={one.key: "deactivate" for one in todo})

    rows, verdicts = hold(todo, guards(deactivate=5), facts, [name])

    assert rows == tuple(todo)
    assert verdicts == ()
    assert lasting(rows, guards(deactivate=5), facts) == {}


def test_waiving_one_guard_waives_no_other() -> None:
    todo = [*deactivations(2), row(Kind.REMOVE_COMMISSION, 3)]

    rows, _ = hold(todo, guards(deactivate=1, remove_commission=0), HUNDRED, ["deactivate"])

    assert held(rows) == [todo[2].key]


@pytest.mark.parametrize("waived", ["missing", "deactivate"])
def test_somebody_gone_needs_both_waivers_where_both_limits_are_reached(waived: str) -> None:
    gone = row(Kind.DEACTIVATE_PARTNER, rule="whop-gone")

    rows, _ = hold([gone], guards(missing=0, deactivate=0), HUNDRED, [waived])

    assert held(rows) == [gone.key]


def test_waivers_never_touch_conflicts_breaks_or_waiting_rows() -> None:
    others = [
        replace(one, disposition=disposition)
        for one, disposition in zip(
            deactivations(3),
            (Disposition.CONFLICT, Disposition.BREAK, Disposition.WAITING),
            strict=True,
        )
    ]

    assert hold(others, guards(), HUNDRED, ["all"])[0] == tuple(others)


FIRST: Final = replace(NO_GUARDS, first_run=True)
NEW_PAIR: Final = replace(HUNDRED, first_run_done=False)


def test_the_first_writes_of_a_pair_are_held_and_linking_is_free() -> None:
    todo = [row(Kind.LINK, 1), row(Kind.SET_COMMISSION, 2), row(Kind.FILL_NAME, 3)]

    rows, verdicts = hold(todo, FIRST, NEW_PAIR)

    assert [one.guard for one in rows] == [None, "first-run", "first-run"]
    assert verdicts == (
        GuardVerdict(
            guard="first-run",
            counted=2,
            limit=0,
            held=2,
            message=(
                "The first writes of this pair wait for a person: 2 held. "
                "Row by row: affisync approve --pair main --guard first-run."
            ),
            command="affisync sync --pair main --allow first-run",
        ),
    )


@pytest.mark.parametrize(
    "strict, facts, waived",
    [
        (FIRST, HUNDRED, ()),
        (NO_GUARDS, NEW_PAIR, ()),
        (FIRST, NEW_PAIR, ("first-run",)),
        (FIRST, NEW_PAIR, ("all",)),
    ],
    ids=["done before", "switched off", "allowed", "all allowed"],
)
def test_the_first_run_is_let_through(
    strict: Guards, facts: Facts, waived: tuple[str, ...]
) -> None:
    todo = deactivations(2)

    assert hold(todo, strict, facts, waived) == (tuple(todo), ())


def test_what_a_limit_holds_in_the_first_run_is_held_by_that_limit() -> None:
    todo = [*deactivations(2), row(Kind.SET_COMMISSION, 3)]

    rows, verdicts = hold(todo, replace(guards(deactivate=1), first_run=True), NEW_PAIR)

    assert [one.guard for one in rows] == ["deactivate", "deactivate", "first-run"]
    assert [verdict.guard for verdict in verdicts] == ["deactivate", "first-run"]


@pytest.mark.parametrize(
    "limit, spent, message",
    [
        (5, {}, "6 rows of deactivate, 5 may go with 100 links: 6 held."),
        (0, {}, "6 rows of deactivate wait for a person: this guard lets none pass by itself."),
        (
            Limit(5, per_day=7),
            {GuardClass.DEACTIVATE: Spent(day=3, week=3)},
            (
                "6 rows of deactivate, 4 may go with 100 links (7 in 24 hours, 3 of them gone): "
                "6 held."
            ),
        ),
        (
            Limit(5, per_week=6),
            {GuardClass.DEACTIVATE: Spent(day=0, week=2)},
            "6 rows of deactivate, 4 may go with 100 links (6 in 7 days, 2 of them gone): 6 held.",
        ),
        (
            Limit(5, per_day=7),
            {GuardClass.DEACTIVATE: Spent(day=7, week=7)},
            (
                "6 rows of deactivate, 0 may go with 100 links (7 in 24 hours, 7 of them gone): "
                "6 held."
            ),
        ),
    ],
)
def test_a_verdict_says_the_numbers(
    limit: int | Limit, spent: Mapping[GuardClass, Spent], message: str
) -> None:
    _, (verdict,) = hold(deactivations(6), guards(deactivate=limit), replace(HUNDRED, spent=spent))

    by_row = "Row by row: affisync approve --pair main --guard deactivate."
    assert verdict.message == f"{message} {by_row}"


@pytest.mark.parametrize(
    "limit, message",
    [
        (0, "1 row of deactivate waits for a person: this guard lets none pass by itself."),
        (5, "1 row of deactivate was held by this limit before and still waits for a person."),
    ],
)
def test_a_verdict_about_one_row_speaks_of_one(limit: int, message: str) -> None:
    (one,) = deactivations(1)
    facts = replace(HUNDRED, held={one.key: "deactivate"})

    _, (verdict,) = hold([one], guards(deactivate=limit), facts)

    assert verdict.message.startswith(f"{message} Row by row: ")


@pytest.mark.parametrize("name", [name for name in GuardClass if name != "first-run"])
def test_a_verdict_says_the_exact_command_that_lets_its_rows_pass(name: GuardClass) -> None:
    kind = next(kind for kind, of_kind in CLASS_OF_KIND.items() if of_kind is name)
    one = row(kind, before="deactivated")
    facts = replace(HUNDRED, pair="eu-1")

    _, (verdict,) = hold([one], guards(**{name.replace("-", "_"): 0}), facts)

    assert verdict.command == f"affisync sync --pair eu-1 --allow {name}"
    assert held(hold([one], guards(**{name.replace("-", "_"): 0}), facts, [name])[0]) == []


def returning(people: Iterable[int], **settings: Any) -> Plan:
    """The plan over people who come back on Whop, at a new rate."""
    people = list(people)
    return planned(
        [affiliate(n) for n in people],
        [partner(n, "deactivated", commission=Decimal(20)) for n in people],
        [link(n, OFF, commission=Base("20", "20", "20")) for n in people],
        overrides={f"aff_{n}": (override(25),) for n in people},
        settings=policy(commission=commission(), **settings),
    )


def test_rates_of_people_who_may_not_come_back_use_up_no_limit() -> None:
    """Four people wait to be let back in; the rate of somebody who is there goes on."""
    waiting = range(1, 5)
    plan = planned(
        [affiliate(n) for n in (*waiting, 9)],
        [
            *(partner(n, "deactivated", commission=Decimal(20)) for n in waiting),
            partner(9, commission=Decimal(20)),
        ],
        [
            *(link(n, OFF, commission=Base("20", "20", "20")) for n in waiting),
            link(9, commission=Base("20", "20", "20")),
        ],
        overrides={f"aff_{n}": (override(25),) for n in (*waiting, 9)},
        settings=policy(commission=commission(), reactivate=False, guards=guards(commission=1)),
    )

    rates = {one.whop_id: one.disposition for one in plan.rows if one.field == "commission"}
    assert rates.pop("aff_9") is Disposition.APPLY
    assert set(rates.values()) == {Disposition.WAITING}
    assert [verdict.guard for verdict in plan.verdicts] == ["reactivate"]


def test_who_comes_back_waits_while_the_rate_is_held() -> None:
    plan = returning([1, 2], guards=guards(commission=1))

    assert sorted(brief(plan.rows)) == [
        ("activate-partner", "waiting", "rate-first"),
        ("activate-partner", "waiting", "rate-first"),
        ("set-commission", "held", "whop-moved"),
        ("set-commission", "held", "whop-moved"),
    ]


def test_what_follows_a_held_create_uses_up_no_limit() -> None:
    """Two creates are held; the one rate that changes elsewhere is not counted with theirs."""
    plan = planned(
        [affiliate(1), affiliate(2), affiliate(3)],
        [partner(3, commission=Decimal(20))],
        [link(3, commission=Base("20", "20", "20"))],
        emails={f"user_{n}": (email(n),) for n in (1, 2)},
        overrides={f"aff_{n}": (override(25),) for n in (1, 2, 3)},
        settings=policy(
            commission=commission(CommissionSync.TWO_WAY, OnFirstLink.WHOP),
            guards=guards(create_partner=1, commission=1),
        ),
    )

    assert brief(plan.rows) == [
        ("set-commission", "apply", "whop-moved"),
        ("create-partner", "held", "no-partner"),
        ("set-commission", "waiting", "after-create"),
        ("create-partner", "held", "no-partner"),
        ("set-commission", "waiting", "after-create"),
    ]


def test_budgets_and_memory_reach_the_guards_of_a_run() -> None:
    people = (1, 2)
    settings = policy(guards=guards(deactivate=Limit(5, per_day=5)))

    plan = planned(
        [affiliate(n, "archived") for n in people],
        [partner(n) for n in people],
        [link(n) for n in people],
        settings=settings,
        spent={GuardClass.DEACTIVATE: Spent(day=4, week=4)},
    )

    assert {one.guard for one in plan.rows} == {"deactivate"}
    assert plan.verdicts[0].limit == 1


def test_a_moved_link_is_held_as_missing_even_though_it_writes_to_neither_side() -> None:
    plan = planned(
        whop(affiliate(2, user_id="user_1"), gone=frozenset({"aff_1"})),
        affihub(partner()),
        [link(acceptance=Acceptance.ACCEPTED)],
        settings=Policy("main"),
        first_run_done=False,
    )

    assert [(one.kind.value, one.guard) for one in plan.rows] == [("move-link", "missing")]
