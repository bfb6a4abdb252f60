"""What runs read is kept for another look: of each pair the latest few."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.report import Mode
from sync.errors import StateError, UsageError
from sync.state.store import Store
from tests.state.people import NOON, a_head, a_report


def kept(store: Store, run_id: str, most: int = 2, pair: str = "main") -> None:
    store.begin_run(a_head(run_id, pair=pair))
    store.keep_snapshot(run_id, run_id.encode() * 2, most)


def test_a_document_is_read_back_by_its_run_or_as_the_latest(store: Store) -> None:
    for run_id in ("abc-1", "abd-2"):
        kept(store, run_id)

    assert store.snapshot("main", "abc-1") == ("abc-1", b"abc-1abc-1")
    assert store.snapshot("main", "abc") == ("abc-1", b"abc-1abc-1")
    assert store.snapshot("main", None) == ("abd-2", b"abd-2abd-2")
    assert store.snapshot("main", "xyz") is None
    assert store.snapshot("other", "abc-1") is None
    assert store.snapshot("other", None) is None
    with pytest.raises(UsageError, match="2 runs have an id that starts with ab"):
        store.snapshot("main", "ab")


def test_of_each_pair_only_the_latest_few_are_kept(store: Store) -> None:
    kept(store, "theirs", pair="other")
    for number in range(5):
        kept(store, f"run-{number}")

    left = [number for number in range(5) if store.snapshot("main", f"run-{number}")]
    assert left == [3, 4]
    assert store.snapshot("other", None) is not None
    kept(store, "run-5", most=0)
    assert store.snapshot("main", None) is None


def test_a_document_kept_again_replaces_the_first(store: Store) -> None:
    kept(store, "run-1")

    store.keep_snapshot("run-1", b"\0again", 2)

    assert store.snapshot("main", None) == ("run-1", b"\0again")


def test_a_document_of_a_run_nobody_began_is_refused(store: Store) -> None:
    with pytest.raises(StateError, match="knows no run run-9"):
        store.keep_snapshot("run-9", b"", 2)


def test_a_document_goes_with_its_run(store: Store) -> None:
    old = NOON - timedelta(days=90)
    ended = a_report("old", started_at=old, finished_at=old, mode=Mode.DRY_RUN)
    store.begin_run(ended.run)
    store.keep_snapshot("old", b"read", 2)
    store.finish_run(ended)
    store.finish_run(replace(ended, run=replace(ended.run, id="new", finished_at=NOON)))

    assert store.prune(NOON - timedelta(days=1)) == 1

    assert store.snapshot("main", None) is None
