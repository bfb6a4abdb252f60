"""Everybody in one run's snapshots and links, and whether both sides and the mapping tie out.

Set arithmetic over what was read, without the plan: who is on here and there, what each side pays,
what the mapping remembers. The plan is asked last, for the explanation of what does not agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sync.core.commission import Inexpressible, rate_text, same_rate, slot_rate, was_kept
from sync.core.grounds import By, Grounds, Reason
from sync.core.plan import Base, Field, Link, Person, Plan
from sync.core.policy import CommissionPolicy, CommissionSync, Policy
from sync.core.ports import Known
from sync.core.record import Affiliate, Gathered, Partner, Side, Untold
from sync.core.status import Meaning, affihub_meaning, affihub_state, whop_meaning, whop_state
from sync.core.subject import Subject

Pays = Decimal | Inexpressible | Untold | None
"""What a side pays somebody, in percent; None is its default, ``Untold`` what nobody read."""


class Finding(StrEnum):
    """How both sides and the mapping compare for one person."""

    SAME = "same"
    NOT_LINKED = "not linked"
    DIFFER = "differ"
    UNKNOWN = "cannot be compared"
    """A word nobody has heard of, or terms that are not one percentage."""
    UNSEEN = "linked, and seen on one side at most"
    BEHIND = "agree, and the mapping is behind"
    LEFT_ALONE = "not compared"


@dataclass(frozen=True, slots=True)
class Tie:
    """How somebody ties out on one question; without a ``reason`` what differs is unexplained."""

    finding: Finding
    reason: Reason | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing explains the difference: it belongs to the remainder."""
        return self.finding is not Finding.SAME and self.reason is None


SAME: Final = Tie(Finding.SAME)


@dataclass(frozen=True, slots=True)
class Account:
    """One person: a link with the records it joins, as far as seen, or a record without a link.

    ``whop`` and ``affihub`` are what each side's status means; None where that cannot be said.
    """

    person: Person
    status: Tie
    rate: Tie
    link: Link | None = None
    affiliate: Affiliate | None = None
    partner: Partner | None = None
    whop: Meaning | None = None
    affihub: Meaning | None = None
    whop_pays: Pays = Untold.ABSENT
    affihub_pays: Pays = Untold.ABSENT

    @property
    def whop_id(self) -> str | None:
        """The affiliate's id, known from the link where the affiliate was not seen."""
        known = self.affiliate and self.affiliate.id
        return known or (self.link.whop_id if self.link else None)

    @property
    def affihub_id(self) -> str | None:
        """The partner's id, known from the link where the partner was not seen."""
        known = self.partner and self.partner.id
        return known or (self.link.affihub_id if self.link else None)

    @property
    def is_open(self) -> bool:
        """Whether this person is part of the remainder."""
        return self.status.is_open or self.rate.is_open

    def meaning(self, side: Side) -> Meaning | None:
        """What one side's status means."""
        return self.whop if side is Side.WHOP else self.affihub

    def is_listed(self, side: Side) -> bool:
        """Whether one side shows this person."""
        return (self.affiliate if side is Side.WHOP else self.partner) is not None


def accounts_of(
    gathered: Gathered, known: Known, plan: Plan, policy: Policy
) -> tuple[Account, ...]:
    """Everybody, in the order of ids: the linked first, then who is alone on either side."""
    grounds = Grounds(plan, gathered)
    whop = {link.whop_id for link in known.links}
    affihub = {link.affihub_id for link in known.links}
    links = sorted(known.links, key=lambda link: (link.whop_id, link.affihub_id))
    return (
        *(_linked(link, gathered, grounds, policy) for link in links),
        *_lone_affiliates(gathered, whop, grounds, policy),
        *_lone_partners(gathered, affihub, grounds, policy),
    )


def _linked(link: Link, gathered: Gathered, grounds: Grounds, policy: Policy) -> Account:
    affiliate = gathered.whop.records.get(link.whop_id)
    partner = gathered.affihub.records.get(link.affihub_id)
    gone = link.whop_id in gathered.whop.gone
    whop = Meaning.OFF if gone else _whop_says(affiliate)
    affihub = _affihub_says(partner)
    seen = (affiliate is not None or gone, partner is not None)
    whop_pays, affihub_pays = _whop_pays(link.whop_id, gathered, policy), _affihub_pays(partner)
    on = affiliate is not None and whop is affihub is Meaning.ON
    return Account(
        person=Subject(policy.pair, affiliate, partner, link).person,
        status=_status(link, whop, affihub, seen, grounds),
        rate=_rate(link, whop_pays, affihub_pays, grounds, policy.commission, on=on),
        link=link,
        affiliate=affiliate,
        partner=partner,
        whop=whop,
        affihub=affihub,
        whop_pays=whop_pays,
        affihub_pays=affihub_pays,
    )


def _status(
    link: Link,
    whop: Meaning | None,
    affihub: Meaning | None,
    seen: tuple[bool, bool],
    grounds: Grounds,
) -> Tie:
    """Whether both sides and the mapping mean the same, and what explains it where they do not."""
    row = grounds.row(link, Field.STATUS, Field.RECORD, Field.LINK)
    if not all(seen):
        return Tie(Finding.UNSEEN, _unseen(link, seen, grounds) or row)
    if whop is None or affihub is None:
        return Tie(Finding.UNKNOWN, row)
    if whop is not affihub:
        return Tie(Finding.DIFFER, row)
    if link.status is None or link.status.value != whop:
        moving = grounds.row(link, Field.LINK)
        return Tie(Finding.BEHIND, grounds.refreshed(link, whop) or moving)
    return SAME


def _unseen(link: Link, seen: tuple[bool, bool], grounds: Grounds) -> Reason | None:
    ids = (link.whop_id, link.affihub_id)
    told = (
        grounds.unseen(*one)
        for one, here in zip(zip(Side, ids, strict=True), seen, strict=True)
        if not here
    )
    return next(filter(None, told), None)


def _rate(
    link: Link,
    whop: Pays,
    affihub: Pays,
    grounds: Grounds,
    policy: CommissionPolicy,
    *,
    on: bool,
) -> Tie:
    """Whether both sides pay the same and the mapping knows it, for who is on on both."""
    if policy.sync is CommissionSync.OFF:
        return Tie(Finding.LEFT_ALONE, _RATES_OFF)
    if not on:
        return Tie(Finding.LEFT_ALONE, _NOT_ON)
    if Untold.ABSENT in (whop, affihub):
        unread = link.whop_id if whop is Untold.ABSENT else link.affihub_id
        return Tie(Finding.LEFT_ALONE, grounds.unread(unread))
    return _compared(link, whop, affihub, grounds)


def _compared(link: Link, whop: Pays, affihub: Pays, grounds: Grounds) -> Tie:
    row = grounds.row(link, Field.COMMISSION)
    if isinstance(whop, Inexpressible | Untold) or isinstance(affihub, Inexpressible | Untold):
        return Tie(Finding.UNKNOWN, row)
    now = Base(rate_text(whop), rate_text(whop), rate_text(affihub))
    if not same_rate(whop, affihub):
        return Tie(Finding.DIFFER, row or _rounded(link, whop, affihub))
    if link.commission != now:
        return Tie(Finding.BEHIND, grounds.refreshed_rate(link, now))
    return SAME


_RATES_OFF: Final = Reason(By.SETTING, "commission.sync is off: rates are left alone.")
_NOT_ON: Final = Reason(By.OFF, "Not on on both sides: nobody who is off has a rate to compare.")
_ROUNDED: Final = Reason(
    By.ROUNDED, "A server rounded the rate it was given; both were agreed on as they are."
)


def _rounded(link: Link, whop: Decimal | None, affihub: Decimal | None) -> Reason | None:
    base = link.commission
    agreed = base and (base.whop, base.affihub) == (rate_text(whop), rate_text(affihub))
    return _ROUNDED if agreed and was_kept(whop, affihub) else None


def _lone_affiliates(
    gathered: Gathered, linked: set[str], grounds: Grounds, policy: Policy
) -> Iterator[Account]:
    for record_id in sorted(gathered.whop.records.keys() - linked):
        affiliate = gathered.whop.records[record_id]
        email = min(gathered.emails.get(affiliate.user_id, ()), default=None)
        yield Account(
            Subject(policy.pair, affiliate=affiliate, email=email).person,
            Tie(Finding.NOT_LINKED, grounds.alone(Side.WHOP, record_id)),
            SAME,
            affiliate=affiliate,
            whop=_whop_says(affiliate),
            whop_pays=_whop_pays(record_id, gathered, policy),
        )


def _lone_partners(
    gathered: Gathered, linked: set[str], grounds: Grounds, policy: Policy
) -> Iterator[Account]:
    for record_id in sorted(gathered.affihub.records.keys() - linked):
        partner = gathered.affihub.records[record_id]
        yield Account(
            Subject(policy.pair, partner=partner).person,
            Tie(Finding.NOT_LINKED, grounds.alone(Side.AFFIHUB, record_id)),
            SAME,
            partner=partner,
            affihub=_affihub_says(partner),
            affihub_pays=_affihub_pays(partner),
        )


def _whop_says(affiliate: Affiliate | None) -> Meaning | None:
    return whop_meaning(whop_state(affiliate.status)) if affiliate else None


def _affihub_says(partner: Partner | None) -> Meaning | None:
    return affihub_meaning(affihub_state(partner.status)) if partner else None


def _whop_pays(whop_id: str, gathered: Gathered, policy: Policy) -> Pays:
    overrides = gathered.overrides.get(whop_id)
    return Untold.ABSENT if overrides is None else slot_rate(overrides, policy.commission.slot)


def _affihub_pays(partner: Partner | None) -> Pays:
    return partner.commission if partner else Untold.ABSENT
