"""After a crash: open intents are settled by looking at the remote, never by repeating."""

import asyncio
from dataclasses import replace

from sync.core.plan import Disposition, Field, Kind, Outcome, Row
from sync.core.ports import Intent, Parked, Settlement
from sync.core.record import Affiliate, Side
from sync.core.status import WhopState, whop_state
from sync.runs.applying import Applying, look, read_affiliate, read_partner
from sync.runs.create import CLOCK_SKEW, link_for


async def settle_open_intents(at: Applying) -> int:
    """Settle what an earlier run announced and never recorded; answers how many there were."""
    intents = await asyncio.to_thread(at.pair.store.open_intents, at.pair.name)
    for intent in intents:
        done = await _look_at(at, intent)
        await asyncio.to_thread(at.pair.store.settle, at.fence, intent.id, intent.run_id, done)
    return len(intents)


async def _look_at(at: Applying, intent: Intent) -> Settlement:
    match intent.row.kind:
        case Kind.CREATE_PARTNER:
            return await _created_partner(at, intent)
        case Kind.CREATE_AFFILIATE:
            return await _created_affiliate(at, intent)
        case _:
            return Settlement(_seen(intent.row, happened=await _is_as_asked(at, intent.row)))


def _seen(row: Row, *, happened: bool) -> Row:
    """The row as the remote shows it; what did not happen is planned afresh by the next run."""
    if happened:
        return replace(row, outcome=Outcome.APPLIED)
    error = "The run ended before this was written; the next run decides again."
    return replace(row, outcome=Outcome.SKIPPED, error=error)


async def _is_as_asked(at: Applying, row: Row) -> bool:
    """Whether a status is what the row wanted; rates and names are compared by the next plan."""
    now = await look(at, row.whop_id, row.affihub_id)
    match row.field:
        case Field.STATUS if row.side is Side.WHOP:
            return now.affiliate is not None and now.affiliate.status == row.after
        case Field.STATUS:
            return now.partner is not None and now.partner.status == row.after
        case Field.NAME:
            return now.partner is not None and now.partner.name == row.after
        case _:
            return False


async def _created_partner(at: Applying, intent: Intent) -> Settlement:
    """Whether the invitation went out: found by exact address, and made after the intent."""
    row = intent.row
    found = await at.pair.affihub.partners_with_email(str(row.person.email))
    affiliate = await read_affiliate(at, row.whop_id)
    made = [p for p in found if p.created_at and p.created_at >= intent.at - CLOCK_SKEW]
    if len(made) != 1 or affiliate is None or made[0].id in at.by_partner:
        return Settlement(_seen(row, happened=False))
    link = replace(link_for(affiliate, made[0]), activation_owed=at.pair.policy.activate)
    return Settlement(_seen(row, happened=True), link=link)


async def _created_affiliate(at: Applying, intent: Intent) -> Settlement:
    """Whether the affiliate was made; one that was brought back by mistake is archived again.

    Where nothing can be seen the row is planned afresh: ``POST /affiliates`` finds what it made.
    """
    row = intent.row
    brought_back = _brought_back(at, intent)
    if brought_back:
        return await _shut_out_again(at, row, brought_back)
    partner = await read_partner(at, row.affihub_id)
    new = await _made_since(at, intent)
    if new is None or partner is None:
        return Settlement(_seen(row, happened=False))
    return Settlement(_seen(row, happened=True), link=link_for(new, partner))


def _brought_back(at: Applying, intent: Intent) -> list[Affiliate]:
    """Affiliates that were off at the intent, are active now, and moved since."""
    since = (intent.at - CLOCK_SKEW).isoformat()[:19]  # compares with ISO 8601 in UTC
    records = at.gathered.whop.records
    now = [records[i] for i in intent.off if i in records]
    return [
        a for a in now if whop_state(a.status) is WhopState.ACTIVE and a.updated_at[:19] >= since
    ]


async def _shut_out_again(at: Applying, row: Row, found: list[Affiliate]) -> Settlement:
    """One affiliate is put back off; several are named, and a person decides."""
    ids = ", ".join(affiliate.id for affiliate in found)
    reason = f"A create that was cut off may have brought back {ids}; decide who this person is."
    if len(found) == 1:
        await at.writers.whop.archive(found[0].id)
        reason = f"This person is affiliate {ids}, who was off before and is archived again."
    park = Parked(Disposition.CONFLICT, "found-off", reason, at.pair.clock())
    return Settlement(_seen(row, happened=False), park=park)


async def _made_since(at: Applying, intent: Intent) -> Affiliate | None:
    users = await at.pair.whop.users_with_email(str(intent.row.person.email))
    made = [
        a
        for a in at.gathered.whop.records.values()
        if a.user_id in users
        and a.id not in at.links
        and a.created_at is not None
        and a.created_at >= intent.at - CLOCK_SKEW
    ]
    return made[0] if len(made) == 1 else None
