"""What an earlier run would have planned under other settings, from what it kept alone."""

from dataclasses import replace

import pytest

from sync.core.plan import Disposition, Kind
from sync.core.policy import CommissionPolicy, CommissionSync, GuardClass, Limit, Policy
from sync.core.report import Mode, Report
from sync.core.whatif import WhatIf
from sync.errors import UsageError
from sync.runs.whatif import Settings, look
from tests.runs.shop import Shop
from tests.runs.test_keepsake import ran


def seen(shop: Shop, policy: Policy | None = None, run: Report | None = None, **of: str) -> WhatIf:
    """The comparison with the same settings, unless others are given."""
    told = {"company_id": shop.world.whop.company_id, "config": "sha256:new", **of}
    return look(shop.store, Settings(policy or shop.policy, **told), run.run.id if run else None)


def strict(shop: Shop, limit: int) -> Policy:
    guards = shop.policy.guards
    limits = {**guards.limits, GuardClass.DEACTIVATE: Limit(limit)}
    return replace(shop.policy, guards=replace(guards, limits=limits))


async def leavers(roomy: Shop, count: int) -> None:
    """People who were in step and then left Whop."""
    people = roomy.crowd(count)
    await ran(roomy, Mode.APPLY, allowed=["first-run"])
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")


async def test_rows_that_a_stricter_limit_would_hold_are_told(roomy: Shop) -> None:
    await leavers(roomy, 5)
    await ran(roomy)
    roomy.world.log.clear()

    difference = seen(roomy, strict(roomy, 2)).difference

    turns = [changed.turn for changed in difference.rows]
    assert turns == [(Disposition.APPLY, Disposition.HELD)] * 5
    assert [changed.row.kind for changed in difference.rows] == [Kind.DEACTIVATE_PARTNER] * 5
    (guard,) = difference.guards
    assert guard.before is None
    assert guard.after is not None
    assert (guard.guard, guard.after.limit, guard.after.held) == ("deactivate", 2, 5)
    assert not roomy.asked()


async def test_the_same_settings_make_the_same_plan(roomy: Shop) -> None:
    await leavers(roomy, 5)
    await ran(roomy)

    assert seen(roomy).difference.is_empty


async def test_any_kept_run_can_be_looked_at_and_the_latest_is_where_none_is_named(
    roomy: Shop,
) -> None:
    await leavers(roomy, 3)
    leaving = await ran(roomy)
    await ran(roomy, Mode.APPLY)

    latest, earlier = seen(roomy, strict(roomy, 0)), seen(roomy, strict(roomy, 0), leaving)

    assert earlier.run == leaving.run.id != latest.run
    assert len(earlier.difference.rows) == 3
    assert len(latest.difference.rows) == 3, "an apply keeps what it planned on"


async def test_where_nothing_is_kept_it_says_what_to_set(shop: Shop) -> None:
    report = await ran(shop, keep=0)

    with pytest.raises(UsageError, match=r"pair main\. Set state\.keep_snapshots"):
        seen(shop)
    with pytest.raises(UsageError, match=rf"run {report.run.id} of pair main"):
        seen(shop, run=report)


async def test_it_says_what_the_comparison_does_not_reach(shop: Shop) -> None:
    await ran(shop, Mode.APPLY, allowed=["first-run"])
    await ran(shop, allowed=["deactivate"])
    rates = replace(shop.policy, commission=CommissionPolicy(CommissionSync.TWO_WAY))

    notes = seen(shop, rates, company_id="biz_other", used="sha256:now").notes

    waived, unread = "That run let these guards go", "That run read no rates"
    changed, company = "The configuration in use was changed", "That run was about company"
    starts = (changed, waived, unread, company)
    assert [note.startswith(start) for note, start in zip(notes, starts, strict=True)] == [True] * 4
    assert "deactivate" in notes[1]
    assert "biz_other" in notes[3]


async def test_it_says_nothing_where_there_is_nothing_to_say(shop: Shop) -> None:
    shop.sync_rates()
    await ran(shop, Mode.APPLY)

    assert seen(shop, used="sha256:test").notes == ()
    assert seen(shop, used="sha256:new").notes == ()
