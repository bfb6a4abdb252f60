"""Affihub's other verbs, seen from the wire; what they promise is in tests/conformance."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from connectors.affihub import AffihubAccess, AffihubWriter
from connectors.sandbox.world import World
from sync.core.record import Partner, Stamp
from sync.errors import Malformed, Rejected
from tests.connectors.affihub.rows import page, partner
from tests.connectors.sandboxed import affihub_reader
from tests.connectors.surroundings import AFFIHUB_URL, KEY

STAMP = Stamp("aff_1", "user_1")
OURS = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}
PARTNERS = f"{AFFIHUB_URL}/partners"


def answering(router: respx.Router, told: dict[str, Any]) -> respx.Route:
    """A server that shows one partner, whatever is written to it."""
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=told))
    return router.patch(f"{PARTNERS}/par_1").mock(httpx.Response(204))


def sent(route: respx.Route) -> object:
    return json.loads(route.calls.last.request.content)


# One partner


async def test_an_answer_about_somebody_else_is_not_taken(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=partner(2)))
    with pytest.raises(Malformed, match="somebody else"):
        await affihub.partner("par_1")


# By address


async def test_an_address_is_percent_encoded(affihub: AffihubWriter, router: respx.Router) -> None:
    route = router.get(PARTNERS).mock(page())
    await affihub.partners_with_email("a+b%c d@x.org")
    assert b"search=a%2Bb%25c+d%40x.org" in route.calls.last.request.url.query


async def test_all_pages_of_a_search_are_read(world: World) -> None:
    for number in range(250):
        world.affihub.add(f"u{number}@x.org", f"jane@x.org-{number}")
    last = world.affihub.add("jane@x.org", "zzz")
    world.gaps = world.gaps.with_({"affihub_list_order": "id"})
    async with affihub_reader(world) as affihub:
        (found,) = await affihub.partners_with_email("jane@x.org")
        assert affihub.requests() == {"list_partners": 3}
    assert found.id == last.id


# Status, rate, name


@pytest.mark.parametrize(
    "percent, written",
    [
        (Decimal("25.00"), b'{"commission_pct":25}'),
        (Decimal("12.50"), b'{"commission_pct":12.5}'),
        (Decimal("0.07"), b'{"commission_pct":0.07}'),
        (Decimal(0), b'{"commission_pct":0}'),
        (None, b'{"commission_pct":null}'),
    ],
)
async def test_a_rate_goes_out_exactly(
    affihub: AffihubWriter, router: respx.Router, percent: Decimal | None, written: bytes
) -> None:
    route = answering(router, partner(1))
    await affihub.set_commission("par_1", percent)
    assert route.calls.last.request.content == written


async def test_a_rate_is_never_rounded_on_the_way_out(affihub: AffihubWriter) -> None:
    with pytest.raises(Rejected, match="more than 2 decimals"):
        await affihub.set_commission("par_1", Decimal("12.345"))
    assert affihub.requests() == {}


# Stamps


async def test_numbers_in_others_metadata_keep_every_digit(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    told = '{"id":"par_1","email":"a@b.c","slug":"s","status":"active","metadata":{"n":1.10}}'
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, content=told.encode()))
    route = router.patch(f"{PARTNERS}/par_1").mock(httpx.Response(204))
    await affihub.write_stamp("par_1", STAMP)
    assert b'"n":1.10' in route.calls.last.request.content


async def test_a_stamp_that_is_there_is_not_written_again(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    route = answering(router, partner(1, metadata=OURS))
    assert (await affihub.write_stamp("par_1", STAMP)).stamp == STAMP
    assert route.call_count == 0


@pytest.mark.parametrize("told", [partner(1), partner(1, metadata=[1]), partner(1, metadata="x")])
async def test_metadata_that_is_not_shown_whole_is_not_overwritten(
    affihub: AffihubWriter, router: respx.Router, told: dict[str, Any]
) -> None:
    route = answering(router, told)
    with pytest.raises(Rejected, match="no stamp was written"):
        await affihub.write_stamp("par_1", STAMP)
    assert route.call_count == 0


async def test_only_what_changes_is_sent(affihub: AffihubWriter, router: respx.Router) -> None:
    route = answering(router, partner(1))
    told: Partner = await affihub.set_name("par_1", "Jane", "")
    assert told.id == "par_1"
    assert sent(route) == {"first_name": "Jane", "last_name": ""}


def test_the_key_does_not_show_by_a_repr() -> None:
    assert KEY not in repr(AffihubAccess(api_key=KEY))
