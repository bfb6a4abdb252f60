"""What is set for a pair, as the core's policy."""

from sync.config.limits import GuardsConfig
from sync.config.tables import CommissionConfig, Config
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


def policy(name: str, config: Config) -> Policy:
    """What the core may decide by itself for the pair ``name``."""
    pair = config.pairs[name]
    return Policy(
        pair=name,
        create_partners=pair.create.partners,
        create_affiliates=pair.create.affiliates,
        activate=pair.create.activate,
        status_on_first_link=pair.status.on_first_link,
        reactivate=pair.status.reactivate,
        commission=_commission(pair.commission),
        guards=_guards(pair.guards),
        two_people=frozenset(config.approvals.two_people),
        freeze=pair.freeze,
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
    return Guards(
        limits,
        floor=table.floor,
        first_run=table.first_run,
        max_monthly_effect_usd=table.max_monthly_effect_usd,
        max_rate_jump=table.max_rate_jump,
    )


def _limit(table: GuardsConfig, guard: GuardClass) -> Limit:
    limit = table.limit_of(guard)
    return Limit(limit.limit, per_day=limit.per_day, per_week=limit.per_week)
