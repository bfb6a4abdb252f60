"""A week of edits by others, after both sides were brought into step.

People are chosen from those on both sides by equal email, one affiliate and one partner each, so
that every edit is told apart from the oddities of a seed.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.whop_records import MARKETPLACE, Affiliate
from connectors.sandbox.world import World

ON: Final = ("active", "active")
OFF: Final = ("archived", "deactivated")
INVITED: Final = ("active", "invited")
HIGHEST: Final = 90
"""No rate drifts above this percentage, however many weeks pass."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One affiliate and one partner of equal email."""

    affiliate: Affiliate
    partner: Partner

    @property
    def statuses(self) -> tuple[str | None, str]:
        """Whop's word and Affihub's."""
        return (self.affiliate.status, self.partner.status)


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing somebody did: what, and to whom."""

    what: str
    email: str


Change = Callable[[World, Linked], None]
Arrival = Callable[[Cast], str]


def archive(world: World, who: Linked) -> None:
    """The owner archives the affiliate on Whop."""
    world.whop.edit(who.affiliate.id, status="archived")


def delete(world: World, who: Linked) -> None:
    """The affiliate is deleted on Whop."""
    world.whop.edit(who.affiliate.id, status="deleted")


def vanish(world: World, who: Linked) -> None:
    """The affiliate is gone: 404."""
    world.whop.remove(who.affiliate.id)


def deactivate(world: World, who: Linked) -> None:
    """The owner deactivates the partner in the dashboard."""
    world.affihub.edit(who.partner.id, status="deactivated")


def unarchive(world: World, who: Linked) -> None:
    """The affiliate comes back on Whop."""
    world.whop.edit(who.affiliate.id, status="active")


def activate(world: World, who: Linked) -> None:
    """The partner comes back, or an invited one accepts."""
    world.affihub.edit(who.partner.id, status="active")


def raise_on_whop(world: World, who: Linked) -> None:
    """A better rate, agreed on Whop."""
    world.whop.set_rate(who.affiliate.id, _raised(world, who, 5))


def raise_on_affihub(world: World, who: Linked) -> None:
    """A better rate, agreed on Affihub."""
    world.affihub.edit(who.partner.id, commission_pct=_raised(world, who, 5))


def raise_apart(world: World, who: Linked) -> None:
    """Two better rates, agreed with two people."""
    world.whop.set_rate(who.affiliate.id, _raised(world, who, 5))
    world.affihub.edit(who.partner.id, commission_pct=_raised(world, who, 10))


def split_cents(world: World, who: Linked) -> None:
    """A rate on Affihub that Whop cannot hold."""
    world.affihub.edit(who.partner.id, commission_pct=_raised(world, who, 5) + Decimal("0.5"))


def drop_on_whop(world: World, who: Linked) -> None:
    """The override is deleted on Whop."""
    world.whop.set_rate(who.affiliate.id, None)


def drop_on_affihub(world: World, who: Linked) -> None:
    """Back to the program's default on Affihub."""
    world.affihub.edit(who.partner.id, commission_pct=None)


def clear_names(world: World, who: Linked) -> None:
    """The partner's names are emptied."""
    world.affihub.edit(who.partner.id, first_name=None, last_name=None)


def rename(world: World, who: Linked) -> None:
    """The affiliate takes another username, and with it another referral code."""
    world.whop.edit_user(who.affiliate.user_id, username=f"the{who.affiliate.id[-6:].lower()}")


def move_email(world: World, who: Linked) -> None:
    """The partner signs in with another address from now on."""
    world.affihub.edit(who.partner.id, email=f"new.{who.partner.email}")


def restart(world: World, who: Linked) -> None:
    """The affiliate is deleted, and the same user becomes an affiliate again."""
    world.whop.edit(who.affiliate.id, status="deleted")
    world.whop.add_affiliate(who.affiliate.user_id)


def join_whop(cast: Cast) -> str:
    """Somebody becomes an affiliate."""
    person = cast.person()
    cast.affiliate(cast.user(person))
    return person.email


def join_affihub(cast: Cast) -> str:
    """Somebody with a Whop account becomes an active partner."""
    person = cast.person()
    cast.user(person)
    cast.partner(person)
    return person.email


def join_both(cast: Cast) -> str:
    """Somebody is added on both sides by hand, on Affihub without a name."""
    person = cast.person()
    _, partner = cast.both(person)
    cast.world.affihub.edit(partner.id, first_name=None, last_name=None)
    return person.email


CHANGES: Final[Sequence[tuple[int, tuple[str, str], bool, Change]]] = (
    (3, ON, False, archive),
    (3, ON, False, deactivate),
    (2, OFF, False, unarchive),
    (2, OFF, False, activate),
    (2, ON, True, raise_on_whop),
    (2, ON, True, raise_on_affihub),
    (1, ON, True, raise_apart),
    (1, ON, True, drop_on_whop),
    (1, ON, True, drop_on_affihub),
    (1, ON, False, restart),
    (1, ON, False, delete),
    (1, ON, False, vanish),
    (3, INVITED, False, activate),
    (1, ON, True, split_cents),
    (2, ON, False, clear_names),
    (1, ON, False, rename),
    (1, ON, False, move_email),
)
"""How many, of which statuses, with or without a rate on both sides, and what happens to them."""

ARRIVALS: Final[Sequence[tuple[int, Arrival]]] = ((3, join_whop), (2, join_affihub), (1, join_both))
"""How many come, and where."""


def drift(world: World, seed: int = 0) -> tuple[Edit, ...]:
    """Let a week pass; the same world and seed give the same edits. Small worlds have fewer."""
    chance = random.Random(f"drift-{seed}")
    # By address: ids depend on the order in which others were created meanwhile.
    waiting = sorted(linked(world), key=lambda who: who.partner.email.casefold())
    chance.shuffle(waiting)
    edits: list[Edit] = []
    for count, statuses, rated, change in CHANGES:
        for who in _taken(world, waiting, statuses, rated=rated)[:count]:
            waiting.remove(who)
            change(world, who)
            edits.append(Edit(change.__name__, who.partner.email))
    return (*edits, *_arrivals(cast_for(world, seed + 1_000_003)))


def linked(world: World) -> Iterator[Linked]:
    """Everybody on both sides of whom there is no doubt who they are."""
    for affiliate in world.whop.affiliates.values():
        user = world.whop.users[affiliate.user_id]
        if user.email is None or user.username == MARKETPLACE:
            continue
        partners = world.affihub.partners_of(user.email)
        alone = world.whop.affiliates.count("user", user.id) == 1
        if alone and len(partners) == 1 and world.whop.shows_email(user.id):
            yield Linked(affiliate, partners[0])


def _taken(
    world: World, waiting: Sequence[Linked], statuses: tuple[str, str], *, rated: bool
) -> list[Linked]:
    return [who for who in waiting if who.statuses == statuses and _has_rate(world, who) == rated]


def _has_rate(world: World, who: Linked) -> bool:
    """Whether both sides have the same rate of their own; no other overrides muddy it."""
    rate = world.whop.rate(who.affiliate.id)
    alone = world.whop.overrides.count("affiliate", who.affiliate.id) == 1
    return alone and rate is not None and rate == who.partner.commission_pct


def _raised(world: World, who: Linked, points: int) -> Decimal:
    return min(Decimal(HIGHEST), (world.whop.rate(who.affiliate.id) or Decimal(0)) + points)


def _arrivals(cast: Cast) -> Iterator[Edit]:
    for count, arrive in ARRIVALS:
        for _ in range(count):
            yield Edit(arrive.__name__, arrive(cast))
