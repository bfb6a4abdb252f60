"""How pairs are doing: what is open, what failed, what was told, what happened."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.plan import Disposition, Kind, Outcome
from sync.core.ports import Fence, OpenRow, Settlement, Tally, Told
from sync.core.report import Mode, RunStatus, Trouble
from sync.core.standing import Standing
from sync.state.store import Store
from tests.state.people import (
    NOON,
    StandingClock,
    a_head,
    a_link,
    a_report,
    a_row,
    applied,
    reported,
)

LATER = NOON + timedelta(days=1)
FAILING = Standing(
    "main",
    last_started=NOON,
    last_good=NOON - timedelta(days=1),
    failures=3,
    trouble=Trouble.UNREACHABLE,
    reason="Whop cannot be reached.",
    since=NOON - timedelta(hours=1),
    not_before=NOON + timedelta(hours=1),
)
HELD = a_row(1, disposition=Disposition.HELD, guard="deactivate")


def test_a_pair_nobody_ran_has_a_fresh_standing(store: Store) -> None:
    assert store.standing("main") == Standing("main")
    assert store.told("main") == Told()


def test_a_standing_is_kept_until_another_takes_its_place(store: Store) -> None:
    store.keep_standing(FAILING)
    store.keep_standing(Standing("other", failures=1, trouble=Trouble.STATE))
    assert store.standing("main") == FAILING

    store.keep_standing(Standing("main", last_good=LATER))

    assert store.standing("main") == Standing("main", last_good=LATER)
    assert store.standing("other").trouble is Trouble.STATE


@pytest.mark.parametrize("first", ["standing", "next run"])
def test_a_standing_and_the_next_run_leave_each_other_alone(store: Store, first: str) -> None:
    keeping = {
        "standing": lambda: store.keep_standing(replace(FAILING, next_run=NOON)),
        "next run": lambda: store.keep_next_run("main", LATER),
    }
    keeping.pop(first)()
    store.keep_standing(replace(FAILING, next_run=NOON))
    store.keep_next_run("main", LATER)
    store.keep_standing(FAILING)

    assert store.standing("main") == replace(FAILING, next_run=LATER)

    store.keep_next_run("main", None)
    assert store.standing("main") == FAILING


def test_what_people_were_told_is_kept_until_they_are_told_more(store: Store) -> None:
    told = Told(frozenset({"b", "a"}), "api-unreachable", NOON, NOON, LATER)
    store.keep_told("main", told)
    assert store.told("main") == told
    assert store.told("other") == Told()

    store.keep_told("main", Told(at=LATER))

    assert store.told("main") == Told(at=LATER)


def test_why_a_run_failed_is_kept_with_it(store: Store) -> None:
    report = a_report(status=RunStatus.FAILED, error="no", trouble=Trouble.KEY_REFUSED)

    store.finish_run(report)

    assert reported(store, None, "main") == report
    assert store.runs("main", 1)[0].head.trouble is Trouble.KEY_REFUSED


def test_an_open_row_keeps_the_time_it_was_first_seen(store: Store, fence: Fence) -> None:
    store.remember_open(fence, [HELD, a_row(2)], NOON, all_seen=True)
    now_worse = replace(HELD, disposition=Disposition.CONFLICT, reason="Both moved.")

    store.remember_open(fence, [now_worse, a_row(3)], LATER, all_seen=True)

    assert store.open_rows("main") == (OpenRow(now_worse, NOON), OpenRow(a_row(3), LATER))
    assert store.open_rows("other") == ()


def test_a_run_that_did_not_see_everything_forgets_no_open_row(store: Store, fence: Fence) -> None:
    store.remember_open(fence, [HELD], NOON, all_seen=True)

    store.remember_open(fence, [a_row(2)], LATER, all_seen=False)

    assert store.open_rows("main") == (OpenRow(HELD, NOON), OpenRow(a_row(2), LATER))


def test_a_row_that_went_away_and_came_back_is_open_anew(store: Store, fence: Fence) -> None:
    store.remember_open(fence, [HELD], NOON, all_seen=True)
    store.remember_open(fence, [], NOON, all_seen=True)
    assert store.open_rows("main") == ()

    store.remember_open(fence, [HELD], LATER, all_seen=True)

    assert store.open_rows("main") == (OpenRow(HELD, LATER),)


def test_the_same_open_rows_again_write_nothing(store: Store, fence: Fence) -> None:
    rows = [a_row(number, disposition=Disposition.HELD) for number in range(200)]
    store.remember_open(fence, rows, NOON, all_seen=True)
    with store._database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_write BEFORE INSERT ON open_rows BEGIN SELECT RAISE(FAIL, 'no'); END"
        )

    store.remember_open(fence, rows, LATER, all_seen=True)

    assert {row.since for row in store.open_rows("main")} == {NOON}


def test_what_happened_since_then_is_counted(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.finish_run(a_report("before", applied(1), finished_at=NOON - timedelta(seconds=1)))
    store.finish_run(a_report("then", applied(1), a_row(2, outcome=Outcome.FAILED)))
    store.finish_run(a_report("elsewhere", applied(1), pair="other"))
    store.finish_run(a_report("dry", a_row(3), mode=Mode.DRY_RUN, status=RunStatus.CHANGES))
    clock.advance(60)
    store.begin_run(a_head("goes on"))
    store.settle(fence, None, "goes on", Settlement(applied(4, kind=Kind.CREATE_PARTNER)))

    assert store.tally("main", NOON) == Tally(
        runs={"applied": 1, "changes": 1},
        applied={"deactivate-partner": 1, "create-partner": 1},
        failed={"deactivate-partner": 1},
    )
    assert store.tally("main", LATER) == Tally()


def test_links_are_counted_for_a_pair(store: Store, fence: Fence) -> None:
    store.save_links(fence, [a_link(1), a_link(2)])

    assert (store.link_count("main"), store.link_count("other")) == (2, 0)
