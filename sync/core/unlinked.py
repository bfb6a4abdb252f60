"""Everybody nobody is linked to: who is matched, who could be several, and who is alone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from sync.core.alone import Lone, Texts, lone_affiliate, lone_partner
from sync.core.directory import Directory, addresses, directory
from sync.core.match import Ambiguous, Match, Pairing, match
from sync.core.policy import Policy
from sync.core.ports import Known
from sync.core.record import Affiliate, Gathered, Partner, Side

R = TypeVar("R", Affiliate, Partner)


@dataclass(frozen=True, slots=True)
class Unlinked:
    """What comes of people without a link; nobody at all in ``alone`` where nobody is alone."""

    matches: tuple[Match, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    alone: Mapping[Side, tuple[Lone, ...]] = field(default_factory=dict)


def unlinked_people(
    gathered: Gathered,
    known: Known,
    policy: Policy,
    texts: Texts,
    spoken_for: Collection[str | None] = (),
) -> Unlinked:
    """Match them; ``spoken_for`` are affiliates a link is about to move to.

    Both sides are looked through only where there is somebody, and for their addresses alone.
    """
    whop, affihub = gathered.whop.records, gathered.affihub.records
    free = whop.keys() - (link.whop_id for link in known.links) - set(spoken_for)
    affiliates = _those(whop, free)
    partners = _those(affihub, affihub.keys() - (link.affihub_id for link in known.links))
    if not affiliates and not partners:
        return Unlinked()
    who = _directory(affiliates, partners, gathered, known)
    holders = chain.from_iterable(who.partners.values())
    pairing = match(affiliates, partners, who.emails, who.apart, holders, who.linked)
    alone = _alone(pairing, gathered, who, policy, texts)
    return Unlinked(pairing.matches, pairing.ambiguous, alone)


def _those(records: Mapping[str, R], ids: Iterable[str]) -> tuple[R, ...]:
    return tuple(records[i] for i in sorted(ids))


def _directory(
    affiliates: Collection[Affiliate],
    partners: Iterable[Partner],
    gathered: Gathered,
    known: Known,
) -> Directory:
    """Who else holds an address of these people, or is the same user."""
    asked = addresses(affiliates, partners, gathered.emails)
    users = {affiliate.user_id for affiliate in affiliates}
    return directory(gathered, known.links, known.apart, asked, users)


def _alone(
    pairing: Pairing, gathered: Gathered, who: Directory, policy: Policy, texts: Texts
) -> Mapping[Side, tuple[Lone, ...]]:
    """Everybody without a counterpart."""
    if not pairing.affiliates and not pairing.partners:
        return {}
    return {
        Side.WHOP: tuple(
            lone_affiliate(a, gathered.overrides.get(a.id), who, texts, policy)
            for a in pairing.affiliates
        ),
        Side.AFFIHUB: tuple(lone_partner(p, who, texts, policy) for p in pairing.partners),
    }
