"""The world's records as the core knows them."""

from datetime import datetime
from decimal import Decimal

from connectors.sandbox import affihub_records, whop_records
from connectors.sandbox.wire import milliseconds
from connectors.sandbox.world import World
from sync.core.record import Affiliate, Earned, Override, Partner, Stamp, Untold

CENT = Decimal("0.01")


def affiliate(world: World, one: whop_records.Affiliate) -> Affiliate:
    """An affiliate, as every endpoint tells it."""
    user = world.whop.users[one.user_id]
    hidden = one.status == "deleted" and world.gaps.whop_status_null == "deleted"
    return Affiliate(
        id=one.id,
        user_id=user.id,
        status=None if hidden else one.status,
        name=user.name,
        username=user.username,
        created_at=_to_millisecond(one.created_at),
        updated_at=milliseconds(one.updated_at),
        overrides_count=world.whop.overrides.count("affiliate", one.id),
        earnings_usd=one.earnings.quantize(CENT),
        monthly_usd=one.monthly.quantize(CENT),
    )


def override(one: whop_records.Override) -> Override:
    """An override, exact."""
    return Override(
        id=one.id,
        override_type=one.override_type,
        commission_type=one.commission_type,
        commission_value=one.commission_value,
        plan_id=one.plan_id,
        product_id=one.product_id,
        applies_to_payments=one.applies_to_payments,
        revenue_basis=one.revenue_basis,
    )


def listed(one: affihub_records.Partner) -> Partner:
    """A partner as a list row tells it: nothing of its metadata, nothing of what it earned."""
    return Partner(
        id=one.id,
        email=one.email,
        slug=one.slug,
        status=one.status,
        name=" ".join(filter(None, (one.first_name, one.last_name))),
        commission=one.commission_pct,
        created_at=one.created_at.replace(microsecond=0),
    )


def detail(one: affihub_records.Partner) -> Partner:
    """A partner as it is told alone, with its stamp and what it earned."""
    row = listed(one)
    firm = one.approved_cents + one.paid_cents
    return Partner(
        id=row.id,
        email=row.email,
        slug=row.slug,
        status=row.status,
        name=row.name,
        commission=row.commission,
        created_at=row.created_at,
        stamp=_stamp(one),
        earned=Earned(total=_units(firm + one.pending_cents), firm=_units(firm)),
    )


def stamped(stamp: Stamp) -> dict[str, object]:
    """Our one key of a partner's metadata."""
    ours = {"whop_affiliate_id": stamp.whop_id, "whop_user_id": stamp.user_id}
    return {"affisync": ours}


def _stamp(one: affihub_records.Partner) -> Stamp | Untold | None:
    match (one.metadata or {}).get("affisync"):
        case {"whop_affiliate_id": str(whop_id), "whop_user_id": str(user_id)}:
            return Stamp(whop_id, user_id) if whop_id and user_id else None
        case _:
            return None


def _units(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
