"""A row that waits for a person: what its decisions come to."""

import pytest

from sync.core.cases import same_name
from sync.core.decision import Verb
from tests.core.deciding import a_case, conflict, held, said

ROW = held()


def test_one_yes_is_enough_where_one_is_asked_for() -> None:
    assert a_case(ROW).missing == 1
    assert a_case(ROW, said(Verb.APPROVE, ROW)).missing == 0
    assert a_case(conflict()).missing == 0


@pytest.mark.parametrize("other, missing", [("ana", 1), (" Ana ", 1), ("ben", 0)])
def test_two_people_are_two_names(other: str, missing: int) -> None:
    twice = said(Verb.APPROVE, ROW, "ana"), said(Verb.APPROVE, ROW, other)

    assert a_case(ROW, *twice, needs=2).missing == missing


def test_a_no_ends_every_yes_before_it() -> None:
    yes, no = said(Verb.APPROVE, ROW, "ana"), said(Verb.REJECT, ROW, "ben", why="not now")

    assert a_case(ROW, yes, no).approvals == ()
    assert a_case(ROW, yes, no).refused == no


def test_a_yes_ends_the_no_before_it() -> None:
    no, yes = said(Verb.REJECT, ROW, "ben", why="not now"), said(Verb.APPROVE, ROW, "ana")

    assert a_case(ROW, no, yes).refused is None
    assert not a_case(ROW, no, yes).quiet


@pytest.mark.parametrize("verb", [Verb.REJECT, Verb.SNOOZE, Verb.IGNORE_FIELD])
def test_who_said_no_or_later_or_never_needs_no_reminder(verb: Verb) -> None:
    assert a_case(ROW, said(verb, ROW)).quiet


@pytest.mark.parametrize("verb", [Verb.APPROVE, Verb.USE, Verb.RETRY, Verb.ASSIGN])
def test_the_rest_is_still_to_be_done(verb: Verb) -> None:
    assert not a_case(ROW, said(verb, ROW)).quiet


def test_names_are_one_person_s_however_they_are_written() -> None:
    assert same_name(" Ana  Lopez") == same_name("ana lopez") != same_name("ana")


def test_the_last_owner_and_the_last_choice_count() -> None:
    row = conflict()
    told = [said(Verb.USE, row, value=side) for side in ("whop", "affihub")]
    told += [said(Verb.ASSIGN, row, value=name) for name in ("ana", "ben")]
    case = a_case(row, *told)

    said_last = [one.value for one in (case.resolved, case.assigned) if one]
    assert said_last == ["affihub", "ben"]


def test_a_yes_from_before_the_freeze_is_none_to_a_frozen_row() -> None:
    frozen = held(guard="freeze")
    before, knowing = said(Verb.APPROVE, ROW, "ana"), said(Verb.APPROVE, frozen, "ben")

    assert a_case(frozen, before).missing == 1
    assert [one.by for one in a_case(frozen, before, knowing).approvals] == ["ben"]


def test_a_name_is_compared_without_capitals_and_with_one_space_between_its_words() -> None:
    assert same_name("  Ana \t María Li ") == "ana maría li"
