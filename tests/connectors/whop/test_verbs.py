"""Whop's other verbs, seen from the wire and on the sandbox."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from connectors.sandbox.faults import Faults
from connectors.sandbox.script import Step
from connectors.sandbox.world import World
from connectors.whop import WhopAccess, WhopWriter, open_whop_writer
from sync.core.ports import NewOverride
from sync.errors import Malformed, NotFound, Rejected, Uncertain
from tests.connectors.sandboxed import whop_reader, whop_writer
from tests.connectors.surroundings import KEY, WHOP_URL, FakeTime, routed, surroundings
from tests.connectors.whop.rows import affiliate, page

OVERRIDE = {
    "id": "affov_1",
    "override_type": "rev_share",
    "commission_type": "percentage",
    "commission_value": 25,
}
REV_SHARE = NewOverride("rev_share", Decimal("25.0"), revenue_basis="post_fees")
STANDARD = NewOverride(
    "standard", Decimal("12.50"), plan_id="plan_1", applies_to_payments="all_payments"
)


def somebody(world: World, status: str = "active") -> str:
    user = world.whop.add_user("jane@example.org", "Jane", "jane")
    return world.whop.add_affiliate(user.id, status).id


# One affiliate


async def test_one_affiliate_is_read_by_its_id(world: World) -> None:
    id_ = somebody(world, "archived")
    async with whop_reader(world) as whop:
        told = await whop.affiliate(id_)
    assert (told.id, told.status, told.username) == (id_, "archived", "jane")


async def test_an_affiliate_whop_does_not_have_is_not_found(world: World) -> None:
    async with whop_reader(world) as whop:
        with pytest.raises(NotFound):
            await whop.affiliate("aff_nobody")


async def test_an_answer_about_somebody_else_is_not_taken(
    whop: WhopWriter, router: respx.Router
) -> None:
    router.get(f"{WHOP_URL}/affiliates/aff_1").mock(httpx.Response(200, json=affiliate(2)))
    with pytest.raises(Malformed, match="somebody else"):
        await whop.affiliate("aff_1")


# Create


@pytest.mark.parametrize(
    "version, company", [("2025-01-01", "company_id"), ("2026-10-15-1", "account_id")]
)
async def test_a_create_names_the_company_in_the_words_of_the_pin(
    router: respx.Router, time: FakeTime, version: str, company: str
) -> None:
    access = WhopAccess(company_id="biz_1", api_key=KEY, base_url=WHOP_URL, api_version=version)
    route = router.post(f"{WHOP_URL}/affiliates").mock(httpx.Response(200, json=affiliate(1)))
    async with open_whop_writer(access, surroundings(time, routed(router))) as whop:
        assert (await whop.create_affiliate("Jane+x@example.org")).id == "aff_1"
    sent = json.loads(route.calls.last.request.content)
    assert sent == {company: "biz_1", "user_identifier": "Jane+x@example.org"}


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "truncated", "html"])
async def test_a_create_is_repeated_and_finds_what_the_first_one_made(
    world: World, fault: str
) -> None:
    world.whop.add_user("jane@example.org", "Jane", "jane")
    faults = Faults(script=[Step(fault=fault, operation="create_affiliate", times=2)])
    async with whop_writer(world, faults) as whop:
        made = await whop.create_affiliate("jane@example.org")
    assert world.whop.affiliates.keys() == {made.id}


@pytest.mark.parametrize("status", [404, 422, 400])
async def test_an_address_whop_does_not_know_is_refused(world: World, status: int) -> None:
    world.gaps = world.gaps.with_({"whop_unknown_email_status": status})
    async with whop_writer(world) as whop:
        with pytest.raises((Rejected, NotFound)):
            await whop.create_affiliate("nobody@example.org")


# Archive and unarchive


@pytest.mark.parametrize("again", ["ok", "conflict"])
async def test_archiving_and_unarchiving_may_be_done_twice(world: World, again: str) -> None:
    id_ = somebody(world)
    world.gaps = world.gaps.with_({"whop_archive_again": again})
    async with whop_writer(world, strict=False) as whop:
        for _ in range(2):
            await whop.archive(id_)
        assert world.whop.affiliates[id_].status == "archived"
        for _ in range(2):
            await whop.unarchive(id_)
        assert world.whop.affiliates[id_].status == "active"


async def test_a_refusal_stays_one_where_the_status_is_not_as_asked(world: World) -> None:
    id_ = somebody(world, "deleted")
    async with whop_writer(world) as whop:
        with pytest.raises(Rejected, match="deleted affiliate"):
            await whop.unarchive(id_)


@pytest.mark.parametrize("status, accepted", [("archived", True), ("active", False)])
async def test_a_success_that_is_not_true_is_looked_into(
    whop: WhopWriter, router: respx.Router, status: str, accepted: bool
) -> None:
    router.post(f"{WHOP_URL}/affiliates/aff_1/archive").mock(httpx.Response(200, json=False))
    told = httpx.Response(200, json=affiliate(1, status=status))
    router.get(f"{WHOP_URL}/affiliates/aff_1").mock(told)
    if accepted:
        await whop.archive("aff_1")
        return
    with pytest.raises(Rejected, match="aff_1 is not archived"):
        await whop.archive("aff_1")


async def test_archiving_sends_no_body(whop: WhopWriter, router: respx.Router) -> None:
    url = f"{WHOP_URL}/affiliates/aff_1/archive"
    route = router.post(url).mock(httpx.Response(200, json=True))
    await whop.archive("aff_1")
    assert route.calls.last.request.content == b""


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "truncated", "html"])
async def test_archiving_survives_lost_answers(world: World, fault: str) -> None:
    id_ = somebody(world)
    faults = Faults(script=[Step(fault=fault, operation="archive_affiliate", times=2)])
    async with whop_writer(world, faults) as whop:
        await whop.archive(id_)
    assert world.whop.affiliates[id_].status == "archived"


# Overrides


async def test_overrides_of_all_pages_are_listed_by_id(world: World) -> None:
    id_ = somebody(world)
    for plan in range(230):
        world.whop.add_override(
            id_, override_type="standard", commission_value=Decimal(10), plan_id=f"plan_{plan}"
        )
    async with whop_reader(world) as whop:
        told = await whop.overrides(id_)
    assert [one.id for one in told] == sorted(world.whop.overrides)
    assert {one.plan_id for one in told} == {f"plan_{plan}" for plan in range(230)}


@pytest.mark.parametrize(
    "answers",
    [
        [page({"id": "affov_1"})],
        [page(OVERRIDE, more=True, cursor="c"), page(OVERRIDE, more=True, cursor="c")],
        [page(OVERRIDE, more=True)],
    ],
)
async def test_overrides_that_cannot_all_be_read_are_an_error(
    whop: WhopWriter, router: respx.Router, answers: Sequence[httpx.Response]
) -> None:
    router.get(f"{WHOP_URL}/affiliates/aff_1/overrides").mock(side_effect=list(answers))
    with pytest.raises(Malformed):
        await whop.overrides("aff_1")


COMMON = {"id": "aff_1", "commission_type": "percentage"}


@pytest.mark.parametrize(
    "new, own",
    [
        (
            REV_SHARE,
            {"override_type": "rev_share", "commission_value": 25, "revenue_basis": "post_fees"},
        ),
        (
            NewOverride("rev_share", Decimal(7), product_id="prod_1", plan_id="plan_1"),
            {"override_type": "rev_share", "commission_value": 7, "product_id": "prod_1"},
        ),
        (
            STANDARD,
            {
                "override_type": "standard",
                "commission_value": 12.5,
                "plan_id": "plan_1",
                "applies_to_payments": "all_payments",
            },
        ),
    ],
)
async def test_a_new_override_goes_out_exactly(
    whop: WhopWriter, router: respx.Router, new: NewOverride, own: dict[str, Any]
) -> None:
    route = router.post(f"{WHOP_URL}/affiliates/aff_1/overrides").mock(
        httpx.Response(200, json=OVERRIDE)
    )
    await whop.create_override("aff_1", new)
    sent = json.loads(route.calls.last.request.content)
    assert sent == COMMON | own
    assert type(sent["commission_value"]) is type(own["commission_value"])


@pytest.mark.parametrize(
    "fault, made", [("reset-before", 0), ("reset-after", 1), ("truncated", 1), ("html", 0)]
)
async def test_an_override_that_may_have_been_made_is_not_sent_again(
    world: World, fault: str, made: int
) -> None:
    id_ = somebody(world)
    async with whop_writer(world, Faults({fault: 1})) as whop:
        with pytest.raises(Uncertain):
            await whop.create_override(id_, REV_SHARE)
        assert whop.requests() == {"create_override": 1}
    assert len(world.whop.overrides_of(id_)) == made


async def test_overrides_are_made_changed_and_deleted(world: World) -> None:
    id_ = somebody(world)
    async with whop_writer(world) as whop:
        await whop.create_override(id_, REV_SHARE)
        (told,) = await whop.overrides(id_)
        await whop.update_override(id_, told.id, Decimal("30.00"))
        assert world.whop.rate(id_) == 30
        for _ in range(2):
            await whop.delete_override(id_, told.id)
        assert await whop.overrides(id_) == ()


async def test_a_changed_percentage_goes_out_as_a_whole_number(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = router.patch(f"{WHOP_URL}/affiliates/aff_1/overrides/affov_1").mock(
        httpx.Response(200, json=OVERRIDE)
    )
    await whop.update_override("aff_1", "affov_1", Decimal("30.00"))
    assert route.calls.last.request.content == b'{"commission_value":30}'


# Permissions


async def test_permissions_are_told_by_name(world: World) -> None:
    world.whop.permissions.discard("member:email:read")
    async with whop_reader(world) as whop:
        told = await whop.permissions()
    assert told is not None
    assert told["affiliate:create"] is True
    assert told["member:email:read"] is False


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(403),
        httpx.Response(400),
        httpx.Response(200, json={"data": "all"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, html="<html>"),
    ],
)
async def test_permissions_that_are_not_told_are_unknown(
    whop: WhopWriter, router: respx.Router, answer: httpx.Response
) -> None:
    route = router.get(f"{WHOP_URL}/permissions").mock(answer)
    assert await whop.permissions() is None
    assert route.call_count == 1


def test_the_key_does_not_show_by_a_repr(world: World) -> None:
    access: Any = WhopAccess(company_id="biz_1", api_key=KEY)
    assert KEY not in repr(access)
