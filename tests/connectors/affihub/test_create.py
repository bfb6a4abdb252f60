"""Creating partners, seen from the wire: whatever the server does, never one person twice.

What the verb promises is in tests/conformance.
"""

import itertools
import json
from typing import Any

import httpx
import pytest
import respx

from connectors.affihub import AffihubWriter
from connectors.affihub.create import PAUSE
from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.world import World, empty_world
from sync.core.ports import NewPartner
from sync.core.record import Stamp
from sync.errors import ApiError, KeyRefused, Unavailable
from tests.connectors.affihub.rows import page, partner
from tests.connectors.sandboxed import affihub_writer
from tests.connectors.surroundings import AFFIHUB_URL, FakeTime

STAMP = Stamp("aff_1", "user_1")
EMAIL = "Jane+w@Example.org"
JANE = NewPartner(EMAIL, ("jane", "jane-7f", "jane-9c"), "Jane", "Smith", STAMP)
LOST = ("reset-before", "reset-after", "truncated", "html", "errors")
PARTNERS = f"{AFFIHUB_URL}/partners"


def step(fault: str | Answer, times: int = 1, **more: Any) -> Step:
    return Step(fault=fault, operation="create_partner", times=times, **more)


# What is sent


async def test_a_create_sends_names_slug_and_stamp(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    made = partner(1, email=EMAIL, status="invited")
    route = router.post(PARTNERS).mock(httpx.Response(201, json=made))
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=made | {"metadata": None}))
    created = await affihub.create_partner(JANE)
    assert (created.partner.id, created.found) == ("par_1", False)
    assert created.partner.stamp is None  # as it was read back, not as it was sent
    assert json.loads(route.calls.last.request.content) == {
        "email": EMAIL,
        "slug": "jane",
        "first_name": "Jane",
        "last_name": "Smith",
        "metadata": {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}},
    }


async def test_empty_names_are_left_out(affihub: AffihubWriter, router: respx.Router) -> None:
    made = httpx.Response(201, json=partner(1, status="invited"))
    route = router.post(PARTNERS).mock(made)
    router.get(f"{PARTNERS}/par_1").mock(made)
    await affihub.create_partner(NewPartner(EMAIL, ("jane",), "", "", STAMP))
    sent = json.loads(route.calls.last.request.content)
    assert sent.keys() == {"email", "slug", "metadata"}


# It is refused


REFUSALS = [
    {
        "affihub_duplicate_status": status,
        "affihub_error_body": body,
        "affihub_search": search,
        "affihub_search_case": case,
    }
    for status, body, search, case in itertools.product(
        (409, 422, 400, 500), ("json", "text", "empty"), ("substring", "exact"), ("folds", "exact")
    )
]


@pytest.mark.parametrize("gaps", REFUSALS)
@pytest.mark.parametrize("status", ["invited", "active", "deactivated"])
async def test_whoever_has_the_address_already_is_found_however_it_is_refused(
    world: World, gaps: dict[str, Any], status: str
) -> None:
    world.gaps = world.gaps.with_(gaps)
    there = world.affihub.add(EMAIL, "her-own", status)
    async with affihub_writer(world) as affihub:
        created = await affihub.create_partner(JANE)
    assert (created.partner.id, created.found) == (there.id, True)
    assert (created.partner.status, created.partner.stamp) == (status, None)
    assert world.affihub.partners.keys() == {there.id}


@pytest.mark.parametrize("gaps", REFUSALS)
async def test_a_taken_slug_is_no_taken_address(world: World, gaps: dict[str, Any]) -> None:
    world.gaps = world.gaps.with_(gaps)
    for slug in ("jane", "jane-7f", "jane-7"):
        world.affihub.add(f"{slug}@elsewhere.org", slug, "active")
    async with affihub_writer(world) as affihub:
        created = await affihub.create_partner(JANE)
    assert (created.partner.slug, created.found) == ("jane-9c", False)
    assert len(world.affihub.partners) == 4


async def test_a_refused_key_is_looked_into_no_further(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    router.post(PARTNERS).mock(httpx.Response(401))
    with pytest.raises(KeyRefused):
        await affihub.create_partner(JANE)
    assert affihub.requests() == {"create_partner": 1}


async def test_a_server_that_finds_instead_of_refusing_is_seen_through(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    there = httpx.Response(200, json=partner(1, email=EMAIL, metadata={}))
    router.post(PARTNERS).mock(there)
    router.get(f"{PARTNERS}/par_1").mock(there)
    assert (await affihub.create_partner(JANE)).found


# Nobody knows what came of it


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("seed", range(6))
async def test_a_lost_answer_never_makes_two_partners(world: World, fault: str, seed: int) -> None:
    time = FakeTime()
    async with affihub_writer(world, Faults(seed=seed, script=[step(fault)]), time=time) as affihub:
        created = await affihub.create_partner(JANE)
        sent = affihub.requests()["create_partner"]
    assert world.affihub.partners.keys() == {created.partner.id}
    assert (created.found, created.partner.stamp) == (False, STAMP)
    # Where it had been made, it was found; else it was sent again after a pause.
    assert (sent, PAUSE in time.slept) in {(1, False), (2, True)}


async def test_it_is_sent_again_only_after_nobody_was_found_twice(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    order: list[str] = []
    made = httpx.Response(201, json=partner(1, status="invited"))

    def post(_request: httpx.Request) -> httpx.Response:
        order.append("create")
        if order.count("create") == 1:
            raise httpx.ReadTimeout("x")
        return made

    def search(request: httpx.Request) -> httpx.Response:
        order.append(request.url.params["search"])
        return page()

    router.post(PARTNERS).mock(side_effect=post)
    router.get(PARTNERS).mock(side_effect=search)
    router.get(f"{PARTNERS}/par_1").mock(made)
    await affihub.create_partner(JANE)
    look = [EMAIL, EMAIL.lower()]
    assert order == ["create", *look, *look, "jane", "create"]


async def test_a_partner_that_shows_up_late_is_not_made_again(
    affihub: AffihubWriter, router: respx.Router, time: FakeTime
) -> None:
    ours = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}
    late = partner(1, email=EMAIL, status="invited")
    router.post(PARTNERS).mock(httpx.Response(502, html="<html>"))
    route = router.get(PARTNERS).mock(
        side_effect=lambda _: page(late) if time.slept == [PAUSE] else page()
    )
    router.get(f"{PARTNERS}/par_1").mock(httpx.Response(200, json=late | {"metadata": ours}))
    created = await affihub.create_partner(JANE)
    assert (created.partner.id, created.found) == ("par_1", False)
    assert affihub.requests()["create_partner"] == 1
    assert route.call_count == 4


async def test_a_search_that_cannot_be_read_to_its_end_proves_nobody_absent(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    router.post(PARTNERS).mock(httpx.Response(409))
    router.get(PARTNERS).mock(page(partner(5), total=7))
    with pytest.raises(Unavailable, match="cannot be taken for whole"):
        await affihub.create_partner(JANE)


async def test_a_create_that_never_left_is_sent_again(world: World) -> None:
    slower = Answer(429, b"", [("retry-after", "3")])
    async with affihub_writer(world, Faults(script=[step(slower, times=3)])) as affihub:
        created = await affihub.create_partner(JANE)
        assert affihub.requests()["create_partner"] == 4
    assert world.affihub.partners.keys() == {created.partner.id}


@pytest.mark.parametrize("seed", range(25))
async def test_with_everything_going_wrong_nobody_is_made_twice(seed: int) -> None:
    world = empty_world(seed=seed)
    faults = Faults({"all": 0.4}, seed=seed, sleep=FakeTime().sleep)
    async with affihub_writer(world, faults) as affihub:
        for number in range(10):
            new = NewPartner(
                f"u{number}@example.org", (f"u{number}", f"u{number}-x"), "U", "", STAMP
            )
            try:
                created = await affihub.create_partner(new)
            except ApiError:
                continue
            assert created.partner.email == new.email
    assert all(count == 1 for count in world.created().values())
    assert len({one.email for one in world.affihub.partners.values()}) == len(
        world.affihub.partners
    )
