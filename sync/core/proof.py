"""Who was linked before the state was lost: proved by a stamp, else by address; or in doubt.

A stamp stands above an address here, since only a link ever wrote one. But it links nobody whom
anything else speaks against: whoever is in doubt is left to a person, with everybody it may be.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.core.claims import Claim, Index, Why, against, index_of
from sync.core.match import Ambiguous, Evidence, Match, match
from sync.core.ports import Known
from sync.core.record import Gathered, Partner


@dataclass(frozen=True, slots=True)
class Doubt:
    """Partners who may be one of several, or nobody; ``candidates`` are all that was found."""

    why: Why
    reason: str
    partners: tuple[Partner, ...] = ()
    candidates: tuple[Match, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Everybody it is about."""
        partners = {partner.id for partner in self.partners}
        return frozenset(partners.union(*({c.affiliate.id, c.partner.id} for c in self.candidates)))


@dataclass(frozen=True, slots=True)
class Proof:
    """Who is one person for sure, by affiliate id, and who is in doubt."""

    matches: tuple[Match, ...]
    doubts: tuple[Doubt, ...]


def prove(gathered: Gathered, known: Known, unread: Mapping[str, str]) -> Proof:
    """Pair everybody who is not linked; ``unread`` says why a partner's stamp could not be read.

    A partner whose stamp nobody could read is in doubt whatever its address says.
    """
    index = index_of(gathered, known)
    judged = [(claim, next(against(claim, index), None)) for claim in index.claims]
    stamped = [_match(claim, index) for claim, why in judged if why is None]
    doubts = [_doubt(claim, why, index) for claim, why in judged if why]
    doubts += [_unread(i, unread[i], index) for i in sorted(unread) if i in index.free]
    named = {claim.stamp.whop_id for claim, why in judged if why}
    doubted = named | {partner.id for doubt in doubts for partner in doubt.partners}
    addressed, shared = _by_address(index, stamped, doubted)
    matches = sorted((*stamped, *addressed), key=lambda one: one.affiliate.id)
    every = (*doubts, *shared, *_unreadable(gathered, known))
    return Proof(tuple(matches), tuple(dict.fromkeys(every)))


def _match(claim: Claim, index: Index) -> Match:
    return Match(index.affiliates[claim.stamp.whop_id], claim.partner, Evidence.STAMP)


def _doubt(claim: Claim, why: Why, index: Index) -> Doubt:
    """A stamp that proves nothing, with everybody whom stamps, their user or an address name."""
    claims = index.rivals(claim) if why is Why.STAMPED_TWICE else (claim,)
    found = tuple(dict.fromkeys(c for one in claims for c in _candidates(one, index)))
    partners = tuple(one.partner for one in claims)
    return Doubt(why, _reason(claim, why, index, found), partners, found)


def _candidates(claim: Claim, index: Index) -> Iterator[Match]:
    affiliate = index.affiliates.get(claim.stamp.whop_id)
    if affiliate:
        yield _match(claim, index)
    for other in index.users.get(claim.stamp.user_id, ()):
        yield Match(other, claim.partner, Evidence.STAMP)
    yield from index.addressed(claim.partner)
    yield from index.sharing(affiliate) if affiliate else ()


def _reason(claim: Claim, why: Why, index: Index, found: Iterable[Match]) -> str:
    partner, stamp = claim.partner.id, claim.stamp
    affiliate = index.affiliates.get(stamp.whop_id)
    user = affiliate.user_id if affiliate else ""
    rivals = index.rivals(claim)
    said = (one for one in found if one.evidence is Evidence.EMAIL)
    return _REASONS[why].format(
        partner=partner,
        affiliate=stamp.whop_id,
        user=stamp.user_id,
        now=user,
        linked=index.linked.get(user),
        partners=_and(one.partner.id for one in rivals),
        affiliates=_and(one.stamp.whop_id for one in rivals),
        said=_and(
            f"{partner} is {one.affiliate.id}"
            if one.partner.id == partner
            else f"{one.affiliate.id} is {one.partner.id}"
            for one in said
        ),
    )


_REASONS = {
    Why.UNREADABLE: (
        "The stamp of {partner} names affiliate {affiliate}, whom Whop lists in a shape that "
        "cannot be read."
    ),
    Why.NOT_LISTED: "The stamp of {partner} names affiliate {affiliate}, whom Whop does not list.",
    Why.OTHER_USER: (
        "The stamp of {partner} names affiliate {affiliate} as user {user}, but Whop says that "
        "affiliate is user {now}."
    ),
    Why.LINKED: (
        "The stamp of {partner} names affiliate {affiliate}, whose user is linked to partner "
        "{linked}; that link is kept."
    ),
    Why.STAMPED_TWICE: "Partners {partners} are stamped as one person: affiliate {affiliates}.",
    Why.OTHER_ADDRESS: (
        "The stamp of {partner} names affiliate {affiliate}, but by address {said}."
    ),
}


def _and(ids: Iterable[str]) -> str:
    return " and ".join(sorted(set(ids)))


def _unread(affihub_id: str, told: str, index: Index) -> Doubt:
    partner = index.partners[affihub_id]
    reason = f"The stamp of {affihub_id} could not be read: {told}"
    return Doubt(Why.UNREAD, reason, (partner,), tuple(index.addressed(partner)))


def _by_address(
    index: Index, stamped: Sequence[Match], doubted: set[str]
) -> tuple[list[Match], list[Doubt]]:
    """Everybody else as a run pairs them, without those in doubt."""
    whop = {link.whop_id for link in index.known.links} | {one.affiliate.id for one in stamped}
    free = index.free - {one.partner.id for one in stamped}
    pairing = match(
        (one for one in index.affiliates.values() if one.id not in whop),
        (one for one in index.partners.values() if one.id in free),
        index.gathered.emails,
        index.known.apart,
        linked=(one for one in index.partners.values() if one.id not in free),
        linked_users=index.linked.keys() | {one.affiliate.user_id for one in stamped},
    )
    matches = [m for m in pairing.matches if not {m.affiliate.id, m.partner.id} & doubted]
    groups = [g for g in pairing.ambiguous if {one.id for one in g.partners} - doubted]
    return matches, [_shared(group, index, free) for group in groups]


def _shared(group: Ambiguous, index: Index, free: Collection[str]) -> Doubt:
    """Who shares addresses; whoever is linked is named, but is nobody's candidate."""
    affiliates, partners = _and(a.id for a in group.affiliates), _and(p.id for p in group.partners)
    found = (one for affiliate in group.affiliates for one in index.sharing(affiliate))
    return Doubt(
        Why.SHARED_ADDRESS,
        f"Affiliates {affiliates} and partners {partners} share addresses.",
        tuple(partner for partner in group.partners if partner.id in free),
        tuple(dict.fromkeys(one for one in found if one.partner.id in free)),
    )


def _unreadable(gathered: Gathered, known: Known) -> Iterator[Doubt]:
    """Records that a side lists and nobody can read: whoever they belong to is not known."""
    linked = {i for link in known.links for i in (link.whop_id, link.affihub_id)}
    for snapshot in (gathered.whop, gathered.affihub):
        for one in sorted(snapshot.incidents, key=lambda one: one.id or ""):
            if one.id not in linked:
                told = f"{snapshot.side.brand} lists {one.id or 'somebody'} in a shape"
                yield Doubt(Why.UNREADABLE, f"{told} that cannot be read: {one.reason}.")
