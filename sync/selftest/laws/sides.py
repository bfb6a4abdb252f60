"""Where both sides stand, by person, told so that two moments or two worlds can be compared."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.drift import Linked, linked
from connectors.sandbox.whop_records import Affiliate
from connectors.sandbox.world import World
from sync.core.record import Side

Standing = Mapping[tuple[Side, str], tuple[str, ...]]
"""What a side has of a person, by folded address; ids, times and money play no part."""

ON: Final[Mapping[Side, Mapping[str | None, bool]]] = {
    Side.WHOP: {"active": True, "archived": False, "deleted": False},
    Side.AFFIHUB: {"active": True, "invited": True, "deactivated": False},
}
"""Whether somebody may earn, by each side's own words."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Somebody who is told one thing on Whop and another on Affihub."""

    who: Linked
    what: str
    is_about_rates: bool = False

    @property
    def email(self) -> str:
        """The address both sides have."""
        return folded(self.who.partner.email)


def folded(email: str) -> str:
    """An address as it is compared."""
    return email.strip().casefold()


def standing(world: World) -> Standing:
    """Everybody on both sides, as they are now."""
    seen: defaultdict[tuple[Side, str], list[str]] = defaultdict(list)
    for affiliate in world.whop.affiliates.values():
        seen[Side.WHOP, whop_person(world, affiliate)].append(_affiliate(world, affiliate))
    for partner in world.affihub.partners.values():
        seen[Side.AFFIHUB, folded(partner.email)].append(_partner(partner))
    return {who: tuple(sorted(records)) for who, records in seen.items()}


def differences(expected: Standing, seen: Standing) -> Iterator[str]:
    """A sentence for each person who does not stand where expected."""
    for side, email in sorted({*expected, *seen}):
        ours, theirs = expected.get((side, email), ()), seen.get((side, email), ())
        if ours != theirs:
            yield f"{email} on {side.brand}: expected {_all(ours)}, saw {_all(theirs)}"


def differing(world: World) -> Iterator[Differing]:
    """Everybody on both sides, of whom there is no doubt who they are, and who differs there."""
    for who in linked(world):
        whop = ON[Side.WHOP].get(who.affiliate.status)
        affihub = ON[Side.AFFIHUB].get(who.partner.status)
        if whop is None or affihub is None or whop != affihub:
            yield Differing(who, f"{who.affiliate.status} there, {who.partner.status} here")
        elif whop and world.whop.rate(who.affiliate.id) != who.partner.commission_pct:
            rates = (world.whop.rate(who.affiliate.id), who.partner.commission_pct)
            what = "{} % there, {} % here".format(*rates)
            yield Differing(who, what, is_about_rates=True)


def whop_person(world: World, affiliate: Affiliate) -> str:
    """The address of an affiliate; the user's id where they signed up without one."""
    return folded(world.whop.users[affiliate.user_id].email or affiliate.user_id)


def _affiliate(world: World, affiliate: Affiliate) -> str:
    terms = sorted(
        f"{held.override_type} {held.plan_id or held.product_id or 'all'} {held.commission_value:f}"
        for held in world.whop.overrides_of(affiliate.id)
    )
    return ", ".join((str(affiliate.status), *terms))


def _partner(partner: Partner) -> str:
    name = f"{partner.first_name or ''} {partner.last_name or ''}".strip()
    rate = partner.commission_pct
    paid = "the program's rate" if rate is None else f"{rate:f} %"
    return f"{partner.status}, {name or 'no name'}, {partner.slug}, {paid}"


def _all(records: tuple[str, ...]) -> str:
    return " and ".join(f"<{record}>" for record in records) or "nobody"
