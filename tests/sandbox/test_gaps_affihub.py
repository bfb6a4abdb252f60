"""Every gap Affihub leaves open, each answer of it: a test is named after its switch."""

import types
from dataclasses import fields
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.sandbox.faults import Faults
from connectors.sandbox.gaps import Gaps
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox import test_gaps_whop
from tests.sandbox.clients import Clock, affihub_client


def closed(world: World, **answers: Any) -> None:
    world.gaps = world.gaps.with_(answers)


async def sent(world: World, method: str, path: str, **more: Any) -> httpx.Response:
    # Some answers here are outside the contract on purpose: it knows the samples only.
    async with affihub_client(world, strict=False) as affihub:
        return await affihub.request(method, path, **more)


async def listed(world: World, **query: Any) -> list[str]:
    page = await sent(world, "GET", "/partners", params=query)
    return [row["email"] for row in page.json()["data"]]


def partner(world: World, email: str = "ana@example.com", **more: Any) -> str:
    return world.affihub.add(email, email.partition("@")[0].lower(), **more).id


NEW = {"email": "ana@example.com", "slug": "ana"}


def test_every_switch_has_a_test_of_its_name() -> None:
    def tested(module: types.ModuleType | dict[str, Any]) -> set[str]:
        names = vars(module) if isinstance(module, types.ModuleType) else module
        return {name for name in names if name.startswith("test_")}

    tests = tested(test_gaps_whop) | tested(globals())
    untested = {
        field.name
        for field in fields(Gaps)
        if not any(test.startswith(f"test_{field.name}") for test in tests)
    }

    assert untested == set()


def test_an_answer_that_is_none_of_a_switch_is_refused() -> None:
    with pytest.raises(ValueError, match="affihub_search is one of"):
        Gaps().with_({"affihub_search": "fuzzy"})
    with pytest.raises(TypeError):
        Gaps().with_({"affihub_serach": "exact"})


@pytest.mark.parametrize("status", [201, 200])
async def test_affihub_create_status(world: World, status: int) -> None:
    closed(world, affihub_create_status=status)

    assert (await sent(world, "POST", "/partners", json=NEW)).status_code == status


@pytest.mark.parametrize("status", [409, 422, 400, 500])
@pytest.mark.parametrize("taken", [{"email": "ana@example.com"}, {"slug": "ana"}])
async def test_affihub_duplicate_status(world: World, status: int, taken: dict[str, str]) -> None:
    closed(world, affihub_duplicate_status=status)
    partner(world)

    body = {"email": "new@example.com", "slug": "new", **taken}
    refused = await sent(world, "POST", "/partners", json=body)

    assert refused.status_code == status
    assert world.writes == []


@pytest.mark.parametrize("answer, status", [("folds", 409), ("exact", 201)])
async def test_affihub_email_case(world: World, answer: str, status: int) -> None:
    closed(world, affihub_email_case=answer)
    partner(world)

    body = {"email": "ANA@example.com", "slug": "other"}

    assert (await sent(world, "POST", "/partners", json=body)).status_code == status


@pytest.mark.parametrize(
    "answer, body",
    [("json", b'{"error":"Resource not found"}'), ("text", b"Resource not found"), ("empty", b"")],
)
async def test_affihub_error_body(world: World, answer: str, body: bytes) -> None:
    closed(world, affihub_error_body=answer)

    assert (await sent(world, "GET", "/nothing")).content == body


@pytest.mark.parametrize("answer", ["empty", "partner", "ok"])
async def test_affihub_patch_answer(world: World, answer: str) -> None:
    closed(world, affihub_patch_answer=answer)
    partner_id = partner(world)

    reply = await sent(world, "PATCH", f"/partners/{partner_id}", json={"first_name": "Ana"})

    read = (await sent(world, "GET", f"/partners/{partner_id}")).json()
    bodies = {"empty": (204, None), "partner": (200, read), "ok": (200, {"ok": True})}
    assert (reply.status_code, reply.json() if reply.content else None) == bodies[answer]
    assert read["first_name"] == "Ana"


@pytest.mark.parametrize("answer, status", [("empty", 204), ("partner", 200), ("ok", 200)])
async def test_affihub_delete_answer(world: World, answer: str, status: int) -> None:
    closed(world, affihub_delete_answer=answer)

    assert (await sent(world, "DELETE", f"/partners/{partner(world)}")).status_code == status


@pytest.mark.parametrize(
    "answer, status, kept", [("accepts", 204, None), ("ignores", 204, 15), ("rejects", 422, 15)]
)
async def test_affihub_patch_null(world: World, answer: str, status: int, kept: int | None) -> None:
    closed(world, affihub_patch_null=answer)
    partner_id = partner(world, commission_pct=Decimal(15))

    reply = await sent(world, "PATCH", f"/partners/{partner_id}", json={"commission_pct": None})

    assert reply.status_code == status
    assert world.affihub.partners[partner_id].commission_pct == kept


@pytest.mark.parametrize("answer, kept", [(True, {"a": 1, "b": 2}), (False, {"b": 2})])
async def test_affihub_metadata_merge(world: World, answer: bool, kept: dict[str, int]) -> None:
    closed(world, affihub_metadata_merge=answer)
    partner_id = partner(world, metadata={"a": 1})

    await sent(world, "PATCH", f"/partners/{partner_id}", json={"metadata": {"b": 2}})

    assert world.affihub.partners[partner_id].metadata == kept


@pytest.mark.parametrize(
    "answer, status, kept",
    [("yes", 204, "active"), ("ignores", 204, "deactivated"), ("refuses", 422, "deactivated")],
)
async def test_affihub_reactivates(world: World, answer: str, status: int, kept: str) -> None:
    closed(world, affihub_reactivates=answer)
    partner_id = partner(world, status="deactivated")

    reply = await sent(world, "PATCH", f"/partners/{partner_id}", json={"status": "active"})

    assert reply.status_code == status
    assert world.affihub.partners[partner_id].status == kept


@pytest.mark.parametrize("answer, status", [("ignores", 201), ("rejects", 422)])
async def test_affihub_unknown_fields(world: World, answer: str, status: int) -> None:
    closed(world, affihub_unknown_fields=answer)

    reply = await sent(world, "POST", "/partners", json=NEW | {"nickname": "A"})

    assert reply.status_code == status


@pytest.mark.parametrize("answer, kept", [(None, "12.345"), (2, "12.35"), (1, "12.3"), (0, "12")])
async def test_affihub_commission_decimals(world: World, answer: int | None, kept: str) -> None:
    closed(world, affihub_commission_decimals=answer)

    reply = await sent(world, "POST", "/partners", content=RATE_OF_THREE_DECIMALS)

    assert world.affihub.partners[reply.json()["id"]].commission_pct == Decimal(kept)


RATE_OF_THREE_DECIMALS = b'{"email": "ana@example.com", "slug": "ana", "commission_pct": 12.345}'


@pytest.mark.parametrize("answer, told", [(False, 12.5), (True, "12.50")])
async def test_affihub_numbers_as_strings(world: World, answer: bool, told: float | str) -> None:
    closed(world, affihub_numbers_as_strings=answer)
    partner_id = partner(world, commission_pct=Decimal("12.5"))

    assert (await sent(world, "GET", f"/partners/{partner_id}")).json()["commission_pct"] == told


@pytest.mark.parametrize("answer, count", [(False, 2), (True, 1)])
async def test_affihub_hides_deactivated(world: World, answer: bool, count: int) -> None:
    closed(world, affihub_hides_deactivated=answer)
    partner(world)
    partner(world, "gone@example.com", status="deactivated")

    assert len(await listed(world)) == count
    assert await listed(world, status="deactivated") == ["gone@example.com"]


@pytest.mark.parametrize("answer", ["created", "id", "shuffled"])
async def test_affihub_list_order(world: World, clock: Clock, answer: str) -> None:
    closed(world, affihub_list_order=answer)
    for number in range(20):
        clock.advance(1)
        partner(world, f"p{number:02}@example.com")

    order = await listed(world)

    by_id = [world.affihub.partners[found].email for found in sorted(world.affihub.partners)]
    known = {"created": sorted(order), "id": by_id}
    assert order == await listed(world)
    assert order == known.get(answer, order)
    assert answer != "shuffled" or order not in known.values()


@pytest.mark.parametrize("answer", ["given", "absent"])
async def test_affihub_list_total(world: World, answer: str) -> None:
    closed(world, affihub_list_total=answer)

    page = (await sent(world, "GET", "/partners")).json()

    assert ("total" in page) == (answer == "given")


async def test_affihub_per_page_cap_clamps(world: World) -> None:
    closed(world, affihub_per_page_cap=50)

    page = (await sent(world, "GET", "/partners", params={"per_page": 100})).json()

    assert page["per_page"] == 50


async def test_affihub_per_page_excess_refuses(world: World) -> None:
    closed(world, affihub_per_page_excess="refuse")

    replies = [
        await sent(world, "GET", "/partners", params={"per_page": size}) for size in (100, 101)
    ]

    assert [reply.status_code for reply in replies] == [200, 400]


@pytest.mark.parametrize(
    "answer, status", [("empty", 200), ("not-found", 404), ("bad-request", 400)]
)
async def test_affihub_past_end(world: World, answer: str, status: int) -> None:
    closed(world, affihub_past_end=answer)
    partner(world)

    reply = await sent(world, "GET", "/partners", params={"page": 2})

    assert reply.status_code == status
    assert (await sent(world, "GET", "/partners")).status_code == 200


@pytest.mark.parametrize(
    "answer, found",
    [
        ("substring", [True, True, True]),
        ("prefix", [True, True, False]),
        ("exact", [True, False, False]),
    ],
)
async def test_affihub_search(world: World, answer: str, found: list[bool]) -> None:
    closed(world, affihub_search=answer)
    partner(world)

    searches = ("ana@example.com", "ana@", "@example.com")

    assert [bool(await listed(world, search=search)) for search in searches] == found


@pytest.mark.parametrize("answer, found", [("folds", True), ("exact", False)])
async def test_affihub_search_case(world: World, answer: str, found: bool) -> None:
    closed(world, affihub_search_case=answer)
    partner(world, "Ana@example.com")

    assert bool(await listed(world, search="ANA@EXAMPLE.COM")) is found


@pytest.mark.parametrize(
    "answer, told", [("seconds", "60"), ("date", "Fri, 20 Nov 2026 12:01:00 GMT"), ("none", None)]
)
async def test_affihub_retry_after(world: World, answer: str, told: str | None) -> None:
    closed(world, affihub_retry_after=answer)
    faults = Faults({"throttle": 1}, per_minute={Side.WHOP: 1, Side.AFFIHUB: 1})

    async with affihub_client(world, faults) as affihub:
        replies = [await affihub.get("/partners") for _ in range(2)]

    assert [reply.status_code for reply in replies] == [200, 429]
    assert replies[1].headers.get("retry-after") == told
