"""What the two sides list: affiliates, partners, and the snapshot that holds them.

Absent, null and unknown are three things. ``None`` is the side's own null; ``Untold.ABSENT`` means
the answer had no such field; ``Untold.UNREADABLE`` means there was a value we could not read.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Generic, TypeVar

MARKETPLACE_USERNAME: Final = "whop"
"""Username of the affiliate that carries Whop's marketplace (api/whop.md section 2)."""


class Side(StrEnum):
    """One of the two systems kept in step."""

    WHOP = "whop"
    AFFIHUB = "affihub"

    @property
    def other(self) -> "Side":
        """The side opposite this one."""
        return Side.AFFIHUB if self is Side.WHOP else Side.WHOP

    @property
    def brand(self) -> str:
        """The side's name as people write it."""
        return self.value.capitalize()


class Untold(Enum):
    """Why there is no value, where there is none and it is not the side's own null."""

    ABSENT = "absent"
    UNREADABLE = "unreadable"


Rate = Decimal | None | Untold
"""Percent (25 = 25 %); None is "no rate of its own" on either side."""


@dataclass(frozen=True, slots=True)
class Override:
    """One commission override of an affiliate (api/whop.md section 3); enums kept as text."""

    id: str
    override_type: str
    commission_type: str
    commission_value: Decimal | Untold
    plan_id: str | None = None
    product_id: str | None = None
    applies_to_payments: str | None = None
    revenue_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Affiliate:
    """An affiliate as Whop has it; it carries no email (api/whop.md section 4).

    ``status`` is Whop's own word, None where Whop said null. ``updated_at`` is compared, never
    computed with, and stays text. Money is in US dollars, None where Whop's display string could
    not be read.
    """

    id: str
    user_id: str
    status: str | None
    name: str | None = None
    username: str | None = None
    created_at: datetime | None = None
    updated_at: str = ""
    overrides_count: int | None = None
    earnings_usd: Decimal | None = None
    monthly_usd: Decimal | None = None

    @property
    def is_marketplace(self) -> bool:
        """Whether this is Whop's own marketplace affiliate, which takes no part."""
        return self.username == MARKETPLACE_USERNAME


@dataclass(frozen=True, slots=True)
class Stamp:
    """``metadata.affisync`` of a partner: a backup copy of the link, never the truth."""

    whop_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Earned:
    """What Affihub booked for a partner, in a currency it does not name; None = not told.

    ``total`` seems to hold what is pending; ``firm`` is approved and paid (api/affihub.md 2.2).
    """

    total: Decimal | None = None
    firm: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as Affihub has it, without any payout field (api/affihub.md section 2).

    ``name`` is first and last name in one, empty where both are, None where the answer told
    neither. ``stamp`` is ``Untold.ABSENT`` where the answer showed no metadata (list rows), None
    where it showed metadata without a stamp of ours. ``earned`` is None where the answer had no
    ``stats`` (list rows).
    """

    id: str
    email: str
    slug: str
    status: str
    name: str | None = None
    commission: Rate = Untold.ABSENT
    created_at: datetime | None = None
    stamp: Stamp | Untold | None = Untold.ABSENT
    earned: Earned | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """A record a side listed in a shape we cannot read; ``id`` is None where even that failed."""

    id: str | None
    reason: str


R = TypeVar("R", Affiliate, Partner)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[R]):
    """Everything one side listed in this run, by id, and whether that listing is complete.

    ``gone`` are linked ids that were missing, read directly and answered with 404.
    ``note`` says why an incomplete listing is incomplete.
    """

    side: Side
    records: Mapping[str, R]
    complete: bool = True
    note: str | None = None
    incidents: tuple[Incident, ...] = ()
    gone: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one run read: both snapshots, addresses by Whop user id, overrides by affiliate id.

    An affiliate whose overrides were not read is not in ``overrides``; ``notes`` says why, where
    they should have been.
    """

    whop: Snapshot[Affiliate]
    affihub: Snapshot[Partner]
    emails: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    emails_readable: bool = True
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether both listings are complete, so that an absence means something."""
        return self.whop.complete and self.affihub.complete

    @property
    def saw_all(self) -> bool:
        """Whether nothing was hidden, so that what is not in the plan is not there any more."""
        return self.complete and self.emails_readable and not self.notes and not self.broken

    @property
    def broken(self) -> dict[str, str]:
        """Ids of records that were listed in a shape nobody can read, with what is wrong."""
        incidents = (*self.whop.incidents, *self.affihub.incidents)
        return {incident.id: incident.reason for incident in incidents if incident.id}


def email_key(email: str) -> str:
    """The form in which two addresses are compared: trimmed, NFKC, case-folded.

    Plus-tags and dots are kept: they may be another person (api/affihub.md section 5, 13).
    """
    if email.isascii():  # NFKC leaves these as they are
        return email.strip().lower()
    return unicodedata.normalize("NFKC", email).strip().casefold()


def email_keys(emails: Iterable[str]) -> set[str]:
    """The distinct keys of these addresses; a blank one is no address."""
    return {email_key(email) for email in emails} - {""}


def split_name(name: str) -> tuple[str, str]:
    """First and last name out of Whop's one name field; the last word is the last name."""
    *first, last = name.split() or [""]
    return (" ".join(first), last) if first else (last, "")
