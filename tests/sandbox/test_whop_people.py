"""Where Whop shows emails (api/whop.md section 4), and what a key may do."""

from typing import Any

import httpx
import pytest

from connectors.sandbox.whop_records import User
from connectors.sandbox.world import World
from tests.sandbox.clients import CURRENT, V1, Clock, whop_client


@pytest.fixture
def ana(world: World) -> User:
    """A member and product affiliate."""
    user = world.whop.add_user("Ana@example.com", "Ana García", "ana")
    world.whop.show_email(user.id, "member")
    world.whop.show_email(user.id, "enrollment")
    return user


async def asked(world: World, path: str, version: str = V1, **query: Any) -> httpx.Response:
    async with whop_client(world, version=version) as whop:
        return await whop.get(path, params=query)


async def test_v1_members_have_the_email_in_the_user(world: World, ana: User) -> None:
    answer = await asked(world, "/members", company_id=world.whop.company_id)

    row = answer.json()["data"][0]
    assert row["user"] == {
        "id": ana.id,
        "email": "Ana@example.com",
        "name": "Ana García",
        "username": "ana",
    }


async def test_current_members_have_the_email_at_the_top(world: World, ana: User) -> None:
    answer = await asked(world, "/members", CURRENT, account_id=world.whop.company_id)

    row = answer.json()["data"][0]
    assert row["email"] == "Ana@example.com"
    assert row["user"]["id"] == ana.id
    assert "email" not in row["user"]
    assert row["usd_total_spent"]["amount"] == "0.00"


@pytest.mark.parametrize(
    "version, parameter", [(V1, "user_ids[]"), (CURRENT, "user_ids"), (CURRENT, "user_ids[]")]
)
async def test_members_are_asked_for_many_at_once(
    world: World, ana: User, version: str, parameter: str
) -> None:
    bob = world.whop.add_user("bob@example.com", "Bob", "bob")
    world.whop.show_email(bob.id, "member")
    world.whop.show_email(world.whop.add_user("eve@example.com", "Eve", "eve").id, "member")

    answer = await asked(world, "/members", version, **{parameter: [ana.id, bob.id, "user_no"]})

    assert {row["user"]["id"] for row in answer.json()["data"]} == {ana.id, bob.id}


@pytest.mark.parametrize(
    "query, found",
    [
        ({"query": "ana@example.com"}, True),
        ({"query": "garc"}, True),
        ({"query": "bob"}, False),
        ({"statuses[]": "joined"}, True),
        ({"statuses[]": "left"}, False),
        ({"access_level": "admin"}, False),
        ({"created_after": "2026-01-01T00:00:00Z"}, True),
        ({"created_before": "2026-01-01T00:00:00Z"}, False),
    ],
)
@pytest.mark.usefixtures("ana")
async def test_members_can_be_narrowed_down(
    world: World, query: dict[str, str], found: bool
) -> None:
    answer = await asked(world, "/members", **query)

    assert bool(answer.json()["data"]) is found


@pytest.mark.usefixtures("ana")
async def test_one_member_has_the_company_in_v1_only(world: World) -> None:
    member = next(iter(world.whop.members))

    old = await asked(world, f"/members/{member}")
    new = await asked(world, f"/members/{member}", CURRENT)

    assert old.json()["company"]["id"] == world.whop.company_id
    assert "company" not in new.json()
    assert (await asked(world, "/members/mber_nobody")).status_code == 404


async def test_product_affiliates_show_the_email(world: World, ana: User) -> None:
    answer = await asked(world, "/product_affiliates", CURRENT, account_id=world.whop.company_id)

    page = answer.json()
    assert page["total_count"] == 1
    assert page["data"][0]["user"]["email"] == "Ana@example.com"
    assert page["data"][0]["user"]["id"] == ana.id
    assert page["data"][0]["total_reward_amount_usd"]["currency"] == "usd"


async def test_product_affiliates_come_newest_first(world: World, clock: Clock) -> None:
    users = []
    for number in range(3):
        clock.advance(1)
        users.append(world.whop.add_user(f"u{number}@example.com", None, f"u{number}"))
        world.whop.show_email(users[-1].id)

    first = (
        await asked(world, "/product_affiliates", account_id=world.whop.company_id, first=2)
    ).json()
    rest = (
        await asked(
            world,
            "/product_affiliates",
            account_id=world.whop.company_id,
            after=first["page_info"]["end_cursor"],
        )
    ).json()

    shown = [row["user"]["id"] for row in first["data"] + rest["data"]]
    assert shown == [user.id for user in users[::-1]]


@pytest.mark.parametrize(
    "query, found",
    [
        ("ana@EXAMPLE.com", True),
        ("ana@example", False),
        ("an", True),
        ("garc", True),
        ("arc", False),
    ],
)
@pytest.mark.usefixtures("ana")
async def test_product_affiliates_are_found_by_exact_email_or_start_of_a_name(
    world: World, query: str, found: bool
) -> None:
    answer = await asked(
        world, "/product_affiliates", account_id=world.whop.company_id, query=query
    )

    assert bool(answer.json()["data"]) is found


@pytest.mark.usefixtures("ana")
async def test_a_key_without_the_email_scope_sees_nulls_and_finds_nobody_by_email(
    world: World,
) -> None:
    world.whop.permissions.remove("member:email:read")
    company = world.whop.company_id

    members = await asked(world, "/members")
    affiliates = await asked(world, "/product_affiliates", account_id=company)
    found = await asked(world, "/product_affiliates", account_id=company, query="ana@example.com")

    assert members.json()["data"][0]["user"]["email"] is None
    assert affiliates.json()["data"][0]["user"]["email"] is None
    assert found.json()["data"] == []


async def test_a_user_who_is_in_neither_list_has_no_readable_email(world: World) -> None:
    user = world.whop.add_user("hidden@example.com", "Hidden", "hidden")
    world.whop.add_affiliate(user.id)

    members = await asked(world, "/members", **{"user_ids[]": user.id})
    affiliates = await asked(world, "/product_affiliates", account_id=world.whop.company_id)

    assert members.json()["data"] == affiliates.json()["data"] == []


async def test_permissions_tell_what_the_key_holds_for_this_company(world: World) -> None:
    world.whop.permissions.remove("affiliate:create")
    actions = "affiliate:create,affiliate:update"

    mine = await asked(world, "/permissions", resource_id=world.whop.company_id, actions=actions)
    other = await asked(world, "/permissions", resource_id="biz_other", actions=actions)

    granted = [[row["granted"] for row in answer.json()["data"]] for answer in (mine, other)]
    assert granted == [[False, True], [False, False]]


@pytest.mark.parametrize("blank", [" {}", "{} "])
@pytest.mark.parametrize("path", ["/product_affiliates", "/members"])
async def test_a_search_takes_its_text_as_it_is(
    world: World, ana: User, path: str, blank: str
) -> None:
    """A client that leaves blanks around an address finds nobody: no page says they are cut."""
    email = str(ana.email)
    company = {"account_id": world.whop.company_id}

    exact = await asked(world, path, CURRENT, query=email, **company)
    blanks = await asked(world, path, CURRENT, query=blank.format(email), **company)

    assert exact.json()["data"]
    assert blanks.json()["data"] == []
