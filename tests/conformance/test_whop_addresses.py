"""``WhopReads.emails`` and ``users_with_email``: addresses by every road there is."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.world import World
from sync.core.ports import WhopWrites
from sync.errors import Unavailable
from tests.conformance.verbs import Shown
from tests.conformance.ways import Ground

Road = Literal["enrollment", "member"]
ROADS: tuple[Road, ...] = ("enrollment", "member")


def people(world: World, shown: Shown, count: int = 1, email: str = "u{}@example.org") -> list[str]:
    """So many users whose address is shown by one road, or nowhere."""
    ids = []
    for _ in range(count):
        number = len(world.whop.users)
        user = world.whop.add_user(email.format(number), None, f"u{number}")
        if shown != "nowhere":
            world.whop.show_email(user.id, shown)
        ids.append(user.id)
    return ids


def addresses(world: World, ids: list[str]) -> dict[str, tuple[str, ...]]:
    return {id_: (str(world.whop.users[id_].email),) for id_ in ids}


@pytest.mark.parametrize("enrolled, members", [(1, 0), (0, 1), (3, 2), (60, 120), (210, 30)])
async def test_every_address_is_found_by_either_road(
    whop: WhopWrites, world: World, enrolled: int, members: int
) -> None:
    ids = [*people(world, "enrollment", enrolled), *people(world, "member", members)]
    emails = await whop.emails(ids)
    assert emails.readable
    assert emails.found == addresses(world, ids)
    assert sum(whop.requests().values()) <= ceil(len(ids) / 50) + 1


async def test_only_those_asked_about_are_told_of(whop: WhopWrites, world: World) -> None:
    wanted, _ = people(world, "enrollment", 2)
    assert (await whop.emails([wanted])).found == addresses(world, [wanted])


async def test_whose_address_is_shown_nowhere_has_none(whop: WhopWrites, world: World) -> None:
    (shown,) = people(world, "member")
    (hidden,) = people(world, "nowhere")
    emails = await whop.emails([shown, hidden, "user_nobody"])
    assert emails.readable
    assert emails.found == {**addresses(world, [shown]), hidden: (), "user_nobody": ()}


async def test_a_company_that_shows_nobody_says_nothing_about_the_key(
    whop: WhopWrites, world: World
) -> None:
    (hidden,) = people(world, "nowhere")
    emails = await whop.emails([hidden])
    assert (emails.readable, emails.found) == (True, {hidden: ()})


@pytest.mark.parametrize("road", ROADS)
async def test_an_address_is_told_as_written_but_for_blanks_around_it(
    whop: WhopWrites, world: World, road: Road
) -> None:
    (id_,) = people(world, road, email=" Jané+Tag@Example.ORG ")
    assert (await whop.emails([id_])).found == {id_: ("Jané+Tag@Example.ORG",)}


@pytest.mark.parametrize("road", ROADS)
async def test_a_user_shown_twice_has_one_address(
    whop: WhopWrites, world: World, road: Road
) -> None:
    (id_,) = people(world, road)
    world.whop.show_email(id_, road)
    assert (await whop.emails([id_])).found == addresses(world, [id_])


async def test_nobody_asked_about_costs_nothing(whop: WhopWrites, world: World) -> None:
    people(world, "enrollment")
    emails = await whop.emails([])
    assert (emails.readable, emails.found, whop.requests()) == (True, {}, {})


@pytest.mark.parametrize(
    "products, members, told",
    [
        ("on", "on", ("enrollment", "member")),
        ("current-only", "on", ("member",)),
        ("missing", "on", ("member",)),
        ("forbidden", "on", ("member",)),
        ("no-emails", "on", ("member",)),
        ("on", "off", ("enrollment",)),
        ("on", "forbidden", ("enrollment",)),
        ("no-emails", "off", ()),
        ("no-emails", "forbidden", ()),
        ("missing", "off", ()),
        ("missing", "forbidden", ()),
    ],
)
async def test_a_closed_road_leaves_the_other(
    whop: WhopWrites, world: World, products: str, members: str, told: tuple[str, ...]
) -> None:
    gaps = {"whop_product_affiliates": products, "whop_members_emails": members}
    world.gaps = world.gaps.with_(gaps)
    ids = {road: people(world, road)[0] for road in ROADS}
    emails = await whop.emails(ids.values())
    known = addresses(world, list(ids.values()))
    assert emails.found == {id_: known[id_] if road in told else () for road, id_ in ids.items()}
    assert emails.readable is bool(told)


@pytest.mark.parametrize(
    "missing, told",
    [("member:basic:read", ("enrollment",)), ("member:email:read", ())],
)
async def test_a_missing_permission_closes_what_it_guards(
    whop: WhopWrites, world: World, missing: str, told: tuple[str, ...]
) -> None:
    world.whop.permissions.discard(missing)
    ids = {road: people(world, road)[0] for road in ROADS}
    emails = await whop.emails(ids.values())
    assert {road for road, id_ in ids.items() if emails.found[id_]} == set(told)
    assert emails.readable is bool(told)


@pytest.mark.parametrize("operation", ["list_product_affiliates", "list_members"])
async def test_a_server_out_of_order_is_not_read_as_no_addresses(
    ground: Ground, whop: WhopWrites, world: World, operation: str
) -> None:
    (id_,) = people(world, "nowhere")
    ground.spoil(operation, Answer(503), 99)
    for asking in (whop.emails([id_]), whop.users_with_email("a@b.example")):
        with pytest.raises(Unavailable):
            await asking


# From an address to its users


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("asked", ["jane+a@x.org", " Jane+A@X.org "])
async def test_users_are_found_by_their_exact_address(
    whop: WhopWrites, world: World, road: Road, asked: str
) -> None:
    (jane,) = people(world, road, email="Jane+a@x.org")
    for near in ("ane+a@x.org", "jane@x.org", "jane+a@x.org.uk", "jane+aa@x.org"):
        people(world, road, email=near)
    assert await whop.users_with_email(asked) == (jane,)


async def test_everybody_with_the_address_is_told_of_once(whop: WhopWrites, world: World) -> None:
    first, second = people(world, "enrollment", 2, email="jane@x.org")
    world.whop.show_email(first, "member")
    assert await whop.users_with_email("jane@x.org") == tuple(sorted((first, second)))


async def test_a_user_whose_address_is_not_shown_is_not_found(
    whop: WhopWrites, world: World
) -> None:
    people(world, "nowhere", email="jane@x.org")
    assert await whop.users_with_email("jane@x.org") == ()


@pytest.mark.parametrize(
    "gaps",
    [
        {"whop_product_affiliates": "missing", "whop_members_emails": "forbidden"},
        {"whop_product_affiliates": "no-emails", "whop_members_emails": "off"},
    ],
)
async def test_where_both_roads_are_closed_nobody_is_found(
    whop: WhopWrites, world: World, gaps: Mapping[str, object]
) -> None:
    world.gaps = world.gaps.with_(gaps)
    people(world, "enrollment", email="jane@x.org")
    assert await whop.users_with_email("jane@x.org") == ()


# What the key may do


async def test_the_keys_permissions_are_told_by_name(whop: WhopWrites, world: World) -> None:
    world.whop.permissions -= {"affiliate:update", "member:email:read"}
    assert await whop.permissions() == {
        "affiliate:basic:read": True,
        "affiliate:create": True,
        "affiliate:update": False,
        "member:basic:read": True,
        "member:email:read": False,
    }


@pytest.mark.parametrize("status", [400, 403, 404, 422])
async def test_permissions_whop_does_not_answer_about_are_unknown(
    ground: Ground, whop: WhopWrites, status: int
) -> None:
    ground.spoil("check_permissions", Answer(status))
    assert await whop.permissions() is None
