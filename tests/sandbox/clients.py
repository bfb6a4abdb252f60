"""HTTP clients of the two apps in this process, and a clock that a test moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.faults import Faults
from connectors.sandbox.world import World
from tests.sandbox.contract import AFFIHUB, WHOP, Contract

V1 = "2025-01-01"
CURRENT = "2026-10-15-1"
BASE = "http://sandbox/api/v1"


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    now: datetime = datetime(2026, 11, 20, 12, 0, 0, 123000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class InProcess(httpx.ASGITransport):
    """Calls an app directly; a dropped connection is the error it would be over TCP."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError as fault:
            raise httpx.ReadError(str(fault), request=request) from fault


def whop_client(
    world: World, faults: Faults | None = None, *, version: str | None = V1, strict: bool = True
) -> httpx.AsyncClient:
    """Whop with the right key; ``strict`` holds every exchange against the contract of its pin."""
    headers = {"authorization": f"Bearer {world.whop.key}"}
    if version:
        headers["api-version-date"] = version
    contract = WHOP if strict and version == V1 else None
    return _client(InProcess(whop_app(world, faults)), headers, contract)


def affihub_client(
    world: World, faults: Faults | None = None, *, strict: bool = True
) -> httpx.AsyncClient:
    """Affihub with the right key; ``strict`` holds every exchange against the contract."""
    headers = {"authorization": f"Bearer {world.affihub.key}"}
    return _client(InProcess(affihub_app(world, faults)), headers, AFFIHUB if strict else None)


def _client(
    transport: httpx.AsyncBaseTransport, headers: dict[str, str], contract: Contract | None
) -> httpx.AsyncClient:
    hooks = {"response": [contract.check]} if contract else {}
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers, event_hooks=hooks)
