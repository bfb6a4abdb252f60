"""Worlds to start from: one in agreement, and one as two lists look that were kept by hand."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest

from connectors.sandbox.cast import Cast, cast_for, commissions_for
from connectors.sandbox.oddities import ODDITIES, Oddity
from connectors.sandbox.whop_records import MARKETPLACE
from connectors.sandbox.world import World, empty_world, utc_now

ODD_SHARE = 4
"""At most one person in so many is odd; in a world of 300 that lets every oddity in."""


def agreed(people: int, seed: int = 0, *, clock: Callable[[], datetime] = utc_now) -> World:
    """A world in which everybody is on both sides, with the same status, name and rate."""
    world = empty_world(seed=seed, clock=clock)
    cast = cast_for(world, seed)
    for _ in range(people):
        _in_agreement(cast)
    return world


def seeded(people: int, seed: int = 0, *, clock: Callable[[], datetime] = utc_now) -> World:
    """A world in which most agree and a few, a fixed number of each kind, are odd.

    About four in five people of a world of 300 are on both sides and agree. A first run shows
    links, creates, names to fill, conflicts, breaks, waiting rows and ambiguous matches.
    """
    world = empty_world(seed=seed, clock=clock)
    cast = cast_for(world, seed)
    odd = _oddities(people // ODD_SHARE)
    for _ in range(people - len(odd)):
        _kept_by_hand(cast)
    for oddity in odd:
        oddity(cast)
    _marketplace(cast)
    for partner in list(world.affihub.partners.values())[:40]:
        commissions_for(cast, partner, cast.chance.randrange(4))
    return world


def _oddities(room: int) -> list[Oddity]:
    """One of each kind, then a second of each, and so on, as far as there is room."""
    columns = ([oddity] * count for count, oddity in ODDITIES)
    turns = [oddity for turn in zip_longest(*columns) for oddity in turn if oddity is not None]
    return turns[:room]


def _in_agreement(cast: Cast) -> None:
    off = cast.chance.random() < 0.1  # noqa: PLR2004 - one in ten is off
    status, partner_status = ("archived", "deactivated") if off else ("active", "active")
    affiliate, partner = cast.both(cast.person(), status=status, partner=partner_status)
    if cast.chance.random() < 0.4:  # noqa: PLR2004 - two in five have a rate of their own
        rate = cast.chance.choice((10, 15, 20, 25, 30, 40, 50))
        cast.world.whop.set_rate(affiliate.id, rate)
        cast.world.affihub.edit(partner.id, commission_pct=Decimal(rate))


def _kept_by_hand(cast: Cast) -> None:
    """Somebody on both sides who agrees in meaning; the words may differ."""
    if cast.chance.random() < 0.85:  # noqa: PLR2004 - the rest is invited, or deleted
        _in_agreement(cast)
        return
    status, partner = cast.chance.choice((("active", "invited"), ("deleted", "deactivated")))
    cast.both(cast.person(), status=status, partner=partner)


def _marketplace(cast: Cast) -> None:
    """The affiliate that carries Whop's marketplace referrals."""
    person = cast.person(name="Whop", username=MARKETPLACE, email="marketplace@example.com")
    cast.affiliate(cast.user(person, email=None), shown="nowhere")
