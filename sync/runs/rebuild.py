"""Links made anew after the state was lost: read from both sides, proved, kept under the lease.

Nothing is written to either side, and nothing that is in the state already is changed.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sync.core.match import Evidence, Match
from sync.core.people import matched_people
from sync.core.plan import Alone, Base, Disposition, Kind, Link, Plan, Row
from sync.core.policy import CommissionSync, GuardClass
from sync.core.ports import Known, Lease
from sync.core.proof import Doubt, prove
from sync.core.reconcile import reconcile
from sync.core.record import Gathered, Partner, Side, Stamp
from sync.errors import AffisyncError, ApiError
from sync.runs.gather import gather
from sync.runs.linking import known_of
from sync.runs.pair import Pair
from sync.runs.stamping import FATAL, some_at_once
from sync.runs.suggest import with_suggestions

TOO_MANY: Final = 25
"""So many partners that cannot be read are no accident any more: the rebuild ends."""

NOBODY: Final = "Nothing names a counterpart; a sync would create one."

Announce = Callable[[int], None]
"""Told how many partners are to be read one by one, before the first of them is."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Both sides as read: the partners carry their stamps, ``unread`` says why some could not."""

    gathered: Gathered
    asked: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[Side, int] = field(default_factory=dict)
    stamps: bool = True

    @property
    def stamped(self) -> int:
        """How many of the partners read carry a stamp."""
        partners = self.gathered.affihub.records.values()
        return sum(isinstance(partner.stamp, Stamp) for partner in partners)


@dataclass(frozen=True, slots=True)
class Restored:
    """A link that was proved, and the two it links."""

    link: Link
    match: Match


@dataclass(frozen=True, slots=True)
class Unproved:
    """A doubt, and what the next sync does about those in it unless a person says who is who."""

    doubt: Doubt
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: links to restore beside the ``kept`` ones, and who is not proved.

    ``alone`` are people without a counterpart whom a sync would create or ask about, ``idle``
    those about whom it would do nothing.
    """

    pair: str
    survey: Survey
    kept: int
    restored: tuple[Restored, ...]
    unproved: tuple[Unproved, ...]
    alone: Mapping[Side, tuple[Alone, ...]]
    idle: Mapping[Side, int]
    notes: tuple[str, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether somebody was not proved."""
        return bool(self.unproved) or any(self.alone.values())

    def by(self, evidence: Evidence) -> int:
        """How many links this evidence restores."""
        return sum(one.link.evidence == evidence for one in self.restored)


async def look(pair: Pair, announce: Announce, *, stamps: bool = True) -> Rebuilt:
    """What can be restored; the state gets nothing but read caches.

    ``AffisyncError`` where a listing is incomplete: half a list restores nobody.
    """
    known = await known_of(pair)
    survey = await _survey(pair, known, announce, stamps=stamps)
    return _decide(pair, known, survey)


async def restore(pair: Pair, lease: Lease, seen: Rebuilt) -> Rebuilt:
    """Keep what a look found, as far as the state still has room for it; asks neither side."""
    found = _decide(pair, await known_of(pair), seen.survey)
    agreed = {one.link for one in seen.restored}
    found = replace(found, restored=tuple(r for r in found.restored if r.link in agreed))
    links = [one.link for one in found.restored]
    await asyncio.to_thread(pair.store.remember_company, lease.fence, pair.company_id)
    await asyncio.to_thread(pair.store.save_links, lease.fence, links)
    return found


async def _survey(pair: Pair, known: Known, announce: Announce, *, stamps: bool) -> Survey:
    gathered = await gather(pair, known)
    for snapshot in (gathered.whop, gathered.affihub):
        if not snapshot.complete:
            why = f" ({snapshot.note})" if snapshot.note else ""
            raise AffisyncError(
                f"{snapshot.side.brand}'s listing is incomplete{why}: nothing is restored from "
                "half a list. Try again later."
            )
    survey = Survey(gathered, stamps=stamps)
    if stamps:
        survey = await _with_stamps(pair, known, survey, announce)
    sides = ((Side.WHOP, pair.whop), (Side.AFFIHUB, pair.affihub))
    return replace(survey, requests={side: sum(c.requests().values()) for side, c in sides})


async def _with_stamps(pair: Pair, known: Known, survey: Survey, announce: Announce) -> Survey:
    """Every partner that is not linked, read singly: a list tells no stamps (api/affihub.md 2)."""
    listed = survey.gathered.affihub.records
    free = sorted(listed.keys() - {link.affihub_id for link in known.links})
    announce(len(free))
    read: dict[str, Partner] = {}
    unread: dict[str, str] = {}

    async def one(affihub_id: str) -> None:
        pair.stop.check()
        try:
            partner = await pair.affihub.partner(affihub_id)
        except FATAL:
            raise
        except ApiError as error:
            unread[affihub_id] = str(error)
            if len(unread) > TOO_MANY:
                raise
        else:
            # Everything else stays as listed: as it was when Whop was listed too.
            read[affihub_id] = replace(listed[affihub_id], stamp=partner.stamp)
        pair.progress.fetched(Side.AFFIHUB, len(read) + len(unread), len(free))

    await some_at_once(pair, free, one)
    affihub = replace(survey.gathered.affihub, records={**listed, **read})
    gathered = replace(survey.gathered, affihub=affihub)
    return replace(survey, gathered=gathered, asked=len(free), unread=unread)


def _decide(pair: Pair, known: Known, survey: Survey) -> Rebuilt:
    """Prove what can be proved, and see what a sync after that would do about the rest."""
    gathered = survey.gathered
    proof = prove(gathered, known, survey.unread)
    links = matched_people(proof.matches, gathered, pair.policy).refreshed
    restored = tuple(
        Restored(_named(link, match), match)
        for link, match in zip(links, proof.matches, strict=True)
    )
    after = replace(known, links=(*known.links, *(one.link for one in restored)))
    plan = _next_plan(pair, after, gathered)
    doubted = frozenset[str]().union(*(doubt.ids for doubt in proof.doubts))
    alone, idle = _alone(plan, doubted)
    return Rebuilt(
        pair=pair.name,
        survey=survey,
        kept=len(known.links),
        restored=restored,
        unproved=tuple(Unproved(doubt, _about(doubt, plan)) for doubt in proof.doubts),
        alone=alone,
        idle=idle,
        notes=tuple(_notes(pair, known, survey, [one.link for one in restored])),
    )


def _named(link: Link, match: Match) -> Link:
    """The link, with the name as it is: an empty one was filled before, and then cleared."""
    if link.name is not None or match.partner.name is None:
        return link
    return replace(link, name=Base(match.partner.name, match.affiliate.name, match.partner.name))


def _next_plan(pair: Pair, known: Known, gathered: Gathered) -> Plan:
    """What a sync would do next, as far as one can tell today: it reads no stamps."""
    listed = gathered.affihub.records
    unstamped = {i: replace(partner, stamp=None) for i, partner in listed.items()}
    gathered = replace(gathered, affihub=replace(gathered.affihub, records=unstamped))
    waived = (GuardClass.FIRST_RUN,)
    return with_suggestions(
        reconcile(gathered, known, pair.policy, pair.texts, waived), known.apart
    )


_MAKING: Final = (Kind.LINK, Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)
_DOING: Final = (Disposition.APPLY, Disposition.HELD)


def _about(doubt: Doubt, plan: Plan) -> tuple[Row, ...]:
    """What a sync would do about who is in doubt."""
    return tuple(
        row
        for row in plan.rows
        if row.kind in _MAKING
        and row.disposition in _DOING
        and {row.whop_id, row.affihub_id} & doubt.ids
    )


def _alone(
    plan: Plan, doubted: frozenset[str]
) -> tuple[Mapping[Side, tuple[Alone, ...]], Mapping[Side, int]]:
    """Who has no counterpart and is not in doubt: those with a row, and how many have none."""
    rows = {i: r for r in plan.rows if r.kind in _MAKING for i in (r.whop_id, r.affihub_id) if i}
    alone, idle = {}, {}
    for side in Side:
        ones = [one for one in plan.unmatched.get(side, ()) if one.id not in doubted]
        alone[side] = tuple(_told(one, rows[one.id]) for one in ones if one.id in rows)
        idle[side] = len(ones) - len(alone[side])
    return alone, idle


def _told(one: Alone, row: Row) -> Alone:
    """Somebody alone, with what comes of it."""
    return replace(one, reason=NOBODY) if row.disposition in _DOING else one


def _notes(pair: Pair, known: Known, survey: Survey, links: Iterable[Link]) -> Iterable[str]:
    """What everybody should know beside who was restored."""
    yield from survey.gathered.notes
    if not survey.stamps:
        yield "Stamps were not read: addresses alone say who is who, and nothing contradicts them."
    if not survey.gathered.emails_readable:
        yield "Whop lets this key read no email at all, so no address proved anybody."
    links = tuple(links)
    if differ := sum(link.status is None for link in links):
        yield (
            f"{differ} of the restored differ in status, or have one nobody knows: "
            f"status.on_first_link ({pair.policy.status_on_first_link}) decides in the next sync."
        )
    on = [link for link in links if link.status and link.status.value == "on"]
    if pair.policy.commission.sync is not CommissionSync.OFF and (
        rates := sum(link.commission is None for link in on)
    ):
        yield f"{rates} of the restored have rates that differ; the next sync tells them."
    if not known.first_run_done:
        yield "The next sync holds its first writes until a person allows them."
