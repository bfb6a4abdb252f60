"""Old runs are forgotten, but none that anything still needs."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.core.plan import Disposition, Row
from sync.core.policy import GuardClass
from sync.core.ports import Fence, Settlement, Spent
from sync.core.report import Mode
from sync.state import file, pruning
from sync.state.check import check
from sync.state.store import Store, open_store
from tests.state.people import NOON, StandingClock, a_head, a_report, a_row, applied, reported

ROOT = Path(__file__).parents[2]
OLD = NOON - timedelta(days=90)
BEFORE = NOON - timedelta(days=30)
HELD = a_row(1, disposition=Disposition.HELD, guard="deactivate")


def ended(store: Store, run_id: str, at: datetime, *rows: Row, **changes: object) -> None:
    report = a_report(run_id, *rows, started_at=at, finished_at=at, **changes)
    store.finish_run(report)


def left(store: Store) -> set[str]:
    return {run.head.id for run in store.runs(None, 100_000)}


def test_runs_that_ended_before_then_go_with_their_rows(store: Store) -> None:
    ended(store, "old", OLD, a_row(1), a_row(2))
    ended(store, "just in time", BEFORE, a_row(1))
    ended(store, "new", NOON)

    assert store.prune(BEFORE) == 1

    assert left(store) == {"just in time", "new"}
    assert reported(store, "old", None) is None
    assert len(store.history("main", ("aff_1", "par_2"), 9)) == 1
    assert store.prune(BEFORE) == 0


def test_of_each_pair_the_latest_run_of_either_mode_stays(store: Store) -> None:
    for pair in ("main", "other"):
        for number, mode in enumerate([*Mode] * 3):
            at = OLD + timedelta(hours=number)
            ended(store, f"{pair} {mode} {number}", at, a_row(number), pair=pair, mode=mode)

    assert store.prune(BEFORE) == 8

    assert left(store) == {
        "main dry-run 4",
        "main apply 5",
        "other dry-run 4",
        "other apply 5",
    }


def test_a_run_that_never_ended_stays(store: Store) -> None:
    store.begin_run(a_head("goes on", started_at=OLD))
    ended(store, "new", NOON)

    assert store.prune(BEFORE) == 0


def test_a_run_with_an_open_intent_stays_until_it_is_settled(store: Store, fence: Fence) -> None:
    store.begin_run(a_head("old", started_at=OLD))
    intent = store.intend(fence, "old", a_row(1), OLD)
    ended(store, "old", OLD)
    ended(store, "new", NOON)
    assert store.prune(BEFORE) == 0

    store.settle(fence, intent, "old", Settlement(a_row(1)))

    assert store.prune(BEFORE) == 1


def test_rows_that_budgets_count_stay_however_little_is_kept(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    for days in (9, 7, 1):
        ended(store, f"{days} days ago", NOON - timedelta(days=days), applied(days))
    ended(store, "told only", NOON - timedelta(days=2), a_row(5))
    ended(store, "new", NOON)

    assert store.prune(NOON) == 2

    assert left(store) == {"7 days ago", "1 days ago", "new"}
    assert store.known("main", NOON).spent[GuardClass.DEACTIVATE] == Spent(day=0, week=1)


def test_a_run_whose_rows_a_kept_one_shows_stays_and_goes_after_it(store: Store) -> None:
    for number in range(4):
        ended(store, f"run-{number}", OLD + timedelta(hours=number), HELD)
    ended(store, "new", NOON, HELD)
    report = reported(store, "new", None)

    assert store.prune(BEFORE) == 3

    assert left(store) == {"run-0", "new"}
    assert reported(store, "new", None) == report
    ended(store, "newer", NOON + timedelta(hours=1), a_row(2))
    assert store.prune(NOON + timedelta(minutes=1)) == 2
    assert left(store) == {"newer"}


def test_runs_that_share_rows_all_go_whoever_ended_first(store: Store) -> None:
    """Run numbers follow the begins: the one that ended first may have begun last."""
    store.begin_run(a_head("began first", started_at=OLD))
    ended(store, "ended first", OLD, HELD)
    ended(store, "began first", OLD + timedelta(hours=1), HELD)
    ended(store, "new", NOON, a_row(2))

    assert store.prune(BEFORE) == 2


def test_each_transaction_is_small_and_others_get_their_turn(
    path: Path, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "RUNS_AT_ONCE", 3)
    monkeypatch.setattr(pruning, "ROWS_AT_ONCE", 4)
    turns: list[int] = []

    with open_store(path, clock=clock, sleep=lambda _: turns.append(len(left(store)))) as store:
        for number in range(6):
            at = OLD + timedelta(hours=number)
            # one of them has more rows than a transaction deletes, and goes alone
            rows = [a_row(one, key=f"{number}-{one}") for one in range(9 if number == 2 else 2)]
            ended(store, f"run-{number}", at, *rows)
        ended(store, "new", NOON)

        assert store.prune(BEFORE) == 6

    assert turns == [5, 4, 2, 1]


def test_others_write_all_the_while_and_lose_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program does all that runs do, while this one prunes behind it."""
    # The other one writes without a pause, as no run does: chance decides when this one's turn is.
    monkeypatch.setattr(file, "BUSY_SECONDS", 120)
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.state.other", "write", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    told = [program.stdout.readline() for _ in range(30)]
    with open_store(path, clock=lambda: NOON + timedelta(days=400)) as store:
        pruned = 0
        while pruned < 20:
            pruned += store.prune(datetime.now(UTC))
            told.append(program.stdout.readline())
        program.kill()
        rest, _ = program.communicate()
        told += rest.rpartition("\n")[0].splitlines(keepends=True)

        finished = [line.split()[1] for line in told if line.startswith("finished")]
        settled = sum(line.startswith("settled") for line in told)
        assert reported(store, finished[-1], "main") is not None
        assert len(finished) >= pruned
        links = {link.whop_id for link in store.known("main", NOON).links}
        assert {f"aff_{number}" for number in range(settled)} <= links
    assert check(path) == ()


def test_what_was_pruned_leaves_room_for_what_comes(store: Store, path: Path) -> None:
    def fill(first: int) -> None:
        for number in range(first, first + 50):
            at = OLD + timedelta(minutes=number)
            rows = [a_row(one, key=f"{number}-{one}") for one in range(20)]
            ended(store, f"run-{number}", at, *rows)

    def pages() -> int:
        with closing(sqlite3.connect(path)) as raw:
            count: int = raw.execute("PRAGMA page_count").fetchone()[0]
            return count

    fill(0)
    full = pages()
    store.prune(BEFORE)

    fill(50)

    assert pages() <= full * 1.1
