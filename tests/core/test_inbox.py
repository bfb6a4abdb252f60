"""The inbox: what is in it, in which order, and what is folded or left out."""

from datetime import timedelta
from decimal import Decimal

from sync.core.decision import Verb
from sync.core.inbox import inbox
from sync.core.plan import Disposition, Outcome, Person
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
