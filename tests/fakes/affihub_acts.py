"""What Affihub does about a request that it serves; raises ``Refusal`` for one that it does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.gate import Refusal
from connectors.sandbox.wire import rounded
from connectors.sandbox.world import World
from sync.core.ports import NewPartner
from sync.core.record import Side
from tests.fakes.told import stamped

STATUSES: Final = ("invited", "active", "deactivated")
HIGHEST: Final = 100


@dataclass(frozen=True, slots=True)
class AffihubActs:
    """The acts of one program at Affihub."""

    world: World

    def partner(self, affihub_id: str) -> Partner:
        """One partner."""
        found = self.world.affihub.partners.get(affihub_id)
        if found is None:
            raise Refusal(404, "partner not found")
        return found

    def invite(self, new: NewPartner, slug: str) -> Partner:
        """A new partner, invited, with one slug."""
        email = new.email.strip()
        if "@" not in email.strip("@"):
            raise Refusal(422, "email is not an email address")
        if self._holders(email) or self.world.affihub.partners.where("slug", slug):
            taken = self.world.gaps.affihub_duplicate_status
            raise Refusal(taken, "email or slug has already been taken")
        made = self.world.affihub.add(
            email,
            slug,
            first_name=new.first_name or None,
            last_name=new.last_name or None,
            metadata=stamped(new.stamp),
        )
        self._wrote("create_partner", made)
        return made

    def edit(self, affihub_id: str, changes: Mapping[str, Any]) -> None:
        """Change what is told; what the server keeps may differ."""
        held = self.partner(affihub_id)
        kept = dict(changes)
        if kept.get("status", STATUSES[0]) not in STATUSES:
            raise Refusal(422, f"status must be one of {', '.join(STATUSES)}")
        if kept.get("status") == "active" and held.status == "deactivated":
            self._reactivate(kept)
        if "commission_pct" in kept:
            self._rate(kept)
        edited = self.world.affihub.edit(held.id, **kept)
        if edited != held:
            self._wrote("update_partner", edited)

    def _holders(self, email: str) -> list[Partner]:
        table, how = self.world.affihub.partners, self.world.gaps.affihub_email_case
        return (
            table.where("folded", email.casefold())
            if how == "folds"
            else table.where("email", email)
        )

    def _reactivate(self, kept: dict[str, Any]) -> None:
        match self.world.gaps.affihub_reactivates:
            case "refuses":
                raise Refusal(422, "a deactivated partner cannot be activated")
            case "ignores":
                del kept["status"]

    def _rate(self, kept: dict[str, Any]) -> None:
        rate: Decimal | None = kept["commission_pct"]
        match rate, self.world.gaps.affihub_patch_null:
            case None, "rejects":
                raise Refusal(422, "commission_pct cannot be null")
            case None, "ignores":
                del kept["commission_pct"]
            case None, _:
                pass
            case told, _:
                kept["commission_pct"] = self._kept(told)

    def _kept(self, rate: Decimal) -> Decimal:
        if not 0 <= rate <= HIGHEST:
            raise Refusal(422, f"commission_pct must be from 0 to {HIGHEST}")
        decimals = self.world.gaps.affihub_commission_decimals
        return rate if decimals is None else rounded(rate, decimals)

    def _wrote(self, operation: str, partner: Partner) -> None:
        self.world.wrote(Side.AFFIHUB, operation, partner.id, partner.email)
        event = "partner.created" if operation == "create_partner" else "partner.updated"
        self.world.affihub.note(event, partner)
