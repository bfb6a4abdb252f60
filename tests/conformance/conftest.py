import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from connectors.sandbox.server import serve
from connectors.sandbox.world import World, empty_world
from sync.core.ports import AffihubWrites, WhopWrites
from tests.conformance.deviations import unmeant
from tests.conformance.ways import Ground, Way

HERE = Path(__file__).parent
Ending = set[asyncio.Task[None]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these tests share one loop, so that servers may end while the next test runs."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture
def world() -> World:
    """A company and a program without anybody, where no two things happen at the same time."""
    seconds = itertools.count()
    start = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    return empty_world(seed=1, clock=lambda: start + timedelta(seconds=next(seconds)))


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def ending() -> AsyncIterator[Ending]:
    """Servers on their way out: each takes 100 ms, which nobody waits for but the last test."""
    tasks: Ending = set()
    yield tasks
    await asyncio.gather(*tasks)


@pytest_asyncio.fixture(loop_scope="session", params=list(Way))
async def ground(
    request: pytest.FixtureRequest, world: World, ending: Ending
) -> AsyncIterator[Ground]:
    """The world, reached one of the ways; all that went over the wire was as documented."""
    ground = Ground(world, request.param)
    serving = AsyncExitStack()
    if ground.way is Way.TCP:
        ground.urls = await serving.enter_async_context(serve(world, faults=ground.faults))
    yield ground
    ending.add(asyncio.create_task(serving.aclose()))
    assert unmeant(ground.exchanges) == []


@pytest_asyncio.fixture(loop_scope="session")
async def whop(ground: Ground) -> AsyncIterator[WhopWrites]:
    async with ground.whop() as whop:
        yield whop


@pytest_asyncio.fixture(loop_scope="session")
async def affihub(ground: Ground) -> AsyncIterator[AffihubWrites]:
    async with ground.affihub() as affihub:
        yield affihub
