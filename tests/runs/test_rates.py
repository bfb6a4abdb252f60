"""Rates: who leads, what one percentage stands for on Whop, and when overrides are read at all."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.whop_records import Affiliate
from sync.core.commission import rate_text
from sync.core.plan import Base, Kind, Outcome
from sync.core.policy import Slot, SlotKind
from sync.core.record import Side
from tests.runs.shop import Shop, applied, row_of, said

PLANS = ("plan_monthly00001", "plan_yearly000001")
ON_PLANS = Slot(SlotKind.STANDARD, plan_ids=PLANS)
PRODUCT = "prod_studiopass001"


def rates(shop: Shop, affiliate: Affiliate, partner: Partner) -> tuple[str | None, str | None]:
    """Whop's company-wide rate and Affihub's own one."""
    whop, affihub = shop.world.whop.rate(affiliate.id), shop.partner(partner).commission_pct
    return rate_text(whop), rate_text(affihub)


def on_plan(shop: Shop, affiliate: Affiliate, plan: str, percent: int, **terms: Any) -> None:
    known = {"override_type": "standard", "applies_to_payments": "all_payments", **terms}
    shop.world.whop.add_override(
        affiliate.id, commission_value=Decimal(percent), plan_id=plan, **known
    )


Sight = tuple[str, int | None, str | None, str, tuple[str | None, str | None]]
FIRST_SIGHTS: list[Sight] = [
    ("ask", 25, "20", "conflict", ("25", "20")),
    ("ask", 25, None, "conflict", ("25", None)),
    ("ask", None, "15", "conflict", (None, "15")),
    ("whop", 25, "20", "apply", ("25", "25")),
    ("whop", 25, None, "apply", ("25", "25")),
    ("whop", None, "15", "held", (None, "15")),
    ("affihub", 25, "20", "apply", ("20", "20")),
    ("affihub", None, "15", "apply", ("15", "15")),
    ("affihub", 25, None, "held", ("25", None)),
    ("affihub", None, "12.5", "break", (None, "12.5")),
    ("affihub", 25, "12.5", "break", ("25", "12.5")),
    ("affihub", 25, "0", "break", ("25", "0")),
]


class TestAtFirstSight:
    """Equal rates are the base; any other pair is a question, unless a setting names the side."""

    @pytest.mark.parametrize("sync", ["whop", "affihub", "two-way"])
    @pytest.mark.parametrize("rate, pct", [(20, "20"), (20, "20.00"), (None, None)])
    async def test_what_is_equal_or_empty_on_both_sides_is_agreed(
        self, roomy: Shop, sync: str, rate: int | None, pct: str | None
    ) -> None:
        roomy.sync_rates(sync)
        affiliate, _ = roomy.cast.rated(rate, pct)

        report = await roomy.sync()

        text = None if rate is None else str(rate)
        assert [row.kind for row in report.rows] == [Kind.LINK]
        assert roomy.link(affiliate.id).commission == Base(text, text, text)

    @pytest.mark.parametrize("sync", ["whop", "affihub", "two-way"])
    @pytest.mark.parametrize("sight", FIRST_SIGHTS)
    async def test_what_differs_is_asked_or_settled_by_a_setting(
        self, roomy: Shop, sync: str, sight: Sight
    ) -> None:
        named, rate, pct, disposition, end = sight
        roomy.sync_rates(sync, named)
        affiliate, partner = roomy.cast.rated(rate, pct)

        report = await roomy.sync()
        again = await roomy.sync()

        assert row_of(report, affiliate).disposition == disposition
        assert rates(roomy, affiliate, partner) == end
        assert len(roomy.changes()) == (disposition == "apply")
        if disposition == "apply":
            assert again.rows == ()
            assert roomy.link(affiliate.id).commission == Base(end[0], end[0], end[1])
        else:
            assert row_of(again, affiliate).key == row_of(report, affiliate).key
            assert roomy.link(affiliate.id).commission is None

    async def test_nothing_is_read_or_said_while_rates_are_off(self, roomy: Shop) -> None:
        affiliate, _ = roomy.cast.rated(25, "20")

        report = await roomy.sync()

        assert [row.kind for row in report.rows] == [Kind.LINK]
        assert roomy.link(affiliate.id).commission is None
        assert "whop list_overrides" not in roomy.asked()


class TestAnEdit:
    """The side that leads is followed; an edit of the one that follows is a break."""

    @pytest.mark.parametrize("sync", ["whop", "affihub", "two-way"])
    @pytest.mark.parametrize("mover", list(Side))
    async def test_of_one_side(self, roomy: Shop, sync: str, mover: Side) -> None:
        roomy.sync_rates(sync)
        affiliate, partner = roomy.cast.rated(20, "20")
        await roomy.settled()
        if mover is Side.WHOP:
            roomy.world.whop.set_rate(affiliate.id, 35)
        else:
            roomy.world.affihub.edit(partner.id, commission_pct=Decimal(35))

        report = await roomy.sync()

        row = row_of(report, affiliate)
        if sync in ("two-way", mover.value):
            assert said(row) == ("apply", f"{mover}-moved", "applied")
            assert rates(roomy, affiliate, partner) == ("35", "35")
            assert (await roomy.sync()).rows == ()
        else:
            assert said(row) == ("break", "follower-edited", None)
            assert roomy.changes() == []

    async def test_of_both_sides_is_a_question(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, 35)
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(40))

        report = await roomy.sync()

        assert said(row_of(report, affiliate)) == ("conflict", "both-moved", None)
        assert roomy.changes() == []

    async def test_of_both_sides_to_the_same_rate_is_agreed(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, 35)
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(35))

        assert (await roomy.sync()).rows == ()
        assert roomy.link(affiliate.id).commission == Base("35", "35", "35")

    async def test_to_a_part_of_a_percent_is_a_break_and_not_rounded(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        await roomy.settled()
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal("12.5"))

        report = await roomy.sync(allow=["all"])

        assert said(row_of(report, affiliate)) == ("break", "cannot-hold", None)
        assert roomy.changes() == []

    async def test_of_somebody_who_is_off_waits_until_they_are_back(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, _ = roomy.both("archived", "deactivated")
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, 35)

        assert (await roomy.sync(allow=["all"])).rows == ()

    async def test_is_followed_once_whatever_moves_the_time_of_the_last_change(
        self, roomy: Shop
    ) -> None:
        roomy.world.gaps = roomy.world.gaps.with_({"whop_updated_at": "never"})
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        await roomy.settled()
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(35))

        assert applied(await roomy.sync()) == [Kind.SET_COMMISSION]
        assert (await roomy.sync()).rows == ()
        assert rates(roomy, affiliate, partner) == ("35", "35")


class TestASlotOfPlans:
    """One percentage stands for an override on each listed plan."""

    async def _agreed(self, shop: Shop, percent: int = 20) -> tuple[Affiliate, Partner]:
        shop.sync_rates(slot=ON_PLANS)
        affiliate, partner = shop.cast.rated(None, percent)
        for plan in PLANS:
            on_plan(shop, affiliate, plan, percent)
        await shop.settled()
        assert shop.link(affiliate.id).commission == Base("20", "20", "20")
        return affiliate, partner

    def _plans(self, shop: Shop, affiliate: Affiliate) -> dict[str | None, str]:
        held = shop.world.whop.overrides_of(affiliate.id)
        return {o.plan_id: str(o.commission_value) for o in held if o.override_type == "standard"}

    async def test_is_changed_on_every_plan(self, roomy: Shop) -> None:
        affiliate, partner = await self._agreed(roomy)
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(35))

        report = await roomy.sync()

        assert applied(report) == [Kind.SET_COMMISSION]
        assert self._plans(roomy, affiliate) == dict.fromkeys(PLANS, "35")
        assert (await roomy.sync()).rows == ()

    async def test_is_made_on_every_plan(self, roomy: Shop) -> None:
        roomy.sync_rates(on_first_link="affihub", slot=ON_PLANS)
        affiliate, _ = roomy.cast.rated(40, 15)

        await roomy.sync()

        assert self._plans(roomy, affiliate) == dict.fromkeys(PLANS, "15")
        terms = {o.applies_to_payments for o in roomy.world.whop.overrides_of(affiliate.id)}
        assert terms == {None, "all_payments"}
        assert roomy.world.whop.rate(affiliate.id) == 40
        assert (await roomy.sync()).rows == ()

    async def test_is_emptied_on_every_plan_when_that_is_allowed(self, roomy: Shop) -> None:
        affiliate, partner = await self._agreed(roomy)
        roomy.world.affihub.edit(partner.id, commission_pct=None)

        await roomy.sync(allow=["remove-commission"])

        assert self._plans(roomy, affiliate) == {}

    @pytest.mark.parametrize("what", ["other rate", "missing plan", "flat fee", "other payments"])
    async def test_that_does_not_say_one_rate_is_a_break(self, roomy: Shop, what: str) -> None:
        affiliate, _ = await self._agreed(roomy)
        first, *_ = roomy.world.whop.overrides_of(affiliate.id)
        match what:
            case "other rate":
                roomy.world.whop.edit_override(first.id, commission_value=Decimal(30))
            case "missing plan":
                roomy.world.whop.remove_override(first.id)
            case "flat fee":
                roomy.world.whop.edit_override(first.id, commission_type="flat_fee")
            case _:
                roomy.world.whop.edit_override(first.id, applies_to_payments="first_payment")

        report = await roomy.sync(allow=["all"])

        assert said(row_of(report, affiliate)) == ("break", "not-one-rate", None)
        assert roomy.changes() == []


class TestWhatIsNotInTheSlot:
    """Terms in other places are never touched."""

    async def test_stays_when_the_slot_changes(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        on_plan(roomy, affiliate, PLANS[0], 50)
        roomy.world.whop.add_override(
            affiliate.id,
            override_type="rev_share",
            commission_value=Decimal(60),
            product_id=PRODUCT,
            revenue_basis="pre_fees",
        )
        _, *others = roomy.world.whop.overrides_of(affiliate.id)
        await roomy.settled()
        roomy.world.affihub.edit(partner.id, commission_pct=None)

        await roomy.sync(allow=["all"])

        assert roomy.world.whop.overrides_of(affiliate.id) == others

    async def test_one_product_may_be_the_slot(self, roomy: Shop) -> None:
        roomy.sync_rates(on_first_link="affihub", slot=Slot(product_id=PRODUCT))
        affiliate, _ = roomy.cast.rated(40, 15)

        await roomy.sync()

        assert roomy.world.whop.rate(affiliate.id) == 40
        (made,) = (o for o in roomy.world.whop.overrides_of(affiliate.id) if o.product_id)
        assert (made.product_id, rate_text(made.commission_value)) == (PRODUCT, "15")
        assert made.revenue_basis == "post_fees"
        assert (await roomy.sync()).rows == ()

    @pytest.mark.parametrize("terms", [{"revenue_basis": "pre_fees"}, {"commission_type": "x"}])
    async def test_other_terms_in_the_slot_are_a_break(
        self, roomy: Shop, terms: dict[str, str]
    ) -> None:
        roomy.sync_rates()
        affiliate, _ = roomy.cast.rated(20, "20")
        (override,) = roomy.world.whop.overrides_of(affiliate.id)
        roomy.world.whop.edit_override(override.id, **terms)

        report = await roomy.sync(allow=["all"])

        assert said(row_of(report, affiliate)) == ("break", "not-one-rate", None)


class TestReadingOverrides:
    """Overrides are read where there are some, again only where something moved."""

    def _reads(self, shop: Shop) -> int:
        return shop.world.log.count("list_overrides")

    async def test_happens_once_for_those_who_have_some(self, roomy: Shop) -> None:
        roomy.sync_rates()
        for _ in range(3):
            roomy.cast.rated(20, "20")
        roomy.crowd(4)

        await roomy.sync()
        first = self._reads(roomy)
        await roomy.sync()

        assert (first, self._reads(roomy)) == (3, 3)

    async def test_happens_again_where_something_moved(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, _ = roomy.cast.rated(20, "20")
        other, _ = roomy.both()
        roomy.crowd(4)
        await roomy.settled()

        roomy.world.whop.edit(affiliate.id, referrals=7)
        await roomy.sync()
        on_plan(roomy, other, PLANS[0], 10)
        await roomy.sync()

        assert self._reads(roomy) == 2

    async def test_happens_once_after_the_last_one_was_removed(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, _ = roomy.cast.rated(20, "20")
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, None)

        await roomy.sync(allow=["all"])
        await roomy.sync()
        reads = self._reads(roomy)
        await roomy.sync()

        assert self._reads(roomy) == reads

    async def test_happens_to_a_rotating_share_of_the_rest(self, roomy: Shop) -> None:
        roomy.sync_rates()
        people = [affiliate.id for affiliate, _ in roomy.crowd(10)]
        await roomy.settled()
        roomy.overrides_share = 0.2

        for _ in range(5):
            await roomy.sync()

        paths = Counter(r.path for r in roomy.world.log if r.operation == "list_overrides")
        assert paths == Counter({f"/affiliates/{whop_id}/overrides": 1 for whop_id in people})

    async def test_sees_an_edit_that_moved_nothing_within_the_rotation(self, roomy: Shop) -> None:
        roomy.world.gaps = roomy.world.gaps.with_({"whop_updated_at": "never"})
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, "20")
        roomy.crowd(3)
        await roomy.settled()
        roomy.overrides_share = 0.25
        roomy.world.whop.set_rate(affiliate.id, 45)

        for _ in range(4):
            await roomy.sync()

        assert rates(roomy, affiliate, partner) == ("45", "45")

    @pytest.mark.parametrize(
        "broken",
        [
            Answer(200, b'{"data": [{"id": "x"}], "page_info": {"has_next_page": false}}'),
            Answer(200, b"<html>"),
            Answer(404, b"{}"),
            Answer(422, b"{}"),
            Answer(500, b"{}"),
        ],
        ids=["shape", "page", "404", "422", "500"],
    )
    async def test_that_fails_for_one_person_costs_nobody_else(
        self, roomy: Shop, broken: Answer
    ) -> None:
        roomy.allow(reactivate=True)
        roomy.sync_rates()
        roomy.people_at_once = 1
        affiliate, partner = roomy.cast.rated(20, "20")
        other, twin = roomy.cast.rated(30, "30")
        await roomy.settled()
        roomy.world.whop.edit(affiliate.id, status="archived")
        await roomy.settled()
        roomy.world.whop.edit(affiliate.id, status="active")
        roomy.world.whop.set_rate(affiliate.id, 25)
        roomy.world.affihub.edit(twin.id, commission_pct=Decimal(40))
        roomy.instead[f"/affiliates/{affiliate.id}/overrides"] = broken

        report = await roomy.sync()

        assert report.run.error is None
        assert any(affiliate.id in note for note in report.notes)
        assert row_of(report, other).outcome is Outcome.APPLIED
        assert rates(roomy, other, twin) == ("40", "40")
        assert said(row_of(report, affiliate)) == ("waiting", "rate-first", None)
        roomy.instead.clear()
        await roomy.sync()
        assert rates(roomy, affiliate, partner) == ("25", "25")
        assert roomy.partner(partner).status == "active"


async def test_a_new_partner_is_not_switched_on_while_its_rate_cannot_be_read(roomy: Shop) -> None:
    roomy.allow(activate=True)
    roomy.sync_rates(on_first_link="whop")
    affiliate = roomy.lone_affiliate()
    roomy.world.whop.set_rate(affiliate.id, 30)
    roomy.instead[f"/affiliates/{affiliate.id}/overrides"] = Answer(200, b"<html>")

    await roomy.sync()
    assert roomy.partner_of(affiliate).status == "invited"
    await roomy.sync()
    assert roomy.partner_of(affiliate).status == "invited"

    roomy.instead.clear()
    await roomy.sync()
    partner = roomy.partner_of(affiliate)
    assert (partner.status, partner.commission_pct) == ("active", Decimal(30))


class TestANewAffiliate:
    """Gets its partner's rate where the settings name Affihub's side."""

    async def test_in_the_same_run(self, roomy: Shop) -> None:
        roomy.sync_rates(on_first_link="affihub")
        partner = roomy.lone_partner()
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(15))

        report = await roomy.sync()

        affiliate = roomy.affiliate_of(partner)
        assert applied(report) == [Kind.CREATE_AFFILIATE, Kind.SET_COMMISSION]
        assert roomy.world.whop.rate(affiliate.id) == 15
        assert roomy.link(affiliate.id).commission == Base("15", "15", "15")
        assert (await roomy.sync()).rows == ()

    async def test_but_not_one_who_was_there_with_a_rate(self, roomy: Shop) -> None:
        roomy.sync_rates(on_first_link="affihub")
        roomy.both()
        partner = roomy.lone_partner()
        (user,) = roomy.world.whop.users.where("email", partner.email)
        affiliate = roomy.cast.affiliate(user, "archived", "nowhere")
        roomy.world.whop.set_rate(affiliate.id, 60)
        roomy.world.affihub.edit(partner.id, commission_pct=Decimal(15))
        roomy.when(
            lambda asked: asked.path == f"/partners/{partner.id}",
            lambda: roomy.world.whop.show_email(user.id),
        )

        report = await roomy.sync()

        assert row_of(report, partner, Kind.SET_COMMISSION).outcome is not Outcome.APPLIED
        assert roomy.world.whop.rate(affiliate.id) == 60
        assert roomy.affiliate(affiliate).status == "archived"
        assert roomy.changes() == []
