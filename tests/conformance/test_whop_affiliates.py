"""``create_affiliate``, ``archive``, ``unarchive``: create or find, and repeatable switches."""

import pytest

from connectors.sandbox.whop_records import MARKETPLACE
from connectors.sandbox.world import World
from sync.core.ports import WhopWrites
from sync.core.record import Side
from sync.errors import NotFound, PermissionMissing, Rejected
from tests.conformance.verbs import enlist

JANE = "jane@example.org"


async def test_a_user_without_an_affiliate_becomes_one(whop: WhopWrites, world: World) -> None:
    user = world.whop.add_user(JANE, "Jane", "jane")
    made = await whop.create_affiliate(JANE)
    assert (made.user_id, made.status, made.username) == (user.id, "active", "jane")
    assert world.whop.affiliates.keys() == {made.id}
    assert world.created() == {(Side.WHOP, JANE): 1}


async def test_the_same_again_finds_what_was_made(whop: WhopWrites, world: World) -> None:
    world.whop.add_user(JANE, "Jane", "jane")
    first, second = [await whop.create_affiliate(JANE) for _ in range(2)]
    assert first == second
    assert world.created() == {(Side.WHOP, JANE): 1}


async def test_an_active_one_is_found_untouched(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    before = world.whop.affiliates[id_]
    assert (await whop.create_affiliate(JANE)).id == id_
    assert (world.whop.affiliates[id_], world.writes) == (before, [])


@pytest.mark.parametrize("brings_back, status", [(True, "active"), (False, "archived")])
async def test_an_archived_one_is_found_and_may_be_brought_back(
    whop: WhopWrites, world: World, brings_back: bool, status: str
) -> None:
    world.gaps = world.gaps.with_({"whop_unarchives_on_create": brings_back})
    id_ = enlist(world, "jane", "archived")
    found = await whop.create_affiliate(JANE)
    assert (found.id, found.status) == (id_, status)
    assert world.whop.affiliates[id_].status == status


async def test_a_deleted_one_may_get_another_beside_it(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane", "deleted")
    made = await whop.create_affiliate(JANE)
    assert made.id != id_
    assert made.user_id == world.whop.affiliates[id_].user_id
    assert (await whop.create_affiliate(JANE)).id == made.id


async def test_a_deleted_one_may_come_back(whop: WhopWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"whop_create_over_deleted": "revive"})
    id_ = enlist(world, "jane", "deleted")
    found = await whop.create_affiliate(JANE)
    assert (found.id, found.status) == (id_, "active")


async def test_a_deleted_one_may_be_refused(whop: WhopWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"whop_create_over_deleted": "refuse"})
    enlist(world, "jane", "deleted")
    with pytest.raises(Rejected):
        await whop.create_affiliate(JANE)
    assert world.writes == []


@pytest.mark.parametrize("status", [404, 422, 400])
async def test_an_address_whop_does_not_know_makes_nobody(
    whop: WhopWrites, world: World, status: int
) -> None:
    world.gaps = world.gaps.with_({"whop_unknown_email_status": status})
    enlist(world, "jane")
    with pytest.raises((NotFound, Rejected)) as caught:
        await whop.create_affiliate("nobody@example.org")
    assert caught.value.status == status
    assert len(world.whop.affiliates) == 1


@pytest.mark.parametrize("case, known", [("folds", True), ("exact", False)])
async def test_whether_letters_count_is_whops_to_say(
    whop: WhopWrites, world: World, case: str, known: bool
) -> None:
    world.gaps = world.gaps.with_({"whop_email_case": case})
    id_ = enlist(world, "jane")
    if known:
        assert (await whop.create_affiliate("JANE@Example.org")).id == id_
        return
    with pytest.raises((NotFound, Rejected)):
        await whop.create_affiliate("JANE@Example.org")


# On and off


@pytest.mark.parametrize("again", ["ok", "conflict"])
async def test_what_is_as_asked_already_is_no_error(
    whop: WhopWrites, world: World, again: str
) -> None:
    world.gaps = world.gaps.with_({"whop_archive_again": again})
    id_ = enlist(world, "jane")
    for switch, status in ((whop.archive, "archived"), (whop.unarchive, "active")):
        for _ in range(2):
            await switch(id_)
            assert world.whop.affiliates[id_].status == status
    assert [write.operation for write in world.writes] == [
        "archive_affiliate",
        "unarchive_affiliate",
    ]


@pytest.mark.parametrize("status", ["on_probation", None])
async def test_one_in_an_unknown_status_can_be_switched(
    whop: WhopWrites, world: World, status: str | None
) -> None:
    id_ = enlist(world, "jane", status)
    await whop.archive(id_)
    assert (await whop.affiliate(id_)).status == "archived"


async def test_a_deleted_one_stays_deleted(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane", "deleted")
    for switch in (whop.archive, whop.unarchive):
        with pytest.raises(Rejected):
            await switch(id_)
    assert (world.whop.affiliates[id_].status, world.writes) == ("deleted", [])


@pytest.mark.parametrize(
    "status, error", [(422, Rejected), (400, Rejected), (403, PermissionMissing)]
)
async def test_the_marketplace_one_cannot_be_archived(
    whop: WhopWrites, world: World, status: int, error: type[Exception]
) -> None:
    world.gaps = world.gaps.with_({"whop_archive_marketplace_status": status})
    id_ = enlist(world, MARKETPLACE)
    with pytest.raises(error):
        await whop.archive(id_)
    assert world.whop.affiliates[id_].status == "active"


async def test_nobody_cannot_be_switched(whop: WhopWrites) -> None:
    for switch in (whop.archive, whop.unarchive):
        with pytest.raises(NotFound):
            await switch("aff_nobody")
