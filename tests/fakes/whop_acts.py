"""What Whop does about a request that it serves; raises ``Refusal`` for one that it does not."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connectors.sandbox.gate import Refusal
from connectors.sandbox.whop_records import MARKETPLACE, Affiliate, Override, User
from connectors.sandbox.wire import rounded
from connectors.sandbox.world import World
from sync.core.ports import NewOverride
from sync.core.record import Side

HIGHEST: Final = 100
Shown = dict[str, set[str | None]]
"""Addresses by user id, as one list shows them; None where it shows the user without one."""


@dataclass(frozen=True, slots=True)
class WhopActs:
    """The acts of one company at Whop."""

    world: World

    def ordered(self) -> list[Affiliate]:
        """Every affiliate, the oldest first."""
        return self.world.whop.affiliates.ordered(_by_creation)

    def affiliate(self, whop_id: str) -> Affiliate:
        """One affiliate."""
        found = self.world.whop.affiliates.get(whop_id)
        if found is None:
            raise Refusal(404, "Resource not found")
        return found

    def override(self, whop_id: str, override_id: str) -> Override:
        """One override of an affiliate."""
        found = self.world.whop.overrides.get(override_id)
        if found is None or found.affiliate_id != whop_id:
            raise Refusal(404, "Resource not found")
        return found

    # Addresses

    def enrolled(self, user_ids: Collection[str]) -> Shown:
        """What product affiliates show of these users."""
        whop, answers = self.world.whop, self.world.gaps.whop_product_affiliates
        if answers in {"missing", "current-only"}:
            raise Refusal(404, "Resource not found")
        rows = [row for user in user_ids for row in whop.enrollments.where("user", user)]
        shown = [(row.user_id, whop.users[row.user_id].email) for row in rows]
        return self._shown(shown, answers)

    def members(self, user_ids: Collection[str]) -> Shown:
        """What members show of these users."""
        whop = self.world.whop
        rows = [row for user in user_ids for row in whop.members.where("user", user)]
        shown = [(row.user_id, row.other_email or whop.users[row.user_id].email) for row in rows]
        return self._shown(shown, self.world.gaps.whop_members_emails)

    def _shown(self, rows: Collection[tuple[str, str | None]], answers: str) -> Shown:
        if answers == "forbidden":
            raise Refusal(403, "You do not have permission to access this resource")
        readable = answers == "on" and "member:email:read" in self.world.whop.permissions
        shown: Shown = {}
        for user_id, email in rows:
            shown.setdefault(user_id, set()).add(email if readable else None)
        return shown

    # Affiliates

    def enlist(self, email: str) -> Affiliate:
        """The affiliate of the user with this address: found, brought back, or made."""
        whop, over_deleted = self.world.whop, self.world.gaps.whop_create_over_deleted
        user = self._user(email)
        held = min(whop.affiliates.where("user", user.id), key=_preference, default=None)
        match held:
            case Affiliate(status="archived") if self.world.gaps.whop_unarchives_on_create:
                return self._set(held, "unarchive_affiliate", "active")
            case Affiliate(status="deleted") if over_deleted == "refuse":
                raise Refusal(422, "This affiliate was deleted.")
            case Affiliate(status="deleted") if over_deleted == "revive":
                return self._set(held, "unarchive_affiliate", "active")
            case None | Affiliate(status="deleted"):
                made = whop.add_affiliate(user.id)
                self._wrote("create_affiliate", made.id, made.id)
                return made
            case _:
                return held

    def archive(self, whop_id: str) -> None:
        """Archive; never the marketplace's, never a deleted one."""
        one = self.affiliate(whop_id)
        if self.world.whop.users[one.user_id].username == MARKETPLACE:
            refused = self.world.gaps.whop_archive_marketplace_status
            raise Refusal(refused, "The marketplace affiliate cannot be archived.")
        if one.status == "deleted":
            raise Refusal(422, "A deleted affiliate cannot be archived.")
        self._set(one, "archive_affiliate", "archived")

    def unarchive(self, whop_id: str) -> None:
        """Unarchive."""
        one = self.affiliate(whop_id)
        if one.status == "deleted" and self.world.gaps.whop_deleted_unarchive == "refuse":
            raise Refusal(422, "A deleted affiliate cannot be unarchived.")
        self._set(one, "unarchive_affiliate", "active")

    # Overrides

    def add(self, whop_id: str, new: NewOverride) -> None:
        """Add an override, or what becomes of a second one for the same."""
        one, terms = self.affiliate(whop_id), _terms(new)
        value = self._percentage(new.commission_value)
        scope = (one.id, new.override_type, terms.get("plan_id") or terms.get("product_id"))
        held = self.world.whop.overrides.where("scope", scope)
        duplicates = self.world.gaps.whop_duplicate_overrides
        if held and duplicates == "reject":
            raise Refusal(422, "An override for this already exists.")
        if held and duplicates == "merge":
            self._edit(held[0], value)
            return
        more = {"override_type": new.override_type, "commission_value": value, **terms}
        self._wrote("create_override", self.world.whop.add_override(one.id, **more).id, one.id)

    def change(self, whop_id: str, override_id: str, percent: Decimal) -> None:
        """Change an override's percentage."""
        self._edit(self.override(whop_id, override_id), self._percentage(percent))

    def remove(self, whop_id: str, override_id: str) -> None:
        """Delete an override."""
        held = self.override(whop_id, override_id)
        self.world.whop.remove_override(held.id)
        self._wrote("delete_override", held.id, whop_id)

    def _user(self, email: str) -> User:
        users = self.world.whop.users.where("email", email.strip().casefold())
        folds = self.world.gaps.whop_email_case == "folds"
        found = next((user for user in users if folds or user.email == email), None)
        if found is None:
            raise Refusal(self.world.gaps.whop_unknown_email_status, "User not found.")
        return found

    def _set(self, one: Affiliate, operation: str, status: str) -> Affiliate:
        if one.status == status:
            return one
        edited = self.world.whop.edit(one.id, status=status)
        self._wrote(operation, one.id, one.id)
        return edited

    def _percentage(self, percent: Decimal) -> Decimal:
        if not 0 < percent <= HIGHEST:
            raise Refusal(422, f"commission_value must be above 0 and at most {HIGHEST}.")
        fractional = self.world.gaps.whop_fractional
        if fractional == "accept" or percent == int(percent):
            return percent
        if fractional == "reject":
            raise Refusal(422, "commission_value must be a whole number from 1 to 100.")
        return max(Decimal(1), rounded(percent, 0))

    def _edit(self, held: Override, value: Decimal) -> None:
        if held.commission_value != value:
            self.world.whop.edit_override(held.id, commission_value=value)
            self._wrote("update_override", held.id, held.affiliate_id)

    def _wrote(self, operation: str, record_id: str, whop_id: str) -> None:
        email = self.world.whop.user_of(whop_id).email
        self.world.wrote(Side.WHOP, operation, record_id, email)


def _by_creation(one: Affiliate) -> tuple[str, str]:
    return (one.created_at.isoformat(), one.id)


def _preference(one: Affiliate) -> tuple[bool, bool]:
    """Somebody's affiliates, the one that counts first."""
    return (one.status == "deleted", one.status == "archived")


def _terms(new: NewOverride) -> dict[str, Any]:
    """What only this type of override has, with what is meant where nothing is said."""
    match new.override_type:
        case "standard" if new.plan_id:
            payments = new.applies_to_payments or "all_payments"
            return {"plan_id": new.plan_id, "applies_to_payments": payments}
        case "rev_share":
            basis = new.revenue_basis or "post_fees"
            return {"product_id": new.product_id, "revenue_basis": basis}
        case _:
            raise Refusal(400, "override_type and its plan_id are required.")
