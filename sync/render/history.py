"""A person's history as text, JSON and CSV."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sync.core.history import Event, History, What
from sync.core.plan import Field
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.sheet import inert
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, contacts, label, moment, title, value

SCHEMA: Final = "affisync.history/1"
ROWS: Final = 500
"""Lines of the table on a terminal; the other forms tell everything."""

COLUMNS: Final[Mapping[str, Callable[[Event], str | None]]] = {
    "at": lambda one: one.at.isoformat(),
    "what": lambda one: one.what,
    "field": lambda one: one.field,
    "side": lambda one: one.side,
    "before": lambda one: one.before,
    "after": lambda one: one.after,
    "by": lambda one: one.by,
    "run": lambda one: one.run,
    "why": lambda one: one.why,
}


def document(told: History) -> str:
    """One JSON document."""
    known = plain(told)
    return dumps({"schema": SCHEMA} | known if isinstance(known, dict) else {})


def sheet(told: History) -> str:
    """A header and one line per event; no cell is a formula to a spreadsheet."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([inert(read(one)) for read in COLUMNS.values()] for one in told.events)
    return paper.getvalue()


def text(told: History, *, width: int, color: bool) -> str:
    """For a terminal: who, then one line per event, oldest first."""
    return printed(_parts(told), width=width, color=color)


def _parts(told: History) -> Iterator[RenderableType]:
    ids = filter(None, (told.whop_id, told.affihub_id))
    yield Text(label(told.person), "bold")
    yield Text("  ".join((*contacts(told.person), *map(clean, ids))), "dim")
    yield Text()
    if told.events:
        yield _table(told)
    else:
        yield Text("Nothing is kept of this person.")
    if (left := len(told.events) - ROWS) > 0:
        yield Text(f"and {left:,} earlier; see all with --format csv", "dim")
    for note in told.notes:
        yield Text(clean(note, SENTENCE_LIMIT), "dim")


def _table(told: History) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("When", "Field", "Change", "Who", "Why"):
        table.add_column(heading, overflow="fold")
    for one in told.events[-ROWS:]:
        cells = (title(one.field), _change(one), _who(one), clean(one.why, SENTENCE_LIMIT))
        table.add_row(Text(moment(one.at), "dim"), *map(Text, cells))
    return table


def _change(one: Event) -> str:
    if one.field is Field.LINK:
        return "linked" if one.before is None else " → ".join(map(clean, (one.before, one.after)))
    before, after = (value(one.field, each) for each in (one.before, one.after))
    where = f" on {one.side.brand}" if one.side else ""
    if one.before == one.after:
        return f"{before}{where}"
    # Only what was written, or seen, is a change; a yes or a no may have come to nothing.
    asked = "proposed: " if one.what is What.DECISION else ""
    return f"{asked}{before} → {after}{where}"


def _who(one: Event) -> str:
    match one.what:
        case What.EDIT:
            return f"somebody on {one.side.brand}" if one.side else "somebody"
        case What.DECISION:
            return clean(one.by, NAME_LIMIT)
        case What.FAILED:
            return f"affisync, in vain{_ordered(one)}"
        case _:
            return f"affisync{_ordered(one)}"


def _ordered(one: Event) -> str:
    by, run = clean(one.by, NAME_LIMIT), clean(one.run, NAME_LIMIT)
    return "".join((f", by {by}" if by else "", f", run {run}" if run else ""))
