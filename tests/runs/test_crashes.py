"""Whenever a process dies, the next run ends as if it had not, and nobody is made twice."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.seed import seeded
from sync.core.plan import Field, Outcome
from sync.core.policy import Slot, SlotKind
from tests.runs.dying import die_at
from tests.runs.ends import ALL, settled_end
from tests.runs.shop import Shop, row_of, said

PLANS = ("plan_monthly00001", "plan_yearly000001")


async def status_changes(shop: Shop) -> None:
    """Two people leave, two come back."""
    shop.allow(reactivate=True)
    leaving = shop.crowd(2)
    returning = [shop.both("archived", "deactivated") for _ in range(2)]
    await shop.settled()
    shop.world.whop.edit(leaving[0][0].id, status="archived")
    shop.world.affihub.edit(leaving[1][1].id, status="deactivated")
    shop.world.whop.edit(returning[0][0].id, status="active")
    shop.world.affihub.edit(returning[1][1].id, status="active")


async def a_first_run(shop: Shop) -> None:
    """Links, a name, a partner with rate and activation."""
    shop.allow(activate=True)
    shop.sync_rates(on_first_link="whop")
    shop.both()
    shop.both(first_name=None, last_name=None)
    affiliate = shop.lone_affiliate()
    shop.world.whop.set_rate(affiliate.id, 30)


async def new_affiliates(shop: Shop) -> None:
    """An affiliate with a rate; one nobody knows; one who is there already."""
    shop.sync_rates(on_first_link="affihub")
    shop.both()
    partner = shop.lone_partner()
    shop.world.affihub.edit(partner.id, commission_pct=Decimal(15))
    shop.lone_partner(account=False)
    hidden = shop.lone_affiliate(shown=False)
    email = str(shop.world.whop.user_of(hidden.id).email)
    shop.world.affihub.add(email, "there", "active", first_name="T")


async def somebody_shut_out(shop: Shop) -> None:
    """A create that brings back an archived affiliate whose address nobody shows."""
    shop.crowd(2)
    hidden = shop.lone_affiliate("archived", shown=False)
    email = str(shop.world.whop.user_of(hidden.id).email)
    shop.world.affihub.add(email, "out", "active", first_name="O")


async def somebody_shut_out_unmarked(shop: Shop) -> None:
    """The same, at a Whop that never tells when a record changed."""
    shop.world.gaps = shop.world.gaps.with_({"whop_updated_at": "never"})
    await somebody_shut_out(shop)


async def several_creates_at_once(shop: Shop) -> None:
    """Two who were shut out, among people nobody has an affiliate for."""
    shop.people_at_once = 8
    shop.lone_partner()
    shop.lone_partner(account=False)
    await somebody_shut_out(shop)
    hidden = shop.lone_affiliate("archived", shown=False)
    email = str(shop.world.whop.user_of(hidden.id).email)
    shop.world.affihub.add(email, "out-too", "active", first_name="O")


async def rates_both_ways(shop: Shop) -> None:
    """A rate to each side, one removed from each side."""
    shop.sync_rates()
    people = [shop.cast.rated(20, 20) for _ in range(4)]
    shop.world.affihub.edit(shop.both()[1].id, commission_pct=None)
    await shop.settled()
    shop.world.whop.set_rate(people[0][0].id, 30)
    shop.world.affihub.edit(people[1][1].id, commission_pct=Decimal(35))
    shop.world.whop.set_rate(people[2][0].id, None)
    shop.world.affihub.edit(people[3][1].id, commission_pct=None)


async def rates_on_plans(shop: Shop) -> None:
    """A rate to be made, one to be changed and one to be removed, each on two plans."""
    shop.sync_rates(slot=Slot(SlotKind.STANDARD, plan_ids=PLANS))
    people = [shop.cast.rated(None, rate) for rate in (None, 20, 25)]
    for (affiliate, _), percent in zip(people, (None, 20, 25), strict=True):
        for plan in PLANS if percent else ():
            shop.world.whop.add_override(
                affiliate.id,
                override_type="standard",
                commission_value=Decimal(str(percent)),
                plan_id=plan,
                applies_to_payments="all_payments",
            )
    await shop.settled()
    shop.world.affihub.edit(people[0][1].id, commission_pct=Decimal(10))
    shop.world.affihub.edit(people[1][1].id, commission_pct=Decimal(35))
    shop.world.affihub.edit(people[2][1].id, commission_pct=None)


async def rates_on_plans_of_new_affiliates(shop: Shop) -> None:
    """An affiliate to be made, with a rate on two plans."""
    shop.sync_rates(on_first_link="affihub", slot=Slot(SlotKind.STANDARD, plan_ids=PLANS))
    shop.both()
    shop.world.affihub.edit(shop.lone_partner().id, commission_pct=Decimal(15))


SCENES: tuple[Callable[[Shop], Any], ...] = (
    status_changes,
    a_first_run,
    new_affiliates,
    somebody_shut_out,
    somebody_shut_out_unmarked,
    several_creates_at_once,
    rates_both_ways,
    rates_on_plans,
    rates_on_plans_of_new_affiliates,
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_wherever_it_dies_the_next_run_ends_as_if_it_had_not(
    roomy: Shop, tmp_path: Path, scene: Callable[[Shop], Any]
) -> None:
    roomy.people_at_once = 1
    await scene(roomy)
    expected = await settled_end(roomy.copy(tmp_path / "whole"))

    steps = 0
    while await die_at(shop := roomy.copy(tmp_path / f"died-{steps}"), steps, ALL):
        # Who was found instead of created is compared by the run after.
        twice = scene is new_affiliates or steps % 4 == 0
        assert await settled_end(shop, twice=twice) == expected, f"died at step {steps}"
        steps += 1
    assert steps > 5


async def test_what_was_done_is_in_the_history_also_when_nobody_lived_to_tell(
    roomy: Shop, tmp_path: Path
) -> None:
    roomy.people_at_once = 1
    await rates_both_ways(roomy)

    steps = 0
    while await die_at(shop := roomy.copy(tmp_path / f"died-{steps}"), steps, ALL):
        await shop.sync(allow=ALL)
        past = [
            one.row
            for whop_id in shop.world.whop.affiliates
            for one in shop.store.history("main", (whop_id, None), 9)
        ]
        done = [row for row in past if row.field is Field.COMMISSION]
        assert [row.outcome for row in done].count(Outcome.APPLIED) == 4, f"died at step {steps}"
        shop.close()
        steps += 1


async def test_a_rate_cut_off_midway_is_not_finished_against_a_stamp(
    roomy: Shop, tmp_path: Path
) -> None:
    roomy.people_at_once = 1
    roomy.sync_rates(slot=Slot(SlotKind.STANDARD, plan_ids=PLANS))
    affiliate, partner = roomy.cast.rated(None, None)
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(10))
    steps = ("what was read", "links", "what is read again", "intent", "first plan")
    assert await die_at(roomy, len(steps), ALL)
    assert len(roomy.world.whop.overrides_of(affiliate.id)) == 1
    stamp = {"whop_affiliate_id": "aff_other", "whop_user_id": "user_other"}
    roomy.world.affihub.edit(partner.id, metadata={"affisync": stamp})

    report = await roomy.sync(allow=ALL)

    assert said(row_of(report, affiliate)) == ("break", "not-one-rate", None)
    assert len(roomy.world.whop.overrides_of(affiliate.id)) == 1
    assert roomy.intents() == ()


@pytest.mark.parametrize("seed", range(2))
async def test_a_busy_run_that_dies_anywhere_ends_like_one_that_did_not(
    roomy: Shop, tmp_path: Path, seed: int
) -> None:
    roomy.allow(activate=True, reactivate=True)
    roomy.sync_rates(on_first_link="whop")
    roomy.world = seeded(60, seed, clock=roomy.clock)
    await roomy.settled(allow=ALL)
    drift(roomy.world, seed)
    expected = await settled_end(roomy.copy(tmp_path / "whole"))
    chance = Random(seed)

    for attempt in range(4):
        shop = roomy.copy(tmp_path / f"died-{attempt}")
        step = chance.randrange(60)
        await die_at(shop, step, ALL)
        assert await settled_end(shop) == expected, f"died at step {step}"
