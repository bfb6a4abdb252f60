"""Puts people into a world: on Whop, on Affihub, or on both, agreeing unless told otherwise."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from connectors.sandbox.affihub_records import Commission, Partner
from connectors.sandbox.people import Person, strangers
from connectors.sandbox.whop_records import Affiliate, User
from connectors.sandbox.world import World

Shown = Literal["enrollment", "member", "nowhere"]
"""Where Whop shows the email: api/whop.md section 4."""


@dataclass(slots=True)
class Cast:
    """Hands out people and their places; chance comes from one seed."""

    world: World
    chance: random.Random
    people: Iterator[Person]

    def person(self, **changes: Any) -> Person:
        """The next person nobody knows yet, with the changes somebody odd needs."""
        person = next(person for person in self.people if not self._known(person))
        return replace(person, **changes)

    def _known(self, person: Person) -> bool:
        whop, affihub = self.world.whop, self.world.affihub
        return bool(
            whop.users.count("email", person.email)
            or whop.users.count("username", person.username)
            or affihub.partners.count("folded", person.email)
            or affihub.partners.count("slug", slug_of(person))
        )

    def user(self, person: Person, **changes: Any) -> User:
        """The person's Whop account; ``changes`` are fields of ``User``."""
        whop = self.world.whop
        user = whop.add_user(person.email, person.name, person.username)
        return whop.edit_user(user.id, **changes) if changes else user

    def affiliate(
        self, user: User, status: str | None = "active", shown: Shown = "enrollment"
    ) -> Affiliate:
        """Make the user an affiliate with a past, whose email is shown somewhere or nowhere."""
        joined = self.moment()
        if shown != "nowhere":
            self.world.whop.show_email(user.id, shown)
        past = _past(self.chance) if self.chance.random() < 0.7 else {}  # noqa: PLR2004
        return self.world.whop.add_affiliate(
            user.id, status, created_at=joined, updated_at=joined, **past
        )

    def partner(self, person: Person, status: str = "active", **changes: Any) -> Partner:
        """Make the person a partner with a past; ``changes`` are fields of ``Partner``."""
        known: dict[str, Any] = {
            "email": person.email,
            "slug": slug_of(person),
            "first_name": person.first,
            "last_name": person.last,
            "created_at": self.moment().replace(microsecond=0),
        }
        earned = _earned(self.chance) if status == "active" else {}
        return self.world.affihub.add(status=status, **(known | earned | changes))

    def both(
        self, person: Person, *, status: str = "active", partner: str = "active"
    ) -> tuple[Affiliate, Partner]:
        """The person on both sides, email readable."""
        shown: Shown = "member" if self.chance.random() < 0.1 else "enrollment"  # noqa: PLR2004
        affiliate = self.affiliate(self.user(person), status, shown)
        return affiliate, self.partner(person, partner)

    def rated(self, rate: int | None, pct: Decimal | int | str | None) -> tuple[Affiliate, Partner]:
        """Somebody on both sides, with a company-wide share there and a custom rate here."""
        affiliate, partner = self.both(self.person())
        if rate is not None:
            self.world.whop.set_rate(affiliate.id, rate)
        if pct is not None:
            partner = self.world.affihub.edit(partner.id, commission_pct=Decimal(pct))
        return affiliate, partner

    def moment(self) -> datetime:
        """Some time in the two years before now, at least a day ago."""
        ago = timedelta(days=1, milliseconds=self.chance.randrange(730 * 86_400_000))
        return self.world.clock() - ago


def slug_of(person: Person) -> str:
    """The slug an owner would type: the address in front of the @."""
    return person.email.partition("@")[0].replace(".", "-").replace("+", "-").lower()


def cast_for(world: World, seed: int) -> Cast:
    """A cast with chance of its own, so that who comes does not depend on what was made before."""
    chance = random.Random(f"cast-{seed}")
    return Cast(world, chance, strangers(chance))


def commissions_for(cast: Cast, partner: Partner, count: int) -> None:
    """Some recent commissions of a partner."""
    for _ in range(count):
        sale = cast.chance.choice((1900, 4900, 9900, 29900))
        share = partner.commission_pct or cast.world.affihub.default_commission_pct
        commission = Commission(
            cast.world.affihub.ids.new("com_", 14),
            partner.id,
            int(sale * share / 100),
            sale,
            share,
            cast.chance.choice(("pending", "review", "approved", "paid", "rejected")),
            cast.moment(),
            f"buyer{cast.chance.randrange(10**6)}@example.net",
        )
        cast.world.affihub.commissions[commission.id] = commission


def _past(chance: random.Random) -> dict[str, Any]:
    """What an affiliate has earned; money in US dollars, retention in percent."""
    revenue = Decimal(chance.randrange(1_000_000)) / 100
    return {
        "referrals": chance.randrange(1, 120),
        "revenue": revenue,
        "earnings": revenue / 4,
        "monthly": revenue / 12,
        "retention": Decimal(chance.randrange(10_000)) / 100,
        "retention_90": Decimal(chance.randrange(101)),
        "active_members": chance.randrange(40),
    }


def _earned(chance: random.Random) -> dict[str, int]:
    """What a partner has earned, in cents."""
    return {
        "commissions": chance.randrange(60),
        "pending_cents": chance.randrange(20_000),
        "approved_cents": chance.randrange(50_000),
        "paid_cents": chance.randrange(500_000),
    }
