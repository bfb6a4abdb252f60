"""Which rows a person means, and what they are told where it is none."""

import pytest

from sync.core.cases import Case
from sync.core.inbox import awaits_word
from sync.core.plan import Field, Kind, Person
from sync.errors import UsageError
from sync.runs.choosing import Choice, choose
from tests.core.deciding import a_case, conflict, held, ids

MARIA = Person(name="María Lopez", email="maria@example.com", username="maria")
CHEN = Person(name="Chen Wei", email="chen@example.com", slug="chen-w")

CASES = (
    a_case(held(1, key="ab1234", person=MARIA)),
    a_case(held(2, key="ab5678", person=CHEN, kind=Kind.CREATE_PARTNER, guard="first-run")),
    a_case(held(10, key="cd1234", person=Person(name="Marian"))),
    a_case(conflict(4, key="ef1234", person=MARIA)),
)


def chosen(choice: Choice) -> list[str]:
    return ids(choose(CASES, choice, awaits_word, lambda wanted: f"{wanted} is gone."))


@pytest.mark.parametrize(
    "choice, found",
    [
        (Choice(("ab1234",)), ["ab1234"]),
        (Choice(("cd", "ab1")), ["cd1234", "ab1234"]),
        (Choice(("cd", "cd1")), ["cd1234"]),
        (Choice(all=True), ["ab1234", "ab5678", "cd1234"]),
        (Choice(kind=Kind.DEACTIVATE_PARTNER), ["ab1234", "cd1234"]),
        (Choice(guard="first-run"), ["ab5678"]),
        (Choice(field=Field.STATUS, guard="deactivate"), ["ab1234", "cd1234"]),
        (Choice(("ab1234", "ab5678"), kind=Kind.CREATE_PARTNER), ["ab5678"]),
    ],
)
def test_rows_are_named_one_by_one_or_by_what_they_have_in_common(
    choice: Choice, found: list[str]
) -> None:
    assert chosen(choice) == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("maria", ["ab1234"]),
        ("@maria", ["ab1234"]),
        ("MARÍA lopez", ["ab1234"]),
        ("chen-w", ["ab5678"]),
        ("aff_1", ["ab1234"]),
        ("mari", ["ab1234", "cd1234"]),
        ("example.com", ["ab1234", "ab5678"]),
    ],
)
def test_a_person_is_who_is_called_so_and_else_who_has_it_in_a_name(
    text: str, found: list[str]
) -> None:
    assert chosen(Choice(person=text)) == found


def test_an_id_names_whatever_waits() -> None:
    assert chosen(Choice(("ef",))) == ["ef1234"]


def test_every_id_that_names_no_single_row_is_told() -> None:
    with pytest.raises(UsageError) as told:
        chosen(Choice(("ab", "zz", "cd")))

    assert str(told.value) == "ab may mean 2 rows; give more of the id.\nzz is gone."


@pytest.mark.parametrize("choice", [Choice(), Choice(kind=Kind.FILL_NAME), Choice(person="nobody")])
def test_nothing_never_means_everything(choice: Choice) -> None:
    with pytest.raises(UsageError, match="2 x deactivate-partner") as told:
        chosen(choice)

    assert "1 x create-partner (guard first-run)" in str(told.value)


def test_where_nothing_waits_that_is_told() -> None:
    nobody: tuple[Case, ...] = ()
    with pytest.raises(UsageError, match=r"There is nothing to decide\. Nothing waits for that\."):
        choose(nobody, Choice(all=True), awaits_word, str)
