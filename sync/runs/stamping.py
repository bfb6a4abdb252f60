"""Stamps: a backup copy of each link on the partner itself, written only when a person asks."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from sync.core.plan import Link, Outcome
from sync.core.ports import AffihubWrites, Lease
from sync.core.record import Partner, Side, Stamp
from sync.errors import (
    AffisyncError,
    ApiError,
    ClientBroken,
    Interrupted,
    KeyRefused,
    LeaseLost,
    PermissionMissing,
    UsageError,
)
from sync.runs.gather import all_of
from sync.runs.linking import known_of
from sync.runs.pair import Pair

T = TypeVar("T")

FATAL: Final = (KeyRefused, PermissionMissing, ClientBroken, LeaseLost, Interrupted)
"""What would go wrong with everybody else as well."""


class Standing(StrEnum):
    """How the partner of a link is stamped; ``UNREAD`` is one that could not be read."""

    SAME = "same"
    LACKING = "lacking"
    OTHER = "other"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class StampRow:
    """One linked partner and its stamp; ``now`` is whose stamp it carries, where it is another's.

    ``error`` says why it could not be read, or what came of the write where that failed.
    """

    link: Link
    standing: Standing
    partner: Partner | None = None
    now: Stamp | None = None
    outcome: Outcome | None = None
    error: str | None = None

    @property
    def wanted(self) -> Stamp:
        """The stamp the link asks for."""
        return Stamp(self.link.whop_id, self.link.user_id)

    @property
    def is_due(self) -> bool:
        """Whether there is a stamp to write."""
        return self.standing in (Standing.LACKING, Standing.OTHER)


@dataclass(frozen=True, slots=True)
class Stamping:
    """Every linked partner after a look or after the writes; ``error`` is what cut those short."""

    rows: tuple[StampRow, ...]
    error: AffisyncError | None = None

    @property
    def due(self) -> tuple[StampRow, ...]:
        """The partners whose stamp is to be written."""
        return tuple(row for row in self.rows if row.is_due)

    @property
    def failed(self) -> tuple[StampRow, ...]:
        """The partners a person should look at: unreadable, or not stamped."""
        bad = (Outcome.FAILED, Outcome.STALE)
        return tuple(r for r in self.rows if r.standing is Standing.UNREAD or r.outcome in bad)


async def survey(pair: Pair) -> Stamping:
    """Read every linked partner: the list tells no stamps (api/affihub.md section 2)."""
    links = (await known_of(pair)).links
    rows: dict[str, StampRow] = {}

    async def read(link: Link) -> None:
        pair.stop.check()
        rows[link.whop_id] = await _read(pair, link)
        pair.progress.fetched(Side.AFFIHUB, len(rows), len(links))

    await some_at_once(pair, links, read)
    return Stamping(tuple(rows[link.whop_id] for link in links))


async def some_at_once(
    pair: Pair, people: Iterable[T], work: Callable[[T], Awaitable[None]]
) -> None:
    """``work`` for everybody; a failure ends it once what is in flight has ended."""
    queue = iter(people)

    async def worker() -> None:
        for one in queue:
            await work(one)

    await all_of(worker() for _ in range(pair.people_at_once))


async def _read(pair: Pair, link: Link) -> StampRow:
    try:
        partner = await pair.affihub.partner(link.affihub_id)
    except FATAL:
        raise
    except ApiError as error:
        return StampRow(link, Standing.UNREAD, error=str(error))
    row = StampRow(link, Standing.LACKING, partner)
    match partner.stamp:
        case Stamp() as stamp if stamp == row.wanted:
            return replace(row, standing=Standing.SAME)
        case Stamp() as stamp:
            return replace(row, standing=Standing.OTHER, now=stamp)
        case _:
            return row


async def write_stamps(pair: Pair, lease: Lease, found: Stamping) -> Stamping:
    """Write what is due, under the lease; one failure stops nobody else, a fatal one everybody."""
    if pair.writers is None:
        raise UsageError("Writing stamps needs connectors that can write.")
    linked = {(link.whop_id, link.affihub_id) for link in (await known_of(pair)).links}
    work = _Writing(pair, pair.writers.affihub, lease, {row.link.whop_id: row for row in found.due})
    error = await work.all_of_them(linked)
    return Stamping(tuple(work.rows.get(row.link.whop_id, row) for row in found.rows), error)


@dataclass(slots=True)
class _Writing:
    """Stamps being written: what came of each so far, by affiliate id."""

    pair: Pair
    affihub: AffihubWrites
    lease: Lease
    rows: dict[str, StampRow]

    async def all_of_them(self, linked: Collection[tuple[str, str]]) -> AffisyncError | None:
        """Write them all; answers what cut that short. Who was not reached is *skipped*."""
        error = None
        try:
            await some_at_once(
                self.pair, [row.link for row in self.rows.values()], self._one(linked)
            )
        except FATAL as fatal:
            error = fatal
        for whop_id, row in self.rows.items():
            if row.outcome is None:
                self.rows[whop_id] = replace(row, outcome=Outcome.SKIPPED)
        return error

    def _one(self, linked: Collection[tuple[str, str]]) -> Callable[[Link], Awaitable[None]]:
        async def write(link: Link) -> None:
            row = self.rows[link.whop_id]
            if (link.whop_id, link.affihub_id) in linked:
                self.rows[link.whop_id] = await self._written(row)
            else:
                gone = "Not linked any more when the stamp was to be written."
                self.rows[link.whop_id] = replace(row, outcome=Outcome.STALE, error=gone)
            done = sum(row.outcome is not None for row in self.rows.values())
            self.pair.progress.applied(done, len(self.rows))

        return write

    async def _written(self, row: StampRow) -> StampRow:
        if self.pair.stop.wanted:
            raise Interrupted(f"{self.pair.stop.why}; run it again for the rest.")
        if self.lease.lost:
            raise LeaseLost("Another run took this pair over, so no more stamps were written.")
        try:
            kept = await self.affihub.write_stamp(row.link.affihub_id, row.wanted)
        except FATAL:
            raise
        except ApiError as error:
            return replace(row, outcome=Outcome.FAILED, error=str(error))
        if kept.stamp == row.wanted:
            return replace(row, outcome=Outcome.APPLIED)
        return replace(row, outcome=Outcome.FAILED, error="Affihub did not keep the stamp.")
