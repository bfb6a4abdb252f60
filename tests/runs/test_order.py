"""Who is shut out goes first, who comes back goes last, and nobody earns at a rate in doubt."""

from decimal import Decimal
from itertools import pairwise

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.plan import Base, Kind, Outcome
from tests.runs.shop import Asked, Shop, applied, row_of, rows_of, said


async def test_across_people_shutting_out_comes_first_and_names_come_last(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    leaving_whop, leaving_affihub = roomy.both(), roomy.both()
    back_on_whop, back_on_affihub = (roomy.both("archived", "deactivated") for _ in range(2))
    raised = roomy.cast.rated(20, 20)
    await roomy.settled()
    world = roomy.world
    world.whop.edit(leaving_whop[0].id, status="archived")
    world.affihub.edit(leaving_affihub[1].id, status="deactivated")
    world.whop.edit(back_on_whop[0].id, status="active")
    world.affihub.edit(back_on_affihub[1].id, status="active")
    world.affihub.edit(raised[1].id, commission_pct=Decimal(30))
    roomy.lone_affiliate()
    roomy.lone_partner()
    roomy.both(first_name=None, last_name=None)

    report = await roomy.sync()

    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    order = [(write.operation, write.id) for write in world.writes]
    places = {what: place for place, what in enumerate(order)}
    off = (("update_partner", leaving_whop[1].id), ("archive_affiliate", leaving_affihub[0].id))
    rate = next(what for what in order if what[0] == "update_override")
    made = [what for what in order if what[0].startswith("create_")]
    on = (("update_partner", back_on_whop[1].id), ("unarchive_affiliate", back_on_affihub[0].id))
    groups = [[places[what] for what in group] for group in (off, [rate], made, on)]
    assert all(max(one) < min(other) for one, other in pairwise(groups))
    assert places[order[-1]] > max(groups[-1])
    assert order[-1][0] == "update_partner"
    assert (await roomy.sync()).rows == ()


class TestACreatedPartner:
    """Create, rate, then switching on: in one run, and the next has nothing left."""

    def _arranged(self, shop: Shop) -> None:
        shop.allow(activate=True)
        shop.sync_rates(on_first_link="whop")

    async def test_gets_its_rate_before_it_is_switched_on(self, roomy: Shop) -> None:
        self._arranged(roomy)
        affiliate = roomy.lone_affiliate()
        roomy.world.whop.set_rate(affiliate.id, 30)
        seen: list[tuple[str, Decimal | None]] = []

        def look(_asked: Asked) -> None:
            seen.extend((p.status, p.commission_pct) for p in roomy.world.affihub.partners.values())

        roomy.after.append(look)

        report = await roomy.sync()

        assert applied(report) == [Kind.CREATE_PARTNER, Kind.SET_COMMISSION, Kind.ACTIVATE_PARTNER]
        assert list(dict.fromkeys(seen)) == [
            ("invited", None),
            ("invited", Decimal(30)),
            ("active", Decimal(30)),
        ]
        link = roomy.link(affiliate.id)
        assert link.status == Base("on", "active", "active")
        assert link.commission == Base("30", "30", "30")
        assert not link.activation_owed
        again = await roomy.sync()
        assert (again.rows, again.counts["in_sync"]) == ((), 1)

    async def test_is_switched_on_at_the_default_rate_where_whop_has_none(
        self, roomy: Shop
    ) -> None:
        self._arranged(roomy)
        roomy.lone_affiliate()

        report = await roomy.sync()

        assert applied(report) == [Kind.CREATE_PARTNER, Kind.ACTIVATE_PARTNER]
        assert (await roomy.sync()).rows == ()

    @pytest.mark.parametrize(
        "refused, outcomes",
        [
            (1, [Outcome.APPLIED, Outcome.FAILED, Outcome.SKIPPED]),
            (2, [Outcome.APPLIED, Outcome.APPLIED, Outcome.FAILED]),
        ],
    )
    async def test_is_owed_what_did_not_go_through_until_it_is_done(
        self, roomy: Shop, refused: int, outcomes: list[Outcome]
    ) -> None:
        self._arranged(roomy)
        affiliate = roomy.lone_affiliate()
        roomy.world.whop.set_rate(affiliate.id, 30)
        no = Answer(422, b'{"error": "not now"}')
        roomy.faults.set_script([Step(fault=no, operation="update_partner", nth=refused)])

        report = await roomy.sync()

        assert [row.outcome for row in report.rows] == outcomes
        assert roomy.partner_of(affiliate).status == "invited"
        assert roomy.link(affiliate.id).activation_owed
        await roomy.sync()
        partner = roomy.partner_of(affiliate)
        assert (partner.status, partner.commission_pct) == ("active", Decimal(30))
        assert (await roomy.sync()).rows == ()

    @pytest.mark.parametrize("on_first_link", ["ask", "affihub"])
    async def test_is_not_switched_on_while_its_rate_is_a_question(
        self, roomy: Shop, on_first_link: str
    ) -> None:
        self._arranged(roomy)
        roomy.sync_rates(on_first_link=on_first_link)
        affiliate = roomy.lone_affiliate()
        roomy.world.whop.set_rate(affiliate.id, 30)

        report = await roomy.sync()
        again = await roomy.sync()

        assert applied(report) == [Kind.CREATE_PARTNER]
        assert roomy.partner_of(affiliate).status == "invited"
        assert said(row_of(again, affiliate, Kind.SET_COMMISSION))[0] == "conflict"
        assert said(row_of(again, affiliate, Kind.ACTIVATE_PARTNER))[:2] == (
            "waiting",
            "rate-first",
        )

    async def test_stays_invited_where_nothing_says_otherwise(self, roomy: Shop) -> None:
        affiliate = roomy.lone_affiliate()
        await roomy.settled()
        roomy.allow(activate=True)

        report = await roomy.sync()

        assert (report.rows, roomy.partner_of(affiliate).status) == ((), "invited")


async def test_nobody_comes_back_at_the_old_rate(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="active")
    roomy.world.whop.set_rate(affiliate.id, 35)

    report = await roomy.sync()

    assert applied(report) == [Kind.SET_COMMISSION, Kind.ACTIVATE_PARTNER]
    assert roomy.partner(partner).commission_pct == Decimal(35)
    assert (await roomy.sync()).rows == ()


async def test_nobody_comes_back_while_their_rate_is_a_question(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="active")
    roomy.world.whop.set_rate(affiliate.id, 35)
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(25))

    report = await roomy.sync()

    assert said(row_of(report, affiliate, Kind.SET_COMMISSION)) == ("conflict", "both-moved", None)
    assert said(row_of(report, affiliate, Kind.ACTIVATE_PARTNER)) == ("waiting", "rate-first", None)
    assert roomy.changes() == []


async def test_a_row_that_did_not_go_through_keeps_back_the_persons_later_rows(
    roomy: Shop,
) -> None:
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    other = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.settled()
    roomy.world.affihub.edit(other[1].id, commission_pct=Decimal(30))
    roomy.world.whop.edit(affiliate.id, status="active")
    roomy.world.whop.set_rate(affiliate.id, 35)
    roomy.when(
        lambda asked: asked.path == f"/partners/{partner.id}",
        lambda: roomy.world.affihub.edit(partner.id, commission_pct=Decimal(50)),
    )

    report = await roomy.sync()

    mine = [row.outcome for row in report.rows if row.whop_id == affiliate.id]
    assert mine == [Outcome.STALE, Outcome.SKIPPED]
    assert row_of(report, other[0]).outcome is Outcome.APPLIED
    assert roomy.partner(partner).status == "deactivated"
    assert rows_of(report, Kind.ACTIVATE_PARTNER)[0].error
