"""A longer search than every day's: pytest tests/sandbox --hypothesis-profile=thorough."""

import pytest
from hypothesis import settings

from connectors.sandbox.world import World, empty_world
from tests.sandbox.clients import Clock

settings.register_profile("thorough", max_examples=5000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """A company and a program without anybody."""
    return empty_world(seed=1, clock=clock)
