"""Decisions as one plan heeds them, asked directly: which are about a row, and which count."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sync.core.deciding import Words
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Expect, Kind, Row, row_key
from sync.core.policy import Hold
from tests.core.undoing import since, wrote, wrote_rate
from tests.core.words import MORNING, said

MOMENT = timedelta(seconds=1)


def due(number: int = 1, **told: Any) -> Row:
    return wrote(number=number, outcome=None, **told)


def rate(**told: Any) -> Row:
    return wrote_rate(outcome=None, **told)


def at(decision: Decision, seconds: int) -> Decision:
    return replace(decision, at=MORNING + seconds * MOMENT)


def test_every_decision_whose_row_was_applied_later_is_spent() -> None:
    first, second = said(Verb.APPROVE, due(1)), said(Verb.APPROVE, due(2))
    applied = [replace(since(due(n)), at=second.at + MOMENT) for n in (1, 2)]

    words = Words([first, second], applied)

    assert words.spent == [first.number, second.number]
    assert words.about(due(1)) == []


def test_a_decision_at_the_very_moment_of_the_write_is_about_the_next_one() -> None:
    yes = at(said(Verb.APPROVE, due()), 0)

    assert Words([yes], [since(due())]).spent == []
    assert Words([at(yes, -1)], [since(due())]).spent == [yes.number]


def test_a_word_is_heard_once_about_somebody_with_one_record() -> None:
    lone = due(whop_id=None)

    assert len(Words([said(Verb.APPROVE, lone)]).about(lone)) == 1


def test_words_from_before_and_after_the_link_are_heard_in_their_order() -> None:
    lone, linked = due(whop_id=None), due()
    first, second, third = (
        said(Verb.ASSIGN, linked, value="ana"),
        said(Verb.ASSIGN, lone, value="ben"),
        said(Verb.ASSIGN, linked, value="cleo"),
    )

    heard = Words([first, second, third]).about(linked)

    assert [word.decision for word in heard] == [first, second, third]


def test_who_insisted_did_so_after_that_moment() -> None:
    again = at(said(Verb.RETRY, due()), 0)
    words = Words([again])

    assert words.insists(due(), MORNING - MOMENT, Verb.RETRY)
    assert not words.insists(due(), MORNING, Verb.RETRY)
    assert not words.insists(due(), MORNING - MOMENT, Verb.USE)


def test_a_question_stays_one_after_a_no_and_is_none_once_a_rate_is_left_alone() -> None:
    question = rate(disposition=Disposition.CONFLICT)
    status = due(disposition=Disposition.CONFLICT)

    rejected = Words([said(Verb.REJECT, question)]).silenced(question)
    ignored = Words([said(Verb.IGNORE_FIELD, question)]).silenced(question)
    other = Words([said(Verb.IGNORE_FIELD, status)]).silenced(status)

    assert rejected == question
    assert ignored == replace(question, disposition=Disposition.HELD, guard=Hold.IGNORED)
    assert other == status


def test_a_row_tells_every_yes_and_only_the_last_snooze() -> None:
    row = due()
    words = [
        said(Verb.APPROVE, row, "ana"),
        said(Verb.SNOOZE, row, "ben"),
        said(Verb.SNOOZE, row, "cleo"),
    ]

    told = Words(words).told(row)

    assert told.decided == ("approved by ana on 2026-11-21; put off by cleo until further notice")
    assert told.quiet


def test_what_nobody_decided_about_is_told_as_it_is() -> None:
    assert Words([said(Verb.ASSIGN, due(), value="ben")]).told(due()) == due()


def test_a_decision_is_dropped_with_its_row_but_for_fields_left_alone_and_rows_of_an_undo() -> None:
    gone = said(Verb.APPROVE, due())
    undo = said(Verb.APPROVE, due(2, rule="undo"))
    alone = said(Verb.IGNORE_FIELD, due(3))
    there = said(Verb.APPROVE, due(4))

    assert Words([alone, gone, undo, there]).dropped([due(4)]) == [gone]


def test_a_no_ends_once_either_side_shows_something_else() -> None:
    """The key is the same, and what both sides show is not."""
    values = (due().field, "active", "deactivated")
    key = row_key("main", Kind.DEACTIVATE_PARTNER, ("aff_1", "par_1"), None, values, "whop-moved")
    row = due(key=key)
    no = said(Verb.REJECT, row)

    assert Words([no]).refusal(row) is not None
    assert Words([no]).refusal(replace(row, expect=Expect("deleted", "active"))) is None


def test_a_choice_that_cannot_be_done_makes_a_question_of_what_would_be_written() -> None:
    row = rate(side=wrote_rate().side.other)
    left_alone = replace(row, disposition=Disposition.HELD, guard=Hold.IGNORED)
    choice = said(Verb.USE, left_alone, value="12.5")

    (made,) = Words([choice]).choose(row)

    assert made.disposition is Disposition.CONFLICT
    assert made.reason == (
        f"{row.reason} ana chose 12.5, but Whop holds whole percentages from 1 to 100."
    )


def test_a_choice_that_cannot_be_done_leaves_a_question_what_it_was() -> None:
    for disposition in (Disposition.CONFLICT, Disposition.BREAK):
        row = rate(disposition=disposition)

        (made,) = Words([said(Verb.USE, row, value="12.5")]).choose(row)

        assert made.disposition is disposition
