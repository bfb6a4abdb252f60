"""What a pair's configuration lets the core decide by itself: the settings, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sync.core.record import Side


class OnFirstLink(StrEnum):
    """Who wins where two records that were just linked disagree."""

    ASK = "ask"
    RESTRICTIVE = "restrictive"
    WHOP = "whop"
    AFFIHUB = "affihub"


class CommissionSync(StrEnum):
    """Which side may lead on rates."""

    OFF = "off"
    WHOP = "whop"
    AFFIHUB = "affihub"
    TWO_WAY = "two-way"

    @property
    def follower(self) -> Side | None:
        """The side whose edits are breaks, None where both may lead."""
        match self:
            case CommissionSync.WHOP:
                return Side.AFFIHUB
            case CommissionSync.AFFIHUB:
                return Side.WHOP
            case _:
                return None


class SlotKind(StrEnum):
    """The two kinds of override Whop has (api/whop.md section 3)."""

    REV_SHARE = "rev_share"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Slot:
    """The overrides that one percentage maps to; ``product_id`` None means company-wide."""

    kind: SlotKind = SlotKind.REV_SHARE
    product_id: str | None = None
    plan_ids: tuple[str, ...] = ()
    applies_to_payments: str = "all_payments"
    revenue_basis: str = "post_fees"


@dataclass(frozen=True, slots=True)
class CommissionPolicy:
    """How rates flow."""

    sync: CommissionSync = CommissionSync.OFF
    on_first_link: OnFirstLink = OnFirstLink.ASK
    slot: Slot = field(default_factory=Slot)


class GuardClass(StrEnum):
    """The classes of rows a guard counts (design section 5)."""

    CREATE_PARTNER = "create-partner"
    CREATE_AFFILIATE = "create-affiliate"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    COMMISSION = "commission"
    REMOVE_COMMISSION = "remove-commission"
    MISSING = "missing"
    FIRST_RUN = "first-run"


class Hold(StrEnum):
    """What holds rows beside the classes of ``GuardClass``; ``--allow`` waives none of these."""

    TWO_PEOPLE = "two-people"
    """Its kind needs the yes of two people."""
    RATE_JUMP = "rate-jump"
    """The rate moves too far in one go, or nobody knows how far."""
    MONTHLY_EFFECT = "monthly-effect"
    """All rates together change too much of what is paid a month."""
    FREEZE = "freeze"
    """No status and no rate is written on this day."""
    REJECTED = "rejected"
    """Somebody said no."""
    IGNORED = "ignored"
    """Somebody said to leave this field of this person alone."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the links, in percent (5 = 5 %)."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Limit:
    """How many rows of a class may go: in one run, in the last 24 h, in the last 168 h.

    A number is exact (0 forbids); a share means max(floor, share x links). None sets no budget.
    """

    per_run: int | Share
    per_day: int | Share | None = None
    per_week: int | Share | None = None


DEFAULT_LIMITS: Final[Mapping[GuardClass, Limit]] = MappingProxyType(
    {
        GuardClass.CREATE_PARTNER: Limit(Share(Decimal(10))),
        GuardClass.CREATE_AFFILIATE: Limit(Share(Decimal(10))),
        GuardClass.DEACTIVATE: Limit(Share(Decimal(5)), per_day=Share(Decimal(10))),
        GuardClass.REACTIVATE: Limit(Share(Decimal(5))),
        GuardClass.COMMISSION: Limit(Share(Decimal(10))),
        GuardClass.REMOVE_COMMISSION: Limit(0),
        GuardClass.MISSING: Limit(0),
    }
)
"""Every class but FIRST_RUN, which is a switch."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits of a pair; ``floor`` is the least a share comes to, in rows.

    ``max_monthly_effect_usd`` is how much a run may change what is paid a month, in US dollars,
    ``max_rate_jump`` how far one rate may move, in percentage points; None = no limit.
    """

    limits: Mapping[GuardClass, Limit] = field(default_factory=lambda: DEFAULT_LIMITS)
    floor: int = 3
    first_run: bool = True
    max_monthly_effect_usd: Decimal | None = None
    max_rate_jump: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the core needs to know of a pair's configuration.

    ``reactivate``: bring people back without asking. ``activate``: partners we create are made
    active by us, without their own acceptance. ``two_people`` are kinds (``Kind``) that need two
    approvals; ``freeze`` are dates or days of the month, in the pair's time zone, on which no
    status and no rate is written.
    """

    pair: str
    create_partners: bool = True
    create_affiliates: bool = True
    activate: bool = False
    status_on_first_link: OnFirstLink = OnFirstLink.ASK
    reactivate: bool = False
    commission: CommissionPolicy = field(default_factory=CommissionPolicy)
    guards: Guards = field(default_factory=Guards)
    two_people: frozenset[str] = frozenset()
    freeze: tuple[date | int, ...] = ()
