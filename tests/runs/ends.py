"""Where a pair stands in the end, told so that two pairs can be compared."""

from typing import Any, Final

from sync.core.plan import Base
from tests.runs.shop import Shop, applied

ALL: Final = ("all",)


def end_of(shop: Shop) -> dict[str, Any]:
    """Where a pair stands: both sides and the mapping, by address, without any made-up id."""
    whop, affihub = shop.world.whop, shop.world.affihub
    email_of = {user.id: user.email for user in whop.users.values()}
    known = shop.known()
    return {
        "whop": sorted(
            (str(email_of[a.user_id]), str(a.status), terms(shop, a.id))
            for a in whop.affiliates.values()
        ),
        "affihub": sorted(
            (p.email, p.status, str(p.first_name), str(p.last_name), p.slug, str(p.commission_pct))
            for p in affihub.partners.values()
        ),
        "links": sorted(
            (
                str(email_of[link.user_id]),
                affihub.partners[link.affihub_id].email,
                *(told(base) for base in (link.status, link.commission, link.name)),
                link.acceptance,
                link.activation_owed,
            )
            for link in known.links
        ),
        "parked": sorted(parked.rule for parked in known.parked.values()),
        "first run": known.first_run_done,
        "company": known.company_id,
    }


def terms(shop: Shop, whop_id: str) -> str:
    held = shop.world.whop.overrides_of(whop_id)
    return str(sorted((o.override_type, str(o.plan_id), str(o.commission_value)) for o in held))


def told(base: Base | None) -> str:
    return "-" if base is None else f"{base.value}/{base.whop}/{base.affihub}"


async def settled_end(shop: Shop, *, twice: bool = True) -> dict[str, Any]:
    """Where a pair stands after one run; a second one, where there is one, writes nothing."""
    await shop.sync(allow=ALL)
    assert shop.intents() == ()
    if twice:
        assert applied(await shop.sync(allow=ALL)) == []
    assert max(shop.world.created().values(), default=1) == 1
    end = end_of(shop)
    shop.close()
    return end
