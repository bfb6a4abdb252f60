"""Gather: ask both sides once, and the few single questions that the snapshots leave open."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Final, TypeVar

from sync.core.guard import Facts, allowance
from sync.core.plan import Link
from sync.core.policy import CommissionSync, GuardClass, Limit
from sync.core.ports import EmailReading, Known, OverrideReading, Spent
from sync.core.record import Affiliate, Gathered, Incident, Override, Partner, Side, Snapshot
from sync.core.status import WhopState, whop_state
from sync.errors import (
    ApiError,
    ClientBroken,
    ConfigError,
    KeyRefused,
    NotFound,
    PermissionMissing,
)
from sync.runs.pair import Pair

KNOWN_EMAIL_AGE: Final = timedelta(days=7)
UNKNOWN_EMAIL_AGE: Final = timedelta(hours=24)
ENDS_THE_RUN: Final = (KeyRefused, PermissionMissing, ClientBroken)
"""What is wrong for everybody; any other failure of one person's read costs nobody else."""

T = TypeVar("T")
U = TypeVar("U")
R = TypeVar("R", Affiliate, Partner)


Listings = tuple[Snapshot[Affiliate], Snapshot[Partner]]


async def gather(pair: Pair, known: Known) -> Gathered:
    """Everything one run reads, from both sides at the same time."""
    same_company(pair, known.company_id)
    return await _completed(pair, known, await _listings(pair))


async def gather_all(pair: Pair) -> tuple[Known, Gathered]:
    """What the state knows and what the sides tell: the state is read while the sides answer."""
    same_company(pair, await asyncio.to_thread(pair.store.company, pair.name))
    known, listings = await both(known_of(pair), _listings(pair))
    return known, await _completed(pair, known, listings)


async def known_of(pair: Pair) -> Known:
    """What the state knows of a pair now."""
    return await asyncio.to_thread(pair.store.known, pair.name, pair.clock())


async def _listings(pair: Pair) -> Listings:
    whop, affihub = await both(_whop_snapshot(pair), _affihub_snapshot(pair))
    pair.stop.check()
    return whop, affihub


async def _completed(pair: Pair, known: Known, listings: Listings) -> Gathered:
    """The listings with what they leave open: who is missing, addresses, overrides."""
    whop, affihub = listings
    no_whop = _missing(whop, (link.whop_id for link in known.links))
    no_affihub = _missing(affihub, (link.affihub_id for link in known.links))
    whop = _doubted(whop, no_whop, pair, known)
    affihub = _doubted(affihub, no_affihub, pair, known)
    whop = await _with_missing(whop, no_whop, pair.whop.affiliate)
    affihub = await _with_missing(affihub, no_affihub, pair.affihub.partner)
    pair.stop.check()
    now = pair.clock()
    emails, readable = await _emails(pair, known, whop, now)
    pair.stop.check()
    overrides, notes = await _overrides(pair, known, whop, now)
    pair.stop.check()
    return Gathered(whop, affihub, emails, overrides, emails_readable=readable, notes=notes)


def same_company(pair: Pair, known: str | None) -> None:
    """Raise ``ConfigError`` where the pair was built with another company."""
    if known not in (None, pair.company_id):
        problem = (
            f"pairs.{pair.name}.whop.company_id: this pair was built with {known}, "
            f"the configuration says {pair.company_id}; put it back, or give the new company "
            "a pair of its own."
        )
        raise ConfigError([problem])


async def both(whop: Awaitable[T], affihub: Awaitable[U]) -> tuple[T, U]:
    """Wait for both, and only then raise: a request is never cancelled from outside."""
    one, other = await asyncio.gather(whop, affihub, return_exceptions=True)
    for result in (one, other):
        if isinstance(result, BaseException):
            raise result
    return one, other  # type: ignore[return-value]  # exceptions were raised above


def _whop_snapshot(pair: Pair) -> Awaitable[Snapshot[Affiliate]]:
    return pair.whop.snapshot(_on_page(pair, Side.WHOP))


def _affihub_snapshot(pair: Pair) -> Awaitable[Snapshot[Partner]]:
    return pair.affihub.snapshot(_on_page(pair, Side.AFFIHUB))


def _on_page(pair: Pair, side: Side) -> Callable[[int, int | None], None]:
    def on_page(records: int, total: int | None) -> None:
        pair.progress.fetched(side, records, total)
        pair.stop.check()

    return on_page


def _doubted(
    snapshot: Snapshot[R], missing: Collection[str], pair: Pair, known: Known
) -> Snapshot[R]:
    """The snapshot, called incomplete where too many linked people are missing from it."""
    if not snapshot.complete or not known.links:
        return snapshot
    if not snapshot.records:
        return replace(snapshot, complete=False, note="nobody listed while people are linked")
    allowed = _may_be_missing(pair, known)
    if len(missing) <= allowed:
        return snapshot
    note = f"{len(missing)} of {len(known.links)} linked people missing, {allowed} could be"
    return replace(snapshot, complete=False, note=note)


def _may_be_missing(pair: Pair, known: Known) -> int:
    """As many as the deactivate guard would let go in one run."""
    guards = pair.policy.guards
    limit = Limit(guards.limits[GuardClass.DEACTIVATE].per_run)
    facts = Facts(pair.name, links=len(known.links))
    return allowance(limit, facts, guards.floor, Spent()).rows


def _missing(snapshot: Snapshot[R], linked: Iterable[str]) -> list[str]:
    """Linked ids that were not listed, not even in a shape nobody can read."""
    records, unreadable = snapshot.records, {incident.id for incident in snapshot.incidents}
    return [i for i in linked if i not in records and i not in unreadable]


async def _with_missing(
    snapshot: Snapshot[R], missing: Collection[str], read: Callable[[str], Awaitable[R]]
) -> Snapshot[R]:
    """The snapshot with linked records that a complete listing lacks read directly.

    One that cannot be read is neither here nor gone: an incident, as if it had been listed so.
    """
    if not snapshot.complete or not missing:
        return snapshot
    unread: list[Incident] = []
    answers = await all_of(_found(read, i, unread) for i in missing)
    found = {record.id: record for record in answers if record is not None}
    return replace(
        snapshot,
        records={**snapshot.records, **found},
        incidents=(*snapshot.incidents, *unread),
        gone=frozenset(missing) - found.keys() - {incident.id for incident in unread},
    )


async def _found(
    read: Callable[[str], Awaitable[R]], record_id: str, unread: list[Incident]
) -> R | None:
    try:
        return await read(record_id)
    except NotFound:
        return None
    except ENDS_THE_RUN:
        raise
    except ApiError as error:
        unread.append(Incident(record_id, str(error)))
        return None


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for all, and only then raise the first failure: no request is ever cancelled."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]  # exceptions were raised above


async def _emails(
    pair: Pair, known: Known, whop: Snapshot[Affiliate], now: datetime
) -> tuple[dict[str, tuple[str, ...]], bool]:
    """Addresses by user id, asking only for those that are due, and whether any can be read."""
    linked = {link.user_id for link in known.links}
    users = {affiliate.user_id for affiliate in whop.records.values()}
    due = sorted(u for u in users - linked if _email_is_due(known.emails.get(u), now))
    readings, readable = known.emails, True
    if due:
        answer = await pair.whop.emails(due)
        readable = answer.readable
        fresh = {user: EmailReading(answer.found.get(user, ()), now) for user in due if readable}
        await asyncio.to_thread(pair.store.cache_emails, pair.name, fresh)
        readings = {**readings, **fresh}
    emails = {user: r.emails for user, r in readings.items() if r.emails and user in users}
    return emails, readable and (bool(emails) or not users)


def _email_is_due(reading: EmailReading | None, now: datetime) -> bool:
    if reading is None:
        return True
    return now - reading.read_at >= (KNOWN_EMAIL_AGE if reading.emails else UNKNOWN_EMAIL_AGE)


async def _overrides(
    pair: Pair, known: Known, whop: Snapshot[Affiliate], now: datetime
) -> tuple[dict[str, tuple[Override, ...]], tuple[str, ...]]:
    """Overrides by affiliate id: as remembered where nothing moved, read where something did."""
    if pair.policy.commission.sync is CommissionSync.OFF:
        return {}, ()
    earning = [a for a in whop.records.values() if whop_state(a.status) in _MAY_EARN]
    links = {link.whop_id: link for link in known.links}
    due = [a for a in earning if _overrides_moved(a, known.overrides.get(a.id), links.get(a.id))]
    due += _rotating(earning, {a.id for a in due}, known.overrides, pair.overrides_share)
    fresh, faults = await _read_overrides(pair, due, now)
    await asyncio.to_thread(pair.store.cache_overrides, pair.name, fresh)
    readings = {**known.overrides, **fresh}
    told = {
        a.id: readings[a.id].overrides if a.id in readings else ()
        for a in earning
        if a.id not in faults
    }
    return told, tuple(faults.values())


_MAY_EARN = (WhopState.ACTIVE, WhopState.ARCHIVED)
"""Who has a rate to compare: the archived too, since somebody who comes back must not earn at
the old rate."""


def _overrides_moved(
    affiliate: Affiliate, reading: OverrideReading | None, link: Link | None
) -> bool:
    """Whether an affiliate has overrides, or had some, that we have not read as they are now."""
    had_some = link is not None and link.commission is not None and link.commission.whop is not None
    if reading is None:
        return affiliate.overrides_count != 0 or had_some
    now = (affiliate.overrides_count, affiliate.updated_at)
    return (reading.count, reading.updated_at) != now


def _rotating(
    earning: Collection[Affiliate],
    due: Collection[str],
    readings: Mapping[str, OverrideReading],
    share: float,
) -> list[Affiliate]:
    """A share of the rest, longest unread first, so that nothing stays unread for long."""
    rest = (a for a in earning if a.id not in due)
    return nsmallest(
        math.ceil(len(earning) * share),
        rest,
        key=lambda a: (a.id in readings and readings[a.id].read_at.timestamp(), a.id),
    )


async def _read_overrides(
    pair: Pair, due: Iterable[Affiliate], now: datetime
) -> tuple[dict[str, OverrideReading], dict[str, str]]:
    """What was read, and why one affiliate's overrides could not be: that costs nobody else."""
    affiliates = list(due)
    read = await all_of(_overrides_of(pair, a.id) for a in affiliates)
    answers = dict(zip((a.id for a in affiliates), read, strict=True))
    fresh = {
        a.id: OverrideReading(told, a.overrides_count, a.updated_at, now)
        for a in affiliates
        if isinstance(told := answers[a.id], tuple)
    }
    return fresh, {whop_id: told for whop_id, told in answers.items() if isinstance(told, str)}


async def _overrides_of(pair: Pair, whop_id: str) -> tuple[Override, ...] | str:
    """The overrides of one affiliate, or the sentence that says why they cannot be read."""
    try:
        return await pair.whop.overrides(whop_id)
    except ENDS_THE_RUN:
        raise
    except ApiError as error:
        return f"The rate of {whop_id} is left alone: {error}"
