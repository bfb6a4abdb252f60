"""Writes of one linked person: status, name, and moving a link."""

from dataclasses import replace
from decimal import Decimal

from sync.core.commission import rate_text, same_rate, show_rate, slot_rate
from sync.core.inverse import is_undo
from sync.core.plan import Acceptance, Base, Kind, Link, Outcome, Row
from sync.core.policy import CommissionSync
from sync.core.ports import Settlement
from sync.core.record import Affiliate, Partner, Side, split_name
from sync.core.status import affihub_meaning, affihub_state
from sync.runs.applying import (
    Applying,
    MovedError,
    applied,
    check_unmoved,
    follows_create,
    not_kept,
    overrides_now,
    same,
)
from sync.runs.seeing import Look, read_affiliate


async def write_status(at: Applying, row: Row, link: Link) -> Settlement:
    """Switch a person on or off on one side."""
    now = await check_unmoved(at, row, link)
    if follows_create(row) and not link.activation_owed:
        raise MovedError("This partner was there already; only those we create are made active.")
    if row.is_reactivation and not is_undo(row):
        await _rates_decided(at, row, link, now)
    await at.intend(row)
    affiliate, partner = await _send_status(at, row, link, now)
    kept = affiliate.status if row.side is Side.WHOP and affiliate else partner.status
    if kept != row.after:
        return await not_kept(at, row, kept)
    value = affihub_meaning(affihub_state(partner.status))
    whop = affiliate.status if affiliate else "gone"
    return await applied(
        at,
        row,
        replace(
            link,
            status=Base(value, whop, partner.status),
            acceptance=_acceptance(row, link),
            activation_owed=False if row.kind is Kind.ACTIVATE_PARTNER else link.activation_owed,
        ),
    )


async def _rates_decided(at: Applying, row: Row, link: Link, now: Look) -> None:
    """``MovedError`` where a person would come back at rates that nobody has decided on yet.

    They differ then, and not as they did when the row was decided: one of them moved since. Where
    this run has written one of them, they do not differ any more.
    """
    commission = at.pair.policy.commission
    if commission.sync is CommissionSync.OFF or not now.affiliate or not now.partner:
        return
    whop = slot_rate(await overrides_now(at, row, link), commission.slot)
    affihub = now.partner.commission
    if not isinstance(whop, Decimal | None) or not isinstance(affihub, Decimal | None):
        return  # decided on as rates that nobody can compare
    if same_rate(whop, affihub):
        return
    shown = rate_text(whop), rate_text(affihub)
    if row.identity in at.rated or shown != (row.expect.whop_rate, row.expect.affihub_rate):
        raise MovedError(f"The rates are {show_rate(shown[0])} and {show_rate(shown[1])} now.")


def _acceptance(row: Row, link: Link) -> Acceptance:
    return Acceptance.ACCEPTED if row.kind is Kind.ACTIVATE_PARTNER else link.acceptance


async def _send_status(
    at: Applying, row: Row, link: Link, now: Look
) -> tuple[Affiliate | None, Partner]:
    """Write the status and read it back; the other side's record is as just looked at."""
    if now.partner is None:
        raise MovedError("Affihub does not show this partner any more.")
    if row.side is Side.AFFIHUB:
        return now.affiliate, await at.writers.affihub.set_status(link.affihub_id, str(row.after))
    if row.kind is Kind.ARCHIVE_AFFILIATE:
        await at.writers.whop.archive(link.whop_id)
    else:
        await at.writers.whop.unarchive(link.whop_id)
    return await at.pair.whop.affiliate(link.whop_id), now.partner


async def write_name(at: Applying, row: Row, link: Link) -> Settlement:
    """Fill an empty name."""
    now = await check_unmoved(at, row, link)
    same("The name on Affihub", "", now.partner.name if now.partner else None)
    await at.intend(row)
    first, last = split_name(str(row.after))
    partner = await at.writers.affihub.set_name(link.affihub_id, first, last)
    if partner.name != " ".join(str(row.after).split()):
        return await not_kept(at, row, partner.name)
    name = Base(partner.name, row.after, partner.name)
    return await applied(at, row, replace(link, name=name))


async def move_link(at: Applying, row: Row, link: Link) -> Settlement:
    """Hang a link on the user's other affiliate; the old rates were the old affiliate's."""
    lost, affiliate = await read_affiliate(at, link.whop_id), await read_affiliate(at, row.after)
    same("Whop's status", row.expect.whop_status, lost.status if lost else None)
    if affiliate is None or affiliate.user_id != link.user_id:
        raise MovedError("The user's other affiliate is not there any more.")
    moved = replace(link, whop_id=affiliate.id, evidence="moved", commission=None)
    done = Settlement(replace(row, outcome=Outcome.APPLIED), link=moved, unlink=link)
    return await at.settle(done)
