"""Most of a list, all of it or just under half is gone: known tools make both sides alike."""

import pytest

from connectors.sandbox.world import World
from sync.core.plan import Disposition
from sync.core.record import Side
from sync.core.report import exit_code
from tests.runs.shop import Shop


def vanish(world: World, side: Side, count: int) -> None:
    """So many records are on a side no more, and no error says why."""
    if side is Side.WHOP:
        for whop_id in list(world.whop.affiliates)[:count]:
            world.whop.remove(whop_id)
    else:
        for affihub_id in list(world.affihub.partners)[:count]:
            world.affihub.remove(affihub_id)


def archive(world: World, count: int) -> None:
    """So many affiliates are switched off on Whop."""
    for whop_id in list(world.whop.affiliates)[:count]:
        world.whop.edit(whop_id, status="archived")


async def nobody_was_shut_out(shop: Shop, side: Side) -> None:
    """An apply that allows every guard leaves everybody as they are, and says why."""
    before = shop.known().links

    report = await shop.sync(allow=["all"])

    assert shop.changes() == []
    assert shop.known().links == before
    assert report.rows == ()
    assert not report.snapshots[side].complete
    assert exit_code(report) == 1
    other = shop.world.affihub.partners if side is Side.WHOP else shop.world.whop.affiliates
    assert {one.status for one in other.values()} == {"active"}


@pytest.mark.slow
@pytest.mark.parametrize("side", list(Side))
async def test_990_of_1000_vanish_and_the_other_side_keeps_them(shop: Shop, side: Side) -> None:
    """Vdirsyncer and Unison delete the 990 on the other side: each absence is a deletion."""
    shop.crowd(1000)
    await shop.settled()

    vanish(shop.world, side, 990)

    await nobody_was_shut_out(shop, side)


@pytest.mark.parametrize("side", list(Side))
async def test_the_last_ten_vanish_and_nobody_is_taken_for_gone(shop: Shop, side: Side) -> None:
    """Known tools stop at a side that is empty, and at no other: one record left, and ten go."""
    shop.crowd(10)
    await shop.settled()

    vanish(shop.world, side, 10)

    await nobody_was_shut_out(shop, side)


@pytest.mark.parametrize("side", list(Side))
async def test_nine_of_nine_vanish_and_small_lists_are_guarded_too(shop: Shop, side: Side) -> None:
    """OctoDNS has safety thresholds, but none below ten records: it deletes nine of nine."""
    shop.crowd(9)
    await shop.settled()

    vanish(shop.world, side, 9)

    await nobody_was_shut_out(shop, side)


@pytest.mark.parametrize("side", list(Side))
async def test_49_percent_vanish_and_half_is_not_the_limit(shop: Shop, side: Side) -> None:
    """Rclone bisync stops at ``--max-delete``, 50 % unless told otherwise: 49 % it applies."""
    shop.crowd(100)
    await shop.settled()

    vanish(shop.world, side, 49)

    await nobody_was_shut_out(shop, side)


@pytest.mark.parametrize("everybody, off", [(9, 9), (100, 49)])
async def test_many_who_are_switched_off_are_held_for_a_person(
    shop: Shop, everybody: int, off: int
) -> None:
    """The same counts as real edits: octoDNS removes nine of nine, rclone bisync 49 of 100."""
    shop.crowd(everybody)
    await shop.settled()
    archive(shop.world, off)

    report = await shop.sync()

    assert [(row.disposition, row.guard) for row in report.rows] == [
        (Disposition.HELD, "deactivate")
    ] * off
    assert shop.changes() == []
    assert exit_code(report) == 4
