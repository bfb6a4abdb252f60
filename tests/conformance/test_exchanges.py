"""What goes over the wire is documented, or different on purpose; and nothing is overlooked."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.sandbox.world import World
from sync.core.record import Side
from sync.errors import Rejected
from tests.conformance.deviations import DEVIATIONS, Deviation, unmeant
from tests.conformance.exchanges import Exchange, Exchanges
from tests.conformance.verbs import VERBS, cast, enlist, unwatched
from tests.conformance.ways import Ground, Way
from tests.sandbox.contract import AFFIHUB, WHOP

Staged = Callable[[Ground], Awaitable[None]]
"""Lets a deviation happen."""
NOT_USED = {
    "GET /affiliates/{id}/overrides/{override_id}",
    "GET /members/{id}",
    "GET /commissions",
    "DELETE /partners/{id}",
}
"""Documented, and asked for by no verb."""


def asked(ground: Ground) -> set[str]:
    """Method and documented path of every request; the path as sent where none is documented."""
    told: set[str] = set()
    for exchange in ground.exchanges.seen:
        contract = WHOP if exchange.side is Side.WHOP else AFFIHUB
        told.add(contract.name_of(exchange.request))
    return told


async def test_every_documented_operation_is_asked_for_but_the_ones_nobody_needs(
    world: World,
) -> None:
    ground = Ground(world, Way.APPS)
    people = cast(world)
    for verb in VERBS:
        await verb.on(ground, people)
    undocumented = {one.operation for one in DEVIATIONS if one.where == "path"}
    documented = WHOP.operations() | AFFIHUB.operations()
    assert asked(ground) == (documented | undocumented) - NOT_USED
    assert unmeant(ground.exchanges) == []


# Each deviation is there


async def unknown_whop_status(ground: Ground) -> None:
    enlist(ground.world, "jane", "on_probation")
    async with ground.whop() as whop:
        await whop.snapshot(unwatched)


async def archived_again(ground: Ground) -> None:
    ground.world.gaps = ground.world.gaps.with_({"whop_archive_again": "conflict"})
    id_ = enlist(ground.world, "jane", "archived")
    async with ground.whop() as whop:
        await whop.archive(id_)


async def addresses(ground: Ground) -> None:
    async with ground.whop() as whop:
        await whop.users_with_email("jane@example.org")


async def permissions(ground: Ground) -> None:
    async with ground.whop() as whop:
        await whop.permissions()


async def rate_dropped(ground: Ground) -> None:
    id_ = ground.world.affihub.add("jane@example.org", "jane", commission_pct=Decimal(5)).id
    async with ground.affihub() as affihub:
        await affihub.set_commission(id_, None)


async def unknown_affihub_status(ground: Ground) -> None:
    ground.world.affihub.add("jane@example.org", "jane", "on_hold")
    async with ground.affihub() as affihub:
        await affihub.snapshot(unwatched)


async def rate_as_text(ground: Ground) -> None:
    ground.world.gaps = ground.world.gaps.with_({"affihub_numbers_as_strings": True})
    ground.world.affihub.add("jane@example.org", "jane", commission_pct=Decimal(5))
    async with ground.affihub() as affihub:
        await affihub.snapshot(unwatched)


async def no_total(ground: Ground) -> None:
    ground.world.gaps = ground.world.gaps.with_({"affihub_list_total": "absent"})
    async with ground.affihub() as affihub:
        await affihub.snapshot(unwatched)


STAGED = (
    addresses,
    permissions,
    unknown_whop_status,
    archived_again,
    rate_dropped,
    unknown_affihub_status,
    rate_as_text,
    no_total,
)
"""One for each line of the table, in its order."""


@pytest.mark.parametrize("deviation, staged", list(zip(DEVIATIONS, STAGED, strict=True)))
async def test_a_deviation_is_one_that_happens(
    world: World, deviation: Deviation, staged: Staged
) -> None:
    ground = Ground(world, Way.APPS)
    await staged(ground)
    found = [one for side, one in ground.exchanges.differences() if deviation.covers(side, one)]
    assert found
    assert unmeant(ground.exchanges) == []
    assert deviation.reason.endswith(").")


# A difference nobody meant is found


@pytest.mark.parametrize(
    "method, path, more",
    [
        ("GET", "/affiliates", {"params": {"company_id": "biz_1", "page": "1"}}),
        ("GET", "/affiliates", {"params": {}}),
        ("GET", "/affiliates", {"params": {"company_id": "biz_1", "first": "many"}}),
        ("GET", "/affiliates", {"params": {"company_id": "biz_1", "order": "name"}}),
        ("GET", "/affiliate", {}),
        ("PUT", "/affiliates/aff_1", {}),
        ("POST", "/affiliates", {"json": {"company_id": "biz_1"}}),
        ("POST", "/affiliates", {}),
        ("POST", "/affiliates/aff_1/archive", {"json": {}}),
        ("POST", "/affiliates/aff_1/overrides", {"json": {"override_type": "rev_share"}}),
        ("GET", "/members", {"params": {"statuses[]": "gone"}}),
    ],
)
def test_a_request_nobody_documented_is_found(method: str, path: str, more: dict[str, Any]) -> None:
    headers = {"authorization": "Bearer key"}
    request = httpx.Request(method, f"http://x/api/v1{path}", headers=headers, **more)
    seen = Exchanges([Exchange(Side.WHOP, request, None)])
    assert unmeant(seen)


def test_a_request_without_a_key_is_found() -> None:
    request = httpx.Request("GET", "http://x/api/v1/partners")
    assert unmeant(Exchanges([Exchange(Side.AFFIHUB, request, None)]))


PARTNER = {
    "id": "par_1",
    "email": "a@b.example",
    "first_name": None,
    "last_name": None,
    "slug": "a",
    "status": "active",
    "commission_pct": None,
    "created_at": "2026-01-02T03:04:05Z",
}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"data": [PARTNER], "total": 1, "page": 1}),
        httpx.Response(200, json={"data": [PARTNER | {"email": None}], "total": 1, "page": 1}),
        httpx.Response(200, json=[]),
        httpx.Response(200, html="<p>"),
        httpx.Response(
            200,
            json={
                "data": [PARTNER | {"created_at": "yesterday"}],
                "total": 1,
                "page": 1,
                "per_page": 20,
            },
        ),
    ],
)
def test_an_answer_nobody_documented_is_found(answer: httpx.Response) -> None:
    headers = {"authorization": "Bearer key"}
    request = httpx.Request("GET", "http://x/api/v1/partners", headers=headers)
    answer.request = request
    assert unmeant(Exchanges([Exchange(Side.AFFIHUB, request, answer)]))


async def test_a_refusal_is_no_deviation_where_it_is_documented(world: World) -> None:
    ground = Ground(world, Way.APPS)
    async with ground.whop() as whop:
        world.gaps = world.gaps.with_({"whop_unknown_email_status": 422})
        with pytest.raises(Rejected):
            await whop.create_affiliate("nobody@example.org")
    assert unmeant(ground.exchanges) == []
