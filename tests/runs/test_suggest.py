"""Whom the search finds, whom it leaves out, and that it says so."""

import random
from typing import Any

import pytest

from sync.core.plan import Alone, Person, Plan
from sync.core.record import Side
from sync.runs import suggest as suggesting
from sync.runs.suggest import MOST_ALIKE, plain_words, suggest, with_suggestions


def affiliate(number: int = 1, **known: Any) -> Alone:
    return Alone(Person(user_id=f"user_{number}", **known), f"aff_{number}", "active", "")


def partner(number: int = 1, **known: Any) -> Alone:
    return Alone(Person(**known), f"par_{number}", "active", "")


def both(whop: list[Alone], affihub: list[Alone]) -> dict[Side, tuple[Alone, ...]]:
    return {Side.WHOP: tuple(whop), Side.AFFIHUB: tuple(affihub)}


def found(whop: list[Alone], affihub: list[Alone]) -> list[tuple[str, str]]:
    return [each.ids for each in suggest(both(whop, affihub)).candidates]


@pytest.mark.parametrize(
    "text, plain",
    [
        ("  María-José  O'Brien ", "maria jose obrien"),
        ("Łukasz Kowalczyk", "lukasz kowalczyk"),
        ("Straße", "strasse"),
        ("陈伟", "chen wei"),
        ("🦄", ""),
        ("x" * 300, "x" * 100),
    ],
)
def test_texts_are_compared_as_plain_words(text: str, plain: str) -> None:
    assert plain_words(text) == plain


@pytest.mark.parametrize(
    "one, other",
    [
        ({"email": "a.na+x@gmail.com"}, {"email": "ana@googlemail.com"}),
        ({"email": "ana.lopez@example.com"}, {"email": "ana.lopes@example.com"}),
        ({"email": "ana.lopez@example.com"}, {"email": "analopez@example.org"}),
        ({"username": "ana_lopez"}, {"slug": "ana-lopez"}),
        ({"username": "analopezz"}, {"slug": "ana-lopez"}),
        ({"username": "analopez"}, {"email": "ana.lopez@example.org"}),
        ({"name": "María López"}, {"name": "lopez maria"}),
        ({"name": "María López"}, {"name": "María del Carmen López"}),
        ({"name": "Dominic Lefevre"}, {"name": "Dominik Lefèvre"}),
        ({"name": "Ekaterina Ivanova"}, {"name": "Ивановa Екатерина"}),
    ],
)
def test_whoever_may_be_the_same_is_found_among_strangers(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    strangers = [partner(n, name=f"Stranger {n}", email=f"s{n}@x.org") for n in range(2, 9)]

    assert found([affiliate(**one)], [*strangers, partner(**other)]) == [("aff_1", "par_1")]


def test_strangers_are_not_suggested() -> None:
    one = affiliate(name="Ana Lopez", email="ana@example.com", username="ana")
    other = partner(name="Kofi Mensah", email="kofi@example.com", slug="kofi")

    assert found([one], [other]) == []


def test_the_best_of_several_comes_first() -> None:
    one = affiliate(name="Ana Lopez", username="analopez", email="ana@example.com")
    partners = [
        partner(1, name="Ana Lopes", email="x@example.org", slug="x"),
        partner(2, name="Ana Lopez", email="ana+shop@example.com", slug="analopez"),
        partner(3, name="Ana Lopez", email="y@example.org", slug="y"),
    ]

    assert found([one], partners) == [("aff_1", "par_2"), ("aff_1", "par_3")]


def test_who_is_kept_apart_is_never_suggested() -> None:
    people = both([affiliate(name="Ana Lopez")], [partner(name="Ana Lopez")])

    assert suggest(people, {("user_1", "par_1")}).candidates == ()
    assert suggest(people, {("user_2", "par_1")}).candidates != ()


def test_a_hint_stands_beside_both_in_a_plan() -> None:
    ones, others = [affiliate(username="ana.l"), affiliate(2)], [partner(slug="ana.l")]

    plan = with_suggestions(Plan(unmatched=both(ones, others)))

    hints = {one.id: one.suggestion for people in plan.unmatched.values() for one in people}
    assert hints == {
        "aff_1": "par_1: username equals slug (75 of 100)",
        "aff_2": None,
        "par_1": "aff_1: username equals slug (75 of 100)",
    }


def test_a_plan_keeps_who_is_kept_apart_without_a_hint() -> None:
    people = both([affiliate(username="ana.l")], [partner(slug="ana.l")])

    assert with_suggestions(Plan(unmatched=people), {("user_1", "par_1")}).unmatched == people


def test_a_plan_in_which_one_side_is_not_alone_stays_as_it_is() -> None:
    plan = Plan(unmatched=both([affiliate(name="Ana Lopez")], []))

    assert with_suggestions(plan) is plan


def test_a_name_that_a_crowd_shares_suggests_nobody_and_is_told() -> None:
    crowd = [partner(n, name="Test User") for n in range(MOST_ALIKE + 1)]

    told = suggest(both([affiliate(name="Test User")], crowd))

    assert told.candidates == ()
    (note,) = told.notes
    assert "1 names or addresses are shared by more than 20 people" in note


def test_in_a_crowd_of_one_name_another_clue_finds_the_one() -> None:
    crowd = [partner(n, name="Test User", slug=f"t-{n}") for n in range(50)]

    told = found([affiliate(name="Test User", username="t_7")], crowd)

    assert told == [("aff_1", "par_7")]


def test_what_is_not_compared_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "MOST_COMPARISONS", 3)
    ones = [affiliate(n, name=f"Ana Lopez{n}", email=f"{n}@a.org") for n in range(3)]
    others = [partner(0, name="Ana Lopezz", email="0@a.org"), partner(1, name="Ana Lopezx")]

    told = suggest(both(ones, others))

    assert ("aff_0", "par_0") in [each.ids for each in told.candidates]
    (note,) = told.notes
    assert "Too many people are alone" in note
    assert "of 3 affiliates" in note


def test_the_same_people_are_suggested_whatever_order_they_come_in() -> None:
    chance = random.Random(4)
    first, last = ("Ana", "Anna", "Anne", "Ane"), ("Lopez", "Lopes", "Lopetz")
    names = [f"{one} {other}" for one in first for other in last]
    ones = [affiliate(n, name=name, username=f"ana{n}lopez") for n, name in enumerate(names)]
    others = [partner(n, name=chance.choice(names), slug=f"ana{n}") for n in range(60)]
    before = suggest(both(ones, others))

    chance.shuffle(ones)
    chance.shuffle(others)

    assert before.candidates != ()
    assert suggest(both(ones, others)) == before
