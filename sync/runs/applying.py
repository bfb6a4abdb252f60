"""An apply at work: looking again before a write, announcing it, recording what came of it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.core.plan import Disposition, Field, Link, Outcome, Row, row_key
from sync.core.ports import Fence, OverrideReading, Parked, Settlement
from sync.core.record import Override, Partner, Side, Stamp
from sync.runs.pair import Writers
from sync.runs.seeing import Look, Seeing, look


class MovedError(Exception):
    """A record is not what the row was decided on; the row is left for the next run."""


class LessonError(Exception):
    """What a try taught about a row: it is parked, and not sent again while it stays as it is.

    ``outcome`` is None where nothing was sent at all. What is not ``lasting`` is only told, and
    looked at again by the next run.
    """

    def __init__(
        self,
        disposition: Disposition,
        rule: str,
        reason: str,
        outcome: Outcome | None = Outcome.FAILED,
        *,
        lasting: bool = True,
    ) -> None:
        self.disposition = disposition
        self.rule = rule
        self.reason = reason
        self.outcome = outcome
        self.lasting = lasting
        super().__init__(reason)


@dataclass(slots=True, kw_only=True)
class Applying(Seeing):
    """One apply at work: what it writes with, and what it announced.

    ``rated`` are those whose rate it has written (``Row.identity``).
    """

    writers: Writers
    fence: Fence
    run_id: str
    started_at: datetime
    intents: dict[str, int] = field(default_factory=dict)
    rated: set[str] = field(default_factory=set)

    async def intend(self, row: Row, off: tuple[str, ...] = ()) -> None:
        """Announce a remote write; refuses where the pair was taken over."""
        store, now = self.pair.store, self.pair.clock()
        self.intents[row.key] = await asyncio.to_thread(
            store.intend, self.fence, self.run_id, row, now, off
        )

    async def settle(self, done: Settlement, *, close: bool = True) -> Settlement:
        """Record what came of a row, in one transaction.

        With ``close`` false its intent stays open: nobody knows yet whether the write happened.
        """
        done = self.undone(done, self.by)
        intent = self.intents.pop(done.row.key, None) if close else None
        store = self.pair.store
        await asyncio.to_thread(store.settle, self.fence, intent, self.run_id, done)
        if done.link:
            self.remember(done.link)
        if done.row.field is Field.COMMISSION and done.row.outcome is Outcome.APPLIED:
            self.rated.add(done.row.identity)
        return done


def follows_create(row: Row) -> bool:
    """Whether a row is about a record that an earlier row of the same run made."""
    return None in (row.whop_id, row.affihub_id)


async def check_unmoved(at: Applying, row: Row, link: Link) -> Look:
    """Both records as they are now; ``MovedError`` where the row was decided on others."""
    expected = (row.expect.whop_status, row.expect.affihub_status)
    if follows_create(row):
        expected = _as_created(link)
    now = await look(at, link.whop_id, link.affihub_id)
    whop = now.affiliate.status if now.affiliate else None
    affihub = now.partner.status if now.partner else None
    if row.field is not Field.NAME:  # a name hangs on no status, which this run may have changed
        same("Whop's status", expected[0], whop)
        same("Affihub's status", expected[1], affihub)
    _no_contradiction(link, now.partner)
    return now


async def overrides_now(at: Applying, row: Row, link: Link) -> tuple[Override, ...]:
    """The overrides of a person right before a write.

    No later run takes remembered ones for true that this one changes or saw changed: what moves
    ``updated_at`` is not known (api/whop.md section 2), so it may not tell.
    """
    overrides = await at.pair.whop.overrides(link.whop_id)
    changes = row.field is Field.COMMISSION and row.side is Side.WHOP
    if changes or at.gathered.overrides.get(link.whop_id) != overrides:
        reading = {link.whop_id: OverrideReading(overrides, None, "", at.pair.clock())}
        await asyncio.to_thread(at.pair.store.cache_overrides, at.pair.name, reading)
    return overrides


def _as_created(link: Link) -> tuple[str | None, str | None]:
    """Both statuses as the create before this row left them."""
    if link.status is None:
        raise MovedError("This person was there already, and not as the row was decided.")
    return link.status.whop, link.status.affihub


def same(what: str, expected: str | None, now: str | None) -> None:
    if expected != now:
        raise MovedError(f"{what} was {expected or 'none'} and is {now or 'none'} now.")


def _no_contradiction(link: Link, partner: Partner | None) -> None:
    stamp = partner.stamp if partner else None
    if isinstance(stamp, Stamp) and stamp.user_id != link.user_id:
        reason = (
            f"The partner's stamp names Whop user {stamp.user_id}, the link {link.user_id}; "
            "unlink the two, or write the stamp again with: affisync stamp."
        )
        raise LessonError(Disposition.CONFLICT, "stamp-contradicts", reason, None, lasting=False)


async def applied(at: Applying, row: Row, link: Link) -> Settlement:
    """Record a row as applied, with the link as it is now."""
    return await at.settle(Settlement(replace(row, outcome=Outcome.APPLIED), link=link))


async def not_kept(at: Applying, row: Row, kept: str | None) -> Settlement:
    """The server answered, but holds something else: told to a person, and not sent again."""
    shown = "nothing" if kept is None else kept
    reason = f"{row.side.brand} kept {shown} when asked for {row.after or 'nothing'}."
    park = Parked(Disposition.BREAK, "not-kept", reason, at.pair.clock())
    failed = replace(row, outcome=Outcome.FAILED, error=reason)
    await asyncio.to_thread(at.pair.store.park, at.fence, _next_key(at, row, kept), park)
    return await at.settle(Settlement(failed, park=park))


def _next_key(at: Applying, row: Row, kept: str | None) -> str:
    """The row's key in the next run, which starts from what the server made of this one."""
    link = at.link_of(row)
    ids = (link.whop_id, link.affihub_id) if link else (row.whop_id, row.affihub_id)
    said = (row.field, kept, row.after)
    return row_key(at.pair.name, row.kind, ids, row.person.email, said, row.rule)
