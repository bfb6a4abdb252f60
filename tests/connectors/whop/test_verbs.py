"""Whop's other verbs, seen from the wire; what they promise is in tests/conformance."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from connectors.whop import WhopAccess, WhopWriter, open_whop_writer
from sync.core.ports import NewOverride
from sync.errors import Malformed, Rejected
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


# One affiliate


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


# Archive and unarchive


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


# Overrides


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


async def test_a_changed_percentage_goes_out_as_a_whole_number(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = router.patch(f"{WHOP_URL}/affiliates/aff_1/overrides/affov_1").mock(
        httpx.Response(200, json=OVERRIDE)
    )
    await whop.update_override("aff_1", "affov_1", Decimal("30.00"))
    assert route.calls.last.request.content == b'{"commission_value":30}'


# Permissions


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


def test_the_key_does_not_show_by_a_repr() -> None:
    access: Any = WhopAccess(company_id="biz_1", api_key=KEY)
    assert KEY not in repr(access)
