"""Puts the people of a story into the world; ids, addresses and slugs derive from their names."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate, Enrollment, Member, Override, User
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.stage.asking import NamedIds, stem
from tests.stage.steps import NONE, NULL, Edit, Join, Terms, Vanish

PAST: Final = timedelta(days=100)
"""So long before the story everybody was there already."""
PAYOUT: Final = "iban7731"
"""In every payout detail: nobody may ever read it out of a partner."""


@dataclass(slots=True)
class People:
    """Everybody of the story, and what is done to them by others than the program."""

    world: World
    ids: NamedIds
    unlisted: set[str] = field(default_factory=set)
    joined: int = 0
    moment: int = 0
    """How often others did something since a run began."""
    watch: Callable[[], object] = lambda: None
    """Called after everything that others do."""

    def join(self, step: Join) -> None:
        """Somebody appears."""
        self.joined += 1
        email = step.email or f"{stem(step.name)}@example.com"
        self.ids.know(step.affihub_email or email, step.name)
        self.ids.know(email, step.name)
        if step.whop is not None or (step.account and not step.user):
            self._affiliate(step, self._user(step, email))
        if step.affihub is not None:
            self._partner(step, step.affihub_email or email)

    def _user(self, step: Join, email: str) -> User:
        if step.user:
            return self.world.whop.users[f"user_{stem(step.user)}"]
        mark = stem(step.name)
        user = User(
            self.ids.name(f"user_{mark}", step.name),
            step.name if step.full_name is None else step.full_name or None,
            mark if step.username is None else step.username or None,
            email or None,
        )
        self.world.whop.users[user.id] = user
        return user

    def _affiliate(self, step: Join, user: User) -> None:
        if step.whop is None:
            return
        whop, when = self.world.whop, self._when()
        affiliate = Affiliate(
            self.ids.name(f"aff_{stem(step.name)}", step.name),
            user.id,
            _whop_word(step.whop),
            when,
            when,
            monthly=Decimal(step.monthly or 0),
        )
        whop.affiliates[affiliate.id] = affiliate
        self._show(step, user, when)
        if step.whop_rate is not None:
            whop.set_rate(affiliate.id, _percent(step.whop_rate))
        for number, terms in enumerate(step.terms):
            self._override(affiliate.id, number, terms)
        whop.affiliates[affiliate.id] = affiliate  # nothing of this is news

    def _show(self, step: Join, user: User, when: datetime) -> None:
        whop, mark = self.world.whop, stem(step.name)
        if step.shown == "member" or step.other_email:
            member = Member(f"mber_{mark}", user.id, when, other_email=step.other_email)
            whop.members[member.id] = member
        if step.shown == "enrollment":
            product = next(iter(whop.products))
            shown = Enrollment(f"apaf_{mark}", user.id, product, when)
            whop.enrollments[shown.id] = shown

    def _override(self, affiliate_id: str, number: int, terms: Terms) -> None:
        override = Override(
            f"affov_{affiliate_id}_{number}",
            affiliate_id,
            terms.type,
            Decimal(terms.value),
            terms.kind,
            terms.payments or ("all_payments" if terms.type == "standard" else None),
            terms.plan,
            terms.product,
            terms.basis or ("post_fees" if terms.type == "rev_share" else None),
        )
        self.world.whop.overrides[override.id] = override

    def _partner(self, step: Join, email: str) -> None:
        mark, called = stem(step.name), step.partner_name
        first, _, last = (step.full_name or step.name if called is None else called).partition(" ")
        partner = Partner(
            self.ids.name(f"par_{mark}", step.name),
            email,
            step.slug or mark,
            str(step.affihub),
            self._when(),
            first_name=first or None,
            last_name=last or None,
            commission_pct=_percent(step.affihub_rate),
            metadata=None,
            payout_method="paypal",
            payout_email=f"{PAYOUT}-{mark}@bank.example",
            stripe_account_id=f"acct_{PAYOUT}_{mark}",
        )
        self.world.affihub.partners[partner.id] = partner

    def _when(self) -> datetime:
        """The order in which people joined is that in which they are listed."""
        return self.world.clock().replace(microsecond=0) - PAST + timedelta(minutes=self.joined)

    # What others do to them

    def edit(self, step: Edit) -> None:
        """Somebody edits every record a person has on a side; KeyError where there is none."""
        for record_id in self.records(step.who, step.side):
            (self._edit_whop if step.side is Side.WHOP else self._edit_affihub)(record_id, step)

    def _edit_whop(self, whop_id: str, step: Edit) -> None:
        whop = self.world.whop
        if step.status is not None:
            whop.edit(whop_id, status=_whop_word(step.status))
        if step.rate is not None:
            whop.set_rate(whop_id, _percent(step.rate))
        if step.terms is not None:
            for held in whop.overrides_of(whop_id):
                whop.remove_override(held.id)
            for number, terms in enumerate(step.terms):
                self._override(whop_id, number, terms)
            whop.touch(whop_id)
        told = {"name": step.name, "username": step.username, "email": step.email}
        changes = {key: text or None for key, text in told.items() if text is not None}
        if changes:
            whop.edit_user(whop.affiliates[whop_id].user_id, **changes)

    def _edit_affihub(self, affihub_id: str, step: Edit) -> None:
        changes: dict[str, Any] = {}
        if step.status is not None:
            changes["status"] = step.status
        if step.rate is not None:
            changes["commission_pct"] = _percent(step.rate)
        if step.name is not None:
            first, _, last = step.name.partition(" ")
            changes |= {"first_name": first or None, "last_name": last or None}
        if step.email is not None:
            changes["email"] = step.email
            self.ids.know(step.email, step.who)
        if step.stamp is not None:
            other = self.affiliate_of(step.stamp)
            ids = {"whop_affiliate_id": other.id, "whop_user_id": other.user_id}
            changes["metadata"] = {"affisync": ids}
        self.world.affihub.edit(affihub_id, **changes)

    def vanish(self, step: Vanish) -> None:
        """A record is erased, or leaves the listing, or comes back to it."""
        for record_id in self.records(step.who, step.side):
            match step.how:
                case "erased":
                    side = self.world.whop if step.side is Side.WHOP else self.world.affihub
                    side.remove(record_id)
                case "unlisted":
                    self.unlisted.add(record_id)
                case "listed":
                    self.unlisted.discard(record_id)

    def records(self, who: str, side: Side) -> list[str]:
        """The ids of somebody's records on a side; KeyError where there are none."""
        table = self.world.whop.affiliates if side is Side.WHOP else self.world.affihub.partners
        found = [record_id for record_id in table if self.ids.who(record_id) == who]
        if not found:
            raise KeyError(f"{who} has no record on {side.brand}")
        return found

    def partner_of(self, who: str) -> Partner:
        """Somebody's one partner."""
        (found,) = self.records(who, Side.AFFIHUB)
        return self.world.affihub.partners[found]

    def affiliate_of(self, who: str) -> Affiliate:
        """Somebody's affiliate, the newest where there are several."""
        return self.world.whop.affiliates[self.records(who, Side.WHOP)[-1]]

    def restamp(self, partner: Partner, metadata: dict[str, Any]) -> None:
        """Another stamp on a partner."""
        self.world.affihub.partners[partner.id] = replace(partner, metadata=metadata)


def _whop_word(status: str) -> str | None:
    return None if status == NULL else status


def _percent(rate: str | None) -> Decimal | None:
    return None if rate in (None, NONE) else Decimal(rate)
