"""Affihub as api/affihub.md tells it, sections 2 and 3."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from connectors.sandbox.affihub_records import Commission
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.clients import Clock, affihub_client

ROW = {
    "id",
    "email",
    "first_name",
    "last_name",
    "slug",
    "status",
    "commission_pct",
    "created_at",
}


@pytest_asyncio.fixture
async def affihub(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with affihub_client(world) as client:
        yield client


async def emails(affihub: httpx.AsyncClient, **query: str | int) -> list[str]:
    return [row["email"] for row in (await affihub.get("/partners", params=query)).json()["data"]]


async def test_a_new_partner_is_invited_and_told_in_thirteen_fields(
    world: World, affihub: httpx.AsyncClient
) -> None:
    body = {
        "email": "robin@example.org",
        "first_name": "Robin",
        "last_name": "Field",
        "slug": "robin",
        "commission_pct": 12.5,
        "payout_method": "paypal",
        "payout_email": "robin.pay@example.org",
        "metadata": {"whop_affiliate_id": "aff_1"},
    }

    answer = await affihub.post("/partners", json=body)

    assert answer.status_code == 201
    partner = answer.json()
    assert partner.pop("id").startswith("par_")
    assert partner == body | {
        "program_id": world.affihub.program_id,
        "status": "invited",
        "stripe_account_id": None,
        "created_at": "2026-11-20T12:00:00Z",
    }
    assert world.created() == {(Side.AFFIHUB, "robin@example.org"): 1}


async def test_the_same_partner_has_three_shapes(affihub: httpx.AsyncClient) -> None:
    created = (await affihub.post("/partners", json={"email": "a@b.example", "slug": "a"})).json()

    row = (await affihub.get("/partners")).json()["data"][0]
    detail = (await affihub.get(f"/partners/{created['id']}")).json()

    assert row.keys() == ROW
    assert created.keys() - ROW == {
        "program_id",
        "payout_method",
        "payout_email",
        "stripe_account_id",
        "metadata",
    }
    assert detail.keys() - ROW == {"payout_method", "stripe_account_id", "metadata", "stats"}


@pytest.mark.parametrize(
    "body",
    [
        {"slug": "a"},
        {"email": "a@b.example"},
        {"email": "", "slug": "a"},
        {"email": "no address", "slug": "a"},
        {"email": "a@b.example", "slug": "two words"},
        {"email": "a@b.example", "slug": "a", "commission_pct": 101},
        {"email": "a@b.example", "slug": "a", "commission_pct": "lots"},
        {"email": "a@b.example", "slug": "a", "commission_pct": True},
        {"email": "a@b.example", "slug": "a", "payout_method": "cash"},
        {"email": "a@b.example", "slug": "a", "metadata": []},
        {"email": "a@b.example", "slug": "a", "first_name": 7},
    ],
)
async def test_a_partner_that_cannot_be_is_refused(
    world: World, affihub: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    refused = await affihub.post("/partners", json=body)

    assert refused.status_code == 422
    assert not world.affihub.partners


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"commission_pct": Infinity}'])
async def test_a_body_that_is_no_json_object_is_refused(
    affihub: httpx.AsyncClient, body: bytes
) -> None:
    assert (await affihub.post("/partners", content=body)).status_code == 400


async def test_a_name_of_any_letters_comes_back_as_it_was(affihub: httpx.AsyncClient) -> None:
    """Also ten thousand of them, null bytes and half a surrogate pair."""
    name = "Zoë\x00 <b>✨</b> " + "ج" * 10_000
    body = {"email": "a@b.example", "slug": "a", "first_name": name}

    kept = (await affihub.post("/partners", json=body)).json()
    half = await affihub.post(
        "/partners",
        content=b'{"email": "c@d.example", "slug": "c", "first_name": "\\ud800"}',
        headers={"content-type": "application/json"},
    )

    assert kept["first_name"] == name
    assert half.json()["first_name"] == "\ud800"


async def test_metadata_comes_back_as_it_was(affihub: httpx.AsyncClient) -> None:
    metadata = {"affisync": {"ids": ["aff_1", None], "share": 12.5, "on": True}}
    body = {"email": "a@b.example", "slug": "a", "metadata": metadata}

    created = (await affihub.post("/partners", json=body)).json()
    read = (await affihub.get(f"/partners/{created['id']}")).json()

    assert created["metadata"] == read["metadata"] == metadata


async def test_metadata_nobody_could_tell_again_is_refused(affihub: httpx.AsyncClient) -> None:
    body = b'{"email": "a@b.example", "slug": "a", "metadata": {"share": 1e999}}'

    assert (await affihub.post("/partners", content=body)).status_code == 422


async def test_status_is_no_field_of_a_create(affihub: httpx.AsyncClient) -> None:
    affihub.event_hooks = {}  # the contract has no such field, somebody sends it all the same
    body = {"email": "a@b.example", "slug": "a", "status": "active"}

    created = await affihub.post("/partners", json=body)

    assert created.json()["status"] == "invited"


async def test_a_patch_changes_what_it_names(world: World, affihub: httpx.AsyncClient) -> None:
    partner = world.affihub.add("a@b.example", "a", first_name="Ana", last_name="García")

    answer = await affihub.patch(
        f"/partners/{partner.id}", json={"status": "active", "commission_pct": 17.5}
    )

    assert answer.is_success
    edited = world.affihub.partners[partner.id]
    assert (edited.status, edited.commission_pct) == ("active", Decimal("17.5"))
    assert (edited.first_name, edited.last_name) == ("Ana", "García")
    assert [write.operation for write in world.writes] == ["update_partner"]


async def test_a_patch_that_changes_nothing_is_no_write(
    world: World, affihub: httpx.AsyncClient
) -> None:
    partner = world.affihub.add("a@b.example", "a", "active")

    await affihub.patch(f"/partners/{partner.id}", json={"status": "active"})

    assert world.writes == []


async def test_delete_deactivates_and_erases_nothing(
    world: World, affihub: httpx.AsyncClient
) -> None:
    partner = world.affihub.add("a@b.example", "a", "active")

    answers = [await affihub.delete(f"/partners/{partner.id}") for _ in range(2)]

    assert all(answer.is_success for answer in answers)
    assert world.affihub.partners[partner.id].status == "deactivated"
    assert len(world.writes) == 1


async def test_unknown_ids_are_a_404(affihub: httpx.AsyncClient) -> None:
    answers = [await affihub.request(v, "/partners/par_x", json={}) for v in ("GET", "PATCH")]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_pages_are_numbered_and_count_all(
    world: World, clock: Clock, affihub: httpx.AsyncClient
) -> None:
    for number in range(5):
        clock.advance(1)
        world.affihub.add(f"p{number}@example.com", f"p{number}")

    page = (await affihub.get("/partners", params={"page": 2, "per_page": 2})).json()

    assert (page["total"], page["page"], page["per_page"]) == (5, 2, 2)
    assert [row["email"] for row in page["data"]] == ["p2@example.com", "p3@example.com"]
    assert (await affihub.get("/partners")).json()["per_page"] == 20


@pytest.mark.parametrize("query", [{"page": "0"}, {"per_page": "x"}, {"status": "gone"}])
async def test_a_list_asked_for_in_a_wrong_way_is_refused(
    affihub: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await affihub.get("/partners", params=query)).is_client_error


async def test_status_and_search_combine(world: World, affihub: httpx.AsyncClient) -> None:
    world.affihub.add("ana@example.com", "ana", "active", first_name="Ana", last_name="García")
    world.affihub.add("bob@example.com", "garcia-fan", "active")
    world.affihub.add("eve@example.com", "eve", "deactivated", last_name="Garcia")

    assert len(await emails(affihub, search="GARC")) == 3
    assert await emails(affihub, search="garc", status="deactivated") == ["eve@example.com"]
    assert await emails(affihub, search="na garc") == ["ana@example.com"]
    assert len(await emails(affihub, search="")) == 3


async def test_a_search_value_is_taken_as_it_is(world: World, affihub: httpx.AsyncClient) -> None:
    world.affihub.add("a+b%c_d@example.com", "a")
    world.affihub.add("axbxcxd@example.com", "b")

    assert await emails(affihub, search="a+b%c_d@example.com") == ["a+b%c_d@example.com"]


async def test_a_wrong_key_is_a_401(affihub: httpx.AsyncClient) -> None:
    refused = await affihub.get("/partners", headers={"authorization": "Bearer old"})

    assert refused.status_code == 401


async def test_the_program_is_a_cheap_key_check(world: World, affihub: httpx.AsyncClient) -> None:
    program = (await affihub.get("/programs/me")).json()

    assert program["id"] == world.affihub.program_id
    assert program["default_commission_pct"] == 20


async def test_commissions_are_listed_by_partner_status_and_time(
    world: World, clock: Clock, affihub: httpx.AsyncClient
) -> None:
    for number, (partner, status) in enumerate([("par_1", "paid"), ("par_2", "pending")]):
        row = Commission(f"com_{number}", partner, 980, 4900, Decimal(20), status, clock())
        world.affihub.commissions[row.id] = row

    async def ids(**query: str) -> list[str]:
        page = await affihub.get("/commissions", params=query)
        return [row["id"] for row in page.json()["data"]]

    assert await ids() == ["com_1", "com_0"]
    assert await ids(partner_id="par_1") == ["com_0"]
    assert await ids(status="pending") == ["com_1"]
    assert await ids(**{"from": "2026-11-20", "to": "2026-11-20"}) == ["com_1", "com_0"]
    assert await ids(**{"from": "2026-11-21"}) == []


async def test_writes_show_in_the_events(world: World, affihub: httpx.AsyncClient) -> None:
    created = (await affihub.post("/partners", json={"email": "a@b.example", "slug": "a"})).json()
    await affihub.delete(f"/partners/{created['id']}")

    rows = (await affihub.get("/events")).json()["data"]
    deleted = (await affihub.get("/events", params={"type": "partner.deleted"})).json()["data"]

    assert [row["type"] for row in rows] == ["partner.deleted", "partner.created"]
    assert [row["payload"] for row in deleted] == [{"partner_id": created["id"]}]


async def test_flows_are_told(world: World, affihub: httpx.AsyncClient) -> None:
    world.affihub.flows.append({"id": "flw_1", "name": "Launch", "active": True})

    assert (await affihub.get("/flows")).json()["data"][0]["name"] == "Launch"
