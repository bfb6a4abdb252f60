from collections.abc import AsyncIterator

import pytest
import respx

from connectors.whop import WhopAccess, WhopWriter, open_whop_writer
from tests.connectors.surroundings import KEY, WHOP_URL, FakeTime, routed, surroundings

ACCESS = WhopAccess(company_id="biz_1", api_key=KEY, base_url=WHOP_URL, requests_per_minute=60_000)


@pytest.fixture
async def whop(time: FakeTime, router: respx.Router) -> AsyncIterator[WhopWriter]:
    async with open_whop_writer(ACCESS, surroundings(time, routed(router))) as writer:
        yield writer
