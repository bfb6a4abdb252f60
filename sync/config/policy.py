"""A pair's settings as the core's policy."""

from sync.config.limits import GuardsConfig
from sync.config.tables import CommissionConfig, PairConfig
from sync.core.policy import (
    DEFAULT_LIMITS,
    CommissionPolicy,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Slot,
)


def policy(name: str, pair: PairConfig) -> Policy:
    """What the pair ``name`` lets the core decide by itself."""
    return Policy(
        pair=name,
        create_partners=pair.create.partners,
        create_affiliates=pair.create.affiliates,
        activate=pair.create.activate,
        status_on_first_link=pair.status.on_first_link,
        reactivate=pair.status.reactivate,
        commission=_commission(pair.commission),
        guards=_guards(pair.guards),
    )


def _commission(table: CommissionConfig) -> CommissionPolicy:
    slot = Slot(
        kind=table.slot,
        product_id=table.product_id or None,
        plan_ids=table.plan_ids,
        applies_to_payments=table.applies_to_payments,
        revenue_basis=table.revenue_basis,
    )
    return CommissionPolicy(table.sync, OnFirstLink(table.on_first_link), slot)


def _guards(table: GuardsConfig) -> Guards:
    limits = {guard: _limit(table, guard) for guard in DEFAULT_LIMITS}
    return Guards(limits, floor=table.floor, first_run=table.first_run)


def _limit(table: GuardsConfig, guard: GuardClass) -> Limit:
    limit = table.limit_of(guard)
    return Limit(limit.limit, per_day=limit.per_day, per_week=limit.per_week)
