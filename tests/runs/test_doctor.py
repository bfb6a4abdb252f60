"""The doctor's questions and what it makes of the answers."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.record import Side
from sync.runs.doctor import Finding, Health, ask, examine, exit_code
from tests.runs.shop import Shop

PIN = "2025-01-01"


async def findings(shop: Shop, *sides: Side) -> dict[str, Finding]:
    async with shop.pair(writes=False) as pair:
        told = examine(await ask(pair, PIN, sides or tuple(Side)))
    return {finding.check: finding for finding in told}


def some_people(shop: Shop) -> None:
    """More than a page on both sides, some of them off."""
    shop.crowd(105)
    for _ in range(4):
        shop.both("archived", "deactivated")


async def test_all_is_well(shop: Shop) -> None:
    some_people(shop)

    told = await findings(shop)

    assert {finding.health for finding in told.values()} == {Health.OK}
    assert {check: finding.seen for check, finding in told.items()} == {
        "Whop key": "accepted; 109 affiliates listed",
        "Whop version": "2025-01-01 is accepted",
        "Whop permissions": "all granted that a run may need",
        "Whop addresses": told["Whop addresses"].seen,
        "Whop listing": "complete",
        "Whop archived rows": "the plain list shows them (4)",
        "Whop page size": "100 a page, as asked for",
        "Affihub key": "accepted; 109 partners listed",
        "Affihub listing": "complete",
        "Affihub deactivated rows": "the plain list shows them (4)",
        "Affihub page size": "100 a page, as asked for",
    }
    assert exit_code(told.values()) == 0
    assert shop.changes() == []


async def test_it_asks_few_questions_beside_the_listings(shop: Shop) -> None:
    some_people(shop)

    await findings(shop)

    listings = sum("list_affiliates" in one or "list_partners" in one for one in shop.asked())
    assert listings == 4
    assert len(shop.asked()) - listings <= 4


@pytest.mark.parametrize(
    "gaps, check, seen",
    [
        (
            {"whop_lists_archived": False},
            "Whop archived rows",
            "the plain list hides them; 4 were asked for apart",
        ),
        (
            {"whop_lists_archived": False, "whop_page_cap": 15},  # 105 fill 7 pages to the brim
            "Whop archived rows",
            "the plain list hides them; 4 were asked for apart",
        ),
        (
            {"whop_page_cap": 50, "whop_page_excess": "refuse"},
            "Whop archived rows",
            "the plain list shows them (4)",
        ),
        (
            {"affihub_hides_deactivated": True},
            "Affihub deactivated rows",
            "the plain list hides them; 4 were asked for apart",
        ),
        (
            {"whop_page_cap": 50},
            "Whop page size",
            "50 a page where 100 were asked for: a run takes more requests",
        ),
        (
            {"affihub_per_page_cap": 20},
            "Affihub page size",
            "20 a page where 100 were asked for: a run takes more requests",
        ),
    ],
)
async def test_gaps_are_told_as_they_are(
    shop: Shop, gaps: Mapping[str, Any], check: str, seen: str
) -> None:
    some_people(shop)
    shop.world.gaps = shop.world.gaps.with_(gaps)

    finding = (await findings(shop))[check]

    assert (finding.health, finding.seen) == (Health.OK, seen)


async def test_what_cannot_be_seen_yet_is_said_so(shop: Shop) -> None:
    shop.crowd(2)

    told = await findings(shop)

    for check in ("Whop archived rows", "Affihub deactivated rows", "Whop page size"):
        assert "cannot be seen yet" in told[check].seen


async def test_nobody_anywhere_is_well_too(shop: Shop) -> None:
    told = await findings(shop)

    assert {finding.health for finding in told.values()} == {Health.OK}
    assert "Whop addresses" not in told


async def test_addresses_that_cannot_be_read_are_a_warning(shop: Shop) -> None:
    shop.crowd(3)
    shop.world.gaps = shop.world.gaps.with_(
        {"whop_product_affiliates": "no-emails", "whop_members_emails": "off"}
    )

    finding = (await findings(shop))["Whop addresses"]

    assert finding.health is Health.WARNING
    assert "member:email:read" in finding.advice


async def test_a_few_addresses_are_asked_for_and_where_is_told(shop: Shop) -> None:
    shop.crowd(3)

    finding = (await findings(shop))["Whop addresses"]

    assert finding.seen.startswith("can be read; 3 found in a first look")
    assert "list_product_affiliates 1" in finding.seen


@pytest.mark.parametrize("side", Side)
async def test_a_refused_key_fails_that_side_alone(shop: Shop, side: Side) -> None:
    shop.crowd(2)
    shop.faults.set_script([Step(fault=Answer(401, b"{}"), side=side, times=99)])

    told = await findings(shop)

    failed = [finding for finding in told.values() if finding.health is Health.FAILED]
    assert [finding.check for finding in failed] == [f"{side.brand} key"]
    assert "refused the key" in failed[0].seen
    assert exit_code(told.values()) == 1
    assert f"{side.other.brand} page size" in told


async def test_a_version_whop_does_not_know_is_to_be_mended_here(shop: Shop) -> None:
    refusal = Answer(400, b'{"error": {"message": "Known versions: 2025-01-01"}}')
    shop.faults.set_script([Step(fault=refusal, operation="list_affiliates", times=99)])

    told = await findings(shop)

    assert told["Whop version"].health is Health.FAILED
    assert "Known versions" in told["Whop version"].seen
    assert exit_code(told.values()) == 2


async def test_missing_permissions_are_named_with_what_they_are_for(shop: Shop) -> None:
    shop.crowd(1)
    shop.world.whop.permissions -= {"affiliate:create"}

    finding = (await findings(shop))["Whop permissions"]

    assert finding.health is Health.WARNING
    assert "affiliate:create, for making affiliates" in finding.seen


async def test_whop_that_does_not_tell_permissions_is_well(shop: Shop) -> None:
    shop.faults.set_script(
        [Step(fault=Answer(404, b"{}"), operation="check_permissions", times=99)]
    )

    finding = (await findings(shop))["Whop permissions"]

    assert finding.health is Health.OK
    assert "does not tell" in finding.seen


async def test_a_listing_that_cannot_be_proven_is_a_warning(shop: Shop) -> None:
    shop.crowd(3)
    shop.world.gaps = shop.world.gaps.with_({"affihub_list_total": "absent"})

    told = await findings(shop)

    assert told["Affihub listing"].health is Health.WARNING
    assert "nobody is created" in told["Affihub listing"].advice
    assert "Affihub page size" not in told


async def test_a_side_that_is_not_asked_has_no_findings(shop: Shop) -> None:
    shop.crowd(1)

    told = await findings(shop, Side.AFFIHUB)

    assert {check.split()[0] for check in told} == {"Affihub"}
    assert all(asked.startswith("affihub") for asked in shop.asked())
