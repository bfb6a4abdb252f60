"""Runs: what a report showed is shown again, and a run that never ended is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from sync.core.plan import Alone, Disposition, Field, Kind, Outcome, Person
from sync.core.policy import GuardClass
from sync.core.ports import Fence, PastRow, Settlement, Spent
from sync.core.record import Side
from sync.core.report import Mode, Report, RunStatus
from sync.errors import StateError, UsageError
from sync.state.holder import Program, this_program
from sync.state.store import Store, open_store
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
from tests.state.test_codecs import REPORTS

HERE = this_program()
DEAD = replace(HERE, started="0")
"""This program's number at another start time: somebody who is no more."""


def test_a_finished_run_is_reported_as_it_was(store: Store) -> None:
    report = replace(
        a_report("run-1", a_row(2), a_row(1), a_row(3)),
        links=7,
        in_sync=4,
        unmatched={Side.WHOP: (Alone(Person(), "aff_9", None, "no email"),), Side.AFFIHUB: ()},
        notes=("a note",),
    )
    store.begin_run(report.run)

    store.finish_run(report)

    assert reported(store, "run-1", None) == report
    assert store.runs(None, 10)[0].counts == report.counts


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(report=REPORTS)
def test_any_report_comes_back_exactly_and_is_listed_with_its_counts(
    store: Store, report: Report
) -> None:
    store.finish_run(replace(report, run=replace(report.run, pair="main"), rows=()))
    mine = replace(report, rows=tuple(replace(row, outcome=None) for row in report.rows))

    store.finish_run(mine)

    assert reported(store, mine.run.id, mine.run.pair) == mine
    listed = [entry for entry in store.runs(None, 10_000) if entry.head.id == mine.run.id]
    assert [entry.counts for entry in listed] == [mine.counts]


def test_a_run_whose_begin_was_never_recorded_is_reported_all_the_same(store: Store) -> None:
    store.finish_run(a_report("run-1", a_row()))

    assert reported(store, "run-1", "main") == a_report("run-1", a_row())


def test_a_run_can_be_named_by_a_start_of_its_id_that_no_other_has(store: Store) -> None:
    for run_id in ("abc-1", "abc-2", "abc", "xyz_1", "xyz%1"):
        store.finish_run(a_report(run_id))

    def found(name: str) -> str | None:
        report = reported(store, name, None)
        return report.run.id if report else None

    assert [found(name) for name in ("abc-1", "abc", "xyz_", "xyz%", "nothing")] == [
        "abc-1",
        "abc",
        "xyz_1",
        "xyz%1",
        None,
    ]
    with pytest.raises(UsageError, match="2 runs have an id that starts with xyz"):
        reported(store, "xyz", None)


def test_a_run_of_another_pair_is_not_found_under_this_one(store: Store) -> None:
    store.finish_run(a_report("run-1"))

    assert reported(store, "run-1", "other") is None


def test_the_latest_report_is_of_the_run_that_finished_last(store: Store) -> None:
    for minutes, run_id in ((2, "late"), (1, "early")):
        store.finish_run(a_report(run_id, finished_at=NOON + timedelta(minutes=minutes)))
    store.finish_run(a_report("of-other", pair="other", finished_at=NOON + timedelta(minutes=3)))
    store.begin_run(a_head("running"))

    latest = [reported(store, None, pair) for pair in ("main", None, "nobody")]

    assert [report.run.id if report else None for report in latest] == ["late", "of-other", None]


def test_runs_are_listed_newest_first_each_with_its_own_counts(store: Store) -> None:
    store.finish_run(a_report("first", applied(1), a_row(2, disposition=Disposition.HELD)))
    store.finish_run(a_report("second", pair="other", started_at=NOON + timedelta(hours=1)))
    store.begin_run(a_head("third", started_at=NOON + timedelta(hours=2)))

    listed = store.runs(None, 10)

    assert [entry.head.id for entry in listed] == ["third", "second", "first"]
    assert listed[0].head.status is RunStatus.RUNNING
    assert (listed[2].counts["applied"], listed[2].counts["held"]) == (1, 1)
    assert [entry.head.id for entry in store.runs("main", 1)] == ["third"]


def test_a_run_id_used_twice_is_refused(store: Store) -> None:
    store.begin_run(a_head())

    with pytest.raises(StateError):
        store.begin_run(a_head())


def test_a_row_settled_while_the_run_goes_on_is_seen_at_once(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())

    store.settle(fence, None, "run-1", Settlement(a_row(1, outcome=Outcome.STALE)))
    store.settle(fence, None, "run-1", Settlement(applied(1)))

    report = reported(store, "run-1", "main")
    assert report is not None
    assert (report.run, report.rows) == (a_head(), (applied(1),))


def test_a_settled_row_keeps_its_time_when_the_run_ends(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.begin_run(a_head())
    store.settle(fence, None, "run-1", Settlement(applied(1)))
    clock.advance(60)

    store.finish_run(a_report("run-1", a_row(2), applied(1)))

    report = reported(store, "run-1", "main")
    assert report == a_report("run-1", a_row(2), applied(1))
    past = store.history("main", ("aff_1", None), 10) + store.history("main", ("aff_2", None), 10)
    assert [row.at for row in past] == [NOON, NOON + timedelta(minutes=1)]


def test_what_was_settled_stays_recorded_though_the_report_forgot_it(
    store: Store, fence: Fence
) -> None:
    store.begin_run(a_head())
    store.settle(fence, None, "run-1", Settlement(applied(1)))

    store.finish_run(a_report("run-1", a_row(2)))

    report = reported(store, "run-1", "main")
    assert report is not None
    assert report.rows == (applied(1), a_row(2))


def test_a_row_of_a_run_nobody_began_is_refused(store: Store, fence: Fence) -> None:
    with pytest.raises(StateError, match="knows no run run-9"):
        store.settle(fence, None, "run-9", Settlement(applied(1)))


def test_the_whole_settlement_is_recorded_or_nothing_of_it(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    store.save_links(fence, [a_link(1)])
    intent = store.intend(fence, "run-1", a_row(2), NOON)

    with pytest.raises(StateError):
        store.settle(
            fence, intent, "run-1", Settlement(applied(2), link=a_link(2, affihub_id="par_1"))
        )

    assert [one.id for one in store.open_intents("main")] == [intent]
    report = reported(store, "run-1", None)
    assert report is not None
    assert report.rows == ()


def test_a_link_moves_in_one_settlement(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    store.save_links(fence, [a_link(1)])
    moved = a_link(2, affihub_id="par_1", user_id="user_1")

    store.settle(
        fence,
        None,
        "run-1",
        Settlement(applied(1, kind=Kind.MOVE_LINK), link=moved, unlink=a_link(1)),
    )

    assert store.known("main", NOON).links == (moved,)


def test_an_intent_is_open_until_it_is_settled(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    first = store.intend(fence, "run-1", a_row(1), NOON)
    second = store.intend(fence, "run-1", a_row(2), NOON, off=("aff_7", "aff_8"))
    store.intend(store.lease("other").fence, "run-1", a_row(3), NOON)

    store.settle(fence, first, "run-1", Settlement(applied(1)))
    store.settle(fence, first, "run-1", Settlement(applied(1)))

    (left,) = store.open_intents("main")
    assert (left.id, left.run_id, left.row, left.at) == (second, "run-1", a_row(2), NOON)
    assert left.off == ("aff_7", "aff_8")


def test_the_number_of_a_settled_intent_is_never_given_again(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    first = store.intend(fence, "run-1", a_row(1), NOON)
    store.settle(fence, first, "run-1", Settlement(applied(1)))

    assert store.intend(fence, "run-1", a_row(2), NOON) > first


def test_the_history_of_a_person_is_found_by_either_id_newest_first(store: Store) -> None:
    created = a_row(5, key="created", whop_id="aff_1", affihub_id=None)
    store.finish_run(a_report("first", created, a_row(2)))
    store.finish_run(a_report("second", a_row(1), finished_at=NOON + timedelta(hours=1)))

    past = store.history("main", ("aff_1", "par_1"), 10)

    assert [(row.run_id, row.row) for row in past] == [("second", a_row(1)), ("first", created)]
    assert store.history("main", ("aff_1", "par_1"), 1) == past[:1]
    assert store.history("main", (None, "par_1"), 10) == past[:1]
    assert store.history("main", (None, None), 10) == ()
    assert store.history("other", ("aff_1", "par_1"), 10) == ()


def test_rows_applied_are_counted_by_guard_class_over_a_day_and_a_week(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.begin_run(a_head())
    days = {1: 8, 2: 6, 3: 1, 4: 0}
    for number, ago in days.items():
        clock.now = NOON - timedelta(days=ago)
        store.settle(fence, None, "run-1", Settlement(applied(number)))
    clock.now = NOON
    gone = applied(5, kind=Kind.ARCHIVE_AFFILIATE, rule="whop-gone")
    moved = applied(6, kind=Kind.MOVE_LINK)
    failed = a_row(7, outcome=Outcome.FAILED)
    for row in (gone, moved, failed, applied(8, kind=Kind.LINK)):
        store.settle(fence, None, "run-1", Settlement(row))

    spent = store.known("main", NOON).spent

    assert spent[GuardClass.DEACTIVATE] == Spent(day=2, week=4)
    assert spent[GuardClass.MISSING].day >= 1
    assert set(spent) == {GuardClass.DEACTIVATE, GuardClass.MISSING}
    assert store.known("other", NOON).spent == {}


def test_what_was_lately_applied_to_status_and_rate_is_known_oldest_first(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.begin_run(a_head())
    settled = [
        (25, applied(1)),
        (1, applied(2, field=Field.COMMISSION)),
        (23, applied(3)),
        (2, applied(4, field=Field.NAME)),
        (2, a_row(5, outcome=Outcome.FAILED)),
    ]
    for hours, row in settled:
        clock.now = NOON - timedelta(hours=hours)
        store.settle(fence, None, "run-1", Settlement(row))

    lately = store.known("main", NOON).lately

    assert lately == (
        PastRow("run-1", NOON - timedelta(hours=23), settled[2][1]),
        PastRow("run-1", NOON - timedelta(hours=1), settled[1][1]),
    )
    assert store.known("other", NOON).lately == ()


def test_a_budget_counts_what_a_killed_run_did(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    store.settle(fence, None, "run-1", Settlement(applied(1)))
    store.end_stranded_runs(fence, NOON)

    assert store.known("main", NOON).spent == {GuardClass.DEACTIVATE: Spent(1, 1)}


def _begun_by(program: Program, store: Store, clock: StandingClock, run_id: str) -> None:
    with open_store(store._database.path, clock=clock, program=program) as other:
        other.begin_run(a_head(run_id))


def test_a_run_whose_program_is_dead_is_ended_as_failed_with_what_it_did(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    _begun_by(DEAD, store, clock, "dead")
    store.settle(fence, None, "dead", Settlement(applied(1)))

    store.end_stranded_runs(fence, NOON)

    report = reported(store, None, "main")
    assert report is not None
    assert report.run.status is RunStatus.FAILED
    assert report.run.finished_at == NOON
    assert report.run.error
    assert report.rows == (applied(1),)


@pytest.mark.parametrize(
    "program, status",
    [
        (HERE, RunStatus.RUNNING),  # waits at a prompt, or is this very run
        (replace(HERE, pid=1, started=""), RunStatus.FAILED),  # another program has its number now
        (replace(HERE, pid=2**30), RunStatus.FAILED),
        (replace(HERE, host="elsewhere"), RunStatus.FAILED),
        (replace(HERE, place="another boot"), RunStatus.FAILED),
    ],
)
def test_only_runs_whose_program_is_still_here_go_on(
    store: Store, fence: Fence, clock: StandingClock, program: Program, status: RunStatus
) -> None:
    _begun_by(program, store, clock, "theirs")

    store.end_stranded_runs(fence, NOON)

    assert store.runs("main", 1)[0].head.status is status


def test_a_run_taken_for_dead_still_records_its_end(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    _begun_by(replace(HERE, host="elsewhere"), store, clock, "run-1")
    store.end_stranded_runs(fence, NOON)

    store.finish_run(a_report("run-1", applied(1)))

    assert reported(store, "run-1", None) == a_report("run-1", applied(1))


def test_runs_of_another_pair_are_not_ended(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    with open_store(store._database.path, clock=clock, program=DEAD) as other:
        other.begin_run(a_head("theirs", pair="other", mode=Mode.DRY_RUN))

    store.end_stranded_runs(fence, NOON)

    assert store.runs("other", 1)[0].head.status is RunStatus.RUNNING
