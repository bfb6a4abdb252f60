"""Networks and servers that fail all the time: runs get there, and nobody is shut out by them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.faults import PROFILES, Faults
from connectors.sandbox.script import Step
from connectors.sandbox.seed import seeded
from connectors.transport import RetryPolicy
from sync.core.plan import Outcome
from sync.core.record import Side
from tests.runs.ends import ALL, end_of, settled_end
from tests.runs.shop import Shop, applied

MIXED = {name: 0.12 for name in PROFILES if name not in ("slow", "throttle")}
FEW = {Side.WHOP: 30, Side.AFFIHUB: 60}


@pytest.fixture
async def drifted(roomy: Shop) -> Shop:
    """A week after both sides were brought into step, with people only a create reveals."""
    roomy.allow(activate=True, reactivate=True)
    roomy.sync_rates(on_first_link="whop")
    roomy.world = seeded(40, 3, clock=roomy.clock)
    roomy.cast.world = roomy.world
    await roomy.settled(allow=ALL)
    drift(roomy.world, 3)
    for status in ("archived", "active", "archived"):
        hidden = roomy.lone_affiliate(status, shown=False)
        email = str(roomy.world.whop.user_of(hidden.id).email)
        roomy.world.affihub.add(email, hidden.id.lower(), "active", first_name="Only Here")
    return roomy


async def days(shop: Shop, count: int) -> dict[str, Any]:
    """Where a pair stands after a run on each of so many days, and one without any fault."""
    for _ in range(count):
        await shop.sync(allow=ALL)
        shop.clock.pass_(days=1)
    shop.faults = Faults()
    return await settled_end(shop)


@pytest.mark.parametrize("name", [*PROFILES, "all"])
async def test_under_three_faults_in_ten_runs_end_where_they_end_without(
    drifted: Shop, tmp_path: Path, name: str
) -> None:
    expected = await days(drifted.copy(tmp_path / "sound"), 1)
    shop = drifted.copy(tmp_path / "faulty")
    sleep = shop._sleep
    shop.faults = Faults({name: 0.3}, seed=7, per_minute=FEW, sleep=sleep)

    assert await days(shop, 5) == expected


@pytest.mark.parametrize("seed", range(2))
async def test_also_where_hardly_anything_is_tried_twice(
    drifted: Shop, tmp_path: Path, seed: int
) -> None:
    expected = await days(drifted.copy(tmp_path / "sound"), 1)
    shop = drifted.copy(tmp_path / "faulty")
    shop.retries = RetryPolicy(attempts=2)
    shop.faults = Faults(MIXED, seed=seed, sleep=shop._sleep)

    assert await days(shop, 8) == expected


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "truncated"])
async def test_over_tcp_every_first_answer_to_a_write_is_lost(roomy: Shop, fault: str) -> None:
    roomy.tcp = True
    roomy.allow(reactivate=True)
    roomy.sync_rates(on_first_link="whop")
    rated, _ = roomy.cast.rated(20, 20)
    leaving, back = roomy.both(), roomy.both("archived", "deactivated")
    to_whop = roomy.cast.rated(None, None)
    await roomy.settled()
    roomy.world.whop.set_rate(rated.id, 35)
    roomy.world.affihub.edit(leaving[1].id, status="deactivated")
    roomy.world.affihub.edit(back[1].id, status="active")
    roomy.world.affihub.edit(to_whop[1].id, commission_pct=Decimal(15))
    roomy.lone_affiliate()
    roomy.lone_partner()
    writes = (
        "create_partner",
        "create_affiliate",
        "create_override",
        "update_partner",
        "archive_affiliate",
        "unarchive_affiliate",
    )
    roomy.faults.set_script([Step(fault=fault, operation=operation) for operation in writes])

    report = await roomy.sync()

    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    assert set(roomy.world.created().values()) == {1}
    assert len(roomy.world.whop.overrides_of(to_whop[0].id)) == 1
    end = end_of(roomy)
    roomy.tcp = False
    assert applied(await roomy.sync()) == []
    assert end_of(roomy)["affihub"] == end["affihub"]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("fault", ["reset-after", "reset-before", "errors"])
async def test_an_override_is_never_made_twice(roomy: Shop, fault: str, nth: int) -> None:
    roomy.sync_rates()
    people = [roomy.cast.rated(None, None) for _ in range(3)]
    await roomy.settled()
    for _, partner in people:
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(15))
    steps = [Step(fault=fault, operation="create_override", nth=nth, times=2)]
    roomy.faults.set_script(steps)

    await roomy.sync()
    roomy.faults.set_script([])
    await roomy.sync()

    for affiliate, _ in people:
        assert [o.commission_value for o in roomy.world.whop.overrides_of(affiliate.id)] == [15]
    assert applied(await roomy.sync()) == []
    assert roomy.intents() == ()


async def test_a_server_that_is_slow_to_show_what_was_made_gets_one_override(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(None, None)
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(15))
    roomy.faults.set_script([Step(fault="reset-before", operation="create_override")])
    late = roomy.world.whop.set_rate
    before = len(roomy.slept)

    roomy.when(
        lambda asked: len(roomy.slept) > before and asked.path.endswith("/overrides"),
        lambda: late(affiliate.id, 15),
    )

    report = await roomy.sync()

    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    assert len(roomy.world.whop.overrides_of(affiliate.id)) == 1
    assert roomy.slept[before:] == [2.0]
