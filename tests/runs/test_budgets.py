"""Budgets over time: what one run may do again and again stops where a day or a week does."""

from decimal import Decimal
from typing import Final

from sync.core.plan import Disposition, Kind
from sync.core.policy import DEFAULT_LIMITS, GuardClass, Limit, Share
from sync.core.report import Report, exit_code
from tests.runs.shop import Shop, applied

PEOPLE: Final = 100
FOUR_PERCENT: Final = 4


class Leavers:
    """A hundred people in step, four more of whom leave Whop before each run."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.people = shop.crowd(PEOPLE)

    async def run(self, hours: float) -> Report:
        """Four leave, some hours later there is a run."""
        leaving, self.people = self.people[:FOUR_PERCENT], self.people[FOUR_PERCENT:]
        for affiliate, _ in leaving:
            self.shop.world.whop.edit(affiliate.id, status="archived")
        self.shop.clock.pass_(hours=hours)
        return await self.shop.sync()

    @property
    def off(self) -> int:
        """Partners who are switched off."""
        partners = self.shop.world.affihub.partners.values()
        return sum(partner.status == "deactivated" for partner in partners)


def written(report: Report) -> int:
    assert set(applied(report)) <= {Kind.DEACTIVATE_PARTNER}
    return len(applied(report))


async def test_ten_runs_of_four_percent_stop_at_the_daily_budget(shop: Shop) -> None:
    """By the settings every pair starts with: 5 % in one run, 10 % in a day."""
    assert DEFAULT_LIMITS[GuardClass.DEACTIVATE].per_day == Share(Decimal(10))
    leavers = Leavers(shop)
    await shop.settled()

    reports = [await leavers.run(hours=1) for _ in range(10)]

    assert [written(report) for report in reports] == [4, 4, 0, 0, 0, 0, 0, 0, 0, 0]
    assert leavers.off == 8
    last = reports[-1]
    assert {row.guard for row in last.rows if row.disposition is Disposition.HELD} == {"deactivate"}
    (verdict,) = last.guards
    assert (verdict.counted, verdict.limit, verdict.held) == (32, 2, 32)
    assert exit_code(last) == 4


async def test_what_the_day_held_is_not_let_go_by_the_next_one(shop: Shop) -> None:
    leavers = Leavers(shop)
    await shop.settled()
    for _ in range(3):
        await leavers.run(hours=1)

    shop.clock.pass_(hours=25)
    report = await shop.sync()

    assert written(report) == 0
    assert len(report.rows) == 4


async def test_a_waived_run_counts_in_the_budget(shop: Shop) -> None:
    leavers = Leavers(shop)
    await shop.settled()
    for affiliate, _ in leavers.people[-9:]:
        shop.world.whop.edit(affiliate.id, status="archived")
    assert written(await shop.sync(allow=["deactivate"])) == 9

    assert written(await leavers.run(hours=1)) == 0


async def test_a_week_of_allowed_days_stops_at_the_weekly_budget(shop: Shop) -> None:
    five, ten, twenty = (Share(Decimal(percent)) for percent in (5, 10, 20))
    shop.limits(deactivate=Limit(five, per_day=ten, per_week=twenty))
    leavers = Leavers(shop)
    await shop.settled()

    reports = [await leavers.run(hours=12.5) for _ in range(10)]

    assert [written(report) for report in reports] == [4, 4, 4, 4, 4, 0, 0, 0, 0, 0]
    assert leavers.off == 20
    assert reports[-1].guards[0].limit == 0


async def test_a_week_later_newcomers_go_and_leftovers_do_not(shop: Shop) -> None:
    five, ten = (Share(Decimal(percent)) for percent in (5, 10))
    shop.limits(deactivate=Limit(five, per_week=ten))
    leavers = Leavers(shop)
    await shop.settled()
    for _ in range(3):
        await leavers.run(hours=1)
    assert leavers.off == 8

    shop.clock.pass_(hours=169)
    leftovers = await shop.sync()
    for affiliate, _ in leavers.people[-1:]:
        shop.world.whop.edit(affiliate.id, status="archived")
    newcomer = await shop.sync()

    assert (written(leftovers), written(newcomer)) == (0, 1)
    assert leavers.off == 9
