"""The official SDK works against the sandbox, so that the sandbox stays honest."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from whop_sdk import AsyncWhop
from whop_sdk.core.api_error import ApiError
from whop_sdk.core.request_options import RequestOptions
from whop_sdk.environment import WhopEnvironment
from whop_sdk.errors import (
    BadRequestError,
    ForbiddenError,
    InternalServerError,
    NotFoundError,
    TooManyRequestsError,
    UnauthorizedError,
    UnprocessableEntityError,
)

from connectors.sandbox.apps import whop_app
from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.seed import seeded
from connectors.sandbox.server import serve
from connectors.sandbox.wire import dollars, milliseconds, percent
from connectors.sandbox.world import World
from connectors.whop.client import ASKED_ABOUT, NEEDS
from sync.core.record import Side
from tests.connectors.sandboxed import unwatched, whop_reader
from tests.sandbox.clients import CURRENT, Clock, InProcess

ONCE: RequestOptions = {"max_retries": 0}
"""The SDK sleeps for real before it tries again."""


@pytest.fixture
def crowd(clock: Clock) -> World:
    """People of every kind, odd ones too: the SDK must read them all."""
    return seeded(250, 1, clock=clock)


@asynccontextmanager
async def sdk(
    world: World, faults: Faults | None = None, token: str | None = None
) -> AsyncIterator[AsyncWhop]:
    async with httpx.AsyncClient(transport=InProcess(whop_app(world, faults))) as client:
        yield AsyncWhop(
            token=token or world.whop.key,
            environment=WhopEnvironment(api="http://sandbox/api/v1", vault="http://sandbox/vault"),
            httpx_client=client,
        )


@pytest_asyncio.fixture
async def whop(crowd: World) -> AsyncIterator[AsyncWhop]:
    async with sdk(crowd) as whop:
        yield whop


def new_affiliate(world: World) -> str:
    user = world.whop.add_user(None, None, "neu")
    return world.whop.add_affiliate(user.id).id


# Reading


async def test_it_pages_through_everybody(crowd: World, whop: AsyncWhop) -> None:
    pager = await whop.affiliates.list(account_id=crowd.whop.company_id, first=100)

    seen = [affiliate.id async for affiliate in pager]

    assert sorted(seen) == sorted(crowd.whop.affiliates)


async def test_it_pages_backwards_too(crowd: World, whop: AsyncWhop) -> None:
    company = crowd.whop.company_id
    rows = [one.id async for one in await whop.affiliates.list(account_id=company, first=100)]

    last = await whop.affiliates.list(account_id=company, last=10)
    before = await whop.affiliates.list(
        account_id=company, last=10, before=last.response.page_info.start_cursor
    )

    assert [one.id for one in last.items or ()] == rows[-10:]
    assert [one.id for one in before.items or ()] == rows[-20:-10]


async def test_every_field_of_an_affiliate_arrives(crowd: World, whop: AsyncWhop) -> None:
    held = next(iter(crowd.whop.affiliates.values()))
    crowd.whop.edit(held.id, earnings=Decimal("9556.36"), retention=Decimal("57.94"))
    held = crowd.whop.affiliates[held.id]
    user = crowd.whop.users[held.user_id]

    read = await whop.affiliates.retrieve(held.id)

    assert (read.id, read.status, read.user.id) == (held.id, held.status, user.id)
    assert (read.user.name, read.user.username) == (user.name, user.username)
    assert milliseconds(read.created_at) == milliseconds(held.created_at)
    assert milliseconds(read.updated_at) == milliseconds(held.updated_at)
    assert read.total_referral_earnings_usd == dollars(held.earnings) == "$9,556.36"
    assert read.monthly_recurring_revenue_usd == dollars(held.monthly)
    assert read.total_revenue_usd == dollars(held.revenue)
    assert read.customer_retention_rate == percent(held.retention) == "57.94%"
    assert read.customer_retention_rate_ninety_days == percent(held.retention_90)
    assert read.total_overrides_count == len(crowd.whop.overrides_of(held.id))
    assert (read.company.id, read.company.title) == ("biz_sandbox0000001", "Northwind Studio")


@pytest.mark.parametrize("status", ["active", "archived", "deleted"])
async def test_it_filters_by_status(crowd: World, whop: AsyncWhop, status: Any) -> None:
    rows = await whop.affiliates.list(account_id=crowd.whop.company_id, status=status)

    seen = {row.id async for row in rows}

    assert seen == {one.id for one in crowd.whop.affiliates.values() if one.status == status}
    assert seen


async def test_it_sorts_and_searches(crowd: World, whop: AsyncWhop) -> None:
    company = crowd.whop.company_id
    ascending = await whop.affiliates.list(
        account_id=company, order="created_at", direction="asc", first=100
    )
    found = await whop.affiliates.list(account_id=company, query="whop")

    moments = [row.created_at async for row in ascending]

    assert moments == sorted(moments)
    assert "whop" in {row.user.username async for row in found}


async def test_it_reads_emails(crowd: World, whop: AsyncWhop) -> None:
    company = crowd.whop.company_id
    enrolled = await whop.product_affiliates.list(account_id=company, first=100)
    users = [member.user_id for member in list(crowd.whop.members.values())[:3]]
    members = await whop.members.list(account_id=company, user_ids=users)

    emails = {row.user.id: row.user.email async for row in enrolled}
    found = {row.user.id async for row in members if row.user}

    assert emails == {
        row.user_id: crowd.whop.users[row.user_id].email for row in crowd.whop.enrollments.values()
    }
    assert found == set(users)


async def test_it_finds_people_by_their_address(crowd: World, whop: AsyncWhop) -> None:
    company = crowd.whop.company_id
    enrolled = next(iter(crowd.whop.enrollments.values())).user_id
    member = next(one for one in crowd.whop.members.values() if one.other_email is None)

    by_product = await whop.product_affiliates.list(
        account_id=company, query=crowd.whop.users[enrolled].email
    )
    by_membership = await whop.members.list(
        account_id=company, query=crowd.whop.users[member.user_id].email
    )
    alone = await whop.members.retrieve(member.id)

    assert {row.user.id async for row in by_product} == {enrolled}
    assert {row.user.id async for row in by_membership if row.user} == {member.user_id}
    assert (alone.id, alone.email) == (member.id, crowd.whop.users[member.user_id].email)


async def test_it_asks_what_the_key_may_do(crowd: World, whop: AsyncWhop) -> None:
    crowd.whop.permissions.discard("affiliate:update")

    held = await whop.permissions.list(
        resource_id=crowd.whop.company_id, actions=",".join(ASKED_ABOUT)
    )

    assert {row.action: row.granted for row in held.data} == {
        name: name != "affiliate:update" for name in ASKED_ABOUT
    }


async def test_it_sees_what_our_own_connector_sees(crowd: World, whop: AsyncWhop) -> None:
    pager = await whop.affiliates.list(account_id=crowd.whop.company_id, first=100)
    theirs = {row.id: (row.user.id, row.status, row.user.name) async for row in pager}
    async with whop_reader(crowd, version=CURRENT) as reader:
        ours = (await reader.snapshot(unwatched)).records

    marketplace = theirs.keys() - ours.keys()

    assert len(marketplace) == 1
    assert {id_: (one.user_id, one.status, one.name) for id_, one in ours.items()} == {
        id_: told for id_, told in theirs.items() if id_ not in marketplace
    }


# Writing


async def test_it_creates_archives_and_unarchives(crowd: World, whop: AsyncWhop) -> None:
    crowd.whop.add_user("new@example.com", "Neu", "neu")

    created = await whop.affiliates.create(
        account_id=crowd.whop.company_id, user_identifier="new@example.com"
    )
    archived = await whop.affiliates.archive(created.id)
    read = await whop.affiliates.retrieve(created.id)
    unarchived = await whop.affiliates.unarchive(created.id)

    assert (archived, unarchived) == (True, True)
    assert (created.status, read.status) == ("active", "archived")
    assert crowd.created() == {(Side.WHOP, "new@example.com"): 1}


async def test_it_creates_edits_lists_and_deletes_overrides(crowd: World, whop: AsyncWhop) -> None:
    affiliate = new_affiliate(crowd)
    overrides = whop.affiliates.overrides

    share = await overrides.create(
        affiliate,
        request={"id": affiliate, "override_type": "rev_share", "commission_value": 25},
    )
    edited = await overrides.update(affiliate, share.id, commission_value=30)
    listed = [override.id async for override in await overrides.list(affiliate)]
    read = await overrides.retrieve(affiliate, share.id)
    deleted = await overrides.delete(affiliate, share.id)

    assert (share.commission_value, edited.commission_value, read.commission_value) == (25, 30, 30)
    assert listed == [share.id]
    assert deleted is True
    assert crowd.whop.overrides_of(affiliate) == []


async def test_it_tells_the_two_kinds_of_overrides_apart(crowd: World, whop: AsyncWhop) -> None:
    affiliate = new_affiliate(crowd)
    overrides = whop.affiliates.overrides
    plan, product = crowd.whop.plans[0], next(iter(crowd.whop.products))

    standard = await overrides.create(
        affiliate,
        request={
            "id": affiliate,
            "override_type": "standard",
            "plan_id": plan,
            "commission_value": 5,
            "commission_type": "flat_fee",
            "applies_to_payments": "first_payment",
        },
    )
    share = await overrides.create(
        affiliate,
        request={
            "id": affiliate,
            "override_type": "rev_share",
            "product_id": product,
            "commission_value": 7,
            "revenue_basis": "pre_fees",
        },
    )
    only = [one.id async for one in await overrides.list(affiliate, override_type="standard")]

    assert (standard.plan_id, standard.commission_type) == (plan, "flat_fee")
    assert (standard.applies_to_payments, standard.revenue_basis) == ("first_payment", None)
    assert (share.product_id, share.applies_to_products) == (product, "single_product")
    assert (share.revenue_basis, share.applies_to_payments) == ("pre_fees", None)
    assert only == [standard.id]


async def test_every_operation_of_ours_is_one_the_sdk_can_do(crowd: World, whop: AsyncWhop) -> None:
    company, affiliate = crowd.whop.company_id, new_affiliate(crowd)
    override = crowd.whop.add_override(
        affiliate, override_type="rev_share", commission_value=Decimal(5)
    ).id
    affiliates, overrides = whop.affiliates, whop.affiliates.overrides
    crowd.log.clear()

    await affiliates.list(account_id=company)
    await affiliates.create(account_id=company, user_identifier="neu")
    await affiliates.retrieve(affiliate)
    await affiliates.archive(affiliate)
    await affiliates.unarchive(affiliate)
    await overrides.list(affiliate)
    await overrides.create(
        affiliate, request={"id": affiliate, "override_type": "rev_share", "commission_value": 9}
    )
    await overrides.update(affiliate, override, commission_value=6)
    await overrides.delete(affiliate, override)
    await whop.members.list(account_id=company)
    await whop.product_affiliates.list(account_id=company)
    await whop.permissions.list(resource_id=company)

    assert {line.operation for line in crowd.log} == {*NEEDS, "check_permissions"}
    assert {line.status for line in crowd.log} == {200}


# Refusals

Asking = Callable[[AsyncWhop, World], Awaitable[object]]


def marketplace_of(world: World) -> str:
    held = world.whop.affiliates.values()
    return next(one.id for one in held if world.whop.users[one.user_id].username == "whop")


REFUSED: list[tuple[type[ApiError], int, Asking]] = [
    (NotFoundError, 404, lambda sdk, _: sdk.affiliates.retrieve("aff_nobody")),
    (
        UnprocessableEntityError,
        422,
        lambda sdk, world: sdk.affiliates.archive(marketplace_of(world)),
    ),
    (NotFoundError, 404, lambda sdk, _: sdk.affiliates.list(account_id="biz_other")),
    (
        BadRequestError,
        400,
        lambda sdk, world: sdk.affiliates.list(account_id=world.whop.company_id, after="no cursor"),
    ),
    (
        BadRequestError,
        400,
        lambda sdk, world: sdk.affiliates.create(
            account_id=world.whop.company_id, user_identifier=""
        ),
    ),
]


@pytest.mark.parametrize("error, status, asking", REFUSED)
async def test_it_understands_refusals(
    crowd: World, whop: AsyncWhop, error: type[ApiError], status: int, asking: Asking
) -> None:
    with pytest.raises(error) as caught:
        await asking(whop, crowd)

    assert caught.value.status_code == status
    assert caught.value.body is not None


async def test_it_understands_a_wrong_key_and_a_missing_permission(crowd: World) -> None:
    async with sdk(crowd, token="another") as whop:
        with pytest.raises(UnauthorizedError):
            await whop.affiliates.retrieve("aff_1")
    crowd.whop.permissions.clear()
    async with sdk(crowd) as whop:
        with pytest.raises(ForbiddenError):
            await whop.affiliates.retrieve("aff_1")


async def test_it_knows_no_conflict_for_affiliates(crowd: World, whop: AsyncWhop) -> None:
    """So the gap that answers 409 stays one: api/whop.md section 7 does not list it either."""
    crowd.gaps = crowd.gaps.with_({"whop_archive_again": "conflict"})
    affiliate = new_affiliate(crowd)

    with pytest.raises(ApiError) as caught:
        await whop.affiliates.unarchive(affiliate, request_options=ONCE)

    assert (type(caught.value), caught.value.status_code) == (ApiError, 409)


@pytest.mark.parametrize("fault, error", [("throttle", TooManyRequestsError), (500, None)])
async def test_it_understands_a_busy_and_a_broken_server(
    crowd: World, fault: str | int, error: type[ApiError] | None
) -> None:
    broken = Answer(500, b'{"error":{"type":"internal_server_error","message":"x"}}')
    faults = Faults(script=[Step(fault=broken)]) if error is None else Faults({"throttle": 1})
    faults.limit({Side.WHOP: 1})
    async with sdk(crowd, faults) as whop:
        if error is not None:
            await whop.affiliates.retrieve(next(iter(crowd.whop.affiliates)))
        with pytest.raises(error or InternalServerError):
            await whop.affiliates.retrieve("aff_1", request_options=ONCE)


async def test_it_works_over_tcp(crowd: World) -> None:
    async with serve(crowd) as urls, httpx.AsyncClient() as client:
        whop = AsyncWhop(
            token=crowd.whop.key,
            environment=WhopEnvironment(api=urls.whop, vault=urls.whop),
            httpx_client=client,
        )
        pager = await whop.affiliates.list(account_id=crowd.whop.company_id, first=100)
        seen = [affiliate.id async for affiliate in pager]

    assert len(seen) == len(crowd.whop.affiliates)
