"""The world: its tables, edits by others, and the record of requests and writes."""

from dataclasses import dataclass

import pytest

from connectors.sandbox.tables import Table
from connectors.sandbox.world import World, empty_world
from sync.core.record import Side
from tests.sandbox.clients import Clock, affihub_client, whop_client


@dataclass(frozen=True)
class Cat:
    name: str
    colour: str


def by_name(cat: Cat) -> str:
    return cat.name


def cats() -> Table[Cat]:
    table: Table[Cat] = Table(colour=lambda cat: cat.colour)
    for number, (name, colour) in enumerate([("Tom", "grey"), ("Ada", "red"), ("Mia", "grey")]):
        table[str(number)] = Cat(name, colour)
    return table


def test_records_are_found_by_another_key() -> None:
    table = cats()

    assert [cat.name for cat in table.where("colour", "grey")] == ["Tom", "Mia"]
    assert table.count("colour", "blue") == 0


def test_the_other_key_follows_edits_and_removals() -> None:
    table = cats()

    table["0"] = Cat("Tom", "red")
    del table["2"]

    assert table.where("colour", "grey") == []
    assert [cat.name for cat in table.where("colour", "red")] == ["Ada", "Tom"]


def test_an_edit_that_keeps_the_key_keeps_the_place() -> None:
    table = cats()

    table["0"] = Cat("Thomas", "grey")

    assert [cat.name for cat in table.where("colour", "grey")] == ["Thomas", "Mia"]


def test_records_are_sorted_once_per_change() -> None:
    table = cats()

    once = table.ordered(by_name)
    again = table.ordered(by_name)
    table["3"] = Cat("Bea", "black")

    assert once is again
    assert [cat.name for cat in table.ordered(by_name)] == ["Ada", "Bea", "Mia", "Tom"]


def test_removing_nobody_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        del cats()["9"]


def test_an_edit_by_others_moves_updated_at(world: World, clock: Clock) -> None:
    affiliate = world.whop.add_affiliate(world.whop.add_user(None, None, "ana").id)
    clock.advance(5)

    edited = world.whop.edit(affiliate.id, status="archived")

    assert edited.updated_at > affiliate.updated_at
    assert world.whop.affiliates[affiliate.id] is edited
    assert world.writes == []


def test_a_rate_is_set_changed_and_dropped(world: World) -> None:
    affiliate = world.whop.add_affiliate(world.whop.add_user(None, None, "ana").id).id

    rates = []
    for percent in (20, 30, None):
        world.whop.set_rate(affiliate, percent)
        rates.append(world.whop.rate(affiliate))

    assert rates == [20, 30, None]
    assert world.whop.overrides_of(affiliate) == []


def test_an_affiliate_can_be_gone_for_good(world: World) -> None:
    affiliate = world.whop.add_affiliate(world.whop.add_user(None, None, "ana").id).id
    world.whop.set_rate(affiliate, 20)

    world.whop.remove(affiliate)

    assert not world.whop.affiliates
    assert not world.whop.overrides


async def test_every_request_is_logged_with_its_operation(world: World) -> None:
    async with whop_client(world) as whop, affihub_client(world) as affihub:
        await whop.get("/affiliates", params={"company_id": world.whop.company_id})
        await affihub.get("/partners", params={"page": 1})
        await affihub.post("/partners", json={"email": "a@b.example", "slug": "a"})
        await whop.get("/nothing")

    assert [(r.side, r.method, r.operation, r.path, r.status) for r in world.log] == [
        (Side.WHOP, "GET", "list_affiliates", "/affiliates", 200),
        (Side.AFFIHUB, "GET", "list_partners", "/partners", 200),
        (Side.AFFIHUB, "POST", "create_partner", "/partners", 201),
        (Side.WHOP, "GET", "unknown", "/nothing", 404),
    ]
    assert [request.operation for request in world.log.changes()] == ["create_partner"]
    assert world.log.count("list_partners", Side.AFFIHUB) == 1
    assert world.log.count("list_partners", Side.WHOP) == 0
    assert world.log.counts()[(Side.AFFIHUB, "POST", "create_partner")] == 1


async def test_creating_somebody_twice_shows(world: World) -> None:
    async with affihub_client(world) as affihub:
        for email, slug in (("Ana@example.com", "a"), ("ana@example.com", "b")):
            await affihub.post("/partners", json={"email": email, "slug": slug})

    assert world.created() == {(Side.AFFIHUB, "ana@example.com"): 2}


def test_the_clock_is_aware_by_default() -> None:
    assert empty_world().clock().tzinfo is not None
