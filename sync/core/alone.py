"""People who are on one side only: whom to create, whom to leave, and why."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sync.core.directory import Directory
from sync.core.linked import owed_activation
from sync.core.plan import Alone, Disposition, Kind, Row
from sync.core.policy import Policy
from sync.core.rates import agrees_on_default, rate_of_new_affiliate, rate_of_new_partner
from sync.core.record import Affiliate, Override, Partner, email_key, email_keys
from sync.core.status import (
    MATRIX,
    AffihubState,
    Cell,
    WhopState,
    affihub_state,
    whop_state,
)
from sync.core.subject import Subject


@dataclass(frozen=True, slots=True)
class Texts:
    """Two judgements about texts that need a library, handed in: both pure functions."""

    slug: Callable[[str], str]
    is_email: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why somebody is not created now: a disposition for a row, or None for the list only."""

    disposition: Disposition | None
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lone:
    """What is to become of somebody without a counterpart."""

    entry: Alone
    rows: tuple[Row, ...] = ()


INCOMPLETE = Verdict(
    Disposition.WAITING,
    "listing-incomplete",
    "A listing is incomplete in this run, so nobody is created.",
)

_CELL_REASONS = {
    Cell.NOTHING: "{status}, and never linked",
    Cell.NOT_ACCEPTED_YET: "invited, not accepted yet",
    Cell.LISTED: "has a status nobody has heard of: {status}",
}


def lone_affiliate(
    affiliate: Affiliate,
    overrides: tuple[Override, ...] | None,
    who: Directory,
    texts: Texts,
    policy: Policy,
) -> Lone:
    """An affiliate without a partner: created as one where everything is known and allowed."""
    told = {email.strip() for email in who.emails.get(affiliate.user_id, ())}
    emails = sorted(told - {""})
    subject = Subject(policy.pair, affiliate=affiliate, email=emails[0] if emails else None)
    cell = MATRIX[whop_state(affiliate.status), AffihubState.NONE]
    if cell is not Cell.CREATE_PARTNER:
        return Lone(_entry(subject, affiliate.id, affiliate.status, _told(cell, affiliate.status)))
    verdict = next(_against_partner(affiliate, emails, who, texts, policy), None)
    if verdict:
        return _not_created(subject, Kind.CREATE_PARTNER, affiliate.id, affiliate.status, verdict)
    subject = replace(subject, slug=slugs(affiliate, texts, who.slugs)[0])
    reason = "Active on Whop, nobody on Affihub; creating the partner may mail this person."
    create = subject.status_row(Kind.CREATE_PARTNER, Disposition.APPLY, "no-partner", reason)
    after = rate_of_new_partner(subject, overrides, policy.commission)
    active: tuple[Row, ...] = ()
    if policy.activate and (after or agrees_on_default(overrides, policy.commission)):
        active = (owed_activation(subject, AffihubState.INVITED),)
    return Lone(
        _entry(subject, affiliate.id, affiliate.status, "to be created"), (create, *after, *active)
    )


def lone_partner(partner: Partner, who: Directory, texts: Texts, policy: Policy) -> Lone:
    """A partner without an affiliate: created as one where everything is known and allowed."""
    subject = Subject(policy.pair, partner=partner)
    cell = MATRIX[WhopState.NONE, affihub_state(partner.status)]
    if cell is not Cell.CREATE_AFFILIATE:
        return Lone(_entry(subject, partner.id, partner.status, _told(cell, partner.status)))
    verdict = next(_against_affiliate(partner, who, texts, policy), None)
    if verdict:
        return _not_created(subject, Kind.CREATE_AFFILIATE, partner.id, partner.status, verdict)
    reason = "Active on Affihub, nobody on Whop."
    create = subject.status_row(Kind.CREATE_AFFILIATE, Disposition.APPLY, "no-affiliate", reason)
    after = rate_of_new_affiliate(subject, partner, policy.commission)
    return Lone(_entry(subject, partner.id, partner.status, "to be created"), (create, *after))


def _told(cell: Cell, status: str | None) -> str:
    return _CELL_REASONS[cell].format(status=status or "null")


def _entry(subject: Subject, record_id: str, status: str | None, reason: str) -> Alone:
    return Alone(subject.person, record_id, status, reason)


def _not_created(
    subject: Subject, kind: Kind, record_id: str, status: str | None, verdict: Verdict
) -> Lone:
    entry = _entry(subject, record_id, status, verdict.reason)
    if verdict.disposition is None:
        return Lone(entry)
    row = subject.status_row(kind, verdict.disposition, verdict.rule, verdict.reason)
    return Lone(entry, (row,))


def _against_partner(
    affiliate: Affiliate, emails: Sequence[str], who: Directory, texts: Texts, policy: Policy
) -> Iterator[Verdict]:
    """Why an affiliate does not become a partner now, weightiest reason first."""
    if not policy.create_partners:
        yield Verdict(None, "create-off", "creating partners is switched off")
    if not who.complete:
        yield INCOMPLETE
    if affiliate.user_id in who.linked:
        yield _user_linked(who.linked[affiliate.user_id])
    if not emails:
        yield _no_email(who)
    yield from _about_address(affiliate, emails, who)
    if not texts.is_email(emails[0]):
        yield _no_address(emails[0])


def _about_address(
    affiliate: Affiliate, emails: Sequence[str], who: Directory
) -> Iterator[Verdict]:
    keys = email_keys(emails)
    if len(keys) > 1:
        yield _two_addresses(emails)
    holders = [partner for key in keys for partner in who.partners.get(key, ())]
    if any((affiliate.user_id, partner.id) in who.apart for partner in holders):
        yield Verdict(None, "kept-apart", "kept apart by hand from the partner with this address")
    if holders:
        yield _taken("partner", [partner.id for partner in holders])
    sharing = {a.id for key in keys for a in who.affiliates.get(key, ()) if _counts(a, who)}
    if sharing - {affiliate.id}:
        yield _shared("affiliates", sharing)


def _counts(affiliate: Affiliate, who: Directory) -> bool:
    """Whether an affiliate stands in the way of another one with the same address.

    One who is linked does whatever the status: else switching them off would create the other.
    """
    return whop_state(affiliate.status) is WhopState.ACTIVE or affiliate.user_id in who.linked


def _no_email(who: Directory) -> Verdict:
    if not who.emails_readable:
        return Verdict(
            Disposition.WAITING,
            "emails-unreadable",
            "Whop lets this key read no email at all; give it member:email:read.",
        )
    return Verdict(
        Disposition.WAITING,
        "email-unknown",
        "Whop shows no email for this affiliate; it is asked again in a day.",
    )


def _against_affiliate(
    partner: Partner, who: Directory, texts: Texts, policy: Policy
) -> Iterator[Verdict]:
    """Why a partner does not become an affiliate now, weightiest reason first."""
    if not policy.create_affiliates:
        yield Verdict(None, "create-off", "creating affiliates is switched off")
    if not who.complete:
        yield INCOMPLETE
    if not who.emails_readable:
        yield _no_email(who)
    if not texts.is_email(partner.email.strip()):
        yield _no_address(partner.email)
    key = email_key(partner.email)
    holders = who.affiliates.get(key, ())
    if any((affiliate.user_id, partner.id) in who.apart for affiliate in holders):
        yield Verdict(None, "kept-apart", "kept apart by hand from the affiliate with this address")
    if holders:
        yield _taken("affiliate", [affiliate.id for affiliate in holders])
    sharing = {other.id for other in who.partners.get(key, ())}
    if sharing - {partner.id}:
        yield _shared("partners", sharing)


def _user_linked(whop_id: str) -> Verdict:
    reason = f"The same Whop user is linked already, as affiliate {whop_id}; which one counts?"
    return Verdict(Disposition.CONFLICT, "user-linked", reason)


def _two_addresses(emails: Sequence[str]) -> Verdict:
    reason = f"Whop shows two addresses: {', '.join(emails)}. Link by hand, or invite one."
    return Verdict(Disposition.CONFLICT, "two-addresses", reason)


def _taken(what: str, ids: Sequence[str]) -> Verdict:
    return Verdict(
        Disposition.CONFLICT,
        "address-taken",
        f"This address belongs to {what} {', '.join(sorted(ids))}, who is linked to somebody else.",
    )


def _shared(what: str, ids: Collection[str]) -> Verdict:
    return Verdict(
        Disposition.CONFLICT,
        "address-shared",
        f"Several {what} have this address: {', '.join(sorted(ids))}. Link one by hand.",
    )


def _no_address(email: str) -> Verdict:
    return Verdict(Disposition.BREAK, "not-an-address", f"{email!r} is no email address.")


def slugs(affiliate: Affiliate, texts: Texts, taken: Collection[str]) -> tuple[str, ...]:
    """Slugs to try for a new partner, free ones first: they carry the partner's links for ever.

    From the username, else the name, else the id; on a clash with a suffix from a stable hash.
    """
    word = texts.slug(affiliate.username or "") or texts.slug(affiliate.name or "")
    digest = sha256(affiliate.user_id.encode(errors="surrogatepass")).hexdigest()
    word = word or texts.slug(affiliate.id) or digest[:12]
    candidates = (word, *(f"{word}-{digest[:length]}" for length in (4, 6, 8)))
    return tuple(slug for slug in candidates if slug not in taken) or candidates[-1:]
