"""Every run that ended and every decision is in the log, and its head everywhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.decision import Verb
from sync.core.plan import Row
from sync.core.ports import Fate, Fence, Settlement, Verified
from sync.core.report import Report
from sync.state import log
from sync.state.holder import this_program
from sync.state.store import Store, open_store
from tests.state.chained import HELD, OLD, ended
from tests.state.people import NOON, StandingClock, a_decision, a_head, a_report, a_row, applied

DEAD = replace(this_program(), started="0")


def shown(number: int, *rows: Row, **changes: object) -> Report:
    at = NOON + timedelta(hours=number)
    return a_report(f"run-{number}", *rows, started_at=at, finished_at=at, **changes)


def test_a_state_without_runs_has_an_empty_log(store: Store) -> None:
    assert store.log_head() == log.NOTHING
    assert store.verify_log(log.NOTHING) == Verified(0, log.NOTHING, (), knows=True)


def test_the_head_after_a_run_is_answered_kept_and_reported(store: Store) -> None:
    first = store.finish_run(shown(1))
    second = store.finish_run(shown(2))

    assert store.log_head() == second != first
    heads = [entry.head.log for entry in store.runs("main", 9)]
    assert heads == [second, first]
    report = store.report("run-1", "main")
    assert report is not None
    assert report.run.log == first


def test_a_run_that_goes_on_is_not_in_the_log(store: Store, fence: Fence) -> None:
    store.begin_run(a_head())
    store.settle(fence, None, "run-1", Settlement(applied(1)))

    assert store.log_head() == log.NOTHING
    assert store.verify_log().problems == ()


def test_a_run_whose_program_died_is_entered_when_that_is_seen(
    store: Store, fence: Fence, clock: StandingClock
) -> None:
    with open_store(store._database.path, clock=clock, program=DEAD) as other:
        other.begin_run(a_head())
    intent = store.intend(fence, "run-1", a_row(1), NOON)

    store.end_stranded_runs(fence, NOON)
    stranded = store.verify_log()
    # what it had announced is settled by the next run, under its name
    store.settle(fence, intent, "run-1", Settlement(applied(1)))

    assert (stranded.entries, stranded.problems) == (1, ())
    assert store.verify_log(stranded.head) == Verified(2, store.log_head(), (), knows=True)
    store.finish_run(a_report("run-1", applied(1)))
    assert store.verify_log().problems == ()


# What the tool itself does


def die(store: Store, turn: int, now: datetime) -> None:
    """A run begins in a program that is gone, and the next one sees that."""
    with open_store(store._database.path, clock=lambda: now, program=DEAD) as dead:
        dead.begin_run(a_head(f"dead-{turn}", started_at=now))
    store.end_stranded_runs(store.lease("main").fence, now)


def settle(store: Store, turn: int, now: datetime) -> None:
    """A run that ended long ago is told of a row what nobody knew then."""
    run_id = f"run-{turn % 3}"
    if store.report(run_id, "main"):
        store.settle(store.lease("main").fence, None, run_id, Settlement(applied(turn)))


def end(store: Store, turn: int, now: datetime) -> None:
    """A run that shows something else than the one before it."""
    ended(store, f"run-{turn % 3}", now, a_row(turn))


def end_alike(store: Store, turn: int, now: datetime) -> None:
    """A run, perhaps again, that shows what others show."""
    ended(store, f"run-{turn % 5}", now, *HELD)


def decide(store: Store, turn: int, now: datetime) -> None:
    """Two people, one after the other."""
    verbs = tuple(Verb)
    pair = (verbs[turn % len(verbs)], verbs[turn * 3 % len(verbs)])
    store.decide([a_decision(verb, turn % 2, at=now) for verb in pair])


def spend(store: Store, turn: int, now: datetime) -> None:
    """Some decisions are carried out."""
    store.end_decisions(store.lease("main").fence, range(1, turn, 2), Fate.SPENT, now)


def prune(store: Store, turn: int, now: datetime) -> None:
    """What is older than a few steps is forgotten."""
    store.prune(now - timedelta(hours=turn % 5))


STEPS = (die, settle, end, end_alike, decide, spend, prune)
STATES = count()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A new state; to make one takes long."""
    path = tmp_path_factory.mktemp("empty") / "state.db"
    with open_store(path, clock=lambda: NOON):
        pass
    return path.read_bytes()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=14))
def test_whatever_the_tool_does_its_log_is_whole_and_knows_every_later_head(
    tmp_path: Path, empty: bytes, steps: list[Callable[[Store, int, datetime], None]]
) -> None:
    clock = StandingClock(OLD)
    heads: dict[str, datetime] = {}
    path = tmp_path / f"state-{next(STATES)}.db"
    path.write_bytes(empty)
    with open_store(path, clock=clock) as store:
        for turn, step in enumerate(steps):
            clock.advance(3600)
            step(store, turn, clock.now)
            heads.setdefault(store.log_head(), clock.now)
            assert store.verify_log() == replace(
                store.verify_log(store.log_head()), knows=None, problems=()
            )

        forgotten = store.verify_log().forgotten or OLD
        unknown = [at for head, at in heads.items() if not store.verify_log(head).knows]
        assert all(at <= forgotten for at in unknown)
