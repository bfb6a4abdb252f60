"""A day on which every kind of write is called for, among as few people as that takes."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from connectors.sandbox import drift
from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.drift import Change, Edit, Linked
from connectors.sandbox.world import World, empty_world
from sync.selftest.ground.clock import SkippingClock
from sync.selftest.ground.ground import told_edits
from sync.selftest.laws.causes import (
    ARCHIVE,
    NEW_AFFILIATE,
    NEW_PARTNER,
    NEW_RATE,
    NO_RATE,
    PARTNER,
    RATE,
    UNARCHIVE,
    Act,
)
from sync.selftest.laws.secrets import plant

Comer = Callable[[Cast], Linked]


def _on(cast: Cast) -> Linked:
    return Linked(*cast.both(cast.person()))


def _off(cast: Cast) -> Linked:
    return Linked(*cast.both(cast.person(), status="archived", partner="deactivated"))


def _rated(cast: Cast) -> Linked:
    return Linked(*cast.rated(20, 20))


DAY: Final[Sequence[tuple[Comer, Change]]] = (
    (_on, drift.archive),
    (_on, drift.deactivate),
    (_off, drift.unarchive),
    (_off, drift.activate),
    (_rated, drift.raise_on_whop),
    (_rated, drift.raise_on_affihub),
    (_rated, drift.drop_on_whop),
    (_rated, drift.drop_on_affihub),
    (_on, drift.raise_on_affihub),
)
"""Who is there, in agreement, and what happens to them."""
WRITES: Final[Sequence[tuple[Act, int]]] = (
    (PARTNER, 7),
    (NEW_PARTNER, 1),
    (NEW_AFFILIATE, 1),
    (ARCHIVE, 1),
    (UNARCHIVE, 1),
    (NEW_RATE, 1),
    (RATE, 1),
    (NO_RATE, 1),
)
"""How many writes of each kind the day calls for."""


def quiet(seed: int, clock: SkippingClock) -> tuple[World, tuple[Linked, ...]]:
    """Everybody of the day, in agreement, the evening before."""
    world = empty_world(seed=seed, clock=clock)
    cast = cast_for(world, seed)
    people = tuple(comer(cast) for comer, _ in DAY)
    plant(world)
    return world, people


def busy(world: World, people: Sequence[Linked], seed: int) -> tuple[Edit, ...]:
    """Let the day pass: each has something done to them, and three more come."""
    edits = []
    for who, (_, change) in zip(people, DAY, strict=True):
        now = Linked(
            world.whop.affiliates[who.affiliate.id], world.affihub.partners[who.partner.id]
        )
        change(world, now)
        edits.append(Edit(change.__name__, who.partner.email))
    return (*edits, *_comers(cast_for(world, seed + 1)))


def _comers(cast: Cast) -> tuple[Edit, ...]:
    """One on Whop with a rate of their own, one on Affihub, one on both without a name here."""
    on_whop = Edit("join_whop", drift.join_whop(cast))
    (affiliate,) = cast.world.whop.affiliates_of(on_whop.email)
    cast.world.whop.set_rate(affiliate.id, Decimal(30))
    return (
        on_whop,
        Edit("join_affihub", drift.join_affihub(cast)),
        Edit("join_both", drift.join_both(cast)),
    )


def story(edits: Sequence[Edit]) -> str:
    """The day in one sentence."""
    return "a day of edits: " + told_edits(edits)
