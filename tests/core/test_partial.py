"""A part of a plan: what is left alone, and exactly the rows of a plan file."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from sync.core.decision import Verb
from sync.core.partial import LEFT_ALONE, Only, left_alone
from sync.core.plan import Disposition, Expect, Kind, Outcome, Plan, Row
from tests.core.people import link
from tests.core.undoing import basis, gathered, since, wrote, wrote_rate
from tests.core.words import MORNING, said

WHY = "Somebody else's turn."


def due(number: int = 1, **told: Any) -> Row:
    """A deactivation that is about to be applied."""
    return wrote(number=number, outcome=None, **told)


def rate(number: int = 1, **told: Any) -> Row:
    """A rate that is about to be applied."""
    return wrote_rate(number=number, outcome=None, **told)


def held(row: Row, guard: str = "deactivate") -> Row:
    return replace(row, disposition=Disposition.HELD, guard=guard)


def how(rows: Iterable[Row]) -> list[tuple[str | None, str, str]]:
    return [(row.whop_id, row.disposition.value, row.rule) for row in rows]


def test_what_is_not_kept_waits_for_another_run_and_says_why() -> None:
    one, other = due(1), due(2)

    plan = left_alone(Plan(rows=(one, other)), {other.key}, WHY)

    assert plan.rows == (
        replace(one, disposition=Disposition.WAITING, rule=LEFT_ALONE, reason=WHY),
        other,
    )


def test_what_would_not_be_applied_anyway_is_told_as_it_was() -> None:
    conflict, waiting = (
        rate(disposition=Disposition.CONFLICT),
        due(2, disposition=Disposition.WAITING, rule="after-create"),
    )

    plan = left_alone(Plan(rows=(conflict, waiting)), (), WHY)

    assert set(plan.rows) == {conflict, waiting}


def test_rows_come_in_the_order_of_their_turn() -> None:
    plan = left_alone(Plan(rows=(rate(2), due(1))), (), WHY)

    assert [row.kind for row in plan.rows] == [Kind.DEACTIVATE_PARTNER, Kind.SET_COMMISSION]


def test_what_hangs_on_a_row_that_is_left_alone_waits_for_it() -> None:
    back = due(kind=Kind.ACTIVATE_PARTNER, before="deactivated")

    plan = left_alone(Plan(rows=(rate(), back)), {back.key}, WHY)

    assert how(plan.rows) == [
        ("aff_1", "waiting", LEFT_ALONE),
        ("aff_1", "waiting", "rate-first"),
    ]


def test_of_links_only_those_are_remembered_whose_own_row_is_kept() -> None:
    linked = [wrote(Kind.LINK, n, outcome=None) for n in (1, 2)]
    conflict = wrote(Kind.LINK, 3, outcome=None, disposition=Disposition.CONFLICT)
    plan = Plan(rows=(*linked, conflict, due(4)), refreshed=tuple(link(n) for n in range(1, 6)))

    part = left_alone(plan, {linked[1].key, due(4).key}, WHY)

    assert part.refreshed == (link(2),)


NOTHING = gathered([], [])


def wanted(*rows: Row, plan: Iterable[Row], **told: Any) -> tuple[Row, ...]:
    """What becomes of a plan of which only these rows are wanted, as they were planned then."""
    only = Only({row.key: row for row in rows})
    return only(basis(NOTHING, **told), Plan(rows=tuple(plan))).rows


def test_exactly_the_wanted_rows_are_applied() -> None:
    one, other = due(1), due(2)

    rows = wanted(other, plan=(one, other))

    assert how(rows) == [("aff_1", "waiting", LEFT_ALONE), ("aff_2", "apply", "whop-moved")]
    assert rows[0].reason == "Not in the plan file, or not to be applied there."


def test_a_row_whose_sides_show_something_else_is_stale_and_says_what_is_planned_now() -> None:
    then = rate()
    now = replace(then, expect=Expect("active", "active", "35", "20"), after="35")

    rows = wanted(then, plan=(now,))

    (row,) = rows
    assert (row.disposition, row.outcome) == (Disposition.WAITING, Outcome.STALE)
    assert row.error == "Whop's rate was 30 and is 35 now. Planned now: set-commission (20 -> 35)."
    assert row.after == "30"


def test_a_row_that_went_away_is_stale_and_nothing_is_to_be_done() -> None:
    (row,) = wanted(due(), plan=())

    assert row.outcome is Outcome.STALE
    assert row.error == "Planned now: nothing to be done any more."


def test_where_a_person_has_several_rows_of_a_field_now_all_are_told() -> None:
    then = rate()
    first = replace(then, key="new-1", before=None, expect=replace(then.expect, affihub_rate="5"))
    second = replace(
        then,
        key="new-2",
        side=then.side.other,
        after=None,
        disposition=Disposition.CONFLICT,
        expect=Expect("active", "active", "7", "8"),
    )

    rows = wanted(then, plan=(first, second))

    (error,) = [row.error for row in rows if row.outcome is Outcome.STALE]
    assert error == (
        "Affihub's rate was 20 and is 5 now. "
        "Planned now: set-commission (none -> 30) and set-commission (conflict)."
    )


def test_rows_of_others_and_of_other_fields_are_not_what_is_planned_instead() -> None:
    rows = wanted(due(1), plan=(due(2), rate(1)))

    (error,) = [row.error for row in rows if row.outcome is Outcome.STALE]
    assert error == "Planned now: nothing to be done any more."


def test_a_removed_rate_is_told_as_none() -> None:
    then = rate()
    now = replace(then, kind=Kind.REMOVE_COMMISSION, key="new", after=None)

    rows = wanted(then, plan=(now,))

    (error,) = [row.error for row in rows if row.outcome is Outcome.STALE]
    assert error == "Planned now: remove-commission (20 -> none)."


def test_a_row_that_was_not_to_be_applied_then_is_never_told_as_moved() -> None:
    assert wanted(rate(disposition=Disposition.CONFLICT), plan=()) == ()


def test_a_row_that_something_holds_now_is_told_as_held_and_not_as_moved() -> None:
    then = due()
    now = held(replace(then, expect=Expect("archived", "invited")))

    assert wanted(then, plan=(now,)) == (now,)


def test_a_row_that_was_waiting_then_is_not_applied_because_it_could_be_now() -> None:
    then = due(disposition=Disposition.WAITING)

    rows = wanted(then, plan=(due(),))

    assert how(rows) == [("aff_1", "waiting", LEFT_ALONE)]


@pytest.mark.parametrize("waived", [(), ("missing",)])
def test_a_row_that_was_held_then_is_not_applied_by_itself(waived: tuple[str, ...]) -> None:
    rows = wanted(held(due()), plan=(due(),), waived=waived)

    assert how(rows) == [("aff_1", "waiting", LEFT_ALONE)]


@pytest.mark.parametrize("waived", ["deactivate", "all"])
def test_a_row_that_was_held_then_goes_where_its_guard_is_waived(waived: str) -> None:
    assert wanted(held(due()), plan=(due(),), waived=(waived,)) == (due(),)


def test_a_row_that_was_held_then_goes_where_somebody_let_it_pass_since() -> None:
    yes = said(Verb.APPROVE, held(due()))

    assert wanted(held(due()), plan=(due(),), known={"decisions": (yes,)}) == (due(),)


def test_a_row_that_was_held_then_and_moved_since_is_left_alone_whatever_is_waived() -> None:
    now = replace(due(), expect=Expect("archived", "invited"))

    rows = wanted(held(due()), plan=(now,), waived=("all",))

    assert how(rows) == [("aff_1", "waiting", LEFT_ALONE)]


def test_a_yes_that_was_spent_meanwhile_lets_nothing_pass() -> None:
    yes = replace(said(Verb.APPROVE, held(due())), at=MORNING)
    applied = replace(since(due()), at=said(Verb.APPROVE, due()).at)

    rows = wanted(held(due()), plan=(due(),), known={"decisions": (yes,), "lately": (applied,)})

    assert how(rows) == [("aff_1", "waiting", LEFT_ALONE)]


def test_what_hangs_on_a_row_that_moved_waits() -> None:
    back = due(kind=Kind.ACTIVATE_PARTNER, before="deactivated", key="back")
    then = rate()
    now = replace(then, key="new", after="35", expect=replace(then.expect, whop_rate="35"))

    rows = wanted(then, back, plan=(now, back))

    assert ("aff_1", "waiting", "rate-first") in how(rows)
    assert [row.rule for row in rows if row.outcome is Outcome.STALE] == ["whop-moved"]
    assert [row.kind for row in rows][-1] is Kind.ACTIVATE_PARTNER


def test_a_stale_row_stands_in_the_place_of_the_one_with_its_key() -> None:
    then = due(2)
    now = replace(then, expect=Expect("archived", "invited"))

    rows = wanted(then, plan=(due(1), now, due(3)))

    assert [row.whop_id for row in rows] == ["aff_1", "aff_2", "aff_3"]
    assert [row.outcome for row in rows] == [None, Outcome.STALE, None]
