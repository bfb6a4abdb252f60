"""Every gap Whop leaves open, each answer of it: a test is named after its switch."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.sandbox.faults import Faults
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.clients import CURRENT, V1, Clock, whop_client


def enlist(world: World, username: str = "ana", status: str | None = "active") -> str:
    user = world.whop.add_user(f"{username}@example.com", "Ana García", username)
    return world.whop.add_affiliate(user.id, status).id


def closed(world: World, **answers: Any) -> None:
    world.gaps = world.gaps.with_(answers)


async def sent(world: World, method: str, path: str, **more: Any) -> httpx.Response:
    async with whop_client(world, version=more.pop("version", V1)) as whop:
        return await whop.request(method, path, **more)


async def listed(world: World, **query: Any) -> httpx.Response:
    params = {"company_id": world.whop.company_id, **query}
    return await sent(world, "GET", "/affiliates", params=params)


async def created(world: World, identifier: str) -> httpx.Response:
    body = {"company_id": world.whop.company_id, "user_identifier": identifier}
    return await sent(world, "POST", "/affiliates", json=body)


async def overridden(world: World, affiliate: str, **terms: Any) -> httpx.Response:
    body = {"id": affiliate, "override_type": "rev_share", "commission_value": 20, **terms}
    return await sent(world, "POST", f"/affiliates/{affiliate}/overrides", json=body)


@pytest.mark.parametrize("pin, right", [(V1, "company_id"), (CURRENT, "account_id")])
async def test_whop_key_pin_decides_without_a_header(world: World, pin: str, right: str) -> None:
    closed(world, whop_key_pin=pin)

    answer = await sent(
        world, "GET", "/affiliates", version=None, params={right: world.whop.company_id}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("cap", [50, 100])
async def test_whop_page_cap_clamps(world: World, cap: int) -> None:
    closed(world, whop_page_cap=cap)
    for number in range(101):
        enlist(world, f"u{number}")

    assert len((await listed(world, first=1000)).json()["data"]) == cap


async def test_whop_page_excess_refuses(world: World) -> None:
    closed(world, whop_page_cap=50, whop_page_excess="refuse")

    assert (await listed(world, first=51)).status_code == 400
    assert (await listed(world, first=50)).status_code == 200


@pytest.mark.parametrize("answer", ["given", "null"])
async def test_whop_last_cursor(world: World, answer: str) -> None:
    closed(world, whop_last_cursor=answer)
    enlist(world)

    info = (await listed(world)).json()["page_info"]

    assert not info["has_next_page"]
    assert (info["end_cursor"] is not None) == (answer == "given")


@pytest.mark.parametrize("answer, count", [(True, 2), (False, 1)])
async def test_whop_lists_archived(world: World, answer: bool, count: int) -> None:
    closed(world, whop_lists_archived=answer)
    enlist(world)
    enlist(world, "bob", "archived")

    assert len((await listed(world)).json()["data"]) == count
    assert len((await listed(world, status="archived")).json()["data"]) == 1


@pytest.mark.parametrize("answer, told", [("as-stored", "deleted"), ("deleted", None)])
async def test_whop_status_null(world: World, answer: str, told: str | None) -> None:
    closed(world, whop_status_null=answer)
    affiliate = enlist(world, status="deleted")

    assert (await sent(world, "GET", f"/affiliates/{affiliate}")).json()["status"] == told


@pytest.mark.parametrize("answer, status", [(True, "active"), (False, "archived")])
async def test_whop_unarchives_on_create(world: World, answer: bool, status: str) -> None:
    closed(world, whop_unarchives_on_create=answer)
    affiliate = enlist(world, status="archived")

    found = (await created(world, "ana")).json()

    assert (found["id"], found["status"]) == (affiliate, status)
    assert [w.operation for w in world.writes] == ["unarchive_affiliate"] * answer


@pytest.mark.parametrize("answer", ["new", "revive", "refuse"])
async def test_whop_create_over_deleted(world: World, answer: str) -> None:
    closed(world, whop_create_over_deleted=answer)
    affiliate = enlist(world, status="deleted")

    reply = await created(world, "ana")

    assert reply.status_code == (422 if answer == "refuse" else 200)
    assert len(world.whop.affiliates) == (2 if answer == "new" else 1)
    revived = world.whop.affiliates[affiliate].status == "active"
    assert revived == (answer == "revive")


@pytest.mark.parametrize("status", [404, 422, 400])
async def test_whop_unknown_email_status(world: World, status: int) -> None:
    closed(world, whop_unknown_email_status=status)

    assert (await created(world, "nobody@example.com")).status_code == status


@pytest.mark.parametrize("answer, status", [("folds", 200), ("exact", 404)])
async def test_whop_email_case(world: World, answer: str, status: int) -> None:
    closed(world, whop_email_case=answer)
    world.whop.add_user("ana@example.com", None, "ana")

    assert (await created(world, "Ana@Example.com")).status_code == status


@pytest.mark.parametrize("answer, status", [("ok", 200), ("conflict", 409)])
async def test_whop_archive_again(world: World, answer: str, status: int) -> None:
    closed(world, whop_archive_again=answer)
    affiliate = enlist(world, status="archived")

    async with whop_client(world, strict=False) as whop:  # the contract has no 409
        reply = await whop.post(f"/affiliates/{affiliate}/archive")

    assert reply.status_code == status


@pytest.mark.parametrize("status", [422, 403, 400])
async def test_whop_archive_marketplace_status(world: World, status: int) -> None:
    closed(world, whop_archive_marketplace_status=status)
    affiliate = enlist(world, "whop")

    assert (await sent(world, "POST", f"/affiliates/{affiliate}/archive")).status_code == status
    assert world.whop.affiliates[affiliate].status == "active"


@pytest.mark.parametrize("answer, status", [("refuse", 422), ("ok", 200)])
async def test_whop_deleted_unarchive(world: World, answer: str, status: int) -> None:
    closed(world, whop_deleted_unarchive=answer)
    affiliate = enlist(world, status="deleted")

    assert (await sent(world, "POST", f"/affiliates/{affiliate}/unarchive")).status_code == status
    assert (await sent(world, "POST", f"/affiliates/{affiliate}/archive")).status_code in {200, 422}


@pytest.mark.parametrize("status", [404, 403])
async def test_whop_unknown_company_status(world: World, status: int) -> None:
    closed(world, whop_unknown_company_status=status)

    assert (await listed(world, company_id="biz_other")).status_code == status


@pytest.mark.parametrize(
    "answer, old, current",
    [
        ("on", 200, 200),
        ("current-only", 404, 200),
        ("missing", 404, 404),
        ("forbidden", 403, 403),
        ("no-emails", 200, 200),
    ],
)
async def test_whop_product_affiliates(world: World, answer: str, old: int, current: int) -> None:
    closed(world, whop_product_affiliates=answer)
    world.whop.show_email(world.whop.add_user("ana@example.com", None, "ana").id)
    params = {"account_id": world.whop.company_id}

    replies = [
        await sent(world, "GET", "/product_affiliates", version=version, params=params)
        for version in (V1, CURRENT)
    ]

    assert [reply.status_code for reply in replies] == [old, current]
    if current == 200:
        email = replies[1].json()["data"][0]["user"]["email"]
        assert email == (None if answer == "no-emails" else "ana@example.com")


@pytest.mark.parametrize("answer, status", [("on", 200), ("off", 200), ("forbidden", 403)])
async def test_whop_members_emails(world: World, answer: str, status: int) -> None:
    closed(world, whop_members_emails=answer)
    world.whop.show_email(world.whop.add_user("ana@example.com", None, "ana").id, "member")

    reply = await sent(world, "GET", "/members")

    assert reply.status_code == status
    if status == 200:
        email = reply.json()["data"][0]["user"]["email"]
        assert email == ("ana@example.com" if answer == "on" else None)


@pytest.mark.parametrize(
    "answer, status, kept", [("reject", 422, None), ("accept", 200, "12.5"), ("round", 200, "13")]
)
async def test_whop_fractional(world: World, answer: str, status: int, kept: str | None) -> None:
    closed(world, whop_fractional=answer)
    affiliate = enlist(world)

    assert (await overridden(world, affiliate, commission_value=12.5)).status_code == status
    assert world.whop.rate(affiliate) == (Decimal(kept) if kept else None)


@pytest.mark.parametrize(
    "answer, status, values",
    [("allow", 200, [20, 30]), ("reject", 422, [20]), ("merge", 200, [30])],
)
async def test_whop_duplicate_overrides(
    world: World, answer: str, status: int, values: list[int]
) -> None:
    closed(world, whop_duplicate_overrides=answer)
    affiliate = enlist(world)
    await overridden(world, affiliate)

    assert (await overridden(world, affiliate, commission_value=30)).status_code == status
    assert [o.commission_value for o in world.whop.overrides_of(affiliate)] == values


@pytest.mark.parametrize("answer, status", [("ignores", 200), ("rejects", 422)])
async def test_whop_patch_null(world: World, answer: str, status: int) -> None:
    closed(world, whop_patch_null=answer)
    affiliate = enlist(world)
    world.whop.set_rate(affiliate, 20)
    path = f"/affiliates/{affiliate}/overrides/{world.whop.overrides_of(affiliate)[0].id}"

    reply = await sent(world, "PATCH", path, json={"commission_value": None})

    assert reply.status_code == status
    assert world.whop.rate(affiliate) == 20


@pytest.mark.parametrize("answer, status", [("optional", 200), ("required", 400)])
async def test_whop_body_id(world: World, answer: str, status: int) -> None:
    closed(world, whop_body_id=answer)
    affiliate = enlist(world)
    body = {"override_type": "rev_share", "commission_value": 20}

    async with whop_client(world, strict=False) as whop:  # the contract requires the id
        reply = await whop.post(f"/affiliates/{affiliate}/overrides", json=body)

    assert reply.status_code == status


@pytest.mark.parametrize(
    "answer, by_status, by_override",
    [("status", True, False), ("status-and-overrides", True, True), ("never", False, False)],
)
async def test_whop_updated_at(
    world: World, clock: Clock, answer: str, by_status: bool, by_override: bool
) -> None:
    closed(world, whop_updated_at=answer)
    archived, rated = enlist(world), enlist(world, "bob")
    before = clock.now
    clock.advance(60)

    await sent(world, "POST", f"/affiliates/{archived}/archive")
    await overridden(world, rated)

    moved = [world.whop.affiliates[found].updated_at > before for found in (archived, rated)]
    assert moved == [by_status, by_override]


@pytest.mark.parametrize("answer", [True, False])
async def test_whop_retry_after_header(world: World, answer: bool) -> None:
    """The message tells the wait in any case; see test_faults."""
    closed(world, whop_retry_after_header=answer)
    faults = Faults({"throttle": 1}, per_minute={Side.WHOP: 1, Side.AFFIHUB: 1})

    async with whop_client(world, faults, version=CURRENT) as whop:
        params = {"account_id": world.whop.company_id}
        replies = [await whop.get("/affiliates", params=params) for _ in range(2)]

    assert replies[1].status_code == 429
    assert ("retry-after" in replies[1].headers) is answer
