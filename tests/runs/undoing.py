"""One run that writes rows of every kind, its undo, and both sides told so that they compare."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sync.core.report import Mode, Report
from sync.runs.pair import Order
from sync.runs.run import run_once
from sync.runs.undo import Undo, find
from tests.runs.dying import Died, Fate
from tests.runs.ends import ALL
from tests.runs.shop import Shop

EACH = 3
"""People of each sort."""


async def a_run_of_every_kind(shop: Shop, each: int = EACH) -> Report:
    """The run that follows those edits."""
    await edits_of_every_kind(shop, each)
    return await shop.sync(allow=ALL)


async def edits_of_every_kind(shop: Shop, each: int = EACH) -> dict[str, Any]:
    """Settle many people and let others edit them; both sides as they are then."""
    shop.allow(reactivate=True, activate=True)
    shop.sync_rates(on_first_link="whop")
    whop, affihub = shop.world.whop, shop.world.affihub
    on = [shop.both() for _ in range(2 * each)]
    off = [shop.both("archived", "deactivated") for _ in range(3 * each)]
    rated = [shop.cast.rated(20, 20) for _ in range(5 * each)]
    moving = [shop.both() for _ in range(each)]
    plain = [shop.both() for _ in range(2 * each)]
    for affiliate, partner in off[2 * each :]:
        whop.set_rate(affiliate.id, 20)
        affihub.edit(partner.id, commission_pct=Decimal(20))
    await shop.settled(allow=ALL)

    for n in range(each):
        whop.edit(on[n][0].id, status="archived")
        affihub.edit(on[each + n][1].id, status="deactivated")
        whop.edit(off[n][0].id, status="active")
        affihub.edit(off[each + n][1].id, status="active")
        returning = off[2 * each + n][0].id
        whop.set_rate(returning, 35)
        whop.edit(returning, status="active")
        whop.set_rate(rated[n][0].id, 30)
        affihub.edit(rated[each + n][1].id, commission_pct=Decimal(40))
        whop.set_rate(rated[2 * each + n][0].id, None)
        affihub.edit(rated[3 * each + n][1].id, commission_pct=None)
        whop.set_rate(plain[n][0].id, 15)
        affihub.edit(plain[each + n][1].id, commission_pct=Decimal(25))
        whop.edit(moving[n][0].id, status="deleted")
        whop.add_affiliate(moving[n][0].user_id)
        whop.set_rate(shop.lone_affiliate().id, 10)
        shop.lone_partner()
        shop.both(first_name=None, last_name=None)
    return both_sides(shop)


def both_sides(shop: Shop) -> dict[str, Any]:
    """Everybody on both sides by id, with all that a sync could have changed."""
    whop, affihub = shop.world.whop, shop.world.affihub
    return {
        **{i: (one.status, terms(shop, i)) for i, one in whop.affiliates.items()},
        **dict(affihub.partners.items()),
    }


def terms(shop: Shop, whop_id: str) -> list[tuple[str, ...]]:
    """An affiliate's overrides, but for their ids."""
    told = (
        (o.override_type, o.commission_type, o.commission_value, o.plan_id, o.product_id)
        for o in shop.world.whop.overrides_of(whop_id)
    )
    return sorted(tuple(map(str, one)) for one in told)


async def undo(
    shop: Shop,
    wanted: str,
    *,
    allow: Iterable[str] = ALL,
    why: str = "",
    mode: Mode = Mode.APPLY,
    by: str = "ana",
) -> Report:
    """The undo of a run, or of one row."""
    shop.clock.pass_(minutes=15)
    async with shop.pair(writes=mode is Mode.APPLY) as pair:
        revise = Undo(pair.store, find(pair.store, "main", wanted), why)
        return await run_once(pair, Order(mode, frozenset(allow), by, revise=revise))


async def undo_that_dies(shop: Shop, wanted: str, last: int) -> bool:
    """An undo whose process dies after so many steps; False where it came to its end before."""
    fate = Fate(last)
    shop.before.append(fate.ask)
    shop.wrap = fate.of
    try:
        await undo(shop, wanted)
    except (Died, BaseExceptionGroup):
        assert fate.dead
    finally:
        shop.before.clear()
        shop.wrap = lambda store: store
        shop.close()
    return fate.dead
