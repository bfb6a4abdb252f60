"""Whop's affiliates as api/whop.md section 2 tells them."""

from decimal import Decimal

import httpx
import pytest

from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.clients import CURRENT, V1, Clock, whop_client


def enlist(world: World, username: str | None = "ana", status: str | None = "active") -> str:
    user = world.whop.add_user(f"{username}@example.com", "Ana García", username)
    return world.whop.add_affiliate(user.id, status).id


def crowd(world: World, clock: Clock, count: int) -> list[str]:
    """Affiliates who joined a second apart, the oldest first."""
    ids = []
    for number in range(count):
        clock.advance(1)
        ids.append(enlist(world, f"user{number}"))
    return ids


async def listed(world: World, **query: str | int) -> httpx.Response:
    async with whop_client(world) as whop:
        return await whop.get("/affiliates", params={"company_id": world.whop.company_id, **query})


async def ids_of(world: World, **query: str | int) -> list[str]:
    return [row["id"] for row in (await listed(world, **query)).json()["data"]]


async def test_money_and_percentages_are_display_strings(world: World) -> None:
    """The sample of the reference page, digit by digit."""
    user = world.whop.add_user("jane@example.com", None, "janesmith")
    affiliate = world.whop.add_affiliate(
        user.id,
        earnings=Decimal("1157.79"),
        revenue=Decimal("9556.36"),
        retention=Decimal("57.94"),
        retention_90=Decimal(100),
    )

    async with whop_client(world) as whop:
        row = (await whop.get(f"/affiliates/{affiliate.id}")).json()

    assert row == {
        "id": affiliate.id,
        "status": "active",
        "created_at": "2026-11-20T12:00:00.123Z",
        "updated_at": "2026-11-20T12:00:00.123Z",
        "total_referrals_count": 0,
        "total_referral_earnings_usd": "$1,157.79",
        "total_overrides_count": 0,
        "customer_retention_rate": "57.94%",
        "customer_retention_rate_ninety_days": "100.0%",
        "monthly_recurring_revenue_usd": "$0.00",
        "total_revenue_usd": "$9,556.36",
        "active_members_count": 0,
        "user": {"id": user.id, "name": None, "username": "janesmith"},
        "company": {"id": world.whop.company_id, "title": world.whop.company_title},
    }


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_cursors_lead_through_everybody_once(
    world: World, clock: Clock, direction: str
) -> None:
    joined = crowd(world, clock, 7)
    seen: list[str] = []
    query: dict[str, str | int] = {"first": 3, "direction": direction}

    while True:
        page = (await listed(world, **query)).json()
        seen += [row["id"] for row in page["data"]]
        if not page["page_info"]["has_next_page"]:
            break
        query["after"] = page["page_info"]["end_cursor"]

    assert seen == (joined if direction == "asc" else joined[::-1])


async def test_a_cursor_holds_when_its_row_is_gone(world: World, clock: Clock) -> None:
    joined = crowd(world, clock, 4)
    page = (await listed(world, first=2, direction="asc")).json()

    world.whop.remove(joined[1])

    assert await ids_of(world, direction="asc", after=page["page_info"]["end_cursor"]) == joined[2:]


async def test_before_and_last_lead_back(world: World, clock: Clock) -> None:
    joined = crowd(world, clock, 5)
    page = (await listed(world, last=2, direction="asc")).json()

    earlier = (
        await listed(world, last=2, direction="asc", before=page["page_info"]["start_cursor"])
    ).json()

    assert [row["id"] for row in page["data"]] == joined[3:]
    assert [row["id"] for row in earlier["data"]] == joined[1:3]
    assert earlier["page_info"]["has_previous_page"]
    assert earlier["page_info"]["has_next_page"]


async def test_a_page_has_twenty_rows_newest_first_unless_asked_otherwise(
    world: World, clock: Clock
) -> None:
    joined = crowd(world, clock, 21)

    assert await ids_of(world) == joined[:0:-1]


async def test_a_list_can_be_sorted_by_what_was_earned(world: World, clock: Clock) -> None:
    poor, rich = crowd(world, clock, 2)
    world.whop.edit(rich, earnings=Decimal(5), referrals=1)

    assert await ids_of(world, order="cached_total_rewards") == [rich, poor]
    assert await ids_of(world, order="cached_total_referrals", direction="asc") == [poor, rich]
    assert await ids_of(world, order="id", direction="asc") == sorted([poor, rich])


async def test_query_looks_at_usernames_only(world: World) -> None:
    ana, _ = enlist(world, "ana"), enlist(world, "bob")

    assert await ids_of(world, query="AN") == [ana]
    assert await ids_of(world, query="García") == []


async def test_status_keeps_one_status(world: World) -> None:
    archived = enlist(world, "bob", "archived")
    enlist(world)

    assert await ids_of(world, status="archived") == [archived]


@pytest.mark.parametrize(
    "query",
    [
        {"first": "0"},
        {"first": "many"},
        {"after": "nonsense"},
        {"after": "WzFd"},
        {"before": "bnVsbA"},
        {"order": "name"},
        {"direction": "up"},
        {"status": "gone"},
    ],
)
async def test_a_parameter_that_cannot_be_used_is_refused(
    world: World, query: dict[str, str]
) -> None:
    enlist(world)

    refused = await listed(world, **query)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "parameter_invalid")


async def test_a_cursor_of_another_order_is_refused(world: World, clock: Clock) -> None:
    crowd(world, clock, 2)
    page = (await listed(world, first=1)).json()

    refused = await listed(
        world, order="cached_total_referrals", after=page["page_info"]["end_cursor"]
    )

    assert refused.status_code == 400


@pytest.mark.parametrize(
    "version, right, wrong",
    [(V1, "company_id", "account_id"), (CURRENT, "account_id", "company_id")],
)
async def test_the_version_decides_what_the_company_is_called(
    world: World, version: str, right: str, wrong: str
) -> None:
    async with whop_client(world, version=version) as whop:
        served = await whop.get("/affiliates", params={right: world.whop.company_id})
        refused = await whop.get("/affiliates", params={wrong: world.whop.company_id})

    assert served.status_code == 200
    assert refused.status_code == 400
    assert refused.json() == {
        "error": {
            "type": "invalid_request_error",
            "message": f"Missing required parameter: {right}.",
            "code": "parameter_missing",
            "param": right,
        }
    }


async def test_both_versions_tell_the_same_affiliates(world: World) -> None:
    enlist(world)
    answers = []

    for version, company in ((V1, "company_id"), (CURRENT, "account_id")):
        async with whop_client(world, version=version) as whop:
            page = await whop.get("/affiliates", params={company: world.whop.company_id})
            answers.append(page.json())

    assert answers[0] == answers[1]


async def test_an_unknown_version_is_refused_with_the_known_ones(world: World) -> None:
    async with whop_client(world, version="2024-02-30") as whop:
        refused = await whop.get("/affiliates")

    assert refused.status_code == 400
    assert CURRENT in refused.json()["error"]["message"]


@pytest.mark.parametrize("key", [None, "Bearer wrong", "Basic d2hvcA=="])
async def test_a_request_without_the_right_key_is_refused(world: World, key: str | None) -> None:
    async with whop_client(world) as whop:
        whop.headers.pop("authorization")
        headers = {"authorization": key} if key else {}
        refused = await whop.get("/affiliates", headers=headers)

    assert (refused.status_code, refused.json()["error"]["type"]) == (401, "unauthorized")


async def test_a_permission_the_key_lacks_is_a_403(world: World) -> None:
    world.whop.permissions.remove("affiliate:update")
    affiliate = enlist(world)

    async with whop_client(world) as whop:
        refused = await whop.post(f"/affiliates/{affiliate}/archive")

    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "forbidden")
    assert world.whop.affiliates[affiliate].status == "active"


async def test_unknown_ids_and_routes_are_a_404_in_the_envelope(world: World) -> None:
    async with whop_client(world) as whop:
        answers = [await whop.get(path) for path in ("/affiliates/aff_nobody", "/nothing")]

    assert [(a.status_code, a.json()["error"]["type"]) for a in answers] == [(404, "not_found")] * 2


async def test_every_answer_has_a_request_id(world: World) -> None:
    async with whop_client(world) as whop:
        ids = {(await whop.get(path)).headers["x-request-id"] for path in ("/a", "/permissions")}

    assert len(ids) == 2


@pytest.mark.parametrize("identifier", ["ANA@example.com", "ana", "user"])
async def test_a_create_finds_people_by_email_username_or_id(world: World, identifier: str) -> None:
    user = world.whop.add_user("ana@example.com", "Ana", "ana")
    meant = user.id if identifier == "user" else identifier

    async with whop_client(world) as whop:
        body = {"company_id": world.whop.company_id, "user_identifier": meant}
        created = (await whop.post("/affiliates", json=body)).json()
        found = (await whop.post("/affiliates", json=body)).json()

    assert created == found
    assert created["user"]["id"] == user.id
    assert world.created() == {(Side.WHOP, "ana@example.com"): 1}


async def test_a_create_needs_somebody(world: World) -> None:
    async with whop_client(world) as whop:
        refused = await whop.post("/affiliates", json={"company_id": world.whop.company_id})

    assert refused.json()["error"]["param"] == "user_identifier"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"company_id": NaN}'])
async def test_a_body_that_is_no_json_object_is_refused(world: World, body: bytes) -> None:
    async with whop_client(world) as whop:
        refused = await whop.post("/affiliates", content=body)

    assert refused.status_code == 400


async def test_archive_and_unarchive_answer_a_bare_true(world: World, clock: Clock) -> None:
    affiliate = enlist(world)
    clock.advance(60)

    async with whop_client(world) as whop:
        archived = await whop.post(f"/affiliates/{affiliate}/archive")
        after_archive = world.whop.affiliates[affiliate]
        unarchived = await whop.post(f"/affiliates/{affiliate}/unarchive")

    assert archived.content == unarchived.content == b"true"
    assert after_archive.status == "archived"
    assert after_archive.updated_at > after_archive.created_at
    assert world.whop.affiliates[affiliate].status == "active"
    assert [w.operation for w in world.writes] == ["archive_affiliate", "unarchive_affiliate"]


async def test_nothing_is_written_where_the_state_is_as_asked(world: World) -> None:
    affiliate = enlist(world)

    async with whop_client(world) as whop:
        await whop.post(f"/affiliates/{affiliate}/unarchive")

    assert world.writes == []


async def test_nobody_can_delete_or_edit_an_affiliate(world: World) -> None:
    affiliate = enlist(world)

    async with whop_client(world) as whop:
        answers = [await whop.request(v, f"/affiliates/{affiliate}") for v in ("DELETE", "PATCH")]

    assert [answer.status_code for answer in answers] == [405, 405]
    assert answers[0].headers["allow"] == "GET, HEAD"
