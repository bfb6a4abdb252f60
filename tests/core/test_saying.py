"""What people decided, in sentences: beside a row, and of rows that changed or came too late."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Person, Row
from sync.core.saying import MOST_TOLD, drop_notes, expiry_notes, sentence
from tests.core.undoing import wrote, wrote_rate
from tests.core.words import MORNING

UNTIL = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def said(verb: Verb, row: Row | None = None, **told: Any) -> Decision:
    return Decision("main", verb, row or wrote(), "ana", MORNING, **told)


@pytest.mark.parametrize(
    "decision, told",
    [
        (said(Verb.APPROVE), "approved by ana on 2026-11-21"),
        (said(Verb.APPROVE, why="he left"), "approved by ana on 2026-11-21: he left"),
        (said(Verb.REJECT), "rejected by ana on 2026-11-21"),
        (said(Verb.USE, value="whop"), "ana chose whop on 2026-11-21"),
        (said(Verb.RETRY), "to be tried again by the word of ana on 2026-11-21"),
        (said(Verb.IGNORE_FIELD), "left alone by the word of ana on 2026-11-21"),
        (said(Verb.SNOOZE, until=UNTIL), "put off by ana until 2026-11-24 08:30 UTC"),
        (said(Verb.SNOOZE), "put off by ana until further notice"),
        (said(Verb.ASSIGN, value="ben"), "assigned to ben by ana on 2026-11-21"),
    ],
)
def test_every_decision_is_a_sentence_of_its_own(decision: Decision, told: str) -> None:
    assert sentence(decision) == told


def dropped(*decisions: Decision, rows: Iterable[Row] = ()) -> list[str]:
    return list(drop_notes(decisions, rows))


def test_a_dropped_decision_says_whom_it_was_about_what_it_was_and_what_is_due_now() -> None:
    now = replace(wrote(), before="invited", disposition=Disposition.HELD, rule="whop-gone")

    (note,) = dropped(said(Verb.APPROVE, why="he left."), rows=[now, wrote(number=2)])

    assert note == (
        "Dropped, as the row changed: Person 1, deactivate-partner active -> deactivated "
        "(apply, whop-moved), approved by ana on 2026-11-21: he left. "
        "Now: deactivate-partner invited -> deactivated (held, whop-gone)."
    )


def test_where_nothing_is_due_any_more_that_is_said() -> None:
    (note,) = dropped(said(Verb.REJECT), rows=[wrote_rate(), wrote(number=2)])

    assert note.endswith("rejected by ana on 2026-11-21. Now: nothing to be done any more.")


def test_several_rows_of_a_field_are_all_due_and_a_row_without_values_tells_none() -> None:
    first = wrote_rate(after=None)
    second = wrote_rate(before=None, key="other", disposition=Disposition.CONFLICT)
    neither = wrote_rate(before=None, after=None, key="third", disposition=Disposition.BREAK)

    (note,) = dropped(said(Verb.APPROVE, wrote_rate()), rows=[first, second, neither])

    assert note.endswith(
        "Now: set-commission 20 -> none (apply, whop-moved) and "
        "set-commission none -> 30 (conflict, whop-moved) and set-commission (break, whop-moved)."
    )


def test_nobody_is_told_of_an_assignment_that_came_to_its_end() -> None:
    assert dropped(said(Verb.ASSIGN, value="ben")) == []


@pytest.mark.parametrize("count, more", [(MOST_TOLD, 0), (MOST_TOLD + 1, 1), (MOST_TOLD + 7, 7)])
def test_of_very_many_dropped_decisions_only_the_number_is_told(count: int, more: int) -> None:
    ones = [said(Verb.APPROVE, wrote(number=n)) for n in range(count)]

    notes = dropped(*ones, said(Verb.ASSIGN, value="ben"))

    assert MOST_TOLD == 20
    assert notes[MOST_TOLD:] == (
        [f"{more} more decisions are dropped, as their rows changed too."] if more else []
    )
    assert "Person 19," in notes[19]


def expired(
    *decisions: Decision, again: Iterable[Decision] = (), rows: Iterable[Row] = ()
) -> list[str]:
    return list(expiry_notes(decisions, again, rows))


def test_a_yes_that_came_too_late_says_until_when_it_held_and_what_is_due_now() -> None:
    yes = said(Verb.APPROVE, until=UNTIL, why="he left")

    (note,) = expired(yes, rows=[replace(wrote(), disposition=Disposition.HELD)])

    assert note == (
        "Expired before it was applied: Person 1, deactivate-partner active -> deactivated "
        "(apply, whop-moved), approved by ana on 2026-11-21: he left. "
        "It held until 2026-11-24 08:30 UTC. "
        "Now: deactivate-partner active -> deactivated (held, whop-moved)."
    )


def test_a_yes_that_had_no_end_says_so_and_what_is_due_is_nothing() -> None:
    (note,) = expired(said(Verb.APPROVE))

    assert note.endswith("It held until further notice. Now: nothing to be done any more.")


def test_of_a_row_of_an_undo_nobody_can_say_what_is_due() -> None:
    (note,) = expired(said(Verb.APPROVE, wrote(rule="undo"), until=UNTIL), rows=[wrote()])

    assert note.endswith("It held until 2026-11-24 08:30 UTC.")


def test_nobody_is_told_whose_row_was_decided_on_again() -> None:
    one, other = said(Verb.APPROVE, until=UNTIL), said(Verb.APPROVE, wrote(number=2), until=UNTIL)

    (note,) = expired(one, other, again=[said(Verb.REJECT, wrote())])

    assert "Person 2" in note


@pytest.mark.parametrize("count, more", [(MOST_TOLD, 0), (MOST_TOLD + 3, 3)])
def test_of_very_many_expired_approvals_only_the_number_is_told(count: int, more: int) -> None:
    notes = expired(*(said(Verb.APPROVE, wrote(number=n), until=UNTIL) for n in range(count)))

    assert notes[MOST_TOLD:] == (
        [f"{more} more approvals expired before their rows were applied."] if more else []
    )


def test_somebody_without_a_name_is_told_as_such() -> None:
    (note,) = dropped(said(Verb.APPROVE, wrote(person=Person())))

    assert note.startswith("Dropped, as the row changed: somebody without a name, deactivate")
