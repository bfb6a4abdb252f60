"""The links as a table, as CSV and as JSON; the CSV is what ``link --import`` reads."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sync.core.plan import Base, Link
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.sheet import inert
from sync.render.who import remembered_name
from sync.render.words import NAME_LIMIT, number

SCHEMA: Final = "affisync.links/1"
ROWS: Final = 200
"""Lines of the table on a terminal."""


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A link with the addresses Whop told for its user, as last read."""

    link: Link
    emails: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything somebody may look this person up by."""
        link = self.link
        ids = (link.whop_id, link.affihub_id, link.user_id, link.evidence)
        return (*ids, *self.emails, remembered_name(link) or "")


@dataclass(frozen=True, slots=True)
class LinkList:
    """Some links of a pair, and the (user id, partner id) pairs that are kept apart."""

    pair: str
    entries: tuple[LinkEntry, ...]
    apart: tuple[tuple[str, str], ...] = ()


def table(links: LinkList, *, width: int, color: bool) -> str:
    """For a terminal: the first 200 links, then who is kept apart."""
    return printed(_parts(links), width=width, color=color)


def _parts(links: LinkList) -> Iterator[RenderableType]:
    if links.entries:
        yield _table(links.entries[:ROWS])
    if (left := len(links.entries) - ROWS) > 0:
        yield Text(f"and {left:,} more; see all with --format csv", "dim")
    yield Text(f"{number(len(links.entries), 'link')} in pair {clean(links.pair)}.")
    for user_id, affihub_id in links.apart[:ROWS]:
        yield Text(f"Kept apart by hand: {clean(user_id)} and {clean(affihub_id)}")


def _table(entries: Sequence[LinkEntry]) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("Person", "Affiliate", "Partner", "Evidence", "Last agreed"):
        shown.add_column(heading, overflow="fold")
    for entry in entries:
        link, who = entry.link, remembered_name(entry.link) or ", ".join(entry.emails)
        cells = (clean(text, NAME_LIMIT) for text in (link.whop_id, link.affihub_id, link.evidence))
        shown.add_row(Text(clean(who, NAME_LIMIT), "bold"), *map(Text, cells), Text(_agreed(link)))
    return shown


def _agreed(link: Link) -> str:
    status, rate = _value(link.status), _value(link.commission)
    told = filter(None, (status, rate and f"{rate} %"))
    return clean(", ".join(told), NAME_LIMIT) or "nothing yet"


def _value(base: Base | None) -> str | None:
    return base.value if base else None


COLUMNS: Final[Mapping[str, Callable[[LinkEntry], str | None]]] = {
    "whop_id": lambda entry: entry.link.whop_id,
    "affihub_id": lambda entry: entry.link.affihub_id,
    "note": lambda _entry: None,
    "user_id": lambda entry: entry.link.user_id,
    "name": lambda entry: remembered_name(entry.link),
    "emails": lambda entry: " ".join(entry.emails),
    "evidence": lambda entry: entry.link.evidence,
    "status": lambda entry: _value(entry.link.status),
    "commission": lambda entry: _value(entry.link.commission),
}
"""The first two are what an import needs; the note is the reader's own."""


def sheet(links: LinkList) -> str:
    """A header and one line per link; no cell is a formula."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([inert(told(e)) for told in COLUMNS.values()] for e in links.entries)
    return paper.getvalue()


def document(links: LinkList) -> str:
    """One JSON document."""
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "pair": links.pair,
        "links": [_entry(entry) for entry in links.entries],
        "kept_apart": [{"user_id": user, "affihub_id": partner} for user, partner in links.apart],
    }
    return dumps(told)


def _entry(entry: LinkEntry) -> dict[str, object]:
    link = entry.link
    return {
        "whop_id": link.whop_id,
        "user_id": link.user_id,
        "affihub_id": link.affihub_id,
        "evidence": link.evidence,
        "name": remembered_name(link),
        "emails": list(entry.emails),
        "bases": plain({"status": link.status, "commission": link.commission, "name": link.name}),
        "acceptance": link.acceptance.value,
        "activation_owed": link.activation_owed,
    }
