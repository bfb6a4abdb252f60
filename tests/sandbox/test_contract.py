"""The hook of the other tests: whatever breaks a contract is noticed."""

import pytest

from connectors.sandbox.world import World
from tests.sandbox.clients import affihub_client, whop_client


async def test_an_answer_outside_the_contract_is_noticed(world: World) -> None:
    partner = world.affihub.add("a@b.example", "a", "paused")

    async with affihub_client(world) as affihub:
        with pytest.raises(AssertionError):
            await affihub.get(f"/partners/{partner.id}")


async def test_a_request_outside_the_contract_is_noticed(world: World) -> None:
    async with affihub_client(world) as affihub, whop_client(world) as whop:
        with pytest.raises(AssertionError):
            await affihub.post("/partners", json={"email": "a@b.example", "slug": "a", "age": 7})
        with pytest.raises(AssertionError):
            await whop.get("/affiliates", params={"company_id": world.whop.company_id, "page": 1})


async def test_a_refused_request_may_be_any(world: World) -> None:
    async with affihub_client(world) as affihub:
        assert (await affihub.post("/partners", json={"age": 7})).status_code == 422
