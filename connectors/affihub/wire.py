"""Affihub's records as they travel, and what becomes of them here (api/affihub.md section 2).

One partner has three shapes: what a shape leaves out is not told, which is not null. Payout fields
are not even read.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, TypeAdapter

from connectors.transport import Count, Id, Lenient, RowShape, Text, Wire, moment
from sync.core.money import parse_cents, parse_number
from sync.core.record import Earned, Partner, Rate, Stamp, Untold

STAMP_KEY: Final = "affisync"
"""Our one key in a partner's metadata."""


Cents = Annotated[Decimal | None, BeforeValidator(parse_cents)]
"""An amount, exact, in a currency nobody names."""


class WireStats(Wire):
    """What a partner earned, in cents; every figure on its own may be missing or unreadable."""

    total_earned_cents: Cents = None
    approved_cents: Cents = None
    paid_cents: Cents = None

    def record(self) -> Earned:
        """The two figures worth comparing with Whop's."""
        approved, paid = self.approved_cents, self.paid_cents
        firm = None if approved is None or paid is None else approved + paid
        return Earned(total=self.total_earned_cents, firm=firm)


class WirePartner(Wire):
    """A partner in any of its shapes; only four fields are required (section 5, 31)."""

    id: Id
    email: Text
    slug: Text
    status: Text
    first_name: Text | None = None
    last_name: Text | None = None
    commission_pct: Any = None
    created_at: Any = None
    metadata: Any = None
    stats: Annotated[WireStats | None, Lenient] = None

    def record(self) -> Partner:
        """The partner the core knows."""
        return Partner(
            id=self.id,
            email=self.email,
            slug=self.slug,
            status=self.status,
            name=self._name(),
            commission=self._rate(),
            created_at=moment(self.created_at),
            stamp=stamp_of(self.metadata) if self._tells("metadata") else Untold.ABSENT,
            earned=self.stats.record() if self.stats else None,
        )

    def _tells(self, field: str) -> bool:
        return field in self.model_fields_set

    def _name(self) -> str | None:
        if not self._tells("first_name") and not self._tells("last_name"):
            return None
        return " ".join(filter(None, (self.first_name, self.last_name)))

    def _rate(self) -> Rate:
        if not self._tells("commission_pct"):
            return Untold.ABSENT
        if self.commission_pct is None:
            return None
        number = parse_number(self.commission_pct)
        return Untold.UNREADABLE if number is None else number


class WirePage(Wire):
    """A page of partners; the custom-checkout guide shows one without any count (section 2.3)."""

    data: list[Any]
    total: Count = None
    per_page: Count = None


PAGE: Final[TypeAdapter[WirePage]] = TypeAdapter(WirePage)
PARTNER: Final[TypeAdapter[WirePartner]] = TypeAdapter(WirePartner)
PARTNERS: Final = RowShape(PARTNER, TypeAdapter(list[WirePartner]))


def stamp_of(metadata: object) -> Stamp | None:
    """Our stamp in a partner's metadata; None where there is none that can be read."""
    match metadata:
        case {"affisync": {"whop_affiliate_id": str(whop_id), "whop_user_id": str(user_id)}}:
            return Stamp(whop_id, user_id) if whop_id and user_id else None
        case _:
            return None


def stamped(metadata: Mapping[str, object], stamp: Stamp) -> dict[str, object]:
    """The whole metadata with our one key in it, every other one as it was."""
    ours = {"whop_affiliate_id": stamp.whop_id, "whop_user_id": stamp.user_id}
    return {**metadata, STAMP_KEY: ours}
