"""Why a write may happen: what others did, told from the edits that were made and from no plan."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from connectors.sandbox.drift import Edit, linked
from connectors.sandbox.world import World, Write
from sync.core.record import Side
from sync.selftest.laws.sides import differing, folded

Act = tuple[Side, str]
"""A side, and an operation there."""
Allowed = Mapping[str, AbstractSet[Act]]
"""What may be written about whom, by folded address."""

PARTNER: Final[Act] = (Side.AFFIHUB, "update_partner")
NEW_PARTNER: Final[Act] = (Side.AFFIHUB, "create_partner")
NEW_AFFILIATE: Final[Act] = (Side.WHOP, "create_affiliate")
ARCHIVE: Final[Act] = (Side.WHOP, "archive_affiliate")
UNARCHIVE: Final[Act] = (Side.WHOP, "unarchive_affiliate")
NEW_RATE: Final[Act] = (Side.WHOP, "create_override")
RATE: Final[Act] = (Side.WHOP, "update_override")
NO_RATE: Final[Act] = (Side.WHOP, "delete_override")

CALLED_FOR: Final[Mapping[str, AbstractSet[Act]]] = {
    "archive": {PARTNER},
    "delete": {PARTNER},
    "vanish": {PARTNER},
    "deactivate": {ARCHIVE},
    "unarchive": {PARTNER},
    "activate": {UNARCHIVE},
    "raise_on_whop": {PARTNER},
    "raise_on_affihub": {RATE, NEW_RATE},
    "drop_on_whop": {PARTNER},
    "drop_on_affihub": {NO_RATE},
    "join_whop": {NEW_PARTNER, PARTNER},
    "join_affihub": {NEW_AFFILIATE},
    "join_both": {PARTNER},
    "raise_apart": frozenset(),
    "split_cents": frozenset(),
    "clear_names": frozenset(),
    "rename": frozenset(),
    "move_email": frozenset(),
    "restart": frozenset(),
}
"""What each edit of ``connectors.sandbox.drift`` calls for on the other side."""
FOR_A_PERSON: Final = frozenset({"raise_apart", "split_cents"})
"""The edits after which a person must choose."""


def called_for(edits: Iterable[Edit]) -> Allowed:
    """What a week of edits calls for."""
    return {folded(edit.email): CALLED_FOR[edit.what] for edit in edits}


def called_for_at_first(world: World) -> Allowed:
    """What two lists that were kept by hand call for: creates, empty names, Whop's rates.

    Statuses that differ are a person's to decide, and so nothing calls for a write of one.
    """
    allowed: dict[str, AbstractSet[Act]] = {}
    for one in differing(world):
        if one.is_about_rates:
            allowed[one.email] = {PARTNER}
    for who in linked(world):
        if not (who.partner.first_name or who.partner.last_name):
            allowed[folded(who.partner.email)] = {PARTNER}
    return {**allowed, **_alone(world)}


def without_cause(writes: Iterable[Write], allowed: Allowed) -> Iterator[str]:
    """A sentence for each write that nothing calls for."""
    for write in writes:
        who = folded(write.email or write.id)
        if (write.side, write.operation) not in allowed.get(who, frozenset()):
            yield f"{write.operation} on {write.side.brand} for {who}, which nothing called for"


def _alone(world: World) -> Allowed:
    """What those call for who are on, and on one side only."""
    whop, affihub = world.whop, world.affihub
    allowed: dict[str, AbstractSet[Act]] = {}
    for affiliate in whop.affiliates.values():
        email = whop.users[affiliate.user_id].email
        if email and affiliate.status == "active" and not affihub.partners_of(email):
            allowed[folded(email)] = {NEW_PARTNER, PARTNER}
    for partner in affihub.partners.values():
        if partner.status == "active" and not whop.affiliates_of(partner.email):
            allowed[folded(partner.email)] = {NEW_AFFILIATE, NEW_RATE}
    return allowed
