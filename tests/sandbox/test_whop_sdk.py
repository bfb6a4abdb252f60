"""The official SDK works against the sandbox, so that the sandbox stays honest."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from whop_sdk import AsyncWhop
from whop_sdk.environment import WhopEnvironment
from whop_sdk.errors import NotFoundError, UnprocessableEntityError

from connectors.sandbox.apps import whop_app
from connectors.sandbox.seed import seeded
from connectors.sandbox.server import serve
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.clients import Clock, InProcess


@pytest.fixture
def crowd(clock: Clock) -> World:
    """People of every kind, odd ones too: the SDK must read them all."""
    return seeded(250, 1, clock=clock)


@pytest_asyncio.fixture
async def whop(crowd: World) -> AsyncIterator[AsyncWhop]:
    async with httpx.AsyncClient(transport=InProcess(whop_app(crowd))) as client:
        yield AsyncWhop(
            token=crowd.whop.key,
            environment=WhopEnvironment(api="http://sandbox/api/v1", vault="http://sandbox/vault"),
            httpx_client=client,
        )


async def test_it_pages_through_everybody(crowd: World, whop: AsyncWhop) -> None:
    pager = await whop.affiliates.list(account_id=crowd.whop.company_id, first=100)

    seen = [affiliate.id async for affiliate in pager]

    assert sorted(seen) == sorted(crowd.whop.affiliates)


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
    user = crowd.whop.add_user(None, None, "neu")
    affiliate = crowd.whop.add_affiliate(user.id).id
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


async def test_it_reads_emails_and_permissions(crowd: World, whop: AsyncWhop) -> None:
    company = crowd.whop.company_id
    enrolled = await whop.product_affiliates.list(account_id=company, first=100)
    users = [member.user_id for member in list(crowd.whop.members.values())[:3]]
    members = await whop.members.list(account_id=company, user_ids=users)

    emails = {row.user.id: row.user.email async for row in enrolled}
    found = {row.user.id async for row in members if row.user}
    held = await whop.permissions.list(resource_id=company, actions="affiliate:create")

    assert emails == {
        row.user_id: crowd.whop.users[row.user_id].email for row in crowd.whop.enrollments.values()
    }
    assert found == set(users)
    assert held.data[0].granted


async def test_it_understands_refusals(crowd: World, whop: AsyncWhop) -> None:
    with pytest.raises(NotFoundError):
        await whop.affiliates.retrieve("aff_nobody")
    marketplace = next(
        affiliate.id
        for affiliate in crowd.whop.affiliates.values()
        if crowd.whop.users[affiliate.user_id].username == "whop"
    )
    with pytest.raises(UnprocessableEntityError):
        await whop.affiliates.archive(marketplace)


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
