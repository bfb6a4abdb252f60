"""One whole plan: who is matched before who is alone, what was learnt, what is noted."""

from datetime import UTC, datetime
from typing import Final

import pytest

from sync.core.plan import Disposition, Kind, Plan, row_key
from sync.core.policy import Policy
from sync.core.ports import Known, Parked
from sync.core.reconcile import guard_facts, reconcile
from sync.core.record import Gathered, Side
from tests.core.people import (
    OFF,
    TEXTS,
    affihub,
    affiliate,
    brief,
    email,
    link,
    only,
    partner,
    planned,
    policy,
    whop,
)

AT: Final = datetime(2026, 11, 20, 12, 48, 3, tzinfo=UTC)


def test_two_sides_with_nobody_are_in_sync() -> None:
    assert planned() == Plan()


def test_everybody_linked_and_agreed_is_in_sync() -> None:
    plan = planned([affiliate(1), affiliate(2)], [partner(1), partner(2)], [link(1), link(2)])

    assert plan.rows == ()
    assert plan.refreshed == ()
    assert (plan.links, plan.in_sync) == (2, 2)


def test_who_is_matched_by_this_run_is_not_created() -> None:
    plan = planned([affiliate()], [partner()], emails={"user_1": (email(),)})

    assert [row.kind for row in plan.rows] == [Kind.LINK]
    assert plan.unmatched == {}


def test_who_nobody_can_tell_apart_is_not_created() -> None:
    emails = {"user_1": (email(),), "user_2": (email(),)}

    plan = planned([affiliate(1), affiliate(2)], [partner(1)], emails=emails)

    assert [row.kind for row in plan.rows] == [Kind.LINK]
    assert plan.unmatched == {}


def test_who_a_link_moves_to_is_neither_matched_nor_created() -> None:
    other = affiliate(2, user_id="user_1")

    plan = planned(
        [affiliate(status="deleted"), other],
        [partner(), partner(2, email="second@example.com")],
        [link()],
        emails={"user_1": ("second@example.com",)},
        settings=policy(create_affiliates=False),
    )

    assert brief(plan.rows) == [("move-link", "apply", "user-moved")]


def test_everybody_alone_is_listed_by_side_in_the_order_of_ids() -> None:
    plan = planned(
        [affiliate(3, "archived"), affiliate(1, "archived")],
        [partner(7, "deactivated"), partner(5, "invited")],
    )

    assert [one.id for one in plan.unmatched[Side.WHOP]] == ["aff_1", "aff_3"]
    assert [one.id for one in plan.unmatched[Side.AFFIHUB]] == ["par_5", "par_7"]


def lesson(disposition: Disposition) -> Parked:
    return Parked(disposition, "not-kept", "Whop kept 20 when asked for 25.", AT)


@pytest.mark.parametrize(
    "disposition", [Disposition.BREAK, Disposition.CONFLICT, Disposition.WAITING]
)
def test_a_row_that_taught_a_lesson_is_not_sent_again(disposition: Disposition) -> None:
    (row,) = planned([affiliate(status="archived")], [partner()], [link()]).rows

    again = planned(
        [affiliate(status="archived")],
        [partner()],
        [link()],
        parked={row.key: lesson(disposition)},
    )

    told = only(again.rows)
    assert told.key == row.key
    assert (told.disposition, told.rule) == (disposition, "not-kept")
    assert told.reason == "Whop kept 20 when asked for 25."


def test_a_lesson_ends_with_the_row_it_was_about() -> None:
    """The partner was invited then and is active now: another before, another row."""
    (row,) = planned([affiliate(status="archived")], [partner(status="invited")], [link()]).rows

    again = planned(
        [affiliate(status="archived")],
        [partner()],
        [link()],
        parked={row.key: lesson(Disposition.BREAK)},
    )

    assert brief(again.rows) == [("deactivate-partner", "apply", "whop-moved")]


def test_a_lesson_does_not_turn_a_conflict_into_anything_milder() -> None:
    (row,) = planned([affiliate()], [partner(status="deactivated")], [link(status=None)]).rows

    again = planned(
        [affiliate()],
        [partner(status="deactivated")],
        [link(status=None)],
        parked={row.key: lesson(Disposition.WAITING)},
    )

    assert again.rows == (row,)


def test_what_follows_a_create_that_taught_a_lesson_waits() -> None:
    settings = policy(activate=True)
    emails = {"user_1": (email(),)}
    create, _ = planned([affiliate()], emails=emails, settings=settings).rows

    plan = planned(
        [affiliate()],
        emails=emails,
        settings=settings,
        parked={create.key: lesson(Disposition.CONFLICT)},
    )

    assert brief(plan.rows) == [
        ("create-partner", "conflict", "not-kept"),
        ("activate-partner", "waiting", "after-create"),
    ]
    assert plan.notes == ()


def test_a_lesson_is_never_counted_by_a_guard() -> None:
    (row,) = planned([affiliate(status="archived")], [partner()], [link()]).rows

    plan = planned(
        [affiliate(status="archived")],
        [partner()],
        [link()],
        settings=Policy("main"),
        parked={row.key: lesson(Disposition.BREAK)},
        first_run_done=False,
    )

    assert plan.verdicts == ()


def test_notes_of_the_reading_come_first() -> None:
    gathered = Gathered(
        whop(complete=False, note="a cursor repeated"),
        affihub(),
        notes=("The rate of aff_1 is left alone: no JSON.",),
    )

    plan = reconcile(gathered, Known(), policy(), TEXTS)

    assert plan.notes[0] == "The rate of aff_1 is left alone: no JSON."
    assert plan.notes[1].startswith("Whop's listing is incomplete")


def test_keys_of_all_rows_of_a_plan_are_distinct() -> None:
    plan = planned(
        [affiliate(1, "archived"), affiliate(2), affiliate(3), affiliate(4)],
        [partner(1), partner(2, "deactivated"), partner(5), partner(6)],
        [link(1), link(2, OFF)],
        emails={"user_3": (email(3),), "user_4": (email(6),)},
        settings=policy(activate=True),
    )

    assert len(plan.rows) == 6
    assert len({row.key for row in plan.rows}) == 6


def test_a_rows_key_is_made_of_what_the_row_shows() -> None:
    row = only(planned([affiliate(status="archived")], [partner()], [link()]).rows)

    said = (row.field, row.before, row.after)
    ids = (row.whop_id, row.affihub_id)
    assert row.key == row_key("main", row.kind, ids, None, said, row.rule)


def test_guards_are_told_what_the_state_and_the_settings_know() -> None:
    known = Known(held={"key": "deactivate"}, first_run_done=True)

    facts = guard_facts(Policy("eu-1", reactivate=True), known, links=7)

    assert (facts.pair, facts.links, facts.reactivate) == ("eu-1", 7, True)
    assert (facts.held, facts.first_run_done) == ({"key": "deactivate"}, True)
