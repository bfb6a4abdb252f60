from collections.abc import AsyncIterator

import pytest
import respx

from connectors.affihub import AffihubAccess, AffihubWriter, open_affihub_writer
from tests.connectors.surroundings import AFFIHUB_URL, KEY, FakeTime, routed, surroundings

ACCESS = AffihubAccess(api_key=KEY, base_url=AFFIHUB_URL, requests_per_minute=60_000)


@pytest.fixture
async def affihub(time: FakeTime, router: respx.Router) -> AsyncIterator[AffihubWriter]:
    async with open_affihub_writer(ACCESS, surroundings(time, routed(router))) as writer:
        yield writer
