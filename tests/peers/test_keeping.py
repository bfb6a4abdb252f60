"""The other side stores another value than it was sent, and answers that all is well."""

from decimal import Decimal

from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Base, Disposition, Outcome
from sync.core.report import exit_code
from tests.runs.shop import Asked, Shop, row_of


def keep_another(shop: Shop, affihub_id: str, rate: str) -> None:
    """From now on Affihub stores this rate for a partner, whatever it is sent."""

    def watch(asked: Asked) -> None:
        if (asked.method, asked.path) == ("PATCH", f"/partners/{affihub_id}"):
            shop.world.affihub.edit(affihub_id, commission_pct=Decimal(rate))

    shop.after.append(watch)


async def raised(shop: Shop) -> tuple[Affiliate, str]:
    """Somebody in step at 20 %, whom Whop then pays 30 %."""
    shop.sync_rates()
    affiliate, partner = shop.cast.rated(20, 20)
    await shop.settled()
    shop.world.whop.set_rate(affiliate.id, 30)
    return affiliate, partner.id


async def test_another_value_than_was_sent_is_noticed_and_told(shop: Shop) -> None:
    """Vdirsyncer takes what it sent for what is there, and never notices."""
    affiliate, affihub_id = await raised(shop)
    keep_another(shop, affihub_id, "25")

    report = await shop.sync()

    row = row_of(report, affiliate)
    assert (row.outcome, row.error) == (Outcome.FAILED, "Affihub kept 25 when asked for 30.")
    assert shop.link(affiliate.id).commission == Base("20", "20", "20")
    assert exit_code(report) == 4


async def test_what_was_not_kept_is_not_sent_again_and_not_carried_back(shop: Shop) -> None:
    """A tool that believed its own write would take the 25 % for an edit, and pay 25 % on Whop."""
    affiliate, affihub_id = await raised(shop)
    keep_another(shop, affihub_id, "25")
    await shop.sync()
    sent = shop.changes()

    again = [row_of(await shop.sync(allow=["all"]), affiliate) for _ in range(3)]

    assert [row.disposition for row in again] == [Disposition.CONFLICT] * 3
    assert shop.changes() == sent == ["affihub update_partner"]
    assert shop.world.whop.rate(affiliate.id) == Decimal(30)
