"""Every affiliate of a company, and the proof that it is every one.

A listing is complete when its last page says so, no cursor repeated and every row could at least
be told apart. What is not proven is read again, and after that told as incomplete. A row that came
twice means that rows moved while we paged, so that another may have been missed: then it is read
again too, and all readings together count.
"""

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

from connectors.whop.paging import Listing, Pages, Walk
from connectors.whop.wire import AFFILIATES, WirePage
from sync.core.ports import OnPage
from sync.core.record import Affiliate, Incident, Side, Snapshot
from sync.errors import Rejected

SCANS: Final = 3
"""How often a listing is read in all before it is taken as it is."""
ARCHIVED: Final = "archived"


@dataclass(slots=True)
class Scan:
    """What one reading of the listing brought so far. Pure: pages in, records out.

    ``flaw`` says why it cannot be taken for whole, ``moving`` whether a row came twice.
    """

    on_page: OnPage
    records: dict[str, Affiliate] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    nameless: list[Incident] = field(default_factory=list)
    flaw: str | None = None
    moving: bool = False

    def take(self, page: WirePage) -> bool:
        """Note a page's rows; answers whether any of them was new."""
        known = len(self.records) + len(self.incidents)
        rows = AFFILIATES.read(page.data)
        for row in rows.read:
            self.moving |= row.id in self.records
            self.keep(row.record())
        for incident in rows.incidents:
            self._note(incident)
        self.on_page(len(self.records), None)
        return len(self.records) + len(self.incidents) > known

    def keep(self, told: Affiliate) -> None:
        # A row can come twice when rows move while we page: the later state of it counts.
        known = self.records.get(told.id)
        if known is None or known.updated_at <= told.updated_at:
            self.records[told.id] = told

    def join(self, later: "Scan") -> "Scan":
        """Both readings in one, which is whole when one of them was."""
        for one in later.records.values():
            self.keep(one)
        return replace(
            later,
            records=self.records,
            incidents=self.incidents | later.incidents,
            flaw=self.flaw and later.flaw,
        )

    def has(self, status: str) -> bool:
        """Whether any record is in this status."""
        return any(one.status == status for one in self.records.values())

    def unknown(self, page: WirePage) -> bool:
        """Whether the page has an affiliate this scan has not."""
        return any(row.id not in self.records for row in AFFILIATES.read(page.data).read)

    def snapshot(self) -> Snapshot[Affiliate]:
        """The records without the marketplace's, which takes no part."""
        unread = [told for id_, told in self.incidents.items() if id_ not in self.records]
        return Snapshot(
            side=Side.WHOP,
            records={id_: one for id_, one in self.records.items() if not one.is_marketplace},
            complete=self.flaw is None,
            note=self.flaw
            and f"Whop's list of affiliates cannot be taken for whole: it {self.flaw}.",
            incidents=(*unread, *self.nameless),
        )

    def _note(self, incident: Incident) -> None:
        if incident.id is None:
            self.nameless.append(incident)
            self.flaw = self.flaw or "has a row that does not say whose it is"
        else:
            self.incidents[incident.id] = incident


class Affiliates:
    """Reads the whole listing."""

    def __init__(self, pages: Pages, company: tuple[str, str], on_page: OnPage) -> None:
        self._pages = pages
        self._company = company
        self._on_page = on_page

    async def snapshot(self) -> Snapshot[Affiliate]:
        """The first reading that is beyond doubt; after several, all of them together."""
        scans: list[Scan] = []
        for _ in range(SCANS):
            scan = await self._scan()
            if scan.flaw is None and not scan.moving:
                return scan.snapshot()
            scans.append(scan)
        return reduce(Scan.join, scans).snapshot()

    async def _scan(self) -> Scan:
        scan = Scan(self._on_page)
        await self._walk(scan)
        # Unfiltered lists have archived rows in them as far as anybody saw (api/whop.md section 2).
        # One that has none may hide them: then one row of the filtered list tells.
        if scan.flaw is None and not scan.has(ARCHIVED):
            await self._look_for_hidden(scan)
        return scan

    async def _walk(self, scan: Scan, status: str | None = None) -> None:
        walk = Walk()
        while not walk.ended:
            page = await self._pages.page(self._listing(status), walk.cursor)
            walk.step(page, fresh=scan.take(page))
        scan.flaw = scan.flaw or walk.flaw

    async def _look_for_hidden(self, scan: Scan) -> None:
        try:
            page = await self._pages.page(self._listing(ARCHIVED, size=1))
        except Rejected:
            return  # No such filter here; nothing is known to be hidden.
        if scan.unknown(page):
            await self._walk(scan, ARCHIVED)

    def _listing(self, status: str | None, size: int | None = None) -> Listing:
        # By creation: the other columns change while we page (api/whop.md section 2).
        params = [self._company, ("order", "created_at"), ("direction", "asc")]
        if status:
            params.append(("status", status))
        return Listing("list_affiliates", ("affiliates",), params, size)
