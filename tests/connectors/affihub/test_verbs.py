"""Affihub's other verbs, seen from the wire and on the sandbox."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from connectors.affihub import AffihubAccess, AffihubWriter
from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.world import World
from sync.core.record import Partner, Stamp
from sync.errors import Malformed, NotFound, Rejected
from tests.connectors.affihub.rows import page, partner
from tests.connectors.sandboxed import affihub_reader, affihub_writer
from tests.connectors.surroundings import AFFIHUB_URL, KEY

STAMP = Stamp("aff_1", "user_1")
OURS = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}
PARTNERS = f"{AFFIHUB_URL}/partners"
ANSWERS = ("empty", "partner", "ok")


def jane(world: World, **more: Any) -> str:
    return world.affihub.add("jane@example.org", "jane", "active", **more).id


def answering(router: respx.Router, told: dict[str, Any]) -> respx.Route:
    """A server that shows one partner, whatever is written to it."""
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=told))
    return router.patch(f"{PARTNERS}/par_1").mock(httpx.Response(204))


def sent(route: respx.Route) -> object:
    return json.loads(route.calls.last.request.content)


# One partner


async def test_one_partner_is_read_with_its_stamp(world: World) -> None:
    id_ = jane(world, metadata=OURS, commission_pct=Decimal("12.5"), payout_email="p@x.io")
    async with affihub_reader(world) as affihub:
        told = await affihub.partner(id_)
    assert (told.id, told.stamp, told.commission) == (id_, STAMP, Decimal("12.5"))
    assert "p@x.io" not in repr(told)


async def test_a_partner_affihub_does_not_have_is_not_found(world: World) -> None:
    async with affihub_reader(world) as affihub:
        with pytest.raises(NotFound):
            await affihub.partner("par_nobody")


async def test_an_answer_about_somebody_else_is_not_taken(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=partner(2)))
    with pytest.raises(Malformed, match="somebody else"):
        await affihub.partner("par_1")


# By address


async def test_partners_are_found_by_their_exact_address(world: World) -> None:
    emails = ["a+b%c@x.org", "A+B%C@X.org", "aa+b%c@x.org", "a+b%c@x.org.uk", "ab%c@x.org"]
    ids = [world.affihub.add(email, f"s{n}").id for n, email in enumerate(emails)]
    async with affihub_reader(world) as affihub:
        found = await affihub.partners_with_email(" a+b%c@X.org")
    assert {one.id for one in found} == set(ids[:2])


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


@pytest.mark.parametrize("search", ["substring", "exact", "prefix"])
@pytest.mark.parametrize("case", ["folds", "exact"])
@pytest.mark.parametrize("written", ["jane@x.org", "Jane@X.org"])
async def test_whatever_the_search_does_with_letters_the_address_is_found(
    world: World, search: str, case: str, written: str
) -> None:
    world.gaps = world.gaps.with_({"affihub_search": search, "affihub_search_case": case})
    id_ = world.affihub.add(written, "jane").id
    async with affihub_reader(world) as affihub:
        (found,) = await affihub.partners_with_email(written)
        assert found.id == id_
        (folded,) = await affihub.partners_with_email("Jane@X.org")
        assert folded.id == id_


async def test_nobody_is_nobody(world: World) -> None:
    jane(world)
    async with affihub_reader(world) as affihub:
        assert await affihub.partners_with_email("someone@example.org") == ()


# Status, rate, name


@pytest.mark.parametrize("answer", ANSWERS)
async def test_whatever_a_write_is_answered_with_the_partner_is_read_again(
    world: World, answer: str
) -> None:
    id_ = jane(world)
    world.gaps = world.gaps.with_({"affihub_patch_answer": answer})
    async with affihub_writer(world) as affihub:
        assert (await affihub.set_status(id_, "deactivated")).status == "deactivated"
        assert (await affihub.set_commission(id_, Decimal("12.50"))).commission == Decimal("12.5")
        assert (await affihub.set_name(id_, "Zoë", "van Dam")).name == "Zoë van Dam"
        assert affihub.requests() == {"update_partner": 3, "get_partner": 3}


async def test_what_the_server_kept_is_told_not_what_was_sent(world: World) -> None:
    id_ = world.affihub.add("jane@example.org", "jane", "deactivated").id
    world.gaps = world.gaps.with_({"affihub_reactivates": "ignores"})
    async with affihub_writer(world) as affihub:
        assert (await affihub.set_status(id_, "active")).status == "deactivated"


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


async def test_dropping_a_rate_asks_for_null(world: World) -> None:
    id_ = jane(world, commission_pct=Decimal(25))
    async with affihub_writer(world, strict=False) as affihub:
        assert (await affihub.set_commission(id_, None)).commission is None


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "truncated", "html", "errors"])
async def test_a_write_survives_lost_answers(world: World, fault: str) -> None:
    id_ = jane(world)
    faults = Faults(script=[Step(fault=fault, operation="update_partner", times=2)])
    async with affihub_writer(world, faults) as affihub:
        assert (await affihub.set_status(id_, "deactivated")).status == "deactivated"


# Stamps


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("metadata", [None, {}, {"theirs": {"n": [1, 2.5]}, "affisync": {"x": 1}}])
async def test_a_stamp_leaves_every_other_key_alone(
    world: World, metadata: dict[str, Any] | None, merge: bool
) -> None:
    id_ = jane(world, metadata=metadata)
    world.gaps = world.gaps.with_({"affihub_metadata_merge": merge})
    async with affihub_writer(world) as affihub:
        assert (await affihub.write_stamp(id_, STAMP)).stamp == STAMP
    written = json.loads(json.dumps(world.affihub.partners[id_].metadata, default=float))
    assert written == {**(metadata or {}), **OURS}


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
