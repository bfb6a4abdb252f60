"""What waits for a person, out of what a real state keeps of runs and decisions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Outcome, Row
from sync.core.ports import Parked
from sync.core.record import Side
from sync.core.report import Mode, RunStatus, SnapshotNote
from sync.runs.gone import what_became
from sync.runs.linking import held as lease_of
from sync.runs.pending import cases
from sync.state.store import Store, open_store
from tests.core.deciding import conflict, held, ids
from tests.state.people import NOON, StandingClock, a_report, a_row, applied

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
def store(tmp_path: Path, clock: StandingClock) -> Iterator[Store]:
    with open_store(tmp_path / "state.db", clock=clock, sleep=clock.advance) as store:
        yield store


def looked(
    store: Store, run_id: str, *rows: Row, mode: Mode = Mode.DRY_RUN, **told: object
) -> None:
    """A run that came to an end, kept; an apply keeps the rows that need a person, too."""
    complete = bool(told.pop("complete", True))
    began = NOON + timedelta(minutes=int(run_id.removeprefix("run-")))
    head = {"mode": mode, "status": RunStatus.HELD, "started_at": began} | told
    note = SnapshotNote(complete=complete)
    report = replace(a_report(run_id, *rows, **head), snapshots=dict.fromkeys(Side, note))
    store.finish_run(report)
    if mode is Mode.APPLY:
        open_ = [row for row in rows if row.needs_person]
        with lease_of(store, "main") as lease:
            store.remember_open(lease.fence, open_, began, all_seen=complete)


def waiting(store: Store) -> list[str]:
    return ids(cases(store, "main", LATER))


def test_a_pair_that_never_ran_waits_for_nobody(store: Store) -> None:
    assert waiting(store) == []


def test_what_a_dry_run_held_can_be_decided_before_anything_was_ever_applied(store: Store) -> None:
    looked(store, "run-1", held(1), conflict(2), a_row(3))

    assert waiting(store) == ["key-1", "key-2"]


def test_the_latest_look_counts_whichever_it_was(store: Store) -> None:
    looked(store, "run-1", held(1), held(2), mode=Mode.APPLY)
    looked(store, "run-2", held(2), held(3))
    assert waiting(store) == ["key-2", "key-3"]

    looked(store, "run-3", held(3), mode=Mode.APPLY)
    assert waiting(store) == ["key-3"]


def test_what_an_incomplete_look_could_not_see_still_waits(store: Store) -> None:
    looked(store, "run-1", held(1), mode=Mode.APPLY)
    looked(store, "run-2", held(2), complete=False)

    assert waiting(store) == ["key-1", "key-2"]


def test_what_waits_has_waited_since_an_apply_first_saw_it(store: Store) -> None:
    looked(store, "run-1", held(1), mode=Mode.APPLY)
    looked(store, "run-2", held(1), held(2))

    first, second = cases(store, "main", LATER)
    assert first.since == NOON + timedelta(minutes=1)
    assert second.since == NOON + timedelta(minutes=2)


@pytest.mark.parametrize("status, allowed", [(RunStatus.FAILED, ()), (RunStatus.CHANGES, ("all",))])
def test_a_run_that_did_not_look_as_others_do_tells_nothing(
    store: Store, status: RunStatus, allowed: tuple[str, ...]
) -> None:
    looked(store, "run-1", held(1))
    looked(store, "run-2", status=status, allowed=allowed)

    assert waiting(store) == ["key-1"]


def test_a_row_that_failed_waits_and_one_that_was_applied_does_not(store: Store) -> None:
    failed = a_row(1, outcome=Outcome.FAILED)
    looked(store, "run-1", failed, applied(2), mode=Mode.APPLY)

    assert waiting(store) == ["key-1"]


def test_a_row_that_rests_after_a_try_can_be_named(store: Store) -> None:
    resting = a_row(1, disposition=Disposition.WAITING, rule="try-again")
    looked(store, "run-1", resting, a_row(2, disposition=Disposition.WAITING, rule="after-create"))
    with lease_of(store, "main") as lease:
        lesson = Parked(Disposition.WAITING, "try-again", "Tried once", NOON, 1, LATER)
        store.park(lease.fence, "key-1", lesson)

    (case,) = cases(store, "main", LATER)
    assert (case.id, case.parked) == ("key-1", True)


def test_decisions_in_force_stand_beside_the_rows_they_are_about(store: Store) -> None:
    looked(store, "run-1", held(1), held(2))
    until = NOON + timedelta(minutes=30)
    store.decide([Decision("main", Verb.APPROVE, held(1), "ana", NOON, "left", None)])
    store.decide([Decision("main", Verb.APPROVE, held(2), "ana", NOON, "left", until)])

    before = cases(store, "main", NOON + timedelta(minutes=10), ["deactivate-partner"])
    after = cases(store, "main", LATER, ["deactivate-partner"])

    assert [[one.by for one in case.approvals] for case in before] == [["ana"], ["ana"]]
    assert [[one.by for one in case.approvals] for case in after] == [["ana"], []]
    assert [case.missing for case in after] == [1, 2]


def test_a_row_that_changed_is_not_the_one_that_was_decided_on(store: Store) -> None:
    store.decide([Decision("main", Verb.APPROVE, held(1), "ana", NOON)])
    looked(store, "run-1", held(1, before="invited", key="key-9"))

    (case,) = cases(store, "main", LATER)
    assert case.approvals == ()


def test_a_quiet_row_has_waited_since_it_was_decided_on_at_least(store: Store) -> None:
    store.decide([Decision("main", Verb.REJECT, held(1), "ana", NOON, "no")])
    looked(store, "run-1", held(1, guard="rejected", quiet=True), mode=Mode.APPLY)

    (case,) = cases(store, "main", LATER)
    assert (case.quiet, case.since) == (True, NOON)


@pytest.mark.parametrize(
    "wanted, told",
    [
        ("key-1", "was applied by run run-1"),
        ("key-2", "has changed; what waits now is key-9"),
        ("key-3", "went away by itself after run run-1"),
        ("key-4", "needs nobody's word: in run run-2 it was to be applied"),
        ("nonsense", "No row waits under nonsense"),
        ("", "No row waits under an empty id"),
    ],
)
def test_what_became_of_a_row_is_told(store: Store, wanted: str, told: str) -> None:
    looked(store, "run-1", applied(1), held(2), held(3))
    looked(store, "run-2", held(2, key="key-9"), a_row(4))

    found = cases(store, "main", LATER)
    assert told in what_became(store, ["main"], found, wanted)
