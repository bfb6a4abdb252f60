import pytest

from connectors.sandbox.world import World, empty_world
from tests.sandbox.clients import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """A company and a program without anybody."""
    return empty_world(seed=1, clock=clock)
