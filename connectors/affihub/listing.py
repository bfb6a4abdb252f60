"""Partners by pages, and the proof that none is missing (api/affihub.md section 5, 10 to 12).

Page numbers move when rows come and go while we page, so a listing is whole when the announced
total, the distinct ids and all pages agree. What does not agree is read again, and after that told
as incomplete.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import ceil
from operator import or_
from typing import Final

from connectors.affihub.wire import PAGE, PARTNERS, WirePage
from connectors.transport import Answer, Params, Reader, together
from sync.core.ports import OnPage
from sync.core.record import Incident, Partner, Side, Snapshot
from sync.errors import NotFound, Rejected

PAGE_SIZE: Final = 100
"""The most Affihub documents; more is never asked for (section 1, Pagination)."""
SCANS: Final = 3
"""How often a listing is read in all before it is taken as it is."""
BELIEVABLE: Final = 1_000_000
"""A larger total is taken for none: nobody has so many partners."""
DEACTIVATED: Final = "deactivated"
LIST: Final = "list_partners"


@dataclass(slots=True)
class Scan:
    """What one reading brought so far. Pure: pages in, records and the verdict out."""

    pages: dict[int, Sequence[Partner]] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    nameless: list[Incident] = field(default_factory=list)
    totals: set[int | None] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def take(self, number: int, page: WirePage) -> bool:
        """Note a page; answers whether any of its rows was new."""
        known = len(self.ids)
        rows = PARTNERS.read(page.data)
        self.pages[number] = [row.record() for row in rows.read]
        self.ids.update(partner.id for partner in self.pages[number])
        for incident in rows.incidents:
            self._note(incident)
        self.totals.add(total_of(page))
        return len(self.ids) > known

    @property
    def records(self) -> dict[str, Partner]:
        """The partners; of one that moved between pages, what the first of them told."""
        told: dict[str, Partner] = {}
        for number in sorted(self.pages):
            for partner in self.pages[number]:
                told.setdefault(partner.id, partner)
        return told

    @property
    def flaw(self) -> str | None:
        """Why this cannot be taken for every partner there is; None where it can."""
        match sorted(self.totals, key=str):
            case [int(total)] if total == len(self.ids):
                return None
            case [int(total)]:
                return f"announces {total} partners and shows {len(self.ids)}"
            case [None]:
                return "does not say how many partners there are"
            case _:
                return "changed while it was read"

    @property
    def hopeless(self) -> bool:
        """Whether reading again cannot prove anything either."""
        return self.totals == {None}

    def _note(self, incident: Incident) -> None:
        if incident.id is None:
            self.nameless.append(incident)
        else:
            self.incidents[incident.id] = incident
            self.ids.add(incident.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """What reading a listing, several times if need be, came to."""

    records: dict[str, Partner]
    incidents: tuple[Incident, ...]
    flaw: str | None

    def __or__(self, other: "Listed") -> "Listed":
        """Both in one; where both tell of a partner, the later one counts."""
        incidents = dict.fromkeys((*self.incidents, *other.incidents))
        return Listed(self.records | other.records, tuple(incidents), other.flaw or self.flaw)

    def snapshot(self) -> Snapshot[Partner]:
        """The same for the core."""
        note = (
            self.flaw and f"Affihub's list of partners cannot be taken for whole: it {self.flaw}."
        )
        return Snapshot(
            side=Side.AFFIHUB,
            records=self.records,
            complete=self.flaw is None,
            note=note,
            incidents=tuple(one for one in self.incidents if one.id not in self.records),
        )


class Partners:
    """Reads listings of partners."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def every(self, on_page: OnPage) -> Listed:
        """All partners. Where none is deactivated, one row of that filter tells if such are hidden.

        No default filter is named (section 5, 11), so this is looked up and not believed.
        """
        listed = await self.matching((), on_page)
        if listed.flaw is None and not _any_deactivated(listed):
            hidden = [("status", DEACTIVATED)]
            if await self._shows_more(hidden, listed):
                return listed | await self.matching(hidden, on_page)
        return listed

    async def matching(self, filters: Params, on_page: OnPage) -> Listed:
        """The first whole reading with these filters; else all readings together."""
        scans: list[Listed] = []
        for _ in range(SCANS):
            scan = await self._scan(filters, on_page)
            listed = Listed(scan.records, (*scan.incidents.values(), *scan.nameless), scan.flaw)
            if scan.flaw is None:
                return listed
            scans.append(listed)
            if scan.hopeless:
                break
        return reduce(or_, scans)

    async def _scan(self, filters: Params, on_page: OnPage) -> Scan:
        scan = Scan()
        first = await self._page(1, filters)
        fresh = scan.take(1, first)
        total = total_of(first)
        on_page(len(scan.ids), total)
        if total is None:
            await self._go_on(scan, filters, on_page, goes_on=fresh)
        else:
            # As the answer counts: a server may serve smaller pages than asked (section 5, 12).
            pages = ceil(total / max(1, first.per_page or len(first.data)))
            await together(self._one(scan, n, filters, on_page) for n in range(2, pages + 1))
        return scan

    async def _go_on(self, scan: Scan, filters: Params, on_page: OnPage, *, goes_on: bool) -> None:
        """One page after the other, while no total tells how many there are."""
        number = 1
        while goes_on:
            number += 1
            goes_on = await self._one(scan, number, filters, on_page)

    async def _one(self, scan: Scan, number: int, filters: Params, on_page: OnPage) -> bool:
        """A page after the first; answers whether it had anything new.

        An error past the end is the end; whether rows are missing shows in their number.
        """
        try:
            page = await self._page(number, filters)
        except (NotFound, Rejected):
            return False
        fresh = scan.take(number, page)
        on_page(len(scan.ids), total_of(page))
        return fresh

    async def _shows_more(self, filters: Params, listed: Listed) -> bool:
        try:
            page = await self._page(1, filters, size=1)
        except (NotFound, Rejected):
            return False  # No such filter here; nothing is known to be hidden.
        return any(row.id not in listed.records for row in PARTNERS.read(page.data).read)

    async def _page(self, number: int, filters: Params, size: int = PAGE_SIZE) -> WirePage:
        params = [("page", str(number)), ("per_page", str(size)), *filters]
        return await self._reader.get(LIST, ("partners",), _page_of, params)


def total_of(page: WirePage) -> int | None:
    """How many partners a page announces, where it announces any believable number."""
    total = page.total
    return total if total is not None and 0 <= total <= BELIEVABLE else None


def _page_of(answer: Answer) -> WirePage:
    return answer.shaped(PAGE)


def _any_deactivated(listed: Listed) -> bool:
    return any(partner.status == DEACTIVATED for partner in listed.records.values())
