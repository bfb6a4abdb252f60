"""What Affihub knows: the partners of one program, some commissions, the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.ids import Ids
from connectors.sandbox.tables import Table


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner (api/affihub.md section 2); rate in percent, money in cents.

    ``status`` is any text: a side may say a word nobody has heard of.
    """

    id: str
    email: str
    slug: str
    status: str
    created_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    commission_pct: Decimal | None = None
    payout_method: str | None = None
    payout_email: str | None = None
    stripe_account_id: str | None = None
    metadata: Mapping[str, Any] | None = None
    commissions: int = 0
    pending_cents: int = 0
    approved_cents: int = 0
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Commission:
    """One earned commission (api/affihub.md section 3.1)."""

    id: str
    partner_id: str
    amount_cents: int
    txn_amount_cents: int
    commission_pct: Decimal | None
    status: str
    created_at: datetime
    customer_email: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit log (api/affihub.md section 3.3)."""

    id: str
    type: str
    payload: Mapping[str, Any]
    created_at: datetime


@dataclass(slots=True)
class AffihubRecords:
    """One program at Affihub, open to look at and to edit as its owner would in the dashboard."""

    clock: Callable[[], datetime]
    ids: Ids
    program_id: str = "prog_sandbox0000001"
    program_name: str = "Northwind Partners"
    key: str = "affihub-sandbox-key"
    default_commission_pct: Decimal = Decimal(20)
    partners: Table[Partner] = field(
        default_factory=lambda: Table(
            email=lambda partner: partner.email,
            folded=lambda partner: partner.email.strip().casefold(),
            slug=lambda partner: partner.slug,
        )
    )
    commissions: Table[Commission] = field(default_factory=Table)
    events: Table[Event] = field(default_factory=Table)
    flows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, email: str, slug: str, status: str = "invited", **more: Any) -> Partner:
        """A new partner; ``more`` are fields of ``Partner``."""
        known = {"created_at": self.clock().replace(microsecond=0), **more}
        partner = Partner(self.ids.new("par_", 14), email, slug, status, **known)
        self.partners[partner.id] = partner
        return partner

    def edit(self, partner_id: str, **changes: Any) -> Partner:
        """Change a partner; nothing tells when (there is no ``updated_at``)."""
        partner = replace(self.partners[partner_id], **changes)
        self.partners[partner_id] = partner
        return partner

    def remove(self, partner_id: str) -> None:
        """Make a partner gone for good, as no call of the API can: it answers 404 now."""
        del self.partners[partner_id]

    def partners_of(self, email: str) -> list[Partner]:
        """The partners with that address, whatever its letter case."""
        return self.partners.where("folded", email.strip().casefold())

    def note(self, kind: str, partner: Partner) -> None:
        """Write a line about a partner into the audit log."""
        event = Event(self.ids.new("evt_", 14), kind, {"partner_id": partner.id}, self.clock())
        self.events[event.id] = event
