"""A person's word about who is who: checked against both sides, then kept under the lease."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sync.core.match import Evidence
from sync.core.plan import Link
from sync.core.ports import Known, Lease, Store
from sync.core.record import Affiliate, Partner, Side, Snapshot, email_key
from sync.errors import NotFound, UsageError
from sync.runs.gather import all_of, both, same_company
from sync.runs.pair import Pair

PATIENCE: Final = 30.0
"""Seconds to wait for another run of the pair to end."""
FEW: Final = 25
"""So many people are read one by one; more of them out of both listings."""

R = TypeVar("R", Affiliate, Partner)


@dataclass(frozen=True, slots=True)
class Two:
    """An affiliate and a partner whom a person names together, as both sides show them."""

    affiliate: Affiliate
    partner: Partner

    @property
    def apart(self) -> tuple[str, str]:
        """The ids by which the state keeps two apart."""
        return self.affiliate.user_id, self.partner.id

    @property
    def link(self) -> Link:
        """Their link by hand; it has no base, so that the next sync compares the two."""
        affiliate, partner = self.affiliate, self.partner
        return Link(affiliate.id, affiliate.user_id, partner.id, Evidence.BY_HAND.value)


@dataclass(frozen=True, slots=True)
class Records:
    """The records that were asked for and exist, by id, and what the state knows of the pair."""

    affiliates: Mapping[str, Affiliate]
    partners: Mapping[str, Partner]
    known: Known


async def known_of(pair: Pair) -> Known:
    """What the state knows of a pair; ``ConfigError`` where it was built with another company."""
    known = await asyncio.to_thread(pair.store.known, pair.name, pair.clock())
    same_company(pair, known.company_id)
    return known


async def read_records(
    pair: Pair, whop_ids: Collection[str], affihub_ids: Collection[str]
) -> Records:
    """Records of both sides; many of them out of the listings, the rest one by one."""
    known = await known_of(pair)
    whop: Snapshot[Affiliate] = Snapshot(Side.WHOP, {}, complete=False)
    affihub: Snapshot[Partner] = Snapshot(Side.AFFIHUB, {}, complete=False)
    if max(len(whop_ids), len(affihub_ids)) > FEW:
        whop, affihub = await both(
            pair.whop.snapshot(lambda _records, _total: pair.stop.check()),
            pair.affihub.snapshot(lambda _records, _total: pair.stop.check()),
        )
    affiliates = await all_of(_affiliate(pair, i) for i in _not_listed(whop, whop_ids))
    partners = await all_of(_partner(pair, i) for i in _not_listed(affihub, affihub_ids))
    return Records(
        {**whop.records, **_by_id(affiliates)}, {**affihub.records, **_by_id(partners)}, known
    )


def _not_listed(snapshot: Snapshot[R], ids: Collection[str]) -> list[str]:
    """Who is to be read directly; of a complete listing only a few, whom paging may have moved."""
    missing = sorted(set(ids) - snapshot.records.keys())
    return missing[:FEW] if snapshot.complete else missing


def _by_id(records: Iterable[R | None]) -> dict[str, R]:
    return {record.id: record for record in records if record is not None}


async def _affiliate(pair: Pair, whop_id: str) -> Affiliate | None:
    try:
        return await pair.whop.affiliate(whop_id)
    except NotFound:
        return None


async def _partner(pair: Pair, affihub_id: str) -> Partner | None:
    try:
        return await pair.affihub.partner(affihub_id)
    except NotFound:
        return None


async def partner_id(pair: Pair, wanted: str) -> str:
    """The id of the one partner with this address; anything without an @ is an id already."""
    if "@" not in wanted:
        return wanted
    found = await pair.affihub.partners_with_email(wanted)
    match [partner.id for partner in found]:
        case [only]:
            return only
        case []:
            raise UsageError(f"Affihub has no partner with the address {wanted}.")
        case several:
            raise UsageError(f"Several partners have this address: {', '.join(several)}; name one.")


async def read_two(pair: Pair, whop_id: str, partner: str) -> tuple[Two, Known]:
    """Both records of two people named together; ``UsageError`` where one does not exist."""
    affihub_id = await partner_id(pair, partner)
    records = await read_records(pair, [whop_id], [affihub_id])
    if missing := _missing(whop_id, affihub_id, records):
        raise UsageError(" ".join(missing))
    two = Two(records.affiliates[whop_id], records.partners[affihub_id])
    return two, records.known


def _missing(whop_id: str, affihub_id: str, records: Records) -> list[str]:
    told = []
    if whop_id not in records.affiliates:
        told.append(f"Whop has no affiliate {whop_id}.")
    if affihub_id not in records.partners:
        told.append(f"Affihub has no partner {affihub_id}.")
    return told


class Taken:
    """Who is linked to whom, asked by either id."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._by_affiliate = {link.whop_id: link for link in links}
        self._by_partner = {link.affihub_id: link for link in self._by_affiliate.values()}

    def together(self, two: Two) -> bool:
        """Whether the two are linked to each other."""
        link = self._by_affiliate.get(two.affiliate.id)
        return link is not None and link.affihub_id == two.partner.id

    def objections(self, two: Two) -> Iterator[str]:
        """Why the two cannot be linked; nothing where they can, or are already."""
        if two.affiliate.is_marketplace:
            yield f"{two.affiliate.id} is Whop's own marketplace affiliate, which takes no part."
        if self.together(two):
            return
        if link := self._by_affiliate.get(two.affiliate.id):
            yield f"Affiliate {link.whop_id} is linked to partner {link.affihub_id}{_way_out(link)}"
        if link := self._by_partner.get(two.partner.id):
            yield f"Partner {link.affihub_id} is linked to affiliate {link.whop_id}{_way_out(link)}"


def _way_out(link: Link) -> str:
    return f" ({link.evidence}); part those first with: affisync unlink {link.whop_id}"


def objections(whop_id: str, affihub_id: str, records: Records, taken: Taken) -> Iterator[str]:
    """Why two ids cannot be linked: no such record, or somebody else has one of them."""
    if missing := _missing(whop_id, affihub_id, records):
        yield from missing
        return
    yield from taken.objections(Two(records.affiliates[whop_id], records.partners[affihub_id]))


@contextmanager
def held(store: Store, pair: str) -> Iterator[Lease]:
    """The pair's lease, waited for; ``PairBusy`` where another run keeps it."""
    lease = store.lease(pair, wait=PATIENCE)
    try:
        yield lease
    finally:
        lease.release()


def link(store: Store, pair: str, twos: Sequence[Two], now: datetime) -> None:
    """Link all of these or none: what was free when a person looked may be taken by now."""
    with held(store, pair) as lease:
        known = store.known(pair, now)
        taken = Taken(known.links)
        if problems := [problem for two in twos for problem in taken.objections(two)]:
            raise UsageError("\n".join(problems))
        store.save_links(lease.fence, [two.link for two in twos if not taken.together(two)])
        for two in twos:
            if two.apart in known.apart:
                store.bring_together(lease.fence, *two.apart)


def unlink(store: Store, pair: str, links: Iterable[Link], *, apart: bool) -> None:
    """Part these; with ``apart`` no email ever links them again, only a person does."""
    with held(store, pair) as lease:
        for each in links:
            store.unlink(lease.fence, each, apart=apart)


def keep_apart(store: Store, pair: str, two: Two, now: datetime) -> None:
    """Remember that these two are not the same; ``UsageError`` where they are linked."""
    with held(store, pair) as lease:
        if Taken(store.known(pair, now).links).together(two):
            raise UsageError(linked_now(two))
        store.keep_apart(lease.fence, *two.apart)


def linked_now(two: Two) -> str:
    """What to do instead where two to be kept apart are linked."""
    return (
        f"{two.affiliate.id} and {two.partner.id} are linked; part them, and keep them apart, "
        f"with: affisync unlink {two.affiliate.id}"
    )


async def links_of(pair: Pair, wanted: str) -> tuple[Link, ...]:
    """The links a person may mean: by either id, the Whop user, or an address of either side."""
    known = await known_of(pair)
    if "@" not in wanted:
        return links_by_id(known, wanted)
    partners = {one.id for one in await pair.affihub.partners_with_email(wanted)}
    return tuple(
        link
        for link in known.links
        if link.affihub_id in partners or has_address(known, link, wanted)
    )


def links_by_id(known: Known, wanted: str) -> tuple[Link, ...]:
    """The links with this affiliate, partner or Whop user."""
    return tuple(
        link for link in known.links if wanted in (link.whop_id, link.affihub_id, link.user_id)
    )


def has_address(known: Known, link: Link, wanted: str) -> bool:
    """Whether Whop told this address for the linked user."""
    reading = known.emails.get(link.user_id)
    return reading is not None and email_key(wanted) in map(email_key, reading.emails)
