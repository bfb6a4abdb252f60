"""Two plans beside each other: by person and field, whatever their rows' keys are."""

from dataclasses import replace

from sync.core.plan import Alone, Base, Disposition, GuardVerdict, Person, Plan, Row
from sync.core.record import Side
from sync.core.whatif import Difference, compare, counts
from tests.core.deciding import conflict, held
from tests.core.people import link
from tests.state.people import a_row


def compared(before: tuple[Row, ...], after: tuple[Row, ...]) -> Difference:
    return compare(Plan(rows=before), Plan(rows=after))


def test_a_row_that_is_held_in_one_plan_and_applied_in_the_other_is_one_change() -> None:
    (changed,) = compared((held(1), a_row(2)), (a_row(1), a_row(2))).rows

    assert changed.turn == (Disposition.HELD, Disposition.APPLY)
    assert (changed.before, changed.after) == (held(1), a_row(1))


def test_a_row_under_another_rule_has_another_key_and_is_the_same_row() -> None:
    other = a_row(1, key="another", rule="first-link-whop")

    (changed,) = compared((a_row(1),), (other,)).rows

    assert (changed.before, changed.after) == (a_row(1), other)


def test_rows_of_one_plan_alone_stand_alone() -> None:
    only_before, only_after = compared((a_row(1),), ()).rows, compared((), (a_row(1),)).rows

    assert [(c.before, c.after) for c in only_before] == [(a_row(1), None)]
    assert [(c.before, c.after) for c in only_after] == [(None, a_row(1))]
    assert only_before[0].turn == (Disposition.APPLY, None)
    assert only_before[0].person == a_row(1).person


def test_two_rows_about_one_field_are_paired_by_what_they_do() -> None:
    on_both = (conflict(1, key="w", side=Side.WHOP), conflict(1, key="a", side=Side.AFFIHUB))
    settled = tuple(
        replace(row, disposition=Disposition.APPLY, after="20") for row in reversed(on_both)
    )

    changes = compared(on_both, settled).rows

    assert {(c.before and c.before.side, c.after and c.after.side) for c in changes} == {
        (side, side) for side in Side
    }


def test_what_the_second_plan_has_stands_in_its_order_and_what_it_lost_comes_last() -> None:
    before, after = (a_row(1), held(2), held(3)), (a_row(3), a_row(2))

    changed = [change.row.whop_id for change in compared(before, after).rows]

    assert changed == ["aff_3", "aff_2", "aff_1"]


def test_a_guard_that_says_the_same_in_both_plans_is_no_difference() -> None:
    same, was, now = (
        GuardVerdict(name, 9, limit, 9, "", "")
        for name, limit in (("commission", 1), ("deactivate", 2), ("deactivate", 3))
    )

    difference = compare(Plan(verdicts=(same, was)), Plan(verdicts=(now, same)))

    assert [(g.guard, g.before, g.after) for g in difference.guards] == [("deactivate", was, now)]
    assert not difference.is_empty
    (gone,) = compare(Plan(verdicts=(was,)), Plan()).guards
    assert (gone.before, gone.after) == (was, None)


def test_what_no_row_tells_is_a_difference_all_the_same() -> None:
    agreed = replace(link(1), commission=Base("20", "20", "20"))
    listed = Alone(Person(name="Ann"), "par_7", "active", "to be created")
    left = replace(listed, reason="creating affiliates is switched off")

    difference = compare(
        Plan(refreshed=(link(1), link(2)), unmatched={Side.AFFIHUB: (listed,)}),
        Plan(refreshed=(agreed, link(2)), unmatched={Side.AFFIHUB: (left,)}),
    )

    assert (difference.learnt, difference.listed) == (("aff_1",), ("par_7",))
    assert not difference.is_empty


def test_a_count_alone_is_a_difference() -> None:
    assert not compare(Plan(in_sync=1), Plan(in_sync=2)).is_empty
    assert compare(Plan(in_sync=1), Plan(in_sync=1)).is_empty


def test_counts_have_the_names_of_the_report() -> None:
    told = counts(Plan(rows=(a_row(1), held(2), held(3)), links=7, in_sync=4))

    assert (told["linked"], told["in_sync"]) == (7, 4)
    assert (told["apply"], told["held"], told["conflict"]) == (1, 2, 0)
    assert told["unmatched_whop"] == 0
