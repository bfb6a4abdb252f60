"""What is pruned leaves the log too, but neither a gap nor a way to hide something else."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from sync.state.store import Store, open_store
from tests.state.chained import OLD, changed, ended, entries, verified
from tests.state.people import NOON, StandingClock, a_decision, a_row


def test_of_runs_that_were_pruned_one_anchor_is_left_and_decisions_stay(
    store: Store, clock: StandingClock
) -> None:
    heads = []
    for number in range(7):
        clock.now = OLD + timedelta(hours=number)
        heads.append(ended(store, f"run-{number}", clock.now, a_row(number)))
        if number == 3:
            store.decide([a_decision(at=clock.now)])
    clock.now = NOON
    heads.append(ended(store, "new", NOON))

    store.prune(OLD + timedelta(hours=3))
    assert entries(store)[:2] == [("run-2", True), ("run-3", False)]
    store.prune(NOON)

    assert entries(store) == [("run-3", True), ("1", False), ("run-6", True), ("new", False)]
    found = store.verify_log()
    assert found.problems == ()
    assert found.forgotten == OLD + timedelta(hours=6)
    known = [store.verify_log(head).knows for head in heads]
    assert known == [False, False, True, True, False, True, True, True]


def test_the_log_does_not_grow_for_ever(store: Store, clock: StandingClock) -> None:
    for number in range(50):
        clock.now = NOON + timedelta(days=number)
        ended(store, f"run-{number}", clock.now)
        store.prune(clock.now - timedelta(days=10))

    assert len(entries(store)) <= 12
    assert store.verify_log().problems == ()


TEXTS = ("at", "pair", "kind", "subject", "digest", "hash", "previous")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE log SET {name} = {name} || 'x' WHERE subject = 'run-3'" for name in TEXTS),
        "UPDATE log SET previous = NULL WHERE subject = 'run-3'",
        "UPDATE log SET number = number - 1 WHERE subject = 'run-3'",
        "DELETE FROM log WHERE subject = 'run-3'",
        "DELETE FROM log WHERE subject = 'run-4'",
    ],
)
def test_what_is_changed_in_an_anchor_or_after_it_is_told(
    path: Path, clock: StandingClock, statement: str
) -> None:
    with open_store(path, clock=clock) as store:
        for number in range(6):
            ended(store, f"run-{number}", OLD + timedelta(hours=number), a_row(number))
        assert store.prune(OLD + timedelta(hours=4)) == 4
        assert entries(store)[0] == ("run-3", True)

    changed(path, statement)

    assert verified(path).problems


def test_a_run_that_comes_back_after_it_was_forgotten_is_told(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock) as store:
        ended(store, "old", OLD)
        ended(store, "new", NOON)
    with closing(sqlite3.connect(path)) as raw:
        (run,) = raw.execute("SELECT * FROM runs WHERE id = 'old'").fetchall()
    with open_store(path, clock=clock) as store:
        assert store.prune(NOON) == 1

    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(run))})", run)
        raw.commit()

    told = "The log says that run old was forgotten, but the state has it."
    assert told in verified(path).problems


def test_pruning_does_not_cover_up_that_entries_were_deleted(
    path: Path, clock: StandingClock
) -> None:
    with open_store(path, clock=clock) as store:
        for number in range(4):
            ended(store, f"run-{number}", OLD + timedelta(hours=number))
        ended(store, "new", NOON)
    changed(path, "DELETE FROM log WHERE subject = 'run-1'")

    with open_store(path, clock=clock) as store:
        assert store.prune(OLD + timedelta(hours=3)) == 3

        assert store.verify_log().problems
