"""A state made by an earlier affisync is brought up to date with all it holds."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command

from sync.core.plan import Alone, Disposition, Person
from sync.core.ports import EmailReading, Fence, OverrideReading, Parked, Verified
from sync.core.record import Override, Side
from sync.core.report import RunStatus
from sync.core.standing import Standing
from sync.state.check import check
from sync.state.engine import engine
from sync.state.migrations import HEAD
from sync.state.store import Store, open_store
from sync.state.upgrade import configuration
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

FIRST = Path(__file__).with_name("revision_0001.sql")
"""A state as affisync of revision 0001 wrote it, in use by a run that was killed."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(FIRST.read_text(encoding="utf-8"))
    return path


def test_what_the_first_revision_knew_is_known_after_the_upgrade(store: Store) -> None:
    known = store.known("main", NOON)

    assert known.company_id == "biz_1"
    assert known.first_run_done
    assert known.links == (a_link(1), a_link(2))
    assert known.apart == {("user_9", "par_9")}
    assert known.emails == {"user_1": EmailReading(("maria1@example.com",), NOON)}
    override = Override("ovr_1", "rev_share", "percentage", Decimal("12.50"))
    assert known.overrides == {"aff_1": OverrideReading((override,), 1, "", NOON)}
    parked = Parked(Disposition.BREAK, "read-back", "Affihub kept 12.35.", NOON, 0, None)
    assert known.parked == {"key-8": parked}
    assert known.held == {"key-2": "deactivate"}


def test_reports_of_the_first_revision_read_back_as_they_were(store: Store) -> None:
    held = a_row(2, disposition=Disposition.HELD, guard="deactivate")
    alone = Alone(Person(name="Ann"), "aff_7", None, "no email")

    assert reported(store, "run-1", "main") == replace(
        a_report("run-1", applied(1), held),
        links=2,
        in_sync=1,
        unmatched={Side.WHOP: (alone,), Side.AFFIHUB: ()},
    )


def test_a_run_goes_on_where_one_of_the_first_revision_was_killed(
    store: Store, fence: Fence
) -> None:
    (intent,) = store.open_intents("main")
    assert (intent.run_id, intent.row, intent.off) == ("run-2", a_row(3), ("aff_5",))

    store.end_stranded_runs(fence, NOON)
    store.begin_run(a_head("run-3", started_at=NOON + timedelta(hours=2)))

    runs = [(run.head.id, run.head.status) for run in store.runs("main", 9)]
    assert runs == [
        ("run-3", RunStatus.RUNNING),
        ("run-2", RunStatus.FAILED),
        ("run-1", RunStatus.APPLIED),
    ]
    assert fence.token == 2
    assert store.standing("main") == Standing("main")
    assert store.open_rows("main") == ()


def test_an_upgraded_state_is_sound_and_like_a_new_one(store: Store, path: Path) -> None:
    made = engine(path)
    with made.begin() as connection:
        command.check(configuration(connection))
    made.dispose()

    assert check(path) == ()


def test_an_upgraded_state_is_not_upgraded_again(path: Path, clock: StandingClock) -> None:
    for _ in range(2):
        with open_store(path, clock=clock) as store:
            assert len(store.runs("main", 9)) == 2

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def test_the_log_begins_with_the_upgrade(store: Store, fence: Fence, path: Path) -> None:
    """Runs that ended before have no entry, and are not looked at; the one under way gets one."""
    begun = store.verify_log()
    assert (begun.entries, begun.problems) == (1, ())
    report = store.report("run-1", None)
    assert report is not None
    assert report.run.log is None

    store.end_stranded_runs(fence, NOON)
    store.finish_run(a_report("run-3", a_row(1)))

    assert store.verify_log(begun.head) == Verified(3, store.log_head(), (), knows=True)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE runs SET config = 'another' WHERE id IN ('run-1', 'run-2')")
        raw.commit()
    (problem,) = store.verify_log().problems
    assert "run run-2 was changed" in problem


@pytest.mark.parametrize("last", ["subject", "digest", "hash"])
def test_whoever_moves_where_the_log_began_is_told(store: Store, path: Path, last: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"UPDATE log SET {last} = '9'")
        raw.commit()

    assert store.verify_log().problems


def test_runs_from_before_the_log_are_pruned_and_leave_no_trace_in_it(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    store.end_stranded_runs(fence, NOON + timedelta(days=90))
    clock.now = at = NOON + timedelta(days=100)
    store.finish_run(a_report("run-3", started_at=at, finished_at=at))
    assert store.prune(NOON + timedelta(days=1)) == 1

    assert store.verify_log().entries == 3
    assert store.verify_log().problems == ()
