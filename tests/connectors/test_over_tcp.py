"""Both connectors over real connections: what only the network itself can get wrong."""

import asyncio
from dataclasses import replace

import pytest

from connectors.affihub import open_affihub_reader
from connectors.sandbox.faults import Faults
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import serve
from connectors.whop import WhopAccess, open_whop_reader
from sync.errors import KeyRefused, Rejected, Unavailable
from tests.connectors.sandboxed import affihub_access, unwatched, whop_access
from tests.connectors.surroundings import FakeTime, surroundings


async def test_both_sides_are_read_at_once() -> None:
    world = agreed(250, 1)
    around = surroundings(FakeTime())
    async with serve(world) as urls:
        sides = (
            replace(whop_access(world), base_url=urls.whop),
            replace(affihub_access(world), base_url=urls.affihub),
        )
        async with (
            open_whop_reader(sides[0], around) as whop,
            open_affihub_reader(sides[1], around) as affihub,
        ):
            told = await asyncio.gather(whop.snapshot(unwatched), affihub.snapshot(unwatched))
    assert all(snapshot.complete for snapshot in told)
    assert [len(snapshot.records) for snapshot in told] == [250, 250]


@pytest.mark.parametrize("profile", ["reset-before", "reset-after", "truncated", "html", "errors"])
async def test_broken_connections_are_survived(profile: str) -> None:
    world = agreed(800, 1)
    faults = Faults({profile: 0.3}, seed=1)
    async with serve(world, faults=faults) as urls:
        access = replace(affihub_access(world), base_url=urls.affihub)
        async with open_affihub_reader(access, surroundings(FakeTime())) as affihub:
            snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert len(snapshot.records) == 800


async def test_impatient_callers_do_not_break_the_connections() -> None:
    world = agreed(5, 1)
    (id_, *_) = world.affihub.partners
    async with serve(world) as urls:
        access = replace(affihub_access(world), base_url=urls.affihub)
        async with open_affihub_reader(access, surroundings(FakeTime())) as affihub:
            for turns in range(30):
                callers = [asyncio.create_task(affihub.partner(id_)) for _ in range(20)]
                for _ in range(turns):
                    await asyncio.sleep(0)
                for caller in callers:
                    caller.cancel()
                await asyncio.gather(*callers, return_exceptions=True)
            told = await asyncio.gather(*(affihub.partner(id_) for _ in range(10)))
    assert [partner.id for partner in told] == [id_] * 10


async def test_nobody_listening_is_told_plainly() -> None:
    access = WhopAccess(company_id="biz_1", api_key="k", base_url="http://127.0.0.1:9/api/v1")
    async with open_whop_reader(access, surroundings(FakeTime())) as whop:
        with pytest.raises(Unavailable, match="Whop cannot be reached"):
            await whop.snapshot(unwatched)


@pytest.mark.parametrize("key", ["canary\nkey", "canary\x00key"])
async def test_a_key_that_no_header_can_carry_is_told_without_showing_it(key: str) -> None:
    access = WhopAccess(company_id="biz_1", api_key=key, base_url="http://127.0.0.1:9/api/v1")
    world = agreed(1, 1)
    async with serve(world) as urls:
        around = surroundings(FakeTime())
        async with open_whop_reader(replace(access, base_url=urls.whop), around) as whop:
            with pytest.raises(Rejected, match="characters that do not belong there") as caught:
                await whop.snapshot(unwatched)
    assert "canary" not in str(caught.value)


async def test_a_key_in_another_script_is_only_a_wrong_key() -> None:
    world = agreed(1, 1)
    async with serve(world) as urls:
        access = replace(whop_access(world), base_url=urls.whop, api_key="clé")
        async with open_whop_reader(access, surroundings(FakeTime())) as whop:
            with pytest.raises(KeyRefused):
                await whop.snapshot(unwatched)
