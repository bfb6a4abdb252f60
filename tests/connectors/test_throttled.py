"""Against a server that counts: the pace keeps below its limit, and survives being wrong."""

from dataclasses import replace

import pytest

from connectors.affihub import open_affihub_reader
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.faults import Faults
from connectors.sandbox.seed import agreed
from connectors.sandbox.world import World
from connectors.whop import open_whop_reader
from sync.core.record import Side
from tests.connectors.sandboxed import affihub_access, unwatched, whop_access
from tests.connectors.surroundings import FakeTime, surroundings
from tests.sandbox.clients import InProcess

PER_MINUTE = 30


def throttled(time: FakeTime) -> tuple[World, Faults]:
    """A server with 90 pages of work that lets 30 requests through in a minute."""
    world = agreed(900, 1, clock=time.now)
    world.gaps = world.gaps.with_({"whop_page_cap": 10, "affihub_per_page_cap": 10})
    return world, Faults({"throttle": 1}, per_minute=dict.fromkeys(Side, PER_MINUTE))


def refused(world: World) -> int:
    return sum(request.status == 429 for request in world.log)


@pytest.mark.parametrize("ours, most_refused", [(PER_MINUTE, 0), (10 * PER_MINUTE, 30)])
async def test_affihub_is_read_whole(time: FakeTime, ours: int, most_refused: int) -> None:
    world, faults = throttled(time)
    access = replace(affihub_access(world), requests_per_minute=ours)
    around = surroundings(time, InProcess(affihub_app(world, faults)))
    async with open_affihub_reader(access, around) as affihub:
        snapshot = await affihub.snapshot(unwatched)
    assert (len(snapshot.records), snapshot.complete) == (900, True)
    assert refused(world) <= most_refused


@pytest.mark.parametrize("ours, most_refused", [(PER_MINUTE, 0), (10 * PER_MINUTE, 30)])
async def test_whop_is_read_whole(time: FakeTime, ours: int, most_refused: int) -> None:
    world, faults = throttled(time)
    access = replace(whop_access(world), requests_per_minute=ours)
    around = surroundings(time, InProcess(whop_app(world, faults)))
    async with open_whop_reader(access, around) as whop:
        snapshot = await whop.snapshot(unwatched)
    assert (len(snapshot.records), snapshot.complete) == (900, True)
    assert refused(world) <= most_refused
