"""Whop's records as they travel, and what becomes of them here (api/whop.md sections 2 to 4)."""

import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import TypeAdapter

from connectors.transport import Count, Id, Lenient, RowShape, Text, Wire, count, moment, shown
from sync.core.money import parse_money, parse_number
from sync.core.record import Affiliate, Override, Untold

_USUAL: Final = re.compile(r"\$[0-9]{1,3}(?:,[0-9]{3}){0,9}(?:\.[0-9]{1,10})?")
"""How Whop was seen to write money; read at once, since a listing has two of them in each row."""


def money(value: object) -> Decimal | None:
    """A display string, or a bare number, as dollars; whatever else is there is unknown."""
    if not isinstance(value, str):
        return parse_number(value)
    return Decimal(value[1:].replace(",", "")) if _USUAL.fullmatch(value) else parse_money(value)


class WireUser(Wire):
    """Who an affiliate is; name and username may be null, the id never is."""

    id: Id
    name: Text | None = None
    username: Text | None = None


class WireAffiliate(Wire):
    """An affiliate: list rows and the single record have the same shape."""

    id: Id
    status: Text | None
    user: WireUser
    created_at: Any = None
    updated_at: Any = None
    total_overrides_count: Any = None
    total_referral_earnings_usd: Any = None
    monthly_recurring_revenue_usd: Any = None

    def record(self) -> Affiliate:
        """The affiliate the core knows."""
        return Affiliate(
            id=self.id,
            user_id=self.user.id,
            status=self.status,
            name=self.user.name,
            username=self.user.username,
            created_at=moment(self.created_at),
            updated_at=shown(self.updated_at) or "",
            overrides_count=count(self.total_overrides_count),
            earnings_usd=money(self.total_referral_earnings_usd),
            monthly_usd=money(self.monthly_recurring_revenue_usd),
        )


class WireOverride(Wire):
    """A commission override; its value is a number here, unlike the affiliate's money."""

    id: Id
    override_type: str
    commission_type: str
    commission_value: Any = Untold.ABSENT
    plan_id: str | None = None
    product_id: str | None = None
    applies_to_payments: str | None = None
    revenue_basis: str | None = None

    def record(self) -> Override:
        """The override the core knows."""
        return Override(
            id=self.id,
            override_type=self.override_type,
            commission_type=self.commission_type,
            commission_value=self._value(),
            plan_id=self.plan_id,
            product_id=self.product_id,
            applies_to_payments=self.applies_to_payments,
            revenue_basis=self.revenue_basis,
        )

    def _value(self) -> Decimal | Untold:
        if self.commission_value is Untold.ABSENT:
            return Untold.ABSENT
        value = parse_number(self.commission_value)
        return Untold.UNREADABLE if value is None else value


class WireAddress(Wire):
    """Somebody with an email: under the old pins a member's is in ``user``, now it is on top."""

    class Holder(Wire):
        """The user of a member or of a product affiliate."""

        id: Id
        email: Annotated[str | None, Lenient] = None

    user: Holder | None = None
    email: Annotated[str | None, Lenient] = None

    @property
    def address(self) -> str | None:
        """The email where the record tells one, stripped."""
        return ((self.user and self.user.email) or self.email or "").strip() or None


class WirePageInfo(Wire):
    """Where a page stands in its listing."""

    has_next_page: bool
    end_cursor: str | None = None


class WirePage(Wire):
    """A page of anything; ``total_count`` is told by product affiliates alone, up to 10,000."""

    data: list[Any]
    page_info: WirePageInfo
    total_count: Count = None


class WireGrant(Wire):
    """Whether the key may do one thing."""

    action: str
    granted: bool


class WireGrants(Wire):
    """The answer to a permissions check."""

    data: list[WireGrant]


PAGE: Final[TypeAdapter[WirePage]] = TypeAdapter(WirePage)
AFFILIATE: Final[TypeAdapter[WireAffiliate]] = TypeAdapter(WireAffiliate)
OVERRIDE: Final[TypeAdapter[WireOverride]] = TypeAdapter(WireOverride)
GRANTS: Final[TypeAdapter[WireGrants]] = TypeAdapter(WireGrants)
AFFILIATES: Final = RowShape(AFFILIATE, TypeAdapter(list[WireAffiliate]))
OVERRIDES: Final = RowShape(OVERRIDE, TypeAdapter(list[WireOverride]))
ADDRESSES: Final = RowShape(TypeAdapter(WireAddress), TypeAdapter(list[WireAddress]))
