import itertools
from datetime import UTC, datetime, timedelta

import pytest
import respx

from connectors.sandbox.world import World, empty_world
from tests.connectors.surroundings import FakeTime


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def router() -> respx.Router:
    return respx.Router(assert_all_called=False)


@pytest.fixture
def world() -> World:
    """A company and a program without anybody, where no two things happen at the same time."""
    seconds = itertools.count()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return empty_world(seed=1, clock=lambda: start + timedelta(seconds=next(seconds)))
