"""A state in a folder of its own, and a clock that stands until it is moved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.core.ports import Fence
from sync.state.store import Store, open_store
from tests.state.people import NOON, StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def store(path: Path, clock: StandingClock) -> Iterator[Store]:
    with open_store(path, clock=clock, sleep=clock.advance) as opened:
        yield opened


@pytest.fixture
def fence(store: Store) -> Fence:
    return store.lease("main").fence
