"""One linked person: base against both sides for status, rate and name."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sync.core.diff import Cause, cause
from sync.core.plan import Acceptance, Base, Disposition, Kind, Link, Row, Values
from sync.core.policy import CommissionSync, Policy
from sync.core.rates import decide_rate
from sync.core.record import Affiliate, Override, Partner, Side
from sync.core.sequence import rate_first
from sync.core.status import (
    ASK,
    DELETED_STAYS,
    MATRIX,
    NOT_ACCEPTED,
    RULINGS,
    AffihubState,
    Cell,
    Meaning,
    WhopState,
    affihub_meaning,
    affihub_state,
    leader,
    whop_meaning,
    whop_state,
)
from sync.core.subject import SIDE_OF_KIND, Subject

NEVER_ACCEPTED = "never-accepted"
UNKNOWN_STATUS = "unknown-status"
ACTIVATION_OWED = "activation-owed"


Choose = Callable[[Row], tuple[Row, ...]]
"""What people's choices make of a row: the row itself where nobody chose."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one linked person: rows, and the link with its bases refreshed."""

    link: Link
    rows: tuple[Row, ...] = ()


def decide(
    subject: Subject,
    link: Link,
    partner: Partner,
    overrides: tuple[Override, ...] | None,
    policy: Policy,
    choose: Choose,
) -> Decision:
    """Every row of a linked person whose partner can be seen.

    ``subject.affiliate`` is None where Whop answered 404: gone, which means deleted (held).
    Choices count right away: who is brought back by one needs the right rate first.
    """
    status = _decide_status(subject, link, partner, policy)
    link, rows = status.link, tuple(one for row in status.rows for one in choose(row))
    if _earns(subject.affiliate, partner, rows):
        if policy.commission.sync is not CommissionSync.OFF:
            rate = decide_rate(subject, partner, overrides, policy.commission)
            link = replace(link, commission=rate.base or link.commission)
            if not rate.seen:  # all rows so far switch on: anybody else does not earn
                rows = tuple(rate_first(row) for row in rows)
            rows = (*choose(rate.row), *rows) if rate.row else rows
        name = _decide_name(subject, link, partner)
        link, rows = name.link, (*rows, *name.rows)
    return Decision(link, rows)


def _earns(affiliate: Affiliate | None, partner: Partner, rows: tuple[Row, ...]) -> bool:
    """Whether this person is on now, or is being switched on by this plan."""
    if any(r.is_reactivation and r.disposition is Disposition.APPLY for r in rows):
        return True
    return MATRIX[_states(affiliate, partner)] is Cell.AGREE_ON


def _states(affiliate: Affiliate | None, partner: Partner) -> tuple[WhopState, AffihubState]:
    whop = whop_state(affiliate.status) if affiliate else WhopState.DELETED
    return whop, affihub_state(partner.status)


def _decide_status(subject: Subject, link: Link, partner: Partner, policy: Policy) -> Decision:
    whop, affihub = _states(subject.affiliate, partner)
    link = replace(link, acceptance=accepted(link.acceptance, affihub))
    match MATRIX[whop, affihub]:
        case Cell.AGREE_ON:
            return _agree(subject, link, partner, Meaning.ON, policy)
        case Cell.AGREE_OFF:
            return _agree(subject, link, partner, Meaning.OFF, policy)
        case Cell.DIFFER:
            return Decision(link, (_differ(subject, link, partner, policy),))
        case _:
            return Decision(link, (_unknown(subject, partner, whop),))


def accepted(before: Acceptance, now: AffihubState) -> Acceptance:
    """What is known of a partner's acceptance once this status was seen as well."""
    match now:
        case AffihubState.ACTIVE:
            return Acceptance.ACCEPTED
        case AffihubState.INVITED if before is Acceptance.UNSEEN:
            return Acceptance.INVITED
        case _:
            return before


def _agree(
    subject: Subject, link: Link, partner: Partner, meaning: Meaning, policy: Policy
) -> Decision:
    whop = subject.affiliate.status if subject.affiliate else "gone"
    owed = link.activation_owed and partner.status == AffihubState.INVITED
    link = replace(link, status=Base(meaning, whop, partner.status), activation_owed=owed)
    if owed and policy.activate and meaning is Meaning.ON:
        return Decision(link, (owed_activation(subject, partner.status),))
    return Decision(link)


def owed_activation(subject: Subject, before: str) -> Row:
    """The row that makes a partner active whom we created under ``create.activate``."""
    reason = "We created this partner, and create.activate makes it active without an acceptance."
    return subject.status_row(
        Kind.ACTIVATE_PARTNER, Disposition.APPLY, ACTIVATION_OWED, reason, before=before
    )


def _differ(subject: Subject, link: Link, partner: Partner, policy: Policy) -> Row:
    whop, affihub = _states(subject.affiliate, partner)
    why = _why(link, whop, affihub)
    off = Side.WHOP if whop_meaning(whop) is Meaning.OFF else Side.AFFIHUB
    ruling = RULINGS[whop, affihub, leader(why, policy.status_on_first_link, off)]
    kind, disposition = ruling.kind, ruling.disposition
    rule = ruling.rule or _rule(subject, why, policy)
    if kind is Kind.ACTIVATE_PARTNER and _never_accepted(link, policy):
        disposition, rule = Disposition.BREAK, NEVER_ACCEPTED
    return _status_row(subject, link, partner, kind, disposition, rule)


def _why(link: Link, whop: WhopState, affihub: AffihubState) -> Cause:
    """Who moved, by meaning: a change of words that means the same is no move."""
    base = link.status and Base(link.status.value, link.status.value, link.status.value)
    return cause(base, whop_meaning(whop), affihub_meaning(affihub))


def _rule(subject: Subject, why: Cause, policy: Policy) -> str:
    """The rule's name; an affiliate that is gone is always held, whatever else is the case."""
    if subject.affiliate is None:
        return Cause.WHOP_GONE.value
    return f"{why}-{policy.status_on_first_link}" if why is Cause.FIRST_LINK else why.value


def _never_accepted(link: Link, policy: Policy) -> bool:
    return link.acceptance is Acceptance.INVITED and not policy.activate


def _status_row(
    subject: Subject, link: Link, partner: Partner, kind: Kind, disposition: Disposition, rule: str
) -> Row:
    to_whop = SIDE_OF_KIND[kind] is Side.WHOP
    whop = subject.affiliate.status if subject.affiliate else None
    base = link.status.of(SIDE_OF_KIND[kind] or Side.AFFIHUB) if link.status else None
    before = whop if to_whop else partner.status
    reason = _REASONS[rule].format(whop=whop or "gone", affihub=partner.status)
    if disposition in (Disposition.CONFLICT, Disposition.BREAK):
        return subject.row(kind, disposition, rule, reason, Values(base, before))
    return subject.status_row(kind, disposition, rule, reason, base=base, before=before)


_REASONS = {
    Cause.WHOP_MOVED: "Whop is {whop} since both agreed; Affihub follows.",
    Cause.AFFIHUB_MOVED: "Affihub is {affihub} since both agreed; Whop follows.",
    Cause.WHOP_GONE: "Whop answers that this affiliate does not exist any more; Affihub follows.",
    ASK: "Just linked, and they differ: {whop} on Whop, {affihub} on Affihub. Choose one.",
    "first-link-restrictive": "Just linked; off wins: {whop} on Whop, {affihub} on Affihub.",
    "first-link-whop": "Just linked; Whop leads: {whop} on Whop, {affihub} on Affihub.",
    "first-link-affihub": "Just linked; Affihub leads: {whop} on Whop, {affihub} on Affihub.",
    NOT_ACCEPTED: "Invited on Affihub, {whop} on Whop; Whop follows once the person accepts.",
    DELETED_STAYS: "{affihub} on Affihub, but Whop's API cannot bring back a deleted affiliate.",
    NEVER_ACCEPTED: "This partner never accepted the invitation, so we do not make it active.",
}


def _unknown(subject: Subject, partner: Partner, whop: WhopState) -> Row:
    """A status nobody has heard of: told to a person, acted on by nobody."""
    told = subject.affiliate.status if subject.affiliate else None
    if whop is WhopState.UNKNOWN:
        words = "no status (null)" if told is None else f"the unknown status {told!r}"
        kind, reason, seen = (
            Kind.DEACTIVATE_PARTNER,
            f"Whop shows {words}.",
            Values(before=partner.status),
        )
    else:
        kind, seen = Kind.ARCHIVE_AFFILIATE, Values(before=told)
        reason = f"Affihub shows the unknown status {partner.status!r}."
    return subject.row(kind, Disposition.BREAK, UNKNOWN_STATUS, reason, seen)


def _decide_name(subject: Subject, link: Link, partner: Partner) -> Decision:
    """Fill an empty name once per link; a name cleared later stays cleared."""
    name = (subject.affiliate.name or "").strip() if subject.affiliate else ""
    if link.name is not None or partner.name is None:
        return Decision(link)
    if partner.name:
        return Decision(replace(link, name=Base(partner.name, name or None, partner.name)))
    if not name:
        return Decision(link)
    reason = "Affihub has no name for this person; Whop has."
    row = subject.row(Kind.FILL_NAME, Disposition.APPLY, "empty-name", reason, Values(after=name))
    return Decision(link, (row,))
