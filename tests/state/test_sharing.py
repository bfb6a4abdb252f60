"""A run that shows what the one before it showed keeps none of it again, yet reads back whole."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.plan import Alone, Disposition, Person, Row
from sync.core.ports import Fence, Settlement
from sync.core.record import Side
from sync.core.report import Mode, News, Report, RunStatus, SnapshotNote
from sync.state.store import Store
from sync.state.tables import ROWS, RUNS
from tests.state.people import NOON, a_head, a_report, a_row, applied, reported

HELD = tuple(a_row(n, disposition=Disposition.HELD, guard="deactivate") for n in (1, 2, 3))
ALONE = {
    Side.WHOP: (Alone(Person(name="Ann", monthly_usd=Decimal("1.50")), "aff_9", None, "no email"),),
    Side.AFFIHUB: (),
}


def shown(number: int, *rows: Row, **changes: object) -> Report:
    """A run that ended so many hours after noon; all but its rows and unmatched is its own."""
    at = NOON + timedelta(hours=number)
    head = {"started_at": at, "finished_at": at, "status": RunStatus.HELD} | changes
    return replace(
        a_report(f"run-{number}", *(rows or HELD), **head),
        links=number,
        in_sync=number,
        unmatched=ALONE,
        snapshots={Side.WHOP: SnapshotNote(number, True, number, None)},
        requests={Side.WHOP: {"list_affiliates": number}},
        notes=(f"note {number}",),
    )


def kept(store: Store, *reports: Report) -> None:
    for report in reports:
        store.begin_run(replace(report.run, status=RunStatus.RUNNING, finished_at=None))
        store.finish_run(report)


def owners(store: Store) -> dict[str, str | None]:
    """By run the run whose rows it shows."""
    with store._database.read() as connection:
        runs = connection.execute(RUNS.select()).mappings().all()
    ids = {run["number"]: run["id"] for run in runs}
    return {run["id"]: ids.get(run["rows_of"]) for run in runs}


def stored_rows(store: Store) -> int:
    with store._database.read() as connection:
        return len(connection.execute(ROWS.select()).all())


def test_runs_that_show_the_same_keep_it_once_and_read_back_as_they_were(store: Store) -> None:
    reports = [shown(number) for number in (1, 2, 3)]

    kept(store, *reports)

    assert [reported(store, report.run.id, "main") for report in reports] == reports
    assert reported(store, None, "main") == reports[-1]
    assert owners(store) == {"run-1": None, "run-2": "run-1", "run-3": "run-1"}
    assert stored_rows(store) == len(HELD)


def test_the_counts_of_a_run_are_right_whoever_keeps_its_rows(store: Store) -> None:
    reports = [shown(number) for number in (1, 2)]

    kept(store, *reports)

    assert [dict(run.counts) for run in store.runs("main", 9)] == [
        reports[1].counts,
        reports[0].counts,
    ]


def test_the_history_of_a_person_tells_a_held_row_once(store: Store) -> None:
    kept(store, *(shown(number) for number in (1, 2, 3)))

    (past,) = store.history("main", ("aff_1", None), 9)

    assert (past.run_id, past.at, past.row) == ("run-1", NOON + timedelta(hours=1), HELD[0])


def _with_person(row: Row, **changes: object) -> Row:
    return replace(row, person=replace(row.person, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rows",
    [
        HELD[:2],
        (*HELD, a_row(4)),
        (HELD[1], HELD[0], HELD[2]),
        (replace(HELD[0], disposition=Disposition.CONFLICT), *HELD[1:]),
        (replace(HELD[0], rule="affihub-moved"), *HELD[1:]),
        (replace(HELD[0], reason="Another one."), *HELD[1:]),
        (replace(HELD[0], guard="first-run"), *HELD[1:]),
        (replace(HELD[0], key="another"), *HELD[1:]),
        (_with_person(HELD[0], name="Mary"), *HELD[1:]),
        (_with_person(HELD[0], monthly_usd=Decimal("1.0")), *HELD[1:]),
        (applied(1), *HELD[1:]),
    ],
)
def test_a_run_that_shows_anything_else_keeps_its_own(store: Store, rows: tuple[Row, ...]) -> None:
    reports = [shown(1), shown(2, *rows)]

    kept(store, *reports)

    assert [reported(store, report.run.id, "main") for report in reports] == reports
    assert owners(store)["run-2"] is None


@pytest.mark.parametrize(
    "unmatched",
    [
        {},
        {Side.WHOP: (), Side.AFFIHUB: ()},
        {**ALONE, Side.AFFIHUB: ALONE[Side.WHOP]},
        {
            **ALONE,
            Side.WHOP: (
                replace(ALONE[Side.WHOP][0], person=Person(name="Ann", monthly_usd=Decimal("1.5"))),
            ),
        },
    ],
)
def test_a_run_with_other_unmatched_people_keeps_its_own(
    store: Store, unmatched: dict[Side, tuple[Alone, ...]]
) -> None:
    reports = [shown(1), replace(shown(2), unmatched=unmatched)]

    kept(store, *reports)

    read = [reported(store, report.run.id, "main") for report in reports]
    assert [str(report) for report in read] == [str(report) for report in reports]
    assert owners(store)["run-2"] is None


def test_only_runs_of_the_same_pair_and_mode_share(store: Store) -> None:
    reports = [
        shown(1),
        shown(2, mode=Mode.DRY_RUN),
        shown(3, pair="other"),
        shown(4, mode=Mode.DRY_RUN),
        shown(5),
    ]

    kept(store, *reports)

    assert owners(store) == {
        "run-1": None,
        "run-2": None,
        "run-3": None,
        "run-4": "run-2",
        "run-5": "run-1",
    }
    for report in reports:
        assert reported(store, report.run.id, None) == report


def test_a_run_that_failed_between_two_does_not_part_them(store: Store) -> None:
    failed = Report(
        a_head("run-2", status=RunStatus.FAILED, finished_at=NOON + timedelta(hours=2), error="no")
    )

    kept(store, shown(1), failed, shown(3))

    assert owners(store) == {"run-1": None, "run-2": None, "run-3": "run-1"}
    assert reported(store, "run-2", None) == failed


def test_a_run_in_which_something_was_done_lies_between_two(store: Store) -> None:
    kept(store, shown(1), shown(2, applied(1), *HELD[1:]), shown(3))

    assert owners(store) == {"run-1": None, "run-2": None, "run-3": None}


def test_a_row_settled_on_the_way_is_kept_though_the_report_forgot_it(
    store: Store, fence: Fence
) -> None:
    kept(store, shown(1))
    store.begin_run(a_head("run-2"))
    store.settle(fence, None, "run-2", Settlement(applied(9)))

    store.finish_run(shown(2))

    report = reported(store, "run-2", None)
    assert report is not None
    assert report.rows == (applied(9), *HELD)
    assert owners(store)["run-2"] is None


def test_a_run_that_ends_twice_takes_nothing_from_those_that_shared_with_it(store: Store) -> None:
    reports = [shown(number) for number in (1, 2, 3)]
    kept(store, *reports)
    again = replace(shown(1, a_row(7)), unmatched={})

    store.finish_run(again)

    assert reported(store, "run-1", None) == again
    assert [reported(store, report.run.id, None) for report in reports[1:]] == reports[1:]
    assert owners(store) == {"run-1": None, "run-2": None, "run-3": "run-2"}
    assert [past.run_id for past in store.history("main", ("aff_1", None), 9)] == ["run-2"]


def news(hours: int, *gone: Row) -> News:
    since = {row.key: NOON + timedelta(hours=hours) for row in HELD}
    return News(since, new=frozenset({"key-1"}), gone=gone)


def kept_since(store: Store) -> list[str]:
    """The runs that say themselves since when their rows are open."""
    with store._database.read() as connection:
        runs = connection.execute(RUNS.select()).mappings().all()
    return [run["id"] for run in runs if json.loads(run["told"]).get("since")]


def test_since_when_rows_are_open_is_kept_once_while_it_is_the_same(store: Store) -> None:
    told = [news(1), news(1, a_row(7)), news(2), news(1)]
    reports = [replace(shown(n), news=one) for n, one in enumerate(told, 1)]

    kept(store, *reports)

    assert owners(store)["run-4"] == "run-1"
    assert kept_since(store) == ["run-1", "run-3"]
    assert [reported(store, report.run.id, None) for report in reports] == reports
    again = replace(shown(1, a_row(7)), unmatched={})
    store.finish_run(again)
    assert [reported(store, report.run.id, None) for report in reports] == [again, *reports[1:]]


PAIRS = count()
CHOICES = st.lists(
    st.tuples(
        st.sampled_from([HELD, HELD[:1], (applied(1),), ()]),
        st.sampled_from([ALONE, {}]),
        st.sampled_from(Mode),
        st.sampled_from([RunStatus.HELD, RunStatus.FAILED]),
        st.integers(0, 4),
        st.sampled_from([News(), news(1), news(2), news(1, a_row(7))]),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(choices=CHOICES)
def test_whatever_runs_end_in_whatever_order_each_reads_back_and_none_is_chained(
    store: Store,
    choices: list[
        tuple[tuple[Row, ...], dict[Side, tuple[Alone, ...]], Mode, RunStatus, int, News]
    ],
) -> None:
    """A number drawn again is a run that ends again."""
    last: dict[str, Report] = {}
    pair = f"pair-{next(PAIRS)}"
    for rows, unmatched, mode, status, number, told in choices:
        head = {"id": f"{pair}-{number}", "pair": pair, "mode": mode, "status": status}
        bare = tuple(replace(row, outcome=None) for row in rows)
        report = replace(shown(number, **head), rows=bare, unmatched=unmatched, news=told)
        store.finish_run(report)
        last[report.run.id] = report

    assert {name: reported(store, name, None) for name in last} == last
    assert store.verify_log().problems == ()
    known = owners(store)
    assert [owner for owner in known.values() if owner and known[owner]] == []
