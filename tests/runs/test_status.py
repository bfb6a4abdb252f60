"""How the pairs are doing: the one thing to know first, and what one read of the state tells."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import Disposition, Outcome, Row
from sync.core.ports import DAEMON_LEASE, Holder, OpenRow
from sync.core.report import Trouble
from sync.core.standing import Standing
from sync.runs.status import (
    NEEDS,
    Kept,
    Overview,
    PairStatus,
    State,
    overview,
    pair_status,
)
from sync.state.store import Store, open_store
from tests.runs.shop import START, Clock
from tests.state.people import a_link, a_row

WITHIN: Final = timedelta(minutes=45)
GOOD: Final = Standing("main", START - timedelta(minutes=5), START - timedelta(minutes=4))
BAD: Final = replace(
    GOOD,
    failures=2,
    trouble=Trouble.UNREACHABLE,
    reason="Whop did not answer.",
    since=START - timedelta(minutes=20),
)
SOMEBODY: Final = Holder("program 7 on host", START - timedelta(minutes=1), START)


def opened(minutes: int, **changes: Any) -> OpenRow:
    """A row that has needed a person for so long."""
    row = a_row(minutes, **({"disposition": Disposition.HELD} | changes))
    return OpenRow(row, START - timedelta(minutes=minutes))


def told(standing: Standing = GOOD, *rows: OpenRow, **kept: Any) -> PairStatus:
    return pair_status(Kept(standing, rows, **kept), WITHIN, START, SOMEBODY)


@pytest.mark.parametrize(
    "status, state",
    [
        (told(), State.OK),
        (told(Standing("main")), State.NEVER_RAN),
        (told(Standing("main", last_started=START)), State.NEVER_RAN),
        (told(Standing("main"), runner=SOMEBODY), State.RUNNING),
        (told(GOOD, runner=SOMEBODY), State.RUNNING),
        (told(GOOD, opened(1)), State.NEEDS_PERSON),
        (told(GOOD, opened(1), runner=SOMEBODY), State.NEEDS_PERSON),
        (told(replace(GOOD, last_good=START - WITHIN * 2)), State.OVERDUE),
        (told(replace(GOOD, last_good=START - WITHIN * 2), opened(1)), State.OVERDUE),
        (told(BAD, opened(1)), State.FAILING),
        (told(BAD, runner=SOMEBODY), State.FAILING),
        (told(replace(BAD, last_good=None)), State.FAILING),
        (told(replace(BAD, trouble=Trouble.GUARD_HELD)), State.NEEDS_PERSON),
        (told(replace(BAD, not_before=START)), State.QUARANTINED),
        (told(replace(BAD, trouble=Trouble.GUARD_HELD, not_before=START)), State.QUARANTINED),
    ],
)
def test_the_worst_is_told_first(status: PairStatus, state: State) -> None:
    assert status.state is state


@given(st.sampled_from([GOOD, BAD, Standing("main")]), st.booleans(), st.booleans())
def test_a_run_that_goes_on_hides_only_that_nothing_is_wrong(
    standing: Standing, held: bool, stale: bool
) -> None:
    standing = replace(standing, last_good=START - WITHIN * 2) if stale else standing
    rows = (opened(1),) if held else ()

    calm, running = told(standing, *rows), told(standing, *rows, runner=SOMEBODY)

    quiet = calm.state in (State.OK, State.NEVER_RAN)
    assert running.state is (State.RUNNING if quiet else calm.state)


@pytest.mark.parametrize(
    "age, fresh", [(timedelta(0), True), (WITHIN, True), (WITHIN + timedelta(seconds=1), False)]
)
def test_fresh_to_the_second(age: timedelta, fresh: bool) -> None:
    assert told(replace(GOOD, last_good=START - age)).fresh is fresh


def test_what_never_was_good_is_not_fresh() -> None:
    assert not told(Standing("main")).fresh


def test_rows_are_counted_by_why_they_need_a_person() -> None:
    rows = (
        opened(3),
        opened(9, disposition=Disposition.CONFLICT),
        opened(2, disposition=Disposition.BREAK),
        opened(1, disposition=Disposition.BREAK),
        opened(4, disposition=Disposition.APPLY, outcome=Outcome.FAILED),
    )

    status = told(GOOD, *rows)

    assert status.needs == {"held": 1, "conflict": 1, "break": 2, "failed": 1}
    assert status.oldest_open == START - timedelta(minutes=9)


def test_every_need_is_told_even_where_there_is_none() -> None:
    assert told().needs == dict.fromkeys(NEEDS, 0)
    assert told().oldest_open is None


def test_what_a_daemon_that_is_gone_had_planned_is_not_told() -> None:
    standing = replace(GOOD, next_run=START + timedelta(minutes=11))

    alone = pair_status(Kept(standing), WITHIN, START, None)

    assert alone.next_run is None
    assert told(standing).next_run == standing.next_run


# On a real state


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with open_store(tmp_path / "status.db", clock=clock) as store:
        yield store


def look(
    store: Store, within: Mapping[str, timedelta] | None = None, at: datetime = START
) -> Overview:
    return overview(store, within or {"main": WITHIN}, at)


def test_of_a_pair_nobody_ever_ran_everything_is_unknown(store: Store) -> None:
    (status,) = look(store).pairs

    assert status == pair_status(Kept(Standing("main")), WITHIN, START, None)
    assert status.state is State.NEVER_RAN


def test_the_state_tells_standing_links_open_rows_and_who_runs_it(store: Store) -> None:
    held: Row = a_row(disposition=Disposition.HELD)
    lease = store.lease("main")
    store.save_links(lease.fence, [a_link(1), a_link(2)])
    store.remember_open(lease.fence, [held], START, all_seen=True)
    store.keep_standing(BAD)

    (status,) = look(store).pairs

    assert status.links == 2
    assert status.needs["held"] == 1
    assert status.oldest_open == START
    assert (status.failures, status.trouble, status.reason) == (2, BAD.trouble, BAD.reason)
    assert status.running_since == START
    lease.release()
    assert look(store).pairs[0].running_since is None


def test_the_daemon_is_who_holds_its_lease(store: Store) -> None:
    store.keep_standing(GOOD)
    store.keep_next_run("main", START + timedelta(minutes=11))
    assert look(store).daemon is None
    assert look(store).pairs[0].next_run is None

    lease = store.lease(DAEMON_LEASE)
    seen = look(store)
    lease.release()

    assert seen.daemon is not None
    assert seen.pairs[0].next_run == START + timedelta(minutes=11)
    assert seen.pairs[0].running_since is None


def test_all_are_fresh_only_where_each_is(store: Store) -> None:
    store.keep_standing(GOOD)
    store.keep_standing(replace(GOOD, pair="other", last_good=START - timedelta(minutes=30)))
    tight = {"main": WITHIN, "other": timedelta(minutes=29)}

    assert look(store, {"main": WITHIN, "other": WITHIN}).fresh
    assert not look(store, tight).fresh
    assert [pair.name for pair in look(store, tight).pairs] == ["main", "other"]
    assert not look(store, at=START + WITHIN).fresh
