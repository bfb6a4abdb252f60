"""Killed at any moment, the state is whole: all that was told is there, nothing is half done."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.core.plan import Row
from sync.core.report import RunStatus
from sync.state.store import Store, open_store
from tests.state.other import GROUP
from tests.state.people import a_link, applied

ROOT = Path(__file__).parents[2]


def _killed_after(lines: int, path: Path) -> list[str]:
    """Run the writing program and kill it in the middle of whatever follows that many lines."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.state.other", "write", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    told = [program.stdout.readline() for _ in range(lines)]
    program.kill()
    rest, _ = program.communicate()
    # A line cut off by the kill was not told.
    return "".join([*told, rest]).rpartition("\n")[0].split("\n")


def _numbers(told: list[str], verb: str) -> list[int]:
    return [int(line.split()[1]) for line in told if line.startswith(verb)]


@pytest.mark.parametrize("lines", [1, 2, 3, 7, 8, 20, 45])
def test_a_killed_writer_leaves_all_it_told_and_nothing_by_halves(path: Path, lines: int) -> None:
    told = _killed_after(lines, path)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    with open_store(path, clock=_now) as store:
        _assert_told_is_there(store, told)
        _assert_nothing_is_half_done(store)
        _assert_next_run_goes_on(store)


def _assert_told_is_there(store: Store, told: list[str]) -> None:
    links = store.known("main", _now()).links
    opened = {intent.row.key for intent in store.open_intents("main")}
    for number in _numbers(told, "settled"):
        assert a_link(number) in links
        assert _past(store, number) == [applied(number)]
    for number in set(_numbers(told, "intended")) - set(_numbers(told, "settled")):
        # Settling it may have been recorded and not told.
        assert f"key-{number}" in opened or _past(store, number) == [applied(number)]
    for run_id in (line.split()[1] for line in told if line.startswith("finished")):
        report = store.report(run_id, "main")
        assert report is not None
        assert report.run.status is RunStatus.APPLIED
        assert len(report.rows) == 3


def _assert_nothing_is_half_done(store: Store) -> None:
    links = store.known("main", _now()).links
    grouped = [link for link in links if int(link.whop_id[4:]) >= 100_000]
    opened = [int(intent.row.key[4:]) for intent in store.open_intents("main")]
    assert len(grouped) % GROUP == 0
    assert len(opened) <= 1
    assert not any(_past(store, number) or a_link(number) in links for number in opened)


def _assert_next_run_goes_on(store: Store) -> None:
    fence = store.lease("main").fence
    store.end_stranded_runs(fence, _now())
    ended = {run.head.status for run in store.runs("main", 1000)}
    assert ended <= {RunStatus.APPLIED, RunStatus.FAILED}


def _past(store: Store, number: int) -> list[Row]:
    return [past.row for past in store.history("main", (f"aff_{number}", None), 9)]


def _now() -> datetime:
    return datetime.now(UTC)
