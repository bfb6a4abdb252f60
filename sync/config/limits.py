"""The guards' limits, as the configuration writes them."""

from typing import Annotated

from pydantic import BeforeValidator

from sync.config.deciding import Dollars, Points
from sync.config.table import Table
from sync.config.values import Amount, Budget, Count, amount
from sync.core.policy import DEFAULT_LIMITS, GuardClass


class LimitConfig(Table):
    """A guard's limit per run, and its budgets of 24 h and 168 h."""

    limit: Amount
    per_day: Budget = None
    per_week: Budget = None

    @classmethod
    def parse(cls, value: object) -> object:
        """A bare number or share is a limit without budgets."""
        return value if isinstance(value, dict | cls) else cls(limit=amount(value))

    @classmethod
    def default(cls, guard: GuardClass) -> "LimitConfig":
        """The limit of a class that the file does not name."""
        limit = DEFAULT_LIMITS[guard]
        return cls(limit=limit.per_run, per_day=limit.per_day, per_week=limit.per_week)


GuardLimit = Annotated[LimitConfig, BeforeValidator(LimitConfig.parse)]


class GuardsConfig(Table):
    """The limit of each guard class, named like the class with _ for -, and those in money.

    ``max_monthly_effect_usd`` is per run and ``max_rate_jump``, in points, per row; None = none.
    """

    first_run: bool = True
    floor: Count = 3
    max_monthly_effect_usd: Dollars = None
    max_rate_jump: Points = None
    create_partner: GuardLimit = LimitConfig.default(GuardClass.CREATE_PARTNER)
    create_affiliate: GuardLimit = LimitConfig.default(GuardClass.CREATE_AFFILIATE)
    deactivate: GuardLimit = LimitConfig.default(GuardClass.DEACTIVATE)
    reactivate: GuardLimit = LimitConfig.default(GuardClass.REACTIVATE)
    commission: GuardLimit = LimitConfig.default(GuardClass.COMMISSION)
    remove_commission: GuardLimit = LimitConfig.default(GuardClass.REMOVE_COMMISSION)
    missing: GuardLimit = LimitConfig.default(GuardClass.MISSING)

    def limit_of(self, guard: GuardClass) -> LimitConfig:
        """The limit of one class; FIRST_RUN has none, it is a switch."""
        limit: LimitConfig = getattr(self, guard.replace("-", "_"))
        return limit
