"""The inbox: what is in it, in which order, and what is folded or left out."""

from datetime import timedelta
from decimal import Decimal

from sync.core.decision import Verb
from sync.core.inbox import awaits_word, evidence, inbox, is_open, may_retry, state
from sync.core.plan import Disposition, Expect, Field, Outcome, Person
from sync.core.policy import Hold
from tests.core.deciding import a_case, conflict, held, ids, said
from tests.state.people import NOON, a_row

NOW = NOON + timedelta(days=1)


def earning(dollars: int) -> Person:
    return Person(name="María", monthly_usd=Decimal(dollars))


def test_the_most_money_comes_first_and_then_what_waits_longest() -> None:
    cases = [
        a_case(conflict(1), since=NOON + timedelta(hours=2)),
        a_case(conflict(2), since=NOON),
        a_case(conflict(3, person=earning(500)), since=NOON + timedelta(hours=3)),
        a_case(conflict(4, effect_usd=Decimal(-900)), since=NOON + timedelta(hours=4)),
    ]

    assert ids(inbox(cases, NOW).cases) == ["key-4", "key-3", "key-2", "key-1"]


def test_held_rows_are_folded_by_what_holds_them() -> None:
    cases = [
        a_case(held(1, person=earning(5)), since=NOON + timedelta(hours=1)),
        a_case(held(2, person=earning(7)), since=NOON),
        a_case(held(3, guard="create-partner")),
        a_case(conflict(4)),
    ]

    found = inbox(cases, NOW)

    assert ids(found.cases) == ["key-4"]
    assert [(one.guard, len(one.cases)) for one in found.held] == [
        ("deactivate", 2),
        ("create-partner", 1),
    ]
    assert (found.held[0].money.monthly_usd, found.held[0].since) == (Decimal(12), NOON)
    assert found.held[1].money.monthly_usd is None


def test_those_that_need_nobody_s_yes_any_more_are_counted() -> None:
    rows = held(1), held(2)
    cases = [
        a_case(rows[0], said(Verb.APPROVE, rows[0])),
        a_case(rows[1], said(Verb.APPROVE, rows[1]), needs=2),
    ]

    assert inbox(cases, NOW).held[0].approved == 1


def test_what_failed_is_in_it_and_what_rests_is_not() -> None:
    resting = a_row(2, disposition=Disposition.WAITING, rule="try-again")

    found = inbox([a_case(a_row(1, outcome=Outcome.FAILED)), a_case(resting, parked=True)], NOW)

    assert ids(found.cases) == ["key-1"]


def test_quiet_rows_are_only_counted() -> None:
    later, never, no = conflict(1), held(2, guard=Hold.IGNORED.value, quiet=True), held(3)
    cases = [
        a_case(later, said(Verb.SNOOZE, later)),
        a_case(never, said(Verb.IGNORE_FIELD, never)),
        a_case(no, said(Verb.REJECT, no)),
        a_case(conflict(4)),
    ]

    found, all_of_it = inbox(cases, NOW), inbox(cases, NOW, everything=True)

    assert (ids(found.cases), found.held, found.quiet) == (["key-4"], (), 3)
    assert sorted(ids(all_of_it.cases)) == ["key-1", "key-2", "key-4"]
    assert ids(all_of_it.held[0].cases) == ["key-3"]
    assert all_of_it.quiet == 0


def test_of_an_owner_it_shows_what_they_see_to() -> None:
    hers, first = conflict(1), conflict(2)
    cases = [
        a_case(hers, said(Verb.ASSIGN, hers, value="Ana")),
        a_case(first, said(Verb.ASSIGN, first, value="ana"), said(Verb.ASSIGN, first, value="ben")),
        a_case(conflict(3)),
    ]

    assert ids(inbox(cases, NOW, owner="ana").cases) == ["key-1"]


def test_an_inbox_says_of_which_moment_and_pair_it_is() -> None:
    found = inbox([a_case(held(), pair="other")], NOW)

    assert found.at == NOW
    assert [one.pair for one in found.held] == ["other"]


def test_only_a_held_row_without_a_no_awaits_a_word() -> None:
    row = held()

    assert awaits_word(a_case(row))
    assert not awaits_word(a_case(row, said(Verb.REJECT, row, why="no")))
    assert not awaits_word(a_case(conflict()))
    assert not awaits_word(a_case(held(guard=Hold.IGNORED)))


def test_what_failed_or_was_given_up_may_be_tried_again() -> None:
    assert may_retry(a_case(a_row(outcome=Outcome.FAILED)))
    assert may_retry(a_case(conflict(), parked=True))
    assert not may_retry(a_case(conflict()))


def test_somebody_has_to_look_at_what_is_not_held_does_not_rest_and_cannot_wait() -> None:
    row = conflict()

    assert is_open(a_case(row))
    assert not is_open(a_case(row, said(Verb.SNOOZE, row)))
    assert not is_open(a_case(held()))
    assert not is_open(a_case(a_row(disposition=Disposition.WAITING)))


def test_the_evidence_of_a_row_is_what_both_sides_showed_of_its_field() -> None:
    shown = Expect("w", "a", "1", "2")

    told = {f: evidence(a_case(a_row(field=f, expect=shown))) for f in Field}

    assert told == {
        Field.LINK: None,
        Field.RECORD: ("w", "a"),
        Field.STATUS: ("w", "a"),
        Field.COMMISSION: ("1", "2"),
        Field.NAME: None,
    }


def test_the_state_of_a_row_is_what_became_of_it_or_else_what_is_to() -> None:
    assert state(a_case(conflict())) is Disposition.CONFLICT
    assert state(a_case(conflict(outcome=Outcome.FAILED))) is Outcome.FAILED
