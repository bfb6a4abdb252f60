from collections.abc import AsyncIterator

import pytest
import respx

from connectors.transport import Access, Allowance, Counting, Writer, open_writer
from sync.core.record import Side
from tests.connectors.surroundings import KEY, WHOP_URL, FakeTime, routed, surroundings

ACCESS = Access(
    side=Side.WHOP,
    base_url=WHOP_URL,
    api_key=KEY,
    allowance=Allowance(6_000, Counting.PER_OPERATION),
    concurrency=4,
    key_source="WHOP_API_KEY",
    headers={"Api-Version-Date": "2025-01-01"},
    needs={"list": "affiliate:basic:read"},
)


@pytest.fixture
async def writer(time: FakeTime, router: respx.Router) -> AsyncIterator[Writer]:
    async with open_writer(ACCESS, surroundings(time, routed(router))) as opened:
        yield opened
