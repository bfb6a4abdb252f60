"""``WhopReads.snapshot`` and ``affiliate``: everybody, exactly as they are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.sandbox.whop_records import MARKETPLACE
from connectors.sandbox.world import World
from sync.core.ports import WhopWrites
from sync.core.record import Side
from sync.errors import Interrupted, NotFound
from tests.conformance.verbs import enlist, unwatched
from tests.conformance.ways import Ground


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_everybody_is_listed(whop: WhopWrites, world: World, count: int) -> None:
    ids = {enlist(world, f"u{number}") for number in range(count)}
    snapshot = await whop.snapshot(unwatched)
    assert (snapshot.side, snapshot.complete, snapshot.note) == (Side.WHOP, True, None)
    assert snapshot.records.keys() == ids
    assert all(id_ == one.id for id_, one in snapshot.records.items())
    assert (snapshot.incidents, snapshot.gone) == ((), frozenset())


@pytest.mark.parametrize("status", ["active", "archived", "deleted", None, "on_probation"])
async def test_a_status_is_told_in_whops_own_word(
    whop: WhopWrites, world: World, status: str | None
) -> None:
    id_ = enlist(world, "jane", status)
    assert (await whop.snapshot(unwatched)).records[id_].status == status
    assert (await whop.affiliate(id_)).status == status


@pytest.mark.parametrize(
    "gaps",
    [
        {"whop_lists_archived": False},
        {"whop_page_cap": 50},
        {"whop_page_cap": 50, "whop_page_excess": "refuse"},
        {"whop_last_cursor": "null"},
    ],
)
async def test_whatever_whop_leaves_open_everybody_is_listed(
    whop: WhopWrites, world: World, gaps: Mapping[str, object]
) -> None:
    world.gaps = world.gaps.with_(gaps)
    statuses = ("active", "archived", "active")
    ids = {enlist(world, f"u{number}", statuses[number % 3]) for number in range(160)}
    snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == ids


async def test_deleted_ones_may_have_no_status(whop: WhopWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"whop_status_null": "deleted"})
    id_ = enlist(world, "jane", "deleted")
    assert (await whop.affiliate(id_)).status is None


async def test_the_marketplace_affiliate_takes_no_part(whop: WhopWrites, world: World) -> None:
    enlist(world, MARKETPLACE)
    id_ = enlist(world, "jane")
    assert (await whop.snapshot(unwatched)).records.keys() == {id_}


async def test_two_affiliates_of_one_user_are_two(whop: WhopWrites, world: World) -> None:
    first = enlist(world, "jane", "deleted")
    user = world.whop.affiliates[first].user_id
    second = world.whop.add_affiliate(user).id
    records = (await whop.snapshot(unwatched)).records
    assert records.keys() == {first, second}
    assert {one.user_id for one in records.values()} == {user}


async def test_one_affiliate_alone_is_the_one_of_the_list(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    world.whop.set_rate(id_, 20)
    snapshot = await whop.snapshot(unwatched)
    assert await whop.affiliate(id_) == snapshot.records[id_]


@pytest.mark.parametrize("id_", ["aff_nobody", "aff/../x?y#z", "par_1"])
async def test_nobody_is_not_found(whop: WhopWrites, world: World, id_: str) -> None:
    enlist(world, "jane")
    with pytest.raises(NotFound) as caught:
        await whop.affiliate(id_)
    told = caught.value
    assert (told.side, told.operation, told.status) == ("whop", "retrieve_affiliate", 404)


@pytest.mark.parametrize(
    "name, username", [("Þóra Ağça", "thora"), ("陈伟 <b>", None), (None, "陈"), (None, None)]
)
async def test_names_are_told_as_they_are_and_may_be_missing(
    whop: WhopWrites, world: World, name: str | None, username: str | None
) -> None:
    user = world.whop.add_user("a@b.example", name, username)
    id_ = world.whop.add_affiliate(user.id).id
    told = await whop.affiliate(id_)
    assert (told.user_id, told.name, told.username) == (user.id, name, username)


@pytest.mark.parametrize("amount", ["0", "0.07", "9556.36", "1234567.89", "-12.50"])
async def test_money_is_exact(whop: WhopWrites, world: World, amount: str) -> None:
    id_ = enlist(world, "jane")
    money = Decimal(amount)
    world.whop.edit(id_, earnings=money, monthly=money)
    told = (await whop.snapshot(unwatched)).records[id_]
    assert (told.earnings_usd, told.monthly_usd) == (money, money)


async def test_times_are_aware_and_to_the_millisecond(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    born = datetime(2023, 12, 1, 5, 0, 0, 401999, tzinfo=UTC)
    world.whop.affiliates[id_] = replace(world.whop.affiliates[id_], created_at=born)
    told = await whop.affiliate(id_)
    assert told.created_at == born.replace(microsecond=401000)
    assert told.created_at.tzinfo is UTC


async def test_the_mark_of_a_change_moves_with_a_change_alone(
    whop: WhopWrites, world: World
) -> None:
    id_ = enlist(world, "jane")
    before, same = [(await whop.affiliate(id_)).updated_at for _ in range(2)]
    world.whop.edit(id_, referrals=5)
    assert before == same < (await whop.affiliate(id_)).updated_at


async def test_overrides_are_counted(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    assert (await whop.affiliate(id_)).overrides_count == 0
    world.whop.set_rate(id_, 20)
    assert (await whop.affiliate(id_)).overrides_count == 1


async def test_each_page_is_told_as_it_comes(whop: WhopWrites, world: World) -> None:
    for number in range(250):
        enlist(world, f"u{number}", "archived")
    told: list[tuple[int, int | None]] = []
    await whop.snapshot(lambda records, total: told.append((records, total)))
    assert told == [(100, None), (200, None), (250, None)]


async def test_a_listing_can_be_ended_at_any_page(whop: WhopWrites, world: World) -> None:
    for number in range(250):
        enlist(world, f"u{number}", "archived")

    def enough(records: int, _total: int | None) -> None:
        if records > 100:
            raise Interrupted("enough")

    with pytest.raises(Interrupted):
        await whop.snapshot(enough)
    assert whop.requests() == {"list_affiliates": 2}


async def test_what_changed_since_is_in_the_next_listing(ground: Ground, world: World) -> None:
    id_ = enlist(world, "jane")
    async with ground.whop() as whop:
        await whop.snapshot(unwatched)
        world.whop.edit(id_, status="archived")
        other = enlist(world, "john")
        records = (await whop.snapshot(unwatched)).records
    assert {key: one.status for key, one in records.items()} == {id_: "archived", other: "active"}
