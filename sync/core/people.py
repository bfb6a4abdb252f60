"""Everybody who is linked, or was just matched: what this run saw of them, and their rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sync.core.commission import rate_text, slot_rate
from sync.core.diff import Cause
from sync.core.linked import Choose, decide
from sync.core.match import Ambiguous, Match
from sync.core.plan import Disposition, Expect, Kind, Link, Row, Values
from sync.core.policy import Policy
from sync.core.record import Affiliate, Gathered, Override, Partner, Snapshot
from sync.core.settled import is_settled
from sync.core.status import WhopState, whop_state
from sync.core.subject import Subject


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a plan that is about one group of people.

    ``refreshed`` are links that are new or whose base is behind; ``in_sync`` counts people who
    were seen and need nothing.
    """

    rows: tuple[Row, ...]
    refreshed: tuple[Link, ...]
    in_sync: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One linked person after this run's look: rows, the link as it should be remembered."""

    link: Link
    rows: tuple[Row, ...] = ()
    seen: bool = True


@dataclass(slots=True)
class Elsewhere:
    """One Whop user: linked affiliates that Whop deleted, and others that nobody is linked to."""

    lost: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Looking:
    """What everybody who is linked is decided on: what was read, the settings, the choices.

    ``broken`` are the records nobody can read, ``elsewhere`` the users of whom Whop deleted one.
    """

    gathered: Gathered
    broken: Mapping[str, str]
    policy: Policy
    choose: Choose
    elsewhere: Mapping[str, Elsewhere]


def _as_it_is(row: Row) -> tuple[Row, ...]:
    """Nobody chose anything."""
    return (row,)


def linked_people(
    gathered: Gathered, links: Iterable[Link], policy: Policy, choose: Choose = _as_it_is
) -> Part:
    """Everybody who was linked before this run."""
    links = sorted(links, key=_whop_id)
    unsettled = _unsettled(gathered, links, policy)
    users = _elsewhere(gathered, unsettled, links)
    looked = Looking(gathered, gathered.broken, policy, choose, users)
    people = [(link, _look(link, looked)) for link in unsettled]
    in_sync = sum(one.seen and not one.rows for _, one in people)
    return Part(
        rows=tuple(row for _, one in people for row in one.rows),
        refreshed=tuple(one.link for before, one in people if one.link != before),
        in_sync=len(links) - len(unsettled) + in_sync,
    )


def _whop_id(link: Link) -> str:
    return link.whop_id


def _unsettled(gathered: Gathered, links: Iterable[Link], policy: Policy) -> list[Link]:
    """Those who are worth a look: nothing is made of anybody else."""
    affiliates, partners = gathered.whop.records, gathered.affihub.records
    rates = gathered.overrides
    odd = {*gathered.broken, *gathered.whop.gone, *gathered.affihub.gone}
    return [
        link
        for link in links
        if (affiliate := affiliates.get(link.whop_id)) is None
        or (partner := partners.get(link.affihub_id)) is None
        or not is_settled(link, affiliate, partner, rates.get(link.whop_id), policy)
        or link.whop_id in odd
        or link.affihub_id in odd
    ]


def _elsewhere(
    gathered: Gathered, unsettled: Iterable[Link], links: Iterable[Link]
) -> Mapping[str, Elsewhere]:
    """The users of whom Whop deleted a linked affiliate; few, and mostly none at all."""
    users: dict[str, Elsewhere] = {}
    for link in unsettled:
        if _is_lost(link, gathered.whop):
            users.setdefault(link.user_id, Elsewhere()).lost.append(link.whop_id)
    taken = {link.whop_id for link in links} if users else ()
    for one in gathered.whop.records.values() if users else ():
        if one.user_id in users and one.id not in taken and not _is_deleted(one):
            users[one.user_id].free.append(one.id)
    return users


def _is_lost(link: Link, whop: Snapshot[Affiliate]) -> bool:
    affiliate = whop.records.get(link.whop_id)
    return link.whop_id in whop.gone if affiliate is None else _is_deleted(affiliate)


def _is_deleted(affiliate: Affiliate) -> bool:
    return whop_state(affiliate.status) is WhopState.DELETED


def _look(link: Link, at: Looking) -> Seen:
    """Decide one linked person, as far as this run could see both records."""
    gathered, broken, policy = at.gathered, at.broken, at.policy
    affiliate = gathered.whop.records.get(link.whop_id)
    partner = gathered.affihub.records.get(link.affihub_id)
    overrides = gathered.overrides.get(link.whop_id)
    subject = subject_of(policy, affiliate, partner, link, overrides)
    faults = [f"{i}: {broken[i]}" for i in (link.whop_id, link.affihub_id) if i in broken]
    if faults:
        return Seen(link, (_unreadable(subject, faults),))
    if affiliate is None and link.whop_id not in gathered.whop.gone:
        return Seen(link, seen=False)
    if partner is None:
        gone = link.affihub_id in gathered.affihub.gone
        return Seen(link, (_partner_gone(subject),) if gone else (), seen=gone)
    if moved := _moved(subject, link, at.elsewhere.get(link.user_id)):
        return Seen(link, (moved,))
    decision = decide(subject, link, partner, overrides, policy, at.choose)
    return Seen(decision.link, decision.rows)


def subject_of(
    policy: Policy,
    affiliate: Affiliate | None,
    partner: Partner | None,
    link: Link,
    overrides: tuple[Override, ...] | None,
) -> Subject:
    """A linked person as this run saw them; ``overrides`` are None where they were not read."""
    expect = Expect(
        whop_status=affiliate.status if affiliate else None,
        affihub_status=partner.status if partner else None,
        whop_rate=_text(
            None if overrides is None else slot_rate(overrides, policy.commission.slot)
        ),
        affihub_rate=_text(partner.commission if partner else None),
    )
    return Subject(policy.pair, affiliate, partner, link, expect=expect)


def _text(rate: object) -> str | None:
    return rate_text(rate) if isinstance(rate, Decimal) else None


def _unreadable(subject: Subject, faults: Iterable[str]) -> Row:
    reason = f"A record of this person cannot be read, so nothing is done: {'; '.join(faults)}."
    return subject.row(Kind.DEACTIVATE_PARTNER, Disposition.BREAK, "unreadable", reason)


def _partner_gone(subject: Subject) -> Row:
    reason = (
        "Affihub answers that this partner does not exist, though it never erases one; "
        "ask Affihub, it is not created again."
    )
    return subject.row(Kind.CREATE_PARTNER, Disposition.BREAK, Cause.PARTNER_GONE, reason)


def _moved(subject: Subject, link: Link, user: Elsewhere | None) -> Row | None:
    """Whop deleted the linked affiliate, and its user has others: one to move to, or a question."""
    if user is None or link.whop_id not in user.lost or not user.free:
        return None
    free, lost = ", ".join(sorted(user.free)), ", ".join(sorted(user.lost))
    told = f"Whop deleted {lost}; the same user is affiliate {free} now"
    if len(user.free) == len(user.lost) == 1:
        ids = Values(before=link.whop_id, after=free)
        return subject.row(Kind.MOVE_LINK, Disposition.APPLY, "user-moved", f"{told}.", ids)
    reason = (
        f"{told}. Say who is who: affisync unlink {link.whop_id}, "
        f"then affisync link AFFILIATE {link.affihub_id}."
    )
    rule = "several-affiliates" if len(user.free) > 1 else "several-links"
    return subject.row(
        Kind.MOVE_LINK, Disposition.CONFLICT, rule, reason, Values(before=link.whop_id)
    )


def matched_people(
    matches: Iterable[Match], gathered: Gathered, policy: Policy, choose: Choose = _as_it_is
) -> Part:
    """Everybody this run links: a link row each, and what their first link brings about."""
    people = [_first(match, gathered, policy, choose) for match in matches]
    return Part(
        rows=tuple(row for one in people for row in one.rows),
        refreshed=tuple(one.link for one in people),
        in_sync=sum(len(one.rows) == 1 for one in people),
    )


def _first(match: Match, gathered: Gathered, policy: Policy, choose: Choose) -> Seen:
    affiliate, partner = match.affiliate, match.partner
    link = Link(affiliate.id, affiliate.user_id, partner.id, match.evidence.value)
    overrides = gathered.overrides.get(affiliate.id)
    subject = subject_of(policy, affiliate, partner, link, overrides)
    reason = f"The same person by {match.evidence}."
    rule = f"same-{match.evidence}"
    row = subject.row(Kind.LINK, Disposition.APPLY, rule, reason, Values(after=partner.id))
    decision = decide(subject, link, partner, overrides, policy, choose)
    return Seen(decision.link, (row, *decision.rows))


def ambiguous_people(groups: Iterable[Ambiguous], policy: Policy) -> tuple[Row, ...]:
    """One conflict for each group of records that nobody can tell apart."""
    return tuple(_ambiguity(group, policy) for group in groups)


def _ambiguity(group: Ambiguous, policy: Policy) -> Row:
    subject = Subject(policy.pair, affiliate=group.affiliates[0], partner=group.partners[0])
    affiliates = " and ".join(one.id for one in group.affiliates)
    partners = " and ".join(one.id for one in group.partners)
    reason = (
        f"Affiliates {affiliates} and partners {partners} share addresses, so nobody is linked; "
        "say who is who with: affisync link AFFILIATE PARTNER."
    )
    return subject.row(Kind.LINK, Disposition.CONFLICT, "ambiguous", reason)
