"""What a server did with a write is read back; what it did not keep is told and not sent again."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Base, Kind, Outcome
from sync.core.report import exit_code
from tests.runs.shop import Shop, applied, row_of, said


def gaps(shop: Shop, **answers: Any) -> None:
    shop.world.gaps = shop.world.gaps.with_(answers)


class TestWhatWasNotKept:
    """Failed with the server's own value, base as it was, a break from then on."""

    async def _not_kept(self, shop: Shop, affiliate: Affiliate, words: str) -> None:
        base = shop.link(affiliate.id).status, shop.link(affiliate.id).commission
        first = await shop.sync(allow=["all"])
        row = row_of(first, affiliate)
        assert (row.outcome, row.error) == (Outcome.FAILED, words)
        assert exit_code(first) == 4
        sent = len(shop.changes())

        for _ in range(3):
            again = await shop.sync(allow=["all"])
            assert said(row_of(again, affiliate)) == ("break", "not-kept", None)
            assert row_of(again, affiliate).reason == words
        assert len(shop.changes()) == sent
        assert (shop.link(affiliate.id).status, shop.link(affiliate.id).commission) == base

    async def _returned(self, shop: Shop) -> tuple[Affiliate, Partner]:
        affiliate, partner = shop.both("archived", "deactivated")
        shop.crowd(2)
        await shop.settled()
        shop.world.whop.edit(affiliate.id, status="active")
        gaps(shop, affihub_reactivates="ignores")
        return affiliate, partner

    async def test_a_reactivation_that_is_ignored(self, roomy: Shop) -> None:
        affiliate, _ = await self._returned(roomy)

        words = "Affihub kept deactivated when asked for active."
        await self._not_kept(roomy, affiliate, words)

    async def test_a_cleared_rate_that_is_ignored(self, roomy: Shop) -> None:
        roomy.sync_rates()
        affiliate, _ = roomy.cast.rated(20, 20)
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, None)
        gaps(roomy, affihub_patch_null="ignores")

        await self._not_kept(roomy, affiliate, "Affihub kept 20 when asked for nothing.")

    async def test_is_sent_again_once_a_side_changes(self, roomy: Shop) -> None:
        affiliate, partner = await self._returned(roomy)
        await roomy.sync(allow=["all"])
        roomy.world.whop.edit(affiliate.id, status="archived")
        assert (await roomy.sync()).rows == ()
        gaps(roomy, affihub_reactivates="yes")
        roomy.world.affihub.edit(partner.id, status="active")

        report = await roomy.sync(allow=["all"])

        assert row_of(report, affiliate).outcome is Outcome.APPLIED

    async def test_a_refusal_is_tried_again_by_every_run(self, roomy: Shop) -> None:
        affiliate, partner = await self._returned(roomy)
        gaps(roomy, affihub_reactivates="refuses")

        report = await roomy.sync(allow=["all"])

        row = row_of(report, affiliate)
        assert row.outcome is Outcome.FAILED
        assert "cannot be activated" in str(row.error)
        gaps(roomy, affihub_reactivates="yes")
        assert row_of(await roomy.sync(allow=["all"]), affiliate).outcome is Outcome.APPLIED
        assert roomy.partner(partner).status == "active"


class TestARateTheServerRounds:
    """12 stays 12; what comes back as another rate is nobody's word."""

    @pytest.mark.parametrize("decimals", [0, 1])
    async def test_is_failed_and_never_sent_again_while_nothing_moves(
        self, roomy: Shop, decimals: int
    ) -> None:
        roomy.sync_rates()
        affiliate, partner = roomy.cast.rated(20, 20)
        await roomy.settled()
        gaps(roomy, affihub_commission_decimals=decimals, whop_fractional="accept")
        roomy.world.whop.set_rate(affiliate.id, Decimal("12.35"))
        base = roomy.link(affiliate.id)

        first = await roomy.sync()
        for _ in range(3):
            again = await roomy.sync()
            assert row_of(again, affiliate).outcome is None
            assert row_of(again, affiliate).disposition.needs_person

        kept = {0: "12", 1: "12.4"}[decimals]
        row = row_of(first, affiliate)
        assert (row.outcome, roomy.link(affiliate.id)) == (Outcome.FAILED, base)
        assert row.error == f"Affihub kept {kept} when asked for 12.35."
        assert len(roomy.changes()) == 1
        assert roomy.partner(partner).commission_pct == Decimal(kept)

    @pytest.mark.parametrize("created", [False, True])
    async def test_is_not_sent_again_right_after_a_first_link_either(
        self, roomy: Shop, created: bool
    ) -> None:
        roomy.allow(activate=True)
        roomy.sync_rates(on_first_link="whop")
        affiliate = roomy.lone_affiliate() if created else roomy.both()[0]
        gaps(roomy, affihub_commission_decimals=1, whop_fractional="accept")
        roomy.world.whop.set_rate(affiliate.id, Decimal("12.35"))

        first = await roomy.sync()
        sent = len(roomy.changes())
        again = await roomy.sync()

        assert row_of(first, affiliate, Kind.SET_COMMISSION).outcome is Outcome.FAILED
        rate = row_of(again, affiliate, Kind.SET_COMMISSION)
        assert said(rate) == ("break", "not-kept", None)
        assert len(roomy.changes()) == sent
        assert roomy.partner_of(affiliate).status == ("invited" if created else "active")

    async def test_within_a_hundredth_becomes_the_base_and_nothing_is_pushed_back(
        self, roomy: Shop
    ) -> None:
        roomy.sync_rates(on_first_link="whop")
        affiliate, _ = roomy.cast.rated(None, None)
        await roomy.settled()
        roomy.world.whop.set_rate(affiliate.id, Decimal("12.35"))
        gaps(roomy, whop_fractional="accept", affihub_numbers_as_strings=True)

        report = await roomy.sync()

        assert applied(report) == [Kind.SET_COMMISSION]
        assert roomy.link(affiliate.id).commission == Base("12.35", "12.35", "12.35")
        assert (await roomy.sync()).rows == ()


@pytest.mark.parametrize("answer", ["empty", "partner", "ok"])
@pytest.mark.parametrize("merge", [False, True])
async def test_any_answer_to_a_write_will_do(roomy: Shop, answer: str, merge: bool) -> None:
    roomy.sync_rates()
    gaps(roomy, affihub_patch_answer=answer, affihub_metadata_merge=merge)
    affiliate, partner = roomy.both()
    lone = roomy.lone_affiliate()
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 25)
    roomy.world.whop.edit(lone.id, status="archived")

    report = await roomy.sync()

    assert {row.outcome for row in report.rows} <= {Outcome.APPLIED, None}
    assert roomy.partner_of(lone).status == "deactivated"
    assert roomy.partner(partner).commission_pct == Decimal(25)


@pytest.mark.parametrize("again", ["ok", "conflict"])
async def test_what_is_already_as_asked_is_no_failure(roomy: Shop, again: str) -> None:
    gaps(roomy, whop_archive_again=again)
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, status="deactivated")
    roomy.when(
        lambda asked: asked.path.endswith("/archive"),
        lambda: roomy.world.whop.edit(affiliate.id, status="archived"),
    )

    report = await roomy.sync()

    assert row_of(report, affiliate).outcome is Outcome.APPLIED


async def test_a_whop_rate_that_came_out_otherwise_is_told(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(30))

    def other() -> None:
        roomy.world.whop.set_rate(affiliate.id, 25)

    roomy.after.append(lambda asked: other() if asked.method == "PATCH" else None)

    report = await roomy.sync()

    row = row_of(report, affiliate)
    assert (row.outcome, row.error) == (Outcome.FAILED, "Whop kept 25 when asked for 30.")
