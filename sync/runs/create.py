"""Creating a partner or an affiliate: searched for first, never sent twice blindly."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sync.core.alone import slugs
from sync.core.match import Evidence
from sync.core.plan import Acceptance, Base, Disposition, Link, Row
from sync.core.ports import CreatedPartner, NewPartner, Settlement
from sync.core.record import Affiliate, Partner, Stamp, email_key, split_name
from sync.core.status import (
    AffihubState,
    Meaning,
    WhopState,
    affihub_meaning,
    affihub_state,
    whop_meaning,
    whop_state,
)
from sync.errors import NotFound, PermissionMissing, Rejected, Uncertain
from sync.runs.applying import (
    Applying,
    LessonError,
    MovedError,
    applied,
)
from sync.runs.seeing import read_affiliate, read_partner

UNKNOWN_TO_WHOP: Final = "unknown-to-whop"
"""The rule of a create that waits until Whop knows the address."""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far a server's clock may be behind ours before a new record looks like an old one."""


async def create_partner(at: Applying, row: Row) -> Settlement:
    """Invite an affiliate as a partner, unless somebody with that address turned up meanwhile."""
    affiliate = await read_affiliate(at, row.whop_id)
    if affiliate is None or whop_state(affiliate.status) is not WhopState.ACTIVE:
        raise MovedError("The affiliate is not active any more.")
    email = str(row.person.email)
    if present := await at.pair.affihub.partners_with_email(email):
        raise MovedError(f"Partner {present[0].id} has this address now.")
    await at.intend(row)
    created = await at.writers.affihub.create_partner(_new_partner(at, affiliate, email))
    _adoptable(at, affiliate, created)
    link = replace(
        link_for(affiliate, created.partner),
        evidence=Evidence.EMAIL.value if created.found else Evidence.CREATED.value,
        activation_owed=at.pair.policy.activate and not created.found,
    )
    told = _found(row, created.partner.id) if created.found else row
    return await applied(at, told, link)


def _new_partner(at: Applying, affiliate: Affiliate, email: str) -> NewPartner:
    taken = {partner.slug.casefold() for partner in at.gathered.affihub.records.values()}
    first, last = split_name(affiliate.name or "")
    return NewPartner(
        email=email,
        slugs=slugs(affiliate, at.pair.texts, taken),
        first_name=first,
        last_name=last,
        stamp=Stamp(affiliate.id, affiliate.user_id),
    )


def _adoptable(at: Applying, affiliate: Affiliate, created: CreatedPartner) -> None:
    """A refused create that finds somebody else's partner, or one shut out, is no adoption."""
    partner = created.partner
    if not created.found:
        return
    _not_kept_apart(at, affiliate, partner)
    if partner.id in at.by_partner:
        reason = f"Partner {partner.id} has this address and is linked to somebody else."
        raise LessonError(Disposition.CONFLICT, "address-taken", reason)
    if not _is_active(partner) and not _is_invited(partner):
        reason = f"Partner {partner.id} has this address and is {partner.status}."
        raise LessonError(Disposition.CONFLICT, "found-off", reason)


def _not_kept_apart(at: Applying, affiliate: Affiliate, partner: Partner) -> None:
    """A person's word stands above every address."""
    if (affiliate.user_id, partner.id) in at.apart:
        reason = f"Affiliate {affiliate.id} and partner {partner.id} are kept apart by hand."
        raise LessonError(Disposition.CONFLICT, "kept-apart", reason)


def _is_invited(partner: Partner) -> bool:
    return affihub_state(partner.status) is AffihubState.INVITED


def _is_active(partner: Partner) -> bool:
    return affihub_state(partner.status) is AffihubState.ACTIVE


def link_for(affiliate: Affiliate, partner: Partner) -> Link:
    """A new link between two records that both say on, with what they agree on right now."""
    meaning = affihub_meaning(affihub_state(partner.status))
    agree = meaning is Meaning.ON and whop_state(affiliate.status) is WhopState.ACTIVE
    return Link(
        whop_id=affiliate.id,
        user_id=affiliate.user_id,
        affihub_id=partner.id,
        evidence=Evidence.CREATED.value,
        status=Base(meaning, affiliate.status, partner.status) if agree else None,
        name=Base(partner.name, affiliate.name, partner.name) if partner.name else None,
        acceptance=Acceptance.ACCEPTED if _is_active(partner) else Acceptance.INVITED,
    )


async def create_affiliate(at: Applying, row: Row) -> Settlement:
    """Make a partner an affiliate; ``POST /affiliates`` finds as well, and may bring back."""
    partner = await read_partner(at, row.affihub_id)
    if partner is None or not _is_active(partner):
        raise MovedError("The partner is not active any more.")
    email = str(row.person.email)
    if email_key(partner.email) != email_key(email):
        raise MovedError("The partner has another address now.")
    if listed := await _listed(at, email):
        return await _link_instead(at, row, listed, partner)
    await at.intend(row, _could_be_brought_back(at))
    affiliate = await _post(at, email)
    if not _was_there(at, affiliate):
        return await applied(at, row, link_for(affiliate, partner))
    await _put_back(at, affiliate)
    _refuse_find(at, affiliate, partner)
    link = replace(link_for(affiliate, partner), evidence=Evidence.EMAIL.value)
    return await applied(at, _found(row, affiliate.id), link)


def _found(row: Row, record_id: str) -> Row:
    """The row of a create that made nobody: whoever reads it is told so."""
    reason = f"{row.side.brand} had this person already as {record_id}: linked, nobody was made."
    return replace(row, reason=reason)


async def _listed(at: Applying, email: str) -> Affiliate | None:
    """The affiliate of a user whom Whop shows with this address."""
    users = await at.pair.whop.users_with_email(email)
    found = [a for a in at.gathered.whop.records.values() if a.user_id in users]
    if len(found) > 1:
        ids = ", ".join(sorted(a.id for a in found))
        reason = f"Several affiliates have this address: {ids}. Link one by hand."
        raise LessonError(Disposition.CONFLICT, "address-shared", reason, outcome=None)
    return found[0] if found else None


async def _link_instead(
    at: Applying, row: Row, affiliate: Affiliate, partner: Partner
) -> Settlement:
    """The user is an affiliate already: linked, and the next run compares the two."""
    if affiliate.id in at.links:
        reason = f"Affiliate {affiliate.id} has this address and is linked to somebody else."
        raise LessonError(Disposition.CONFLICT, "address-taken", reason, outcome=None)
    _not_kept_apart(at, affiliate, partner)
    now = await read_affiliate(at, affiliate.id)
    if now is None:
        raise MovedError(f"Affiliate {affiliate.id} is not there any more.")
    link = replace(link_for(now, partner), evidence=Evidence.EMAIL.value)
    return await applied(at, _found(row, affiliate.id), link)


def _could_be_brought_back(at: Applying) -> tuple[str, ...]:
    """Affiliates who are off and whose address nobody knows: a create may hit one of them."""
    return tuple(
        affiliate.id
        for affiliate in at.gathered.whop.records.values()
        if whop_state(affiliate.status) is not WhopState.ACTIVE
        and affiliate.user_id not in at.gathered.emails
    )


async def _post(at: Applying, email: str) -> Affiliate:
    try:
        return await at.writers.whop.create_affiliate(email)
    except (Rejected, NotFound) as refusal:
        reason = (
            f"Whop made no affiliate of this address (HTTP {refusal.status}); most likely nobody "
            "has a Whop account under it. It is looked up once a day until Whop knows it."
        )
        raise LessonError(Disposition.WAITING, UNKNOWN_TO_WHOP, reason, None) from refusal


def _was_there(at: Applying, affiliate: Affiliate) -> bool:
    """No flag tells created from found (api/whop.md section 2): listed, or older than the run.

    One that does not say how old it is counts as found: a person looks, nobody is linked.
    """
    if affiliate.id in at.gathered.whop.records or affiliate.created_at is None:
        return True
    return affiliate.created_at < at.started_at - CLOCK_SKEW


async def _put_back(at: Applying, affiliate: Affiliate) -> None:
    """Archive again whom the create brought back; where that fails the next run sees to it."""
    before = at.gathered.whop.records.get(affiliate.id)
    was_off = before is not None and whop_meaning(whop_state(before.status)) is Meaning.OFF
    if not was_off or whop_state(affiliate.status) is not WhopState.ACTIVE:
        return
    try:
        await at.writers.whop.archive(affiliate.id)
    except (Rejected, NotFound, PermissionMissing) as error:
        text = f"A create brought back {affiliate.id}, who is not archived again yet: {error}"
        raise Uncertain(text, side=error.side, operation=error.operation) from error


def _refuse_find(at: Applying, affiliate: Affiliate, partner: Partner) -> None:
    """A find that was off, or is another link's, is a lasting conflict."""
    before = at.gathered.whop.records.get(affiliate.id)
    if affiliate.id in at.links:
        reason = f"Whop answered affiliate {affiliate.id}, who is linked to somebody else."
        raise LessonError(Disposition.CONFLICT, "address-taken", reason)
    if before is None:
        reason = f"Whop answered affiliate {affiliate.id}, whom it did not list; look at them."
        raise LessonError(Disposition.CONFLICT, "found-unlisted", reason)
    if whop_state(before.status) is not WhopState.ACTIVE:
        reason = f"This person is affiliate {affiliate.id}, who is {before.status or 'unknown'}."
        raise LessonError(Disposition.CONFLICT, "found-off", reason)
    _not_kept_apart(at, affiliate, partner)
