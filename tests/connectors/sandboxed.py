"""Both connectors on the sandbox in this process, each exchange held against the contracts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from connectors.affihub import (
    AffihubAccess,
    AffihubReader,
    AffihubWriter,
    open_affihub_reader,
    open_affihub_writer,
)
from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.faults import Faults
from connectors.sandbox.world import World
from connectors.whop import (
    WhopAccess,
    WhopReader,
    open_whop_reader,
)
from tests.connectors.surroundings import FakeTime, surroundings
from tests.sandbox.clients import BASE, V1, InProcess
from tests.sandbox.contract import AFFIHUB, WHOP, Contract

FAST = 6_000_000
"""Requests per minute without any pace."""


class Checked(httpx.AsyncBaseTransport):
    """Holds every exchange against a contract."""

    def __init__(self, inner: httpx.AsyncBaseTransport, contract: Contract | None) -> None:
        self.inner = inner
        self.contract = contract

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        response.request = request
        if self.contract:
            await self.contract.check(response)
        return response


def whop_access(world: World, version: str = V1) -> WhopAccess:
    return WhopAccess(
        company_id=world.whop.company_id,
        api_key=world.whop.key,
        base_url=BASE,
        api_version=version,
        requests_per_minute=FAST,
    )


def affihub_access(world: World) -> AffihubAccess:
    return AffihubAccess(api_key=world.affihub.key, base_url=BASE, requests_per_minute=FAST)


@asynccontextmanager
async def whop_reader(
    world: World, faults: Faults | None = None, *, version: str = V1, strict: bool = True
) -> AsyncIterator[WhopReader]:
    around = surroundings(FakeTime(), _whop(world, faults, strict and version == V1))
    async with open_whop_reader(whop_access(world, version), around) as reader:
        yield reader


@asynccontextmanager
async def affihub_reader(
    world: World, faults: Faults | None = None, *, strict: bool = True
) -> AsyncIterator[AffihubReader]:
    around = surroundings(FakeTime(), _affihub(world, faults, strict))
    async with open_affihub_reader(affihub_access(world), around) as reader:
        yield reader


@asynccontextmanager
async def affihub_writer(
    world: World,
    faults: Faults | None = None,
    *,
    strict: bool = True,
    time: FakeTime | None = None,
) -> AsyncIterator[AffihubWriter]:
    around = surroundings(time or FakeTime(), _affihub(world, faults, strict))
    async with open_affihub_writer(affihub_access(world), around) as writer:
        yield writer


def _whop(world: World, faults: Faults | None, strict: bool) -> Checked:
    return Checked(InProcess(whop_app(world, faults)), WHOP if strict and not faults else None)


def _affihub(world: World, faults: Faults | None, strict: bool) -> Checked:
    contract = AFFIHUB if strict and not faults else None
    return Checked(InProcess(affihub_app(world, faults)), contract)


def unwatched(_records: int, _total: int | None) -> None:
    """Nobody watches the pages."""
