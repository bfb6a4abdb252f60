"""What a guard holds is never sent: not now, not later, until a person says yes."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Disposition, Kind, Outcome
from sync.core.policy import Limit, Share
from sync.core.report import RunStatus, exit_code
from tests.runs.shop import Shop, applied, row_of, rows_of

People = list[tuple[Affiliate, Partner]]


def leave(shop: Shop, people: People) -> None:
    """These people are archived on Whop."""
    for affiliate, _ in people:
        shop.world.whop.edit(affiliate.id, status="archived")


def come_back(shop: Shop, people: People) -> None:
    """They are active on Whop again."""
    for affiliate, _ in people:
        shop.world.whop.edit(affiliate.id, status="active")


def guards_of(shop: Shop, report: Any) -> set[str | None]:
    return {row.guard for row in report.rows if row.disposition is Disposition.HELD}


async def test_within_the_limit_all_go_beyond_it_none(shop: Shop) -> None:
    people = shop.crowd(12)
    await shop.settled()

    leave(shop, people[:3])
    within = await shop.sync()
    shop.clock.pass_(hours=24)
    leave(shop, people[3:7])
    beyond = await shop.sync()

    assert applied(within) == [Kind.DEACTIVATE_PARTNER] * 3
    assert (applied(beyond), exit_code(beyond)) == ([], 4)
    assert (beyond.run.status, guards_of(shop, beyond)) == (RunStatus.HELD, {"deactivate"})
    (verdict,) = beyond.guards
    assert (verdict.counted, verdict.limit, verdict.held) == (4, 3, 4)
    assert verdict.command == "affisync sync --pair main --allow deactivate"


async def test_both_ways_of_shutting_out_count_together(shop: Shop) -> None:
    people = shop.crowd(12)
    await shop.settled()
    leave(shop, people[:2])
    for _, partner in people[2:4]:
        shop.world.affihub.edit(partner.id, status="deactivated")

    report = await shop.sync()

    assert applied(report) == []
    assert {row.kind for row in report.rows} == {Kind.DEACTIVATE_PARTNER, Kind.ARCHIVE_AFFILIATE}


async def test_what_is_not_of_the_class_goes_on(shop: Shop) -> None:
    people = shop.crowd(12)
    await shop.settled()
    leave(shop, people[:4])
    affiliate = shop.lone_affiliate()

    report = await shop.sync()

    assert applied(report) == [Kind.CREATE_PARTNER]
    assert row_of(report, affiliate).outcome is Outcome.APPLIED
    assert (report.run.status, exit_code(report)) == (RunStatus.APPLIED, 4)


class TestLeftovers:
    """A row once held by a limit never slips under it."""

    async def _held(self, shop: Shop, count: int = 4) -> People:
        people = shop.crowd(12)
        await shop.settled()
        leave(shop, people[:count])
        await shop.sync()
        shop.world.log.clear()
        return people[:count]

    async def test_stay_held_when_others_went_away(self, shop: Shop) -> None:
        people = await self._held(shop)
        come_back(shop, people[1:])

        report = await shop.sync()

        assert (len(report.rows), guards_of(shop, report)) == (1, {"deactivate"})
        assert shop.changes() == []

    async def test_let_newcomers_within_the_limit_go(self, shop: Shop) -> None:
        people = await self._held(shop)
        come_back(shop, people[1:])
        other = shop.both()
        await shop.sync()
        leave(shop, [other])

        report = await shop.sync()

        assert row_of(report, other[0]).outcome is Outcome.APPLIED
        assert row_of(report, people[0][0]).outcome is None

    async def test_go_when_the_guard_is_waived(self, shop: Shop) -> None:
        people = await self._held(shop)
        come_back(shop, people[2:])

        report = await shop.sync(allow=["deactivate"])

        assert applied(report) == [Kind.DEACTIVATE_PARTNER] * 2
        assert (await shop.sync()).rows == ()

    async def test_are_forgotten_when_they_change(self, shop: Shop) -> None:
        (first, *rest) = await self._held(shop)
        come_back(shop, [first, *rest])
        await shop.sync()
        leave(shop, [first])

        report = await shop.sync()

        assert row_of(report, first[0]).outcome is Outcome.APPLIED

    @pytest.mark.parametrize(
        "gap", [{"affihub_list_total": "absent"}, {"whop_product_affiliates": "forbidden"}]
    )
    async def test_are_not_forgotten_by_a_run_that_did_not_see_everything(
        self, shop: Shop, gap: dict[str, str]
    ) -> None:
        shop.crowd(12)
        await shop.settled()
        lone = [shop.lone_affiliate() for _ in range(4)]
        held = await shop.sync()
        assert guards_of(shop, held) == {"create-partner"}
        keys = shop.known().held
        sound, shop.world.gaps = shop.world.gaps, shop.world.gaps.with_(gap)
        await shop.sync()
        shop.world.gaps = sound
        for affiliate in lone[1:]:
            shop.world.whop.edit(affiliate.id, status="archived")

        report = await shop.sync()

        assert row_of(report, lone[0]).guard == "create-partner"
        assert row_of(report, lone[0]).key in keys
        assert shop.changes() == []

    async def test_are_not_forgotten_while_their_record_cannot_be_read(self, shop: Shop) -> None:
        shop.sync_rates()
        people = [shop.cast.rated(20, 20) for _ in range(12)]
        await shop.settled()
        for _, partner in people[:4]:
            shop.world.affihub.edit(partner.id, commission_pct=Decimal(30))
        assert guards_of(shop, await shop.sync()) == {"commission"}
        for _, partner in people[1:4]:
            shop.world.affihub.edit(partner.id, commission_pct=Decimal(20))
        (override,) = shop.world.whop.overrides_of(people[0][0].id)
        shop.world.whop.edit_override(override.id, commission_type=None)
        assert (await shop.sync()).rows == ()
        shop.world.whop.edit_override(override.id, commission_type="percentage")

        report = await shop.sync()

        assert guards_of(shop, report) == {"commission"}


async def test_the_days_budget_counts_what_earlier_runs_did(shop: Shop) -> None:
    shop.limits(deactivate=Limit(3, per_day=4, per_week=6))
    people = shop.crowd(14)
    await shop.settled()

    def leaving(count: int) -> People:
        gone, people[:count] = people[:count], []
        leave(shop, gone)
        return gone

    leaving(3)
    assert applied(await shop.sync()) == [Kind.DEACTIVATE_PARTNER] * 3
    shop.clock.pass_(hours=6)
    leaving(2)
    assert guards_of(shop, await shop.sync()) == {"deactivate"}
    shop.clock.pass_(hours=20)
    leaving(1)
    assert len(applied(await shop.sync())) == 1
    shop.clock.pass_(hours=26)
    leaving(3)
    report = await shop.sync()

    (verdict,) = report.guards
    assert (verdict.counted, verdict.limit, verdict.held) == (5, 2, 5)
    shop.clock.pass_(hours=140)
    assert guards_of(shop, await shop.sync()) == {"deactivate"}
    assert len(applied(await shop.sync(allow=["deactivate"]))) == 5


async def test_a_waived_run_spends_the_budget_as_well(shop: Shop) -> None:
    shop.limits(deactivate=Limit(3, per_day=4))
    people = shop.crowd(12)
    await shop.settled()
    leave(shop, people[:4])
    await shop.sync(allow=["deactivate"])
    leave(shop, people[4:5])

    assert guards_of(shop, await shop.sync()) == {"deactivate"}


@pytest.mark.parametrize(
    "name, allowed",
    [("deactivate", True), ("all", True), ("commission", False), ("first-run", False)],
)
async def test_only_the_named_guard_is_waived(shop: Shop, name: str, allowed: bool) -> None:
    shop.limits(deactivate=Limit(0))
    people = shop.crowd(4)
    await shop.settled()
    leave(shop, people[:1])

    report = await shop.sync(allow=[name])

    assert bool(applied(report)) is allowed
    assert report.run.allowed == (name,)


async def test_all_waives_no_conflict_no_break_and_no_waiting_row(roomy: Shop) -> None:
    roomy.both("archived")
    roomy.both(partner="paused")
    roomy.lone_affiliate(shown=False)
    roomy.both()

    report = await roomy.sync(allow=["all"])

    told = {row.disposition for row in report.rows if row.kind is not Kind.LINK}
    assert told == {Disposition.CONFLICT, Disposition.BREAK, Disposition.WAITING}
    assert roomy.changes() == []


async def test_a_share_of_the_links_is_counted_after_matching(shop: Shop) -> None:
    shop.crowd(60)
    for _ in range(6):
        shop.lone_affiliate()

    report = await shop.sync()

    assert len(rows_of(report, Kind.CREATE_PARTNER)) == 6
    assert {row.outcome for row in rows_of(report, Kind.CREATE_PARTNER)} == {Outcome.APPLIED}


async def test_removing_a_rate_is_held_until_it_is_allowed(roomy: Shop) -> None:
    roomy.sync_rates()
    _, partner = roomy.cast.rated(20, 20)
    affiliate, _ = roomy.cast.rated(30, 30)
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, commission_pct=None)
    roomy.world.whop.set_rate(affiliate.id, None)

    held = await roomy.sync()

    assert guards_of(roomy, held) == {"remove-commission"}
    assert roomy.changes() == []
    done = await roomy.sync(allow=["remove-commission"])
    assert applied(done) == [Kind.REMOVE_COMMISSION] * 2
    assert roomy.world.whop.rate(roomy.affiliate_of(partner).id) is None
    assert roomy.partner_of(affiliate).commission_pct is None
    assert (await roomy.sync()).rows == ()


async def test_a_zero_limit_lets_go_as_soon_as_the_setting_does(shop: Shop) -> None:
    shop.limits(create_partner=Limit(0))
    shop.lone_affiliate()
    await shop.sync()
    shop.limits(create_partner=Limit(Share(Decimal(10))))

    assert applied(await shop.sync()) == [Kind.CREATE_PARTNER]
