"""Who is alone: in which order people look at them, and who is each other's best."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.likeness import Likeness
from sync.core.plan import Alone, Person
from sync.core.record import Side
from sync.core.unmatched import (
    Candidate,
    Unmatched,
    best_first,
    by_person,
    marked_mutual,
    may_earn,
    weightiest_first,
    with_candidates,
)


def alone(record_id: str, status: str | None = "active", monthly: int | None = None) -> Alone:
    money = None if monthly is None else Decimal(monthly)
    return Alone(Person(monthly_usd=money), record_id, status, "")


def candidate(whop: str, affihub: str, score: int) -> Candidate:
    return Candidate(alone(whop), alone(affihub), Likeness(score))


def ids(candidates: Sequence[Candidate]) -> list[tuple[str, str]]:
    return [each.ids for each in candidates]


def test_who_may_earn_comes_first_and_then_who_brings_most() -> None:
    people = [
        alone("aff_1", "archived", 900),
        alone("aff_2", "active"),
        alone("aff_3", None, 10),
        alone("aff_4", "active", 50),
        alone("aff_5", "deleted", 1000),
        alone("aff_0", "active"),
    ]

    told = [one.id for one in weightiest_first(Side.WHOP, people)]

    assert told == ["aff_4", "aff_3", "aff_0", "aff_2", "aff_5", "aff_1"]


@pytest.mark.parametrize(
    "side, status, earns",
    [
        (Side.WHOP, "active", True),
        (Side.WHOP, None, True),
        (Side.WHOP, "archived", False),
        (Side.WHOP, "deleted", False),
        (Side.AFFIHUB, "active", True),
        (Side.AFFIHUB, "invited", True),
        (Side.AFFIHUB, "deactivated", False),
        (Side.AFFIHUB, "paused", True),
    ],
)
def test_who_is_not_off_may_earn(side: Side, status: str | None, earns: bool) -> None:
    assert may_earn(side, alone("x", status)) is earns


def test_each_others_best_without_an_equal_are_mutual() -> None:
    marked = marked_mutual(
        [
            candidate("aff_1", "par_1", 90),
            candidate("aff_1", "par_2", 80),
            candidate("aff_2", "par_2", 70),
            candidate("aff_3", "par_3", 60),
            candidate("aff_3", "par_4", 60),
        ]
    )

    assert ids([each for each in marked if each.mutual]) == [("aff_1", "par_1")]


def test_nobody_is_suggested_more_than_three() -> None:
    many = [candidate("aff_1", f"par_{n}", 50 + n) for n in range(5)]

    (lonely,) = with_candidates(Side.WHOP, [alone("aff_1")], many)

    assert [each.affihub.id for each in lonely.candidates] == ["par_4", "par_3", "par_2"]


def test_one_side_alone_keeps_the_rest() -> None:
    people = {side: with_candidates(side, [alone(side.value)], ()) for side in Side}
    seen = Unmatched("main", datetime(2026, 11, 2, tzinfo=UTC), people, notes=("careful",))

    only = seen.only(Side.WHOP)

    assert list(only.people) == [Side.WHOP]
    assert only.notes == ("careful",)


def test_one_side_alone_has_the_people_of_that_side() -> None:
    people = {side: with_candidates(side, [alone(side.value)], ()) for side in Side}
    seen = Unmatched("main", datetime(2026, 11, 2, tzinfo=UTC), people)

    assert seen.only(Side.WHOP).people == {Side.WHOP: people[Side.WHOP]}


def test_a_side_where_nobody_is_alone_is_shown_with_nobody() -> None:
    seen = Unmatched("main", datetime(2026, 11, 2, tzinfo=UTC), {})

    assert seen.only(Side.WHOP).people == {Side.WHOP: ()}


some = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(30, 40)),
    unique_by=lambda told: told[:2],
    max_size=12,
)


@given(some, st.randoms())
def test_the_order_is_the_same_however_they_come(
    told: list[tuple[int, int, int]], chance: random.Random
) -> None:
    people = [candidate(f"aff_{a}", f"par_{p}", score) for a, p, score in told]
    mixed = list(people)
    chance.shuffle(mixed)

    assert best_first(marked_mutual(mixed)) == best_first(marked_mutual(people))


@given(some)
def test_whoever_goes_through_them_in_order_meets_the_better_ones_first(
    told: list[tuple[int, int, int]],
) -> None:
    order = best_first(
        marked_mutual([candidate(f"aff_{a}", f"par_{p}", score) for a, p, score in told])
    )

    for place, each in enumerate(order):
        later = order[place + 1 :]
        assert all(one.likeness.score <= each.likeness.score for one in later)
    for side in Side:
        assert all(len(ones) <= 3 for ones in by_person(order, side).values())


def test_of_two_as_alike_who_is_mutual_comes_first_and_then_the_smaller_ids() -> None:
    ones = [
        candidate("aff_3", "par_3", 60),
        candidate("aff_2", "par_2", 60),
        candidate("aff_4", "par_4", 60),
        candidate("aff_2", "par_1", 60),
    ]
    mutual = marked_mutual(ones)

    assert ids(best_first(mutual)) == [
        ("aff_3", "par_3"),
        ("aff_4", "par_4"),
        ("aff_2", "par_1"),
        ("aff_2", "par_2"),
    ]


def test_who_looks_more_like_somebody_else_is_not_mutual_from_either_end() -> None:
    ones = [candidate("aff_1", "par_1", 70), candidate("aff_2", "par_1", 80)]

    assert [each.mutual for each in marked_mutual(ones)] == [False, True]
    turned = [candidate("aff_1", "par_1", 70), candidate("aff_1", "par_2", 80)]
    assert [each.mutual for each in marked_mutual(turned)] == [False, True]


def test_everybody_of_a_side_is_there_with_those_who_may_be_the_same() -> None:
    ones = [candidate("aff_1", "par_1", 50), candidate("aff_1", "par_2", 60)]

    lonely = with_candidates(Side.AFFIHUB, [alone(f"par_{n}") for n in (3, 2, 1)], ones)

    assert [(one.alone.id, ids(one.candidates)) for one in lonely] == [
        ("par_1", [("aff_1", "par_1")]),
        ("par_2", [("aff_1", "par_2")]),
        ("par_3", []),
    ]


def test_a_partner_without_a_status_may_earn_and_unknown_money_is_none() -> None:
    people = [alone("par_2", None), alone("par_1", "active", -5), alone("par_3", "invited", 0)]

    assert may_earn(Side.AFFIHUB, people[0])
    assert [one.id for one in weightiest_first(Side.AFFIHUB, people)] == [
        "par_2",
        "par_3",
        "par_1",
    ]


def test_unknown_money_is_less_than_a_dollar() -> None:
    people = [alone("par_1"), alone("par_2", monthly=1)]

    assert [one.id for one in weightiest_first(Side.AFFIHUB, people)] == ["par_2", "par_1"]


def test_affiliates_with_candidates_come_in_their_order_too() -> None:
    people = [alone("aff_1", "archived"), alone("aff_2")]

    lonely = with_candidates(Side.WHOP, people, ())

    assert [one.alone.id for one in lonely] == ["aff_2", "aff_1"]
