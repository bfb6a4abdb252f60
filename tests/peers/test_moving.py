"""One record moves between the plan and the write: that row alone is left, all others go on."""

from sync.core.plan import Outcome, Plan
from sync.core.report import exit_code
from tests.runs.shop import Shop, applied, row_of, rows_of


async def test_only_the_row_of_a_record_that_moved_is_left(shop: Shop) -> None:
    """Rclone bisync writes over what moved; octoDNS, where it looks, refuses the whole plan."""
    people = shop.crowd(10)
    await shop.settled()
    for affiliate, _ in people:
        shop.world.whop.edit(affiliate.id, status="archived")
    moved, partner = people[4]

    async def meanwhile(_plan: Plan) -> bool:
        shop.world.whop.edit(moved.id, status="active")
        return True

    report = await shop.sync(allow=["all"], confirm=meanwhile)

    assert row_of(report, moved).outcome is Outcome.STALE
    assert len(applied(report)) == 9
    assert shop.partner(partner).status == "active"
    assert shop.changes() == ["affihub update_partner"] * 9
    assert exit_code(report) == 1
    assert (await shop.sync()).rows == ()


async def test_a_plan_is_worth_nothing_to_a_record_somebody_else_settled(shop: Shop) -> None:
    """What was to be written stands there already: nothing is written over it, nobody fails."""
    affiliate, partner = shop.both()
    await shop.settled()
    shop.world.whop.edit(affiliate.id, status="archived")

    async def meanwhile(_plan: Plan) -> bool:
        shop.world.affihub.edit(partner.id, status="deactivated")
        return True

    report = await shop.sync(confirm=meanwhile)

    assert [row.outcome for row in rows_of(report, *{row.kind for row in report.rows})] == [
        Outcome.STALE
    ]
    assert shop.changes() == []
