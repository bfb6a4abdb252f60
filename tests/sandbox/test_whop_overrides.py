"""Whop's commission overrides as api/whop.md section 3 tells them."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from connectors.sandbox.world import World
from tests.sandbox.clients import whop_client

SHARE: dict[str, Any] = {"override_type": "rev_share", "commission_value": 25}
PLAN: dict[str, Any] = {
    "override_type": "standard",
    "plan_id": "plan_monthly00001",
    "commission_type": "percentage",
    "commission_value": 20,
    "applies_to_payments": "first_payment",
}


@pytest.fixture
def affiliate(world: World) -> str:
    user = world.whop.add_user("ana@example.com", "Ana", "ana")
    return world.whop.add_affiliate(user.id).id


@pytest_asyncio.fixture
async def whop(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with whop_client(world) as client:
        yield client


async def test_a_company_wide_share_is_after_fees_unless_told(
    whop: httpx.AsyncClient, affiliate: str
) -> None:
    row = (
        await whop.post(f"/affiliates/{affiliate}/overrides", json={"id": affiliate, **SHARE})
    ).json()

    assert row.pop("id").startswith("affov_")
    assert row == {
        "override_type": "rev_share",
        "commission_type": "percentage",
        "commission_value": 25,
        "applies_to_payments": None,
        "plan_id": None,
        "product_id": None,
        "applies_to_products": "all_products",
        "revenue_basis": "post_fees",
        "product_direct_link": None,
        "checkout_direct_link": None,
        "total_referral_earnings_usd": 0,
    }


async def test_an_override_of_a_plan_carries_links_with_the_username(
    whop: httpx.AsyncClient, affiliate: str
) -> None:
    body = {"id": affiliate, **PLAN, "commission_type": "flat_fee", "commission_value": 7.5}

    row = (await whop.post(f"/affiliates/{affiliate}/overrides", json=body)).json()

    assert row["commission_value"] == 7.5
    assert row["applies_to_payments"] == "first_payment"
    assert row["revenue_basis"] is None
    assert row["checkout_direct_link"].endswith("?a=ana")


async def test_overrides_are_listed_counted_edited_and_deleted(
    whop: httpx.AsyncClient, affiliate: str
) -> None:
    path = f"/affiliates/{affiliate}/overrides"
    share = (await whop.post(path, json={"id": affiliate, **SHARE})).json()
    await whop.post(path, json={"id": affiliate, **PLAN})

    counted = (await whop.get(f"/affiliates/{affiliate}")).json()["total_overrides_count"]
    shares = (await whop.get(path, params={"override_type": "rev_share"})).json()["data"]
    edited = (await whop.patch(f"{path}/{share['id']}", json={"commission_value": 30})).json()
    read = (await whop.get(f"{path}/{share['id']}")).json()
    deleted = await whop.delete(f"{path}/{share['id']}")
    gone = await whop.get(f"{path}/{share['id']}")

    assert counted == 2
    assert shares == [share]
    assert edited == read == share | {"commission_value": 30}
    assert deleted.content == b"true"
    assert gone.status_code == 404


async def test_overrides_come_in_pages(whop: httpx.AsyncClient, affiliate: str) -> None:
    path = f"/affiliates/{affiliate}/overrides"
    for number in range(3):
        await whop.post(path, json={"id": affiliate, **PLAN, "plan_id": f"plan_{number}"})

    first = (await whop.get(path, params={"first": 2})).json()
    cursor = first["page_info"]["end_cursor"]
    second = (await whop.get(path, params={"first": 2, "after": cursor})).json()

    assert first["page_info"]["has_next_page"]
    assert not second["page_info"]["has_next_page"]
    assert len({row["plan_id"] for row in first["data"] + second["data"]}) == 3


@pytest.mark.parametrize(
    "change, status",
    [
        ({"commission_value": 0}, 422),
        ({"commission_value": 101}, 422),
        ({"commission_value": "25"}, 400),
        ({"commission_value": True}, 400),
        ({"commission_value": None}, 400),
        ({"override_type": "bonus"}, 400),
        ({"override_type": None}, 400),
        ({"revenue_basis": "gross"}, 400),
        ({"commission_type": "flat_fee"}, 422),
        ({"product_id": 7}, 400),
        ({"id": "aff_other"}, 400),
    ],
)
async def test_terms_that_cannot_be_are_refused(
    whop: httpx.AsyncClient, world: World, affiliate: str, change: dict[str, Any], status: int
) -> None:
    body = {"id": affiliate, **SHARE, **change}

    refused = await whop.post(f"/affiliates/{affiliate}/overrides", json=body)

    assert refused.status_code == status
    assert not world.whop.overrides


async def test_a_plan_override_needs_a_plan(whop: httpx.AsyncClient, affiliate: str) -> None:
    body = {name: value for name, value in PLAN.items() if name != "plan_id"}

    refused = await whop.post(f"/affiliates/{affiliate}/overrides", json=body)

    assert refused.json()["error"]["param"] == "plan_id"


async def test_a_share_has_no_payments_rule_and_a_plan_no_basis(
    whop: httpx.AsyncClient, world: World, affiliate: str
) -> None:
    world.whop.set_rate(affiliate, 20)
    share = world.whop.overrides_of(affiliate)[0]
    path = f"/affiliates/{affiliate}/overrides/{share.id}"

    refused = await whop.patch(path, json={"applies_to_payments": "all_payments"})
    served = await whop.patch(path, json={"revenue_basis": "pre_fees"})

    assert refused.status_code == 422
    assert served.json()["revenue_basis"] == "pre_fees"


async def test_an_override_of_somebody_else_is_not_found(
    whop: httpx.AsyncClient, world: World, affiliate: str
) -> None:
    other = world.whop.add_affiliate(world.whop.add_user(None, None, "bob").id)
    world.whop.set_rate(other.id, 20)
    override = world.whop.overrides_of(other.id)[0]

    answer = await whop.get(f"/affiliates/{affiliate}/overrides/{override.id}")

    assert answer.status_code == 404


async def test_a_patch_that_changes_nothing_is_no_write(
    whop: httpx.AsyncClient, world: World, affiliate: str
) -> None:
    world.whop.set_rate(affiliate, 20)
    override = world.whop.overrides_of(affiliate)[0]
    path = f"/affiliates/{affiliate}/overrides/{override.id}"

    await whop.patch(path, json={"commission_value": 20})
    await whop.patch(path, json={"commission_value": 21})

    assert [write.operation for write in world.writes] == ["update_override"]
    assert world.whop.rate(affiliate) == Decimal(21)
