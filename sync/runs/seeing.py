"""What a run sees: both sides, and the links as they stand after each of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sync.core.plan import Link, Row
from sync.core.ports import Known, Parked, Settlement
from sync.core.record import Affiliate, Gathered, Partner
from sync.core.undo import Now
from sync.core.undone import with_undone
from sync.errors import NotFound
from sync.runs.gather import both
from sync.runs.pair import Pair


@dataclass(slots=True)
class Seeing:
    """One run that looks, and writes nothing by itself.

    ``lessons`` are what earlier tries taught, also of rows that are sent again now; ``by`` is who
    asked for this run.
    """

    pair: Pair
    gathered: Gathered
    by: str = ""
    links: dict[str, Link] = field(default_factory=dict)
    by_partner: dict[str, Link] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()
    lessons: Mapping[str, Parked] = field(default_factory=dict)

    def know(self, known: Known) -> None:
        """Start over from what the state knows."""
        self.apart, self.lessons = known.apart, known.parked
        self.links.clear()
        self.by_partner.clear()
        for link in known.links:
            self.remember(link)

    def remember(self, link: Link) -> None:
        """Keep a link for the rows that follow."""
        self.links[link.whop_id] = link
        self.by_partner[link.affihub_id] = link

    def undone(self, done: Settlement, by: str) -> Settlement:
        """What came of a row, with what an undo by this person leaves."""
        now = Now(self.gathered, self.links, self.by_partner, self.pair.policy)
        return with_undone(done, now, by, self.pair.clock())

    def link_of(self, row: Row) -> Link | None:
        """The link of a row's person, as far as this apply knows."""
        return self.links.get(row.whop_id or "") or self.by_partner.get(row.affihub_id or "")

    def note(self, affiliate: Affiliate) -> None:
        """Let the plan be made on an affiliate as it is now."""
        whop = self.gathered.whop
        records: Mapping[str, Affiliate] = {**whop.records, affiliate.id: affiliate}
        self.gathered = replace(self.gathered, whop=replace(whop, records=records))


@dataclass(frozen=True, slots=True)
class Look:
    """Both records of a person, read again right before a write."""

    affiliate: Affiliate | None
    partner: Partner | None


async def look(at: Seeing, whop_id: str | None, affihub_id: str | None) -> Look:
    """Read both records of a person again; None where a side has no such record."""
    affiliate, partner = await both(read_affiliate(at, whop_id), read_partner(at, affihub_id))
    return Look(affiliate, partner)


async def read_affiliate(at: Seeing, whop_id: str | None) -> Affiliate | None:
    try:
        return await at.pair.whop.affiliate(whop_id) if whop_id else None
    except NotFound:
        return None


async def read_partner(at: Seeing, affihub_id: str | None) -> Partner | None:
    try:
        return await at.pair.affihub.partner(affihub_id) if affihub_id else None
    except NotFound:
        return None
