"""The kept runs as a table for a terminal; as JSON they are in ``sync.render.document``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.padding import Padding
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

NARROW: Final = 80
"""Below this a run takes lines of its own: seven columns would be a letter wide."""

TOLD: Final = ("apply", "applied", "failed", "held", "conflict", "break")
"""The counts worth a place in one line."""


def runs_table(entries: Sequence[RunEntry], *, width: int, color: bool) -> str:
    """One line per run, in the order given; on a narrow terminal a few lines."""
    if not entries:
        return "No runs are kept yet.\n"
    if width < NARROW:
        parts = (part for entry in entries for part in _block(entry))
        return printed(parts, width=width, color=color)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("Run", "Pair", "Started", "Took", "Mode", "Status", "Rows"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "Run")
    for entry in entries:
        table.add_row(*_line(entry))
    return printed([table], width=width, color=color)


def _block(entry: RunEntry) -> Iterator[Text | Padding]:
    run, pair, started, took, mode, status, rows = _line(entry)
    lines = (started, took and Text(f"took {took}"), Text(", ").join([mode, status]), rows)
    yield Text("  ").join([run, pair])
    yield from (Padding(line, (0, 0, 0, 2)) for line in lines if line)


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
