"""Stamps on a terminal, as JSON, and as an exit code."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, number
from sync.runs.stamping import Stamping, StampRow, Standing

SCHEMA: Final = "affisync.stamps/1"
ROWS: Final = 200
"""Lines of the table on a terminal."""


def exit_code(stamping: Stamping, *, dry_run: bool) -> int:
    """1 cut short, 4 some failed, 3 a dry run with stamps to write, else 0."""
    if stamping.error:
        return stamping.error.exit_code
    if stamping.failed:
        return 4
    return 3 if dry_run and stamping.due else 0


def text(stamping: Stamping, *, width: int, color: bool) -> str:
    """For a terminal: who is not stamped as the links say, then the counts."""
    return printed(_parts(stamping), width=width, color=color)


def _parts(stamping: Stamping) -> Iterator[RenderableType]:
    told = [row for row in stamping.rows if row.standing is not Standing.SAME]
    if told:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
        for heading in ("Person", "Partner", "Affiliate", "Stamp", "Outcome"):
            table.add_column(heading, overflow="fold")
        for row in told[:ROWS]:
            table.add_row(*_cells(row))
        yield table
    if (left := len(told) - ROWS) > 0:
        yield Text(f"and {left:,} more; see all with --format json", "dim")
    if stamping.error:
        yield Text(f"Cut short: {clean(str(stamping.error), SENTENCE_LIMIT)}", "bold red")
    yield Text(_summary(stamping))


def _cells(row: StampRow) -> Iterator[Text]:
    partner, link = row.partner, row.link
    who = (partner.name or partner.email) if partner else None
    yield Text(clean(who, NAME_LIMIT), "bold")
    yield Text(clean(link.affihub_id, NAME_LIMIT))
    yield Text(clean(link.whop_id, NAME_LIMIT))
    yield Text(_standing(row))
    yield Text(clean(row.error, SENTENCE_LIMIT) or (row.outcome.value if row.outcome else ""))


def _standing(row: StampRow) -> str:
    match row.standing, row.now:
        case Standing.OTHER, stamp if stamp:
            return f"names {clean(stamp.whop_id)} of {clean(stamp.user_id)}"
        case standing, _:
            return standing.value


def _summary(stamping: Stamping) -> str:
    rows = stamping.rows
    same = sum(row.standing is Standing.SAME for row in rows)
    outcomes = Counter(row.outcome.value for row in rows if row.outcome)
    counts = {"stamped already": same, **outcomes}
    if not outcomes:
        counts |= {"to be stamped": len(stamping.due), "failed": len(stamping.failed)}
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    return f"{number(len(rows), 'linked partner')}: {told or 'nothing to do'}."


def document(stamping: Stamping) -> str:
    """One JSON document."""
    return dumps(
        {
            "schema": SCHEMA,
            "error": str(stamping.error) if stamping.error else None,
            "stamps": [_entry(row) for row in stamping.rows],
        }
    )


def _entry(row: StampRow) -> dict[str, str | None]:
    return {
        "affihub_id": row.link.affihub_id,
        "whop_id": row.link.whop_id,
        "user_id": row.link.user_id,
        "standing": row.standing.value,
        "stamped_whop_id": row.now.whop_id if row.now else None,
        "stamped_user_id": row.now.user_id if row.now else None,
        "outcome": row.outcome.value if row.outcome else None,
        "error": row.error,
    }
