"""The two connectors: what they read, and what they write."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from sync.core.record import Affiliate, Override, Partner, Snapshot, Stamp

OnPage = Callable[[int, int | None], None]
"""Called after each page of a listing with the records so far and the total, if announced.

It may raise (``Interrupted``); the listing then ends after the requests in flight.
"""


@dataclass(frozen=True, slots=True)
class Emails:
    """What Whop told of its users' addresses: per asked user id the distinct addresses, or ().

    ``readable`` is False where no email endpoint answered this key (403 or 404 everywhere).
    """

    found: Mapping[str, tuple[str, ...]]
    readable: bool


@dataclass(frozen=True, slots=True)
class NewOverride:
    """The terms of an override to create; a percentage always."""

    override_type: str
    commission_value: Decimal
    plan_id: str | None = None
    product_id: str | None = None
    applies_to_payments: str | None = None
    revenue_basis: str | None = None


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner to create; ``slugs`` are tried in order when one is taken."""

    email: str
    slugs: Sequence[str]
    first_name: str
    last_name: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class CreatedPartner:
    """The partner after a create; ``found``: it was there already, the server refused a second."""

    partner: Partner
    found: bool


class WhopReads(Protocol):
    """Reading verbs of Whop (api/whop.md)."""

    async def snapshot(self, on_page: OnPage) -> Snapshot[Affiliate]:
        """Every affiliate of the company but the marketplace one; order never matters."""
        ...

    async def affiliate(self, whop_id: str) -> Affiliate:
        """One affiliate; ``NotFound`` where Whop has none."""
        ...

    async def emails(self, user_ids: Collection[str]) -> Emails:
        """The addresses of these users, in bulk (api/whop.md section 4)."""
        ...

    async def users_with_email(self, email: str) -> tuple[str, ...]:
        """The ids of users Whop shows with exactly this address; () where none can be seen."""
        ...

    async def overrides(self, whop_id: str) -> tuple[Override, ...]:
        """Every override of one affiliate."""
        ...

    async def permissions(self) -> Mapping[str, bool] | None:
        """What this key may do, by permission name; None where Whop does not answer that."""
        ...

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        ...


class WhopWrites(WhopReads, Protocol):
    """Writing verbs of Whop. All but ``create_override`` can be repeated without harm."""

    async def create_affiliate(self, email: str) -> Affiliate:
        """Create or find the affiliate of the user with this address; may bring back one.

        ``Rejected`` or ``NotFound`` where Whop knows no such user.
        """
        ...

    async def archive(self, whop_id: str) -> None:
        """Archive; archiving the archived is no error."""
        ...

    async def unarchive(self, whop_id: str) -> None:
        """Unarchive; unarchiving the active is no error."""
        ...

    async def create_override(self, whop_id: str, new: NewOverride) -> None:
        """Add an override; ``Uncertain`` where it may or may not have been added."""
        ...

    async def update_override(self, whop_id: str, override_id: str, percent: Decimal) -> None:
        """Set the percentage of one override."""
        ...

    async def delete_override(self, whop_id: str, override_id: str) -> None:
        """Delete one override; deleting the deleted is no error."""
        ...


class AffihubReads(Protocol):
    """Reading verbs of Affihub (api/affihub.md)."""

    async def snapshot(self, on_page: OnPage) -> Snapshot[Partner]:
        """Every partner of the program; order never matters."""
        ...

    async def partner(self, affihub_id: str) -> Partner:
        """One partner with its stamp; ``NotFound`` where Affihub has none."""
        ...

    async def partners_with_email(self, email: str) -> tuple[Partner, ...]:
        """Every partner whose address equals this one (``email_key``), searched on all pages."""
        ...

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        ...


class AffihubWrites(AffihubReads, Protocol):
    """Writing verbs of Affihub; each answers the partner as it was read back after the write."""

    async def create_partner(self, new: NewPartner) -> CreatedPartner:
        """Create, or find the partner whose address made the server refuse.

        Never sent twice blindly: a lost answer is looked up by address, twice with a pause.
        """
        ...

    async def set_status(self, affihub_id: str, status: str) -> Partner:
        """Set the status: active or deactivated."""
        ...

    async def set_commission(self, affihub_id: str, percent: Decimal | None) -> Partner:
        """Set the custom rate; None asks for the program default again."""
        ...

    async def set_name(self, affihub_id: str, first_name: str, last_name: str) -> Partner:
        """Set both names."""
        ...

    async def write_stamp(self, affihub_id: str, stamp: Stamp) -> Partner:
        """Put our one key into the metadata, leaving every other key as it is."""
        ...
