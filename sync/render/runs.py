"""The kept runs as a table for a terminal; as JSON they are in ``sync.render.document``."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from sync.core.ports import RunEntry
from sync.core.report import RunStatus
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.words import NAME_LIMIT, moment, title, took

COLORS: Final[Mapping[RunStatus, str]] = {
    RunStatus.RUNNING: "cyan",
    RunStatus.IN_SYNC: "green",
    RunStatus.CHANGES: "green",
    RunStatus.APPLIED: "green",
    RunStatus.PARTIAL: "yellow",
    RunStatus.HELD: "yellow",
    RunStatus.FAILED: "red",
}

TOLD: Final = ("apply", "applied", "failed", "held", "conflict", "break")
"""The counts worth a place in one line."""


def runs_table(entries: Sequence[RunEntry], *, width: int, color: bool) -> str:
    """One line per run, in the order given."""
    if not entries:
        return "No runs are kept yet.\n"
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("Run", "Pair", "Started", "Took", "Mode", "Status", "Rows"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "Run")
    for entry in entries:
        table.add_row(*_line(entry))
    return printed([table], width=width, color=color)


def _line(entry: RunEntry) -> tuple[Text, ...]:
    run = entry.head
    return (
        Text(clean(run.id), "bold"),
        Text(clean(run.pair, NAME_LIMIT)),
        Text(moment(run.started_at)),
        Text(took(run)),
        Text(title(run.mode)),
        Text(title(run.status), COLORS[run.status]),
        Text(told(entry)),
    )


def told(entry: RunEntry) -> str:
    """The counts that are not zero, or why the run failed."""
    if entry.head.error:
        return clean(entry.head.error)
    counts = ((entry.counts.get(name, 0), name) for name in TOLD)
    return ", ".join(f"{count:,} {name}" for count, name in counts if count) or "nothing to do"
