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
    """A company and a program without anybody."""
    return empty_world(seed=1)
