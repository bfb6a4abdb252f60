"""After a crash: open intents are settled by looking at the remote, never by repeating."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from sync.core.commission import slot_rate
from sync.core.inverse import is_undo
from sync.core.match import Evidence
from sync.core.plan import Disposition, Field, Kind, Outcome, Row
from sync.core.ports import Intent, Parked, Settlement
from sync.core.record import Affiliate, Partner, Side, Stamp, Untold
from sync.core.status import WhopState, whop_state
from sync.core.undone import after
from sync.errors import ApiError, ClientBroken, KeyRefused
from sync.runs.applying import Applying
from sync.runs.create import CLOCK_SKEW, link_for
from sync.runs.seeing import Seeing, look, read_affiliate, read_partner
from sync.runs.write_rate import finish_rate, is_rate

T = TypeVar("T")

UNSETTLED: Final = "unsettled"
"""The rule of a row that waits until somebody can see what came of an earlier try."""


@dataclass(slots=True)
class Settled:
    """What came of the open intents; ``unknown``: rows that wait, as nobody could look."""

    unknown: dict[str, Parked] = field(default_factory=dict)
    done: list[tuple[Intent, Settlement]] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether there was any open intent."""
        return bool(self.unknown or self.done)


async def settle_open_intents(at: Seeing) -> Settled:
    """Settle what an earlier run announced and never recorded.

    One that cannot be looked at now stays open, and its row is not sent meanwhile. A run that only
    looks leaves all of them open, and goes by what the next apply will find.
    """
    settled = Settled()
    intents = await asyncio.to_thread(at.pair.store.open_intents, at.pair.name)
    if not intents:
        return settled
    if isinstance(at, Applying):  # refuses where we were taken over
        await asyncio.to_thread(at.pair.store.save_links, at.fence, ())
    creates = [intent for intent in intents if intent.row.kind is Kind.CREATE_AFFILIATE]
    learnt = await _tried(at, settled, creates, _put_back(at, creates)) or {}
    for intent in intents:
        if intent.row.key in settled.unknown:
            continue
        if park := learnt.get(intent.id):
            done: Settlement | None = Settlement(_seen(intent.row, happened=False), park=park)
        else:
            done = await _tried(at, settled, [intent], _look_at(at, intent))
        if done:
            await _record(at, settled, intent, await _undone(at, intent, done))
    return settled


async def _record(at: Seeing, settled: Settled, intent: Intent, done: Settlement) -> None:
    if isinstance(at, Applying):
        store = at.pair.store
        await asyncio.to_thread(store.settle, at.fence, intent.id, intent.run_id, done)
    settled.done.append((intent, done))
    if done.link:
        at.remember(done.link)


async def _undone(at: Seeing, intent: Intent, done: Settlement) -> Settlement:
    """The settlement with what an undo leaves, in the name of who asked for it then."""
    if not is_undo(intent.row):
        return done
    report = await asyncio.to_thread(at.pair.store.report, intent.run_id, at.pair.name)
    done = at.undone(done, report.run.by if report else at.by)
    if done.link:  # what was cut off midway was brought to its end since both sides were read
        slot = at.pair.policy.commission.slot
        at.gathered = after(done.row, done.link, at.gathered, slot)
    return done


async def _tried(
    at: Seeing, settled: Settled, intents: list[Intent], look: Awaitable[T]
) -> T | None:
    """What a look at these intents came to; None where nobody can tell, so that they wait."""
    try:
        return await look
    except (KeyRefused, ClientBroken):
        raise
    except ApiError as error:
        reason = f"Nobody knows yet what came of an earlier try: {error}"
        waiting = Parked(Disposition.WAITING, UNSETTLED, reason, at.pair.clock())
        settled.unknown |= {intent.row.key: waiting for intent in intents}
        return None


async def _look_at(at: Seeing, intent: Intent) -> Settlement:
    match intent.row.kind:
        case Kind.CREATE_PARTNER:
            return await _created_partner(at, intent)
        case Kind.CREATE_AFFILIATE:
            return await _created_affiliate(at, intent)
        case Kind.SET_COMMISSION | Kind.REMOVE_COMMISSION if intent.row.side is Side.WHOP:
            return await _changed_overrides(at, intent.row)
        case _:
            return Settlement(_seen(intent.row, happened=await _is_as_asked(at, intent.row)))


def _seen(row: Row, *, happened: bool) -> Row:
    """The row as the remote shows it; what did not happen is planned afresh by the next run."""
    if happened:
        return replace(row, outcome=Outcome.APPLIED)
    error = "Nothing came of this write; the next run decides again."
    return replace(row, outcome=Outcome.SKIPPED, error=error)


async def _is_as_asked(at: Seeing, row: Row) -> bool:
    """Whether the record is what the row wanted."""
    now = await look(at, row.whop_id, row.affihub_id)
    match row.field:
        case Field.STATUS if row.side is Side.WHOP:
            return now.affiliate is not None and now.affiliate.status == row.after
        case Field.STATUS:
            return now.partner is not None and now.partner.status == row.after
        case Field.NAME:
            wanted = " ".join(str(row.after).split())
            return now.partner is not None and now.partner.name == wanted
        case Field.COMMISSION:
            return now.partner is not None and is_rate(row, now.partner.commission)
        case _:
            return False


async def _changed_overrides(at: Seeing, row: Row) -> Settlement:
    """Whether the slot says what was asked; what was cut off midway is brought to its end."""
    link = at.link_of(row)
    if link is None:
        return Settlement(_seen(row, happened=False))
    overrides = await at.pair.whop.overrides(link.whop_id)
    if is_rate(row, slot_rate(overrides, at.pair.policy.commission.slot)):
        return Settlement(_seen(row, happened=True))
    finished = isinstance(at, Applying) and await finish_rate(at, row, link, overrides)
    return finished or Settlement(_seen(row, happened=False))


async def _created_partner(at: Seeing, intent: Intent) -> Settlement:
    """Whether the invitation went out: found by exact address, and made after the intent."""
    row = intent.row
    affiliate = await read_affiliate(at, row.whop_id)
    made = [p for p in await _partners_made(at, intent) if _is_ours(p, affiliate)]
    if len(made) != 1 or affiliate is None:
        return Settlement(_seen(row, happened=False))
    link = at.by_partner.get(made[0].id) or link_for(affiliate, made[0])
    if link.whop_id != affiliate.id:
        return Settlement(_seen(row, happened=False))
    # Linked by address meanwhile, where a run could not look: it was our create all the same.
    link = replace(link, evidence=Evidence.CREATED.value, activation_owed=at.pair.policy.activate)
    return Settlement(_seen(row, happened=True), link=link)


async def _partners_made(at: Seeing, intent: Intent) -> list[Partner]:
    found = await at.pair.affihub.partners_with_email(str(intent.row.person.email))
    since = intent.at - CLOCK_SKEW
    made = [p.id for p in found if p.created_at and p.created_at >= since]
    read = [await read_partner(at, affihub_id) for affihub_id in made]
    return [partner for partner in read if partner]


def _is_ours(partner: Partner, affiliate: Affiliate | None) -> bool:
    """Whether the stamp is the one we send; where none are shown, time and address have to do."""
    if isinstance(partner.stamp, Untold):
        return True
    return affiliate is not None and partner.stamp == Stamp(affiliate.id, affiliate.user_id)


async def _created_affiliate(at: Seeing, intent: Intent) -> Settlement:
    """Whether the affiliate was made, seen by its address.

    Where nothing can be seen the row is planned afresh: ``POST /affiliates`` finds what it made.
    """
    partner = await read_partner(at, intent.row.affihub_id)
    new = await _made_since(at, intent)
    if new is None or partner is None:
        return Settlement(_seen(intent.row, happened=False))
    return Settlement(_seen(intent.row, happened=True), link=link_for(new, partner))


async def _put_back(at: Seeing, intents: list[Intent]) -> dict[int, Parked]:
    """Archive again whom creates that were cut off brought back; what intents learnt, by number.

    Who moved right after an intent was brought back by it: one affiliate for each at most. More of
    them, or some who came back later, are left for a person to look at. One create alone also
    tells who the person is; of several the next tries will.
    """
    found = _brought_back(at, intents)
    ids = ", ".join(affiliate.id for affiliate in found)
    if len(found) > len(intents) or any(_came_later(a, intents) for a in found):
        reason = f"Creates that were cut off may have brought back {ids}; look at them."
        return {intent.id: _conflict(at, reason) for intent in intents}
    for affiliate in found:
        at.note(await _archived_again(at, affiliate))
    if len(found) == len(intents) == 1:
        again = "is archived again" if isinstance(at, Applying) else "the next apply archives again"
        reason = f"This person is affiliate {ids}, who was off before and {again}."
        return {intents[0].id: _conflict(at, reason)}
    return {}


async def _archived_again(at: Seeing, affiliate: Affiliate) -> Affiliate:
    if isinstance(at, Applying):
        await at.writers.whop.archive(affiliate.id)
        return await at.pair.whop.affiliate(affiliate.id)
    return replace(affiliate, status=WhopState.ARCHIVED.value)


def _conflict(at: Seeing, reason: str) -> Parked:
    return Parked(Disposition.CONFLICT, "found-off", reason, at.pair.clock())


def _brought_back(at: Seeing, intents: list[Intent]) -> list[Affiliate]:
    """Affiliates that were off at an intent and are active now.

    Where some of them moved right after one it is those, and not who came back otherwise.
    """
    records = at.gathered.whop.records
    off = {whop_id for intent in intents for whop_id in intent.off}
    now = [records[whop_id] for whop_id in sorted(off & records.keys())]
    back = [a for a in now if whop_state(a.status) is WhopState.ACTIVE]
    return [a for a in back if any(_moved_with(a, intent) for intent in intents)] or back


def _moved_with(affiliate: Affiliate, intent: Intent) -> bool:
    earliest, latest = _second(intent.at - CLOCK_SKEW), _second(intent.at + CLOCK_SKEW)
    return earliest <= affiliate.updated_at[:19] <= latest


def _came_later(affiliate: Affiliate, intents: list[Intent]) -> bool:
    return all(affiliate.updated_at[:19] > _second(intent.at + CLOCK_SKEW) for intent in intents)


def _second(moment: datetime) -> str:
    """Compares with what Whop says: ISO 8601 in UTC."""
    return moment.isoformat()[:19]


async def _made_since(at: Seeing, intent: Intent) -> Affiliate | None:
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
