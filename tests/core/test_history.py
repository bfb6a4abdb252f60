"""A person's history out of the rows and decisions that are kept: who set what, oldest first."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sync.core.decision import Decision, Verb
from sync.core.history import Event, What, events
from sync.core.plan import Disposition, Expect, Field, Kind, Outcome, Row
from sync.core.ports import Fate, PastDecision, PastRow
from sync.core.record import Side
from tests.core.undoing import moved, wrote, wrote_rate
from tests.core.words import MORNING, said

LATER = MORNING + timedelta(hours=1)
EVENING = MORNING + timedelta(hours=9)


def seen(row: Row, at: datetime = MORNING, run_id: str = "run-1") -> PastRow:
    return PastRow(run_id, at, row)


def told(
    past: Iterable[PastRow | Row] = (), decisions: Iterable[PastDecision] = ()
) -> tuple[Event, ...]:
    """The history of these rows; run-1 was ordered by ana, and so on."""
    rows = (seen(one) if isinstance(one, Row) else one for one in past)
    return events(rows, decisions, {"run-1": "ana", "run-2": "ben", "run-3": "cleo"}.__getitem__)


def brief(found: Iterable[Event]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [
        (one.what.value, one.side.value if one.side else None, one.before, one.after)
        for one in found
    ]


def planned(row: Row) -> Row:
    """The row of a run that did not apply it."""
    return replace(row, outcome=None)


def test_a_write_is_told_with_who_ordered_it_and_the_edit_it_follows_from_with_nobody() -> None:
    assert told([wrote()]) == (
        Event(MORNING, What.EDIT, Field.STATUS, Side.WHOP, "active", "archived", run="run-1"),
        Event(
            MORNING,
            What.WRITE,
            Field.STATUS,
            Side.AFFIHUB,
            "active",
            "deactivated",
            "ana",
            "run-1",
            "Whop archived this affiliate.",
        ),
    )


def test_an_edit_is_told_by_the_run_that_saw_it_first() -> None:
    found = told([seen(wrote(), LATER, "run-2"), seen(planned(wrote()), MORNING, "run-1")])

    assert [(one.what, one.run, one.at) for one in found] == [
        (What.EDIT, "run-1", MORNING),
        (What.WRITE, "run-2", LATER),
    ]


def test_the_same_edit_after_a_write_is_another_one() -> None:
    found = told([seen(wrote()), seen(wrote(), LATER, "run-2")])

    assert [(one.what, one.run) for one in found] == [
        (What.EDIT, "run-1"),
        (What.WRITE, "run-1"),
        (What.EDIT, "run-2"),
        (What.WRITE, "run-2"),
    ]


def test_what_an_undo_makes_due_again_is_nobodys_edit() -> None:
    back = wrote(
        Kind.ACTIVATE_PARTNER, key="back", rule="undo", before="deactivated", after="active"
    )

    found = told(
        [seen(wrote()), seen(back, LATER, "run-2"), seen(planned(wrote()), EVENING, "run-3")]
    )

    assert [(one.what, one.run, one.by) for one in found] == [
        (What.EDIT, "run-1", ""),
        (What.WRITE, "run-1", "ana"),
        (What.WRITE, "run-2", "ben"),
    ]


def test_an_undo_of_a_rate_says_nothing_about_edits_of_the_status() -> None:
    back = wrote_rate(key="back", rule="undo")

    found = told([seen(wrote()), seen(back, LATER), seen(planned(wrote()), EVENING, "run-3")])

    assert [(one.what, one.run) for one in found if one.field is Field.STATUS] == [
        (What.EDIT, "run-1"),
        (What.WRITE, "run-1"),
        (What.EDIT, "run-3"),
    ]


def test_an_undo_of_one_field_makes_no_known_edit_of_another_a_new_one() -> None:
    back = wrote_rate(key="back", rule="undo")

    found = told(
        [
            seen(planned(wrote())),
            seen(wrote_rate(), LATER),
            seen(back, LATER),
            seen(planned(wrote()), EVENING, "run-3"),
        ]
    )

    assert [one.run for one in found if one.field is Field.STATUS] == ["run-1"]


def test_who_was_invited_and_still_is_was_not_edited() -> None:
    row = planned(wrote(base="invited", expect=Expect("archived", "invited")))

    assert brief(told([row])) == [("edit", "whop", "active", "archived")]


def test_a_write_that_failed_is_told_with_what_went_wrong() -> None:
    failed = replace(wrote(), outcome=Outcome.FAILED, error="Affihub kept active.")
    silent = replace(failed, error=None)

    one, other = told([failed])[-1], told([silent])[-1]

    assert (one.what, one.by, one.why) == (What.FAILED, "ana", "Affihub kept active.")
    assert (one.before, one.after, one.run) == ("active", "deactivated", "run-1")
    assert other.why == "Whop archived this affiliate."


@pytest.mark.parametrize("outcome", [None, Outcome.STALE, Outcome.SKIPPED])
def test_what_was_not_written_tells_only_the_edit(outcome: Outcome | None) -> None:
    assert [one.what for one in told([replace(wrote(), outcome=outcome)])] == [What.EDIT]


@pytest.mark.parametrize(
    "row", [wrote(Kind.LINK, field=Field.LINK, base=None, before=None, after="par_1"), moved()]
)
def test_a_link_and_its_move_are_told_as_such(row: Row) -> None:
    (found,) = told([row])

    assert (found.what, found.by, found.why) == (What.LINK, "ana", row.reason)
    assert (found.before, found.after) == (row.before, row.after)


def test_edits_on_both_sides_are_told_whop_first() -> None:
    row = planned(wrote_rate(expect=Expect("active", "active", "30", "25"), base="20"))

    assert brief(told([row])) == [
        ("edit", "whop", "20", "30"),
        ("edit", "affihub", "20", "25"),
    ]


def test_a_rate_that_is_gone_or_new_is_an_edit() -> None:
    gone = planned(wrote_rate(base="20", expect=Expect("active", "active", None, "20")))
    new = planned(wrote_rate(base=None, expect=Expect("active", "active", "30", None)))

    assert brief(told([gone])) == [("edit", "whop", "20", None)]
    assert brief(told([new])) == [("edit", "whop", None, "30")]


def test_a_rate_within_a_hundredth_of_a_point_is_as_it_was() -> None:
    row = planned(wrote_rate(base="20", expect=Expect("active", "active", "20.01", "19.98")))

    assert brief(told([row])) == [("edit", "affihub", "20", "19.98")]


@pytest.mark.parametrize(
    "expect, edits",
    [
        (Expect("active", "active"), []),
        (Expect("active", "invited"), []),
        (Expect("archived", "active"), [("edit", "whop", "active", "archived")]),
        (Expect("deleted", "active"), [("edit", "whop", "active", "deleted")]),
        (Expect(None, "active"), [("edit", "whop", "active", "gone")]),
        (Expect("active", "deactivated"), [("edit", "affihub", "active", "deactivated")]),
        (Expect("active", None), [("edit", "affihub", "active", None)]),
    ],
)
def test_a_status_is_edited_where_it_means_something_else(
    expect: Expect, edits: list[tuple[str, ...]]
) -> None:
    assert brief(told([planned(wrote(expect=expect))])) == edits


def test_who_was_off_before_and_is_gone_now_was_not_edited() -> None:
    row = planned(wrote(Kind.UNARCHIVE_AFFILIATE, base="archived", expect=Expect(None, "active")))

    assert brief(told([row])) == [("edit", "affihub", "deactivated", "active")]


@pytest.mark.parametrize(
    "row",
    [
        wrote(whop_id=None),
        wrote(affihub_id=None),
        wrote(rule="undo"),
        wrote(rule="redo"),
        wrote(rule="resolved"),
        wrote(rule="unknown-status"),
        wrote(rule="unreadable"),
        wrote(rule="stamp-contradicts"),
        wrote(base=None),
        wrote(base="paused"),
        wrote(Kind.CREATE_PARTNER),
        wrote(Kind.FILL_NAME, field=Field.NAME),
        wrote(field=Field.RECORD),
        wrote_rate(rule="first-link-ask"),
    ],
)
def test_a_row_that_does_not_compare_with_what_was_agreed_tells_no_edit(row: Row) -> None:
    assert told([planned(row)]) == ()


def decided(
    decision: Decision, fate: Fate | None = None, fate_at: datetime | None = None
) -> PastDecision:
    return PastDecision(decision, fate, fate_at)


def test_a_decision_is_told_with_who_made_it_what_was_proposed_and_its_fate() -> None:
    yes = said(Verb.APPROVE, wrote(), "ben", why="he left")

    (found,) = told((), [decided(yes, Fate.SPENT, EVENING)])

    assert found == Event(
        yes.at,
        What.DECISION,
        Field.STATUS,
        Side.AFFIHUB,
        "active",
        "deactivated",
        "ben",
        None,
        "approved by ben on 2026-11-21: he left (spent on 2026-11-21)",
    )


def test_a_fate_without_a_day_and_no_fate_at_all_are_told_as_such() -> None:
    yes = said(Verb.APPROVE, wrote(), "ben")

    assert [one.why for one in told((), [decided(yes, Fate.DROPPED), decided(yes)])] == [
        "approved by ben on 2026-11-21 (dropped)",
        "approved by ben on 2026-11-21",
    ]


@pytest.mark.parametrize("disposition", [Disposition.CONFLICT, Disposition.BREAK])
def test_where_nothing_was_proposed_a_decision_is_about_what_is_there(
    disposition: Disposition,
) -> None:
    choice = said(Verb.USE, wrote_rate(disposition=disposition), value="whop")

    (found,) = told((), [decided(choice)])

    assert (found.before, found.after) == ("20", "20")


def test_everything_comes_in_the_order_it_happened() -> None:
    yes = said(Verb.APPROVE, wrote())
    at_once = replace(yes, at=MORNING)

    found = told(
        [seen(wrote(), LATER, "run-2"), seen(wrote_rate(), MORNING)],
        [decided(replace(yes, at=EVENING)), decided(at_once)],
    )

    assert [(one.at, one.what) for one in found] == [
        (MORNING, What.EDIT),
        (MORNING, What.WRITE),
        (MORNING, What.DECISION),
        (LATER, What.EDIT),
        (LATER, What.WRITE),
        (EVENING, What.DECISION),
    ]
