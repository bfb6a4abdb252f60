"""What stamps claim: which affiliate each partner belongs to, and what speaks against it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sync.core.directory import Directory, addresses, directory
from sync.core.match import Evidence, Match
from sync.core.ports import Known
from sync.core.record import Affiliate, Gathered, Partner, Stamp, email_key, email_keys


class Why(StrEnum):
    """Why somebody is not proved."""

    UNREAD = "stamp-unread"
    UNREADABLE = "unreadable"
    NOT_LISTED = "affiliate-not-listed"
    OTHER_USER = "stamp-of-another-user"
    LINKED = "linked-already"
    STAMPED_TWICE = "stamped-twice"
    OTHER_ADDRESS = "address-says-otherwise"
    SHARED_ADDRESS = "shared-address"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stamp says of a partner."""

    partner: Partner
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Index:
    """Both sides and the state, asked by id, by address and by Whop user.

    ``claimed`` holds the claims on each affiliate and on each user, ``linked`` each linked user's
    partner.
    """

    gathered: Gathered
    known: Known
    who: Directory
    free: frozenset[str]
    linked: Mapping[str, str]
    claims: Sequence[Claim]
    claimed: Mapping[str, Sequence[Claim]]
    users: Mapping[str, Sequence[Affiliate]]

    @property
    def affiliates(self) -> Mapping[str, Affiliate]:
        return self.gathered.whop.records

    @property
    def partners(self) -> Mapping[str, Partner]:
        return self.gathered.affihub.records

    def addressed(self, partner: Partner) -> Iterator[Match]:
        """Every affiliate with the partner's address, linked or not."""
        found = self.who.affiliates.get(email_key(partner.email), ())
        for affiliate in sorted(found, key=lambda one: one.id):
            if (affiliate.user_id, partner.id) not in self.known.apart:
                yield Match(affiliate, partner, Evidence.EMAIL)

    def sharing(self, affiliate: Affiliate) -> Iterator[Match]:
        """Every partner with an address of the affiliate, linked or not."""
        for key in sorted(email_keys(self.who.emails.get(affiliate.user_id, ()))):
            for partner in sorted(self.who.partners.get(key, ()), key=lambda one: one.id):
                if (affiliate.user_id, partner.id) not in self.known.apart:
                    yield Match(affiliate, partner, Evidence.EMAIL)

    def rivals(self, claim: Claim) -> Sequence[Claim]:
        """Every claim on the same affiliate or on the same user, this one too."""
        stamp = claim.stamp
        rivals = (*self.claimed.get(stamp.whop_id, ()), *self.claimed.get(stamp.user_id, ()))
        return sorted(set(rivals), key=lambda one: one.partner.id)


def index_of(gathered: Gathered, known: Known) -> Index:
    """Both sides and the state, indexed."""
    free = gathered.affihub.records.keys() - {link.affihub_id for link in known.links}
    claims = tuple(_claims((gathered.affihub.records[i] for i in sorted(free)), known))
    linked = {link.user_id: link.affihub_id for link in known.links}
    users = defaultdict(list)
    for affiliate in sorted(gathered.whop.records.values(), key=lambda one: one.id):
        users[affiliate.user_id].append(affiliate)
    return Index(
        gathered=gathered,
        known=known,
        who=directory(gathered, known.links, known.apart, _every_address(gathered), linked),
        free=frozenset(free),
        linked=linked,
        claims=claims,
        claimed=_claimed(claims, gathered.whop.records),
        users=users,
    )


def _every_address(gathered: Gathered) -> set[str]:
    sides = gathered.whop.records.values(), gathered.affihub.records.values()
    return addresses(*sides, gathered.emails)


def _claims(partners: Iterable[Partner], known: Known) -> Iterator[Claim]:
    """What the stamps say; that of two who are kept apart says nothing any more."""
    for partner in partners:
        stamp = partner.stamp
        if isinstance(stamp, Stamp) and (stamp.user_id, partner.id) not in known.apart:
            yield Claim(partner, stamp)


def _claimed(
    claims: Iterable[Claim], affiliates: Mapping[str, Affiliate]
) -> Mapping[str, Sequence[Claim]]:
    """Claims by affiliate and, where that affiliate is the stamp's user, by user."""
    claimed = defaultdict(list)
    for claim in claims:
        claimed[claim.stamp.whop_id].append(claim)
        affiliate = affiliates.get(claim.stamp.whop_id)
        if affiliate and affiliate.user_id == claim.stamp.user_id:
            claimed[claim.stamp.user_id].append(claim)
    return claimed


def against(claim: Claim, index: Index) -> Iterator[Why]:
    """What speaks against a stamp, weightiest first; nothing where it proves who somebody is."""
    stamp, affiliate = claim.stamp, index.affiliates.get(claim.stamp.whop_id)
    if affiliate is None:
        yield Why.UNREADABLE if stamp.whop_id in index.gathered.broken else Why.NOT_LISTED
        return
    if affiliate.user_id != stamp.user_id:
        yield Why.OTHER_USER
    if affiliate.user_id in index.linked:
        yield Why.LINKED
    if len(index.rivals(claim)) > 1:
        yield Why.STAMPED_TWICE
    said = {
        (one.affiliate.id, one.partner.id)
        for one in (*index.addressed(claim.partner), *index.sharing(affiliate))
    }
    if said and (affiliate.id, claim.partner.id) not in said:
        yield Why.OTHER_ADDRESS
