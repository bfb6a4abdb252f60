"""Between plan and write the world goes on: a row decided on something else is left alone."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from connectors.sandbox.world import World
from sync.core.plan import Kind, Outcome, Plan
from sync.core.report import RunStatus, exit_code
from tests.runs.shop import Shop, row_of, said

Edit = Callable[[World, Affiliate, Partner], None]


def archive(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.edit(affiliate.id, status="archived")


def unarchive(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.edit(affiliate.id, status="active")


def deactivate(world: World, _affiliate: Affiliate, partner: Partner) -> None:
    world.affihub.edit(partner.id, status="deactivated")


def activate(world: World, _affiliate: Affiliate, partner: Partner) -> None:
    world.affihub.edit(partner.id, status="active")


def vanish(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.remove(affiliate.id)


def lose_partner(world: World, _affiliate: Affiliate, partner: Partner) -> None:
    world.affihub.remove(partner.id)


def rate_on_whop(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.set_rate(affiliate.id, 50)


def rate_on_affihub(world: World, _affiliate: Affiliate, partner: Partner) -> None:
    world.affihub.edit(partner.id, commission_pct=Decimal(50))


def fee_in_slot(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.add_override(
        affiliate.id,
        override_type="rev_share",
        commission_type="flat_fee",
        commission_value=Decimal(5),
        revenue_basis="post_fees",
    )


def raise_on_whop(world: World, affiliate: Affiliate, _partner: Partner) -> None:
    world.whop.set_rate(affiliate.id, 30)


def raise_on_affihub(world: World, _affiliate: Affiliate, partner: Partner) -> None:
    world.affihub.edit(partner.id, commission_pct=Decimal(30))


MOVES: list[tuple[Edit, Edit]] = [
    (archive, unarchive),
    (archive, deactivate),
    (archive, vanish),
    (archive, lose_partner),
    (deactivate, activate),
    (deactivate, archive),
    (deactivate, vanish),
    (raise_on_whop, rate_on_whop),
    (raise_on_whop, rate_on_affihub),
    (raise_on_whop, archive),
    (raise_on_whop, deactivate),
    (raise_on_whop, fee_in_slot),
    (raise_on_whop, lose_partner),
    (raise_on_affihub, rate_on_whop),
    (raise_on_affihub, rate_on_affihub),
    (raise_on_affihub, deactivate),
    (raise_on_affihub, fee_in_slot),
]


@pytest.mark.parametrize("first, then", MOVES, ids=lambda edit: edit.__name__)
async def test_a_record_that_moved_after_the_plan_is_left_for_the_next_run(
    roomy: Shop, first: Edit, then: Edit
) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    others = roomy.crowd(3)
    await roomy.settled()
    base = roomy.link(affiliate.id)
    first(roomy.world, affiliate, partner)
    first(roomy.world, *others[0])

    async def meanwhile(_plan: Plan) -> bool:
        then(roomy.world, affiliate, partner)
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert row_of(report, affiliate).outcome is Outcome.STALE
    assert row_of(report, others[0][0]).outcome is Outcome.APPLIED
    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)
    assert len(roomy.changes()) == 1
    assert roomy.link(affiliate.id) == base


@pytest.mark.parametrize("change", ["status", "gone"])
async def test_an_affiliate_who_left_after_the_plan_gets_no_partner(
    roomy: Shop, change: str
) -> None:
    affiliate = roomy.lone_affiliate()

    async def meanwhile(_plan: Plan) -> bool:
        if change == "gone":
            roomy.world.whop.remove(affiliate.id)
        else:
            roomy.world.whop.edit(affiliate.id, status="archived")
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert row_of(report, affiliate).outcome is Outcome.STALE
    assert roomy.changes() == []


@pytest.mark.parametrize("status", ["deactivated", "invited", "paused"])
async def test_a_partner_who_left_after_the_plan_gets_no_affiliate(
    roomy: Shop, status: str
) -> None:
    partner = roomy.lone_partner()

    async def meanwhile(_plan: Plan) -> bool:
        roomy.world.affihub.edit(partner.id, status=status)
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert row_of(report, partner).outcome is Outcome.STALE
    assert roomy.changes() == []


async def test_the_rate_of_a_new_partner_is_left_where_whop_moved_it_meanwhile(
    roomy: Shop,
) -> None:
    roomy.sync_rates(on_first_link="whop")
    affiliate = roomy.lone_affiliate()
    roomy.world.whop.set_rate(affiliate.id, 30)

    async def meanwhile(_plan: Plan) -> bool:
        roomy.world.whop.set_rate(affiliate.id, 45)
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert row_of(report, affiliate, Kind.CREATE_PARTNER).outcome is Outcome.APPLIED
    assert row_of(report, affiliate, Kind.SET_COMMISSION).outcome is Outcome.STALE
    assert roomy.partner_of(affiliate).commission_pct is None
    await roomy.sync()
    assert roomy.partner_of(affiliate).commission_pct == Decimal(45)


async def test_the_rate_of_a_new_affiliate_is_left_where_affihub_moved_it_meanwhile(
    roomy: Shop,
) -> None:
    roomy.sync_rates(on_first_link="affihub")
    partner = roomy.lone_partner()
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(30))

    async def meanwhile(_plan: Plan) -> bool:
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(45))
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert row_of(report, partner, Kind.SET_COMMISSION).outcome is Outcome.STALE
    assert roomy.world.whop.rate(roomy.affiliate_of(partner).id) is None
    await roomy.sync()
    assert roomy.world.whop.rate(roomy.affiliate_of(partner).id) == Decimal(45)


class TestAStampThatContradicts:
    """A partner's own stamp that names somebody else makes the row a conflict."""

    async def _stamped(self, shop: Shop) -> tuple[Affiliate, Partner]:
        affiliate, partner = shop.both()
        await shop.settled()
        stamp = {"whop_affiliate_id": "aff_other", "whop_user_id": "user_other"}
        shop.world.affihub.edit(partner.id, metadata={"affisync": stamp})
        shop.world.whop.edit(affiliate.id, status="archived")
        return affiliate, partner

    async def test_is_told_and_nothing_is_sent(self, roomy: Shop) -> None:
        affiliate, _ = await self._stamped(roomy)

        report = await roomy.sync()

        assert said(row_of(report, affiliate)) == ("conflict", "stamp-contradicts", None)
        assert (roomy.changes(), exit_code(report)) == ([], 4)

    async def test_lets_the_row_go_once_the_stamp_is_right(self, roomy: Shop) -> None:
        affiliate, partner = await self._stamped(roomy)
        await roomy.sync()
        stamp = {"whop_affiliate_id": affiliate.id, "whop_user_id": affiliate.user_id}
        roomy.world.affihub.edit(partner.id, metadata={"affisync": stamp})

        report = await roomy.sync()

        assert row_of(report, affiliate).outcome is Outcome.APPLIED

    async def test_an_old_affiliate_of_the_same_user_is_no_contradiction(self, roomy: Shop) -> None:
        affiliate, partner = await self._stamped(roomy)
        stamp = {"whop_affiliate_id": "aff_before", "whop_user_id": affiliate.user_id}
        roomy.world.affihub.edit(partner.id, metadata={"affisync": stamp})

        assert row_of(await roomy.sync(), affiliate).outcome is Outcome.APPLIED


class TestThePairChangedWhileAPersonThought:
    """A plan decided on an older mapping is not applied."""

    async def _asked(self, shop: Shop, meanwhile: Callable[[], object]) -> str | None:
        shop.lone_affiliate()

        async def think(_plan: Plan) -> bool:
            meanwhile()
            return True

        report = await shop.sync(confirm=think)
        assert report.run.status is RunStatus.FAILED
        assert shop.changes() == []
        assert shop.kept().run == report.run
        return report.run.error

    async def test_by_a_link(self, roomy: Shop) -> None:
        affiliate, _ = roomy.both()
        await roomy.settled()

        def unlink() -> None:
            with roomy.leased() as fence:
                roomy.store.unlink(fence, roomy.link(affiliate.id), apart=False)

        told = await self._asked(roomy, unlink)
        assert told is not None
        assert "changed this pair" in told
        assert "run it again" in told

    async def test_by_a_word_that_keeps_two_apart(self, roomy: Shop) -> None:
        affiliate, partner = roomy.both()

        def keep_apart() -> None:
            with roomy.leased() as fence:
                roomy.store.keep_apart(fence, affiliate.user_id, partner.id)

        assert "changed this pair" in str(await self._asked(roomy, keep_apart))
        assert roomy.known().links == ()
