"""From users to addresses, and how many requests that takes."""

from collections import Counter
from math import ceil

import httpx
import pytest
import respx

from connectors.sandbox.world import World
from connectors.whop import WhopAccess, WhopWriter, open_whop_reader
from sync.errors import Unavailable
from tests.connectors.sandboxed import whop_reader
from tests.connectors.surroundings import KEY, WHOP_URL, FakeTime, routed, surroundings
from tests.connectors.whop.rows import page


def enrolled(number: int, email: str | None = None) -> dict[str, object]:
    return {"id": f"apaf_{number}", "user": {"id": f"user_{number}", "email": email}}


def people(world: World, count: int, *, members: int = 0) -> list[str]:
    """So many users whose address an enrollment shows, the last ones by a membership only."""
    ids = []
    for number in range(count):
        user = world.whop.add_user(f"u{number}@example.org", f"U {number}", f"u{number}")
        world.whop.show_email(user.id, "member" if number >= count - members else "enrollment")
        ids.append(user.id)
    return ids


@pytest.mark.parametrize("wanted", [1, 49, 50, 51, 120, 999, 1_000])
async def test_it_takes_about_a_request_for_each_50_users(world: World, wanted: int) -> None:
    ids = people(world, 1_000, members=100)
    async with whop_reader(world) as whop:
        emails = await whop.emails(ids[-wanted:])
        asked = sum(whop.requests().values())
    assert all(emails.found.values())
    assert asked <= ceil(wanted / 50) + 1


async def test_a_few_newcomers_take_one_page(world: World) -> None:
    ids = people(world, 500)
    async with whop_reader(world) as whop:
        emails = await whop.emails(ids[-3:])
        assert all(emails.found.values())
        assert whop.requests() == {"list_product_affiliates": 1}


async def test_a_few_old_ones_are_asked_for_by_name(world: World) -> None:
    ids = people(world, 500)
    for id_ in ids[:3]:
        world.whop.show_email(id_, "member")
    async with whop_reader(world) as whop:
        emails = await whop.emails(ids[:3])
        assert all(emails.found.values())
        assert whop.requests() == {"list_product_affiliates": 1, "list_members": 1}


async def test_two_addresses_of_one_user_are_both_told(
    whop: WhopWriter, router: respx.Router
) -> None:
    rows = [
        enrolled(1, "B@x.org"),
        enrolled(1, "a@x.org"),
        enrolled(1, " b@X.org "),
        enrolled(2, " "),
    ]
    router.get(f"{WHOP_URL}/product_affiliates").mock(page(*rows, total=4))
    router.get(f"{WHOP_URL}/members").mock(page())
    emails = await whop.emails(["user_1", "user_2"])
    assert emails.found == {"user_1": ("B@x.org", "a@x.org"), "user_2": ()}


@pytest.mark.parametrize("closed", ["missing", "forbidden"])
async def test_where_product_affiliates_are_closed_members_tell(world: World, closed: str) -> None:
    ids = people(world, 120, members=120)
    world.gaps = world.gaps.with_({"whop_product_affiliates": closed})
    async with whop_reader(world) as whop:
        emails = await whop.emails(ids)
        assert whop.requests() == {"list_product_affiliates": 1, "list_members": 3}
    assert emails.readable
    assert all(emails.found.values())


async def test_where_members_are_closed_product_affiliates_tell(world: World) -> None:
    ids = people(world, 220, members=120)
    world.gaps = world.gaps.with_({"whop_members_emails": "forbidden"})
    async with whop_reader(world) as whop:
        emails = await whop.emails(ids)
        assert whop.requests()["list_members"] == 1
    assert emails.readable
    assert Counter(map(len, emails.found.values())) == {1: 100, 0: 120}


async def test_a_server_out_of_order_is_not_read_as_no_addresses(
    whop: WhopWriter, router: respx.Router
) -> None:
    router.get(f"{WHOP_URL}/product_affiliates").mock(httpx.Response(500))
    with pytest.raises(Unavailable):
        await whop.emails(["user_1"])


@pytest.mark.parametrize(
    "version, company, ids",
    [
        ("2025-01-01", "company_id", "user_ids[]"),
        ("2026-07-20", "company_id", "user_ids[]"),
        ("2026-08-21", "account_id", "user_ids"),
        ("2026-10-15-1", "account_id", "user_ids"),
    ],
)
async def test_members_are_asked_for_in_the_words_of_the_version_pin(
    router: respx.Router, time: FakeTime, version: str, company: str, ids: str
) -> None:
    access = WhopAccess(company_id="biz_1", api_key=KEY, base_url=WHOP_URL, api_version=version)
    swept = router.get(f"{WHOP_URL}/product_affiliates").mock(page(total=0))
    asked = router.get(f"{WHOP_URL}/members").mock(page())
    async with open_whop_reader(access, surroundings(time, routed(router))) as whop:
        await whop.emails(["user_1", "user_2"])
    # Product affiliates have no older form: account_id under every pin.
    assert dict(swept.calls.last.request.url.params) == {"account_id": "biz_1", "first": "100"}
    sent = asked.calls.last.request.url.params
    assert sent.multi_items() == [
        (company, "biz_1"),
        (ids, "user_1"),
        (ids, "user_2"),
        ("first", "50"),
    ]


@pytest.mark.parametrize("version", ["2025-01-01", "2026-08-21", "2026-10-15-1"])
async def test_both_shapes_of_a_member_are_read(world: World, version: str) -> None:
    (id_,) = people(world, 1, members=1)
    async with whop_reader(world, version=version) as whop:
        assert (await whop.emails([id_])).found == {id_: ("u0@example.org",)}


# From an address to its users


async def test_what_the_search_takes_for_a_match_is_not_believed(
    whop: WhopWriter, router: respx.Router
) -> None:
    near = page(enrolled(1, "xjane+a@x.org"), enrolled(2, None), enrolled(3, "JANE+a@x.org"))
    searched = router.get(f"{WHOP_URL}/product_affiliates").mock(near)
    router.get(f"{WHOP_URL}/members").mock(page())
    assert await whop.users_with_email("jane+a@x.org") == ("user_3",)
    assert b"query=jane%2Ba%40x.org" in searched.calls.last.request.url.query


async def test_closed_lists_show_nobody(whop: WhopWriter, router: respx.Router) -> None:
    router.get(f"{WHOP_URL}/product_affiliates").mock(httpx.Response(404))
    router.get(f"{WHOP_URL}/members").mock(httpx.Response(403))
    assert await whop.users_with_email("a@x.org") == ()
