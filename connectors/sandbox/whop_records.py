"""What Whop knows: users, affiliates, overrides, members, product enrollments.

Records are frozen; a test or a drift edits them as a third party would, through the methods of
``WhopRecords`` or by replacing a record in its table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from connectors.sandbox.ids import Ids
from connectors.sandbox.tables import Table

ALL_PERMISSIONS: Final = frozenset(
    {
        "affiliate:basic:read",
        "affiliate:create",
        "affiliate:update",
        "member:basic:read",
        "member:email:read",
        "member:phone:read",
    }
)
MARKETPLACE: Final = "whop"
"""Username of the affiliate that carries Whop's marketplace (api/whop.md section 2)."""


@dataclass(frozen=True, slots=True)
class User:
    """A Whop account; ``email`` is what it signed up with, shown by no affiliate endpoint."""

    id: str
    name: str | None = None
    username: str | None = None
    email: str | None = None
    discord_id: str | None = None


def folded_email(user: User) -> str:
    """The address a user is found by, whatever its letter case; empty where there is none."""
    return (user.email or "").strip().casefold()


def folded_username(user: User) -> str:
    """The username a user is found by; empty where there is none."""
    return (user.username or "").casefold()


@dataclass(frozen=True, slots=True)
class Affiliate:
    """An affiliate of the company; money in US dollars, retention in percent.

    ``status`` is any text or None: a side may say a word nobody has heard of.
    """

    id: str
    user_id: str
    status: str | None
    created_at: datetime
    updated_at: datetime
    referrals: int = 0
    earnings: Decimal = Decimal(0)
    retention: Decimal = Decimal(0)
    retention_90: Decimal = Decimal(0)
    monthly: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    active_members: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """Commission terms of an affiliate (api/whop.md section 3); percent, or dollars if flat."""

    id: str
    affiliate_id: str
    override_type: Literal["standard", "rev_share"]
    commission_value: Decimal
    commission_type: str = "percentage"
    applies_to_payments: str | None = None
    plan_id: str | None = None
    product_id: str | None = None
    revenue_basis: str | None = None
    earnings: Decimal = Decimal(0)

    @property
    def scope(self) -> tuple[str, str, str | None]:
        """What the terms are for; two overrides of one scope are duplicates."""
        return (self.affiliate_id, self.override_type, self.plan_id or self.product_id)


@dataclass(frozen=True, slots=True)
class Member:
    """A buyer or team member of the company; ``other_email`` is shown instead of the user's own."""

    id: str
    user_id: str
    created_at: datetime
    status: str = "joined"
    access_level: str = "customer"
    other_email: str | None = None
    spent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A product affiliate (api/whop.md section 5): one user's enrollment for one product."""

    id: str
    user_id: str
    product_id: str
    created_at: datetime
    status: str = "active"
    referred: int = 0
    earnings: Decimal = Decimal(0)


@dataclass(slots=True)
class WhopRecords:
    """One company at Whop, open to look at and to edit as its owner would in the dashboard."""

    clock: Callable[[], datetime]
    ids: Ids
    moves: Callable[[], str] = lambda: "status-and-overrides"
    """What moves ``updated_at``: the answer to the gap of that name."""
    company_id: str = "biz_sandbox0000001"
    company_title: str = "Northwind Studio"
    key: str = "whop-sandbox-key"
    permissions: set[str] = field(default_factory=lambda: set(ALL_PERMISSIONS))
    products: dict[str, str] = field(
        default_factory=lambda: {
            "prod_studiopass001": "Studio Pass",
            "prod_masterclass01": "Masterclass",
        }
    )
    plans: tuple[str, ...] = ("plan_monthly00001", "plan_yearly000001")
    users: Table[User] = field(
        default_factory=lambda: Table(
            email=folded_email, username=folded_username, discord=lambda user: user.discord_id
        )
    )
    affiliates: Table[Affiliate] = field(default_factory=lambda: Table(user=lambda a: a.user_id))
    overrides: Table[Override] = field(
        default_factory=lambda: Table(affiliate=lambda o: o.affiliate_id, scope=lambda o: o.scope)
    )
    members: Table[Member] = field(default_factory=lambda: Table(user=lambda m: m.user_id))
    enrollments: Table[Enrollment] = field(default_factory=lambda: Table(user=lambda e: e.user_id))

    def add_user(self, email: str | None, name: str | None, username: str | None) -> User:
        """A new Whop account, not yet an affiliate."""
        user = User(self.ids.new("user_", 13), name, username, email)
        self.users[user.id] = user
        return user

    def add_affiliate(self, user_id: str, status: str | None = "active", **more: Any) -> Affiliate:
        """Make the user an affiliate now; ``more`` are fields of ``Affiliate``."""
        now = self.clock()
        known = {"created_at": now, "updated_at": now, **more}
        affiliate = Affiliate(self.ids.new("aff_", 14), user_id, status, **known)
        self.affiliates[affiliate.id] = affiliate
        return affiliate

    def add_override(self, affiliate_id: str, **terms: Any) -> Override:
        """Give the affiliate one more override; ``terms`` are fields of ``Override``."""
        override = Override(self.ids.new("affov_", 12), affiliate_id, **terms)
        self.overrides[override.id] = override
        self.touch(affiliate_id)
        return override

    def show_email(self, user_id: str, by: Literal["enrollment", "member"] = "enrollment") -> None:
        """Let the user's email be read: by a product enrollment, or by a membership."""
        now = self.clock()
        if by == "member":
            member = Member(self.ids.new("mber_", 13), user_id, now)
            self.members[member.id] = member
        else:
            product = next(iter(self.products))
            enrollment = Enrollment(self.ids.new("apaf_", 13), user_id, product, now)
            self.enrollments[enrollment.id] = enrollment

    def shows_email(self, user_id: str) -> bool:
        """Whether any endpoint shows the user's email."""
        return bool(self.enrollments.count("user", user_id) or self.members.count("user", user_id))

    def edit(self, affiliate_id: str, **changes: Any) -> Affiliate:
        """Change an affiliate; ``updated_at`` moves with it where Whop moves it at all."""
        moved = {} if self.moves() == "never" else {"updated_at": self.clock()}
        affiliate = replace(self.affiliates[affiliate_id], **(moved | changes))
        self.affiliates[affiliate_id] = affiliate
        return affiliate

    def edit_user(self, user_id: str, **changes: Any) -> User:
        """Change a user: a new name, username or email."""
        user = replace(self.users[user_id], **changes)
        self.users[user_id] = user
        return user

    def edit_override(self, override_id: str, **changes: Any) -> Override:
        """Change an override's terms."""
        override = replace(self.overrides[override_id], **changes)
        self.overrides[override_id] = override
        self.touch(override.affiliate_id)
        return override

    def remove_override(self, override_id: str) -> None:
        """Drop an override."""
        self.touch(self.overrides.pop(override_id).affiliate_id)

    def remove(self, affiliate_id: str) -> None:
        """Make an affiliate gone for good, as no call of the API can: it answers 404 now."""
        for override in self.overrides.where("affiliate", affiliate_id):
            del self.overrides[override.id]
        del self.affiliates[affiliate_id]

    def set_rate(self, affiliate_id: str, percent: Decimal | int | None) -> None:
        """Set, change or (None) drop the company-wide revenue share."""
        held = self.overrides.where("scope", (affiliate_id, "rev_share", None))
        if percent is None:
            for override in held:
                self.remove_override(override.id)
        elif held:
            self.edit_override(held[0].id, commission_value=Decimal(percent))
        else:
            self.add_override(
                affiliate_id,
                override_type="rev_share",
                commission_value=Decimal(percent),
                revenue_basis="post_fees",
            )

    def rate(self, affiliate_id: str) -> Decimal | None:
        """The company-wide revenue share, or None."""
        held = self.overrides.where("scope", (affiliate_id, "rev_share", None))
        return held[0].commission_value if held else None

    def overrides_of(self, affiliate_id: str) -> list[Override]:
        """The affiliate's overrides, the oldest first."""
        return self.overrides.where("affiliate", affiliate_id)

    def user_of(self, affiliate_id: str) -> User:
        """The user behind an affiliate."""
        return self.users[self.affiliates[affiliate_id].user_id]

    def affiliates_of(self, email: str) -> list[Affiliate]:
        """The affiliates whose user signed up with that address, whatever its letter case."""
        users = self.users.where("email", email.strip().casefold())
        return [found for user in users for found in self.affiliates.where("user", user.id)]

    def touch(self, affiliate_id: str) -> None:
        """Move ``updated_at`` after a change of an override, where Whop does so."""
        if self.moves() == "status-and-overrides":
            self.edit(affiliate_id)
