"""Whole runs over many people: what was done is what was planned, whatever order it came in."""

from collections import Counter
from pathlib import Path

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.seed import agreed, seeded
from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.record import Side
from tests.runs.shop import Shop

OPERATIONS = {
    Kind.CREATE_PARTNER: {"create_partner"},
    Kind.CREATE_AFFILIATE: {"create_affiliate"},
    Kind.ACTIVATE_PARTNER: {"update_partner"},
    Kind.DEACTIVATE_PARTNER: {"update_partner"},
    Kind.FILL_NAME: {"update_partner"},
    Kind.ARCHIVE_AFFILIATE: {"archive_affiliate"},
    Kind.UNARCHIVE_AFFILIATE: {"unarchive_affiliate"},
    Kind.SET_COMMISSION: {"update_partner", "create_override", "update_override"},
    Kind.REMOVE_COMMISSION: {"update_partner", "delete_override"},
}
"""The writes each kind of row makes, one for each row in a slot with one place."""


def written(row: Row) -> bool:
    return row.outcome is Outcome.APPLIED and not row.kind.is_local


@pytest.mark.parametrize("seed", range(3))
async def test_every_write_is_a_row_and_every_applied_row_a_write(roomy: Shop, seed: int) -> None:
    roomy.allow(activate=True, reactivate=True)
    roomy.sync_rates(on_first_link="whop")
    roomy.world = seeded(80, seed, clock=roomy.clock)
    first = await roomy.settled(allow=["all"])
    drift(roomy.world, seed)
    drift(roomy.world, seed + 100)

    report = await roomy.sync(allow=["all"])

    rows = Counter(row.side for row in report.rows if written(row))
    assert rows == Counter(write.side for write in roomy.world.writes)
    assert sum(rows.values()) > 20
    allowed = Counter(o for row in report.rows if written(row) for o in OPERATIONS[row.kind])
    done = Counter(write.operation for write in roomy.world.writes)
    assert all(done[operation] <= allowed[operation] for operation in done)
    assert {row.outcome for row in first.rows if row.disposition is Disposition.APPLY} == {
        Outcome.APPLIED
    }


@pytest.mark.parametrize("seed", range(2))
async def test_the_order_of_pages_and_rows_changes_no_plan(
    roomy: Shop, tmp_path: Path, seed: int
) -> None:
    roomy.sync_rates()
    roomy.world = seeded(230, seed, clock=roomy.clock)
    await roomy.settled(allow=["all"])
    drift(roomy.world, seed)
    told = []
    for number, order in enumerate(("created", "id", "shuffled")):
        shop = roomy.copy(tmp_path / str(number))
        shop.world.gaps = shop.world.gaps.with_({"affihub_list_order": order})
        report = await shop.dry_run(allow=["all"])
        told.append([(row.key, row.disposition, row.reason) for row in report.rows])
        shop.close()

    assert told[0] == told[1] == told[2]
    assert len(told[0]) > 20


@pytest.mark.parametrize(
    "name",
    ["x" * 10_000, "Nul\x00l", "\u202eevil", "=1+1", "<b>", " ", "a\nb", "\U0001f984"],
    ids=["long", "null", "bidi", "formula", "markup", "blank", "line", "unicorn"],
)
async def test_a_name_of_any_kind_costs_nothing_else(roomy: Shop, name: str) -> None:
    odd = roomy.lone_affiliate()
    roomy.world.whop.edit_user(odd.user_id, name=name)
    nameless, partner = roomy.both(first_name=None, last_name=None)
    roomy.world.whop.edit_user(nameless.user_id, name=name)
    roomy.lone_affiliate()

    report = await roomy.sync()
    again = await roomy.sync()

    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    assert again.rows == ()
    filled = roomy.partner(partner)
    assert " ".join(filter(None, (filled.first_name, filled.last_name))) == " ".join(name.split())


async def test_a_big_pair_without_a_change_asks_for_its_pages_alone(roomy: Shop) -> None:
    roomy.world = agreed(1000, 4, clock=roomy.clock)
    await roomy.settled()

    report = await roomy.sync()

    assert report.rows == ()
    counts = Counter((request.side, request.operation) for request in roomy.world.log)
    assert counts == {(Side.WHOP, "list_affiliates"): 10, (Side.AFFIHUB, "list_partners"): 10}
    assert all(request.method == "GET" for request in roomy.world.log)
