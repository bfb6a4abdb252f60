"""The report for a terminal, made for the person who reviews it: what needs them comes first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.report import Mode, Report
from sync.render.changes import TITLE, changes, oldest
from sync.render.clean import clean
from sync.render.commands import Commands
from sync.render.console import printed
from sync.render.headline import headline
from sync.render.outline import Group, Section, sections, waits
from sync.render.words import (
    NOTHING_WRITTEN,
    SENTENCE_LIMIT,
    SIGNS,
    Mark,
    agreed,
    alone,
    change,
    completeness,
    contacts,
    decided,
    facts,
    label,
    number,
    short,
    task,
    why,
    worth,
)

ROWS: Final = 200
"""Rows of one table: rich needs 0.3 ms for each, and nobody reads more on a terminal."""

LINKS: Final = 12
"""Rows of new links, which are many in a first run and which nobody has to approve."""

WIDE: Final = 110
"""From here on, who a person is stands on one line."""

COLORS: Final[dict[Mark, str]] = {
    Outcome.FAILED: "bold red",
    Disposition.HELD: "bold yellow",
    Disposition.CONFLICT: "bold magenta",
    Disposition.BREAK: "bold red",
    Disposition.APPLY: "bold green",
    Outcome.APPLIED: "bold green",
    Outcome.STALE: "bold cyan",
    Outcome.SKIPPED: "bold cyan",
    Disposition.WAITING: "bold blue",
}


def render(report: Report, *, width: int, color: bool, config: Path | None = None) -> str:
    """The report as terminal text; ``config`` is the file its commands need, if any."""
    return printed(_parts(report, config, wide=width >= WIDE), width=width, color=color)


def _parts(report: Report, config: Path | None, *, wide: bool) -> Iterator[RenderableType]:
    yield from _top(report)
    yield from _changes(report, Commands(report.run.pair, config))
    for section in sections(report, config):
        yield from _section(section, report, wide=wide)
    yield from _waiting(report)
    yield from _bottom(report)


def _top(report: Report) -> Iterator[RenderableType]:
    yield Text(headline(report), "bold")
    if report.run.mode is Mode.DRY_RUN:
        yield Text(NOTHING_WRITTEN, "dim")
    if report.snapshots:
        yield Text()
        yield _indented(_listings(report))
    told = (f"run {clean(report.run.id)}", *facts(report.run))
    yield Padding(Text(" · ".join(told), "dim"), (1, 0, 0, 2))


def _listings(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    for place in ("left", "right", "right", "left"):
        table.add_column(justify="right" if place == "right" else "left", overflow="fold")
    for side, note in report.snapshots.items():
        whole = Text(completeness(note), "" if note.complete else "bold yellow")
        asked = number(note.requests, "request")
        table.add_row(Text(side.brand), Text(number(note.records, "record")), Text(asked), whole)
    return table


def _changes(report: Report, commands: Commands) -> Iterator[RenderableType]:
    told = changes(report)
    if not told:
        return
    yield _ruled(Text(TITLE, "bold"))
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for word, says in told:
        table.add_row(Text(word, "bold"), Text(says))
    yield _indented(table)
    if oldest(report.rows, report):
        yield _indented(Text("What is as before is counted below. To see it all:", "dim"))
        yield _command(commands.inbox)
        yield _command(commands.page(clean(report.run.id)))


def _heading(sign: Mark, title: str, count: int) -> RenderableType:
    return _ruled(Text(f"{SIGNS[sign].shape} {title} · {count:,}", COLORS[sign]))


def _ruled(heading: Text) -> RenderableType:
    return Padding(Rule(heading, align="left", style="dim"), (1, 0, 0, 0))


def _section(section: Section, report: Report, *, wide: bool) -> Iterator[RenderableType]:
    yield _heading(section.mark, section.title, section.count)
    yield _indented(Text(SIGNS[section.mark].meaning, "dim"))
    if section.money:
        yield _indented(Text(section.money))
    if section.command:
        yield _indented(Text("To look closer:"))
        yield _command(section.command)
    for group in section.groups:
        yield from _group(group, wide=wide)
        yield from _folded(group, report)


def _folded(group: Group, report: Report) -> Iterator[RenderableType]:
    if group.before:
        age = oldest(group.before, report)
        yield _indented(Text(f"{len(group.before):,} as before, the oldest for {age}", "dim"))
    if group.quiet:
        yield _indented(Text(group.silence, "dim"))


def _group(group: Group, *, wide: bool) -> Iterator[RenderableType]:
    yield Text()
    yield _indented(Text(f"{group.title} · {group.count:,}", "bold"))
    if group.says:
        yield _indented(Text(group.says))
    if group.command:
        yield _command(group.command)
        yield Text()
    if reason := _one_reason(group):
        yield _indented(Text(reason))
    if group.rows:
        yield _indented(_table(group, wide=wide, reasons=not reason))
    if (left := len(group.rows) - _most(group)) > 0:
        yield _indented(Text(f"and {left:,} more, see the report", "dim"))


def _most(group: Group) -> int:
    """How many rows of a group are shown."""
    routine = all(row.kind is Kind.LINK and not row.needs_person for row in group.rows)
    return LINKS if routine else ROWS


def _one_reason(group: Group) -> str:
    """The reason all rows of a group share: told once, it leaves each person a single line."""
    reasons = {(*why(row), decided(row)) for row in group.rows}
    one = len(group.rows) > 1 == len(reasons)
    return " ".join(filter(None, reasons.pop())) if one else ""


def _command(command: str) -> RenderableType:
    # Never wrapped: a command is copied as one line.
    return Text(f"    {command}", "bold cyan", no_wrap=True, overflow="ignore")


def _table(group: Group, *, wide: bool, reasons: bool) -> Table:
    shares = _shares(group, wide=wide, reasons=reasons)
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), show_header=False)
    for share in shares:
        table.add_column(ratio=share, overflow="fold")
    for row in group.rows[: _most(group)]:
        cells = _cells(row, group, wide=wide) if reasons else _short_cells(row, group)
        table.add_row(*cells[: len(shares)])
    return table


def _shares(group: Group, *, wide: bool, reasons: bool) -> tuple[int, ...]:
    """The widths of columns: not by contents, so that those of all tables stand in line."""
    if reasons:
        return (40, 30, 44) if wide else (30, 22, 26)
    return (40, 20, 22) if any(worth(row) for row in group.rows) else (56, 22)


def _cells(row: Row, group: Group, *, wide: bool) -> tuple[Text, ...]:
    return _who(row, wide=wide), _lines(_what(row, group), _money(row)), _why(row)


def _short_cells(row: Row, group: Group) -> tuple[Text, ...]:
    return _who(row, wide=True), _what(row, group), _money(row)


def _money(row: Row) -> Text:
    return _lines(*map(Text, worth(row)))


def _lines(*lines: Text) -> Text:
    return Text("\n").join(line for line in lines if line)


def _who(row: Row, *, wide: bool) -> Text:
    known = [Text(contact, "dim") for contact in contacts(row.person)]
    return Text("  " if wide else "\n").join([Text(label(row.person), "bold"), *known])


def _what(row: Row, group: Group) -> Text:
    lines = [Text(change(row))]
    if not group.task:
        lines.insert(0, Text(task(row.kind, row.side)))
    if base := agreed(row):
        lines.append(Text(base, "dim"))
    return Text("\n").join(lines)


def _why(row: Row) -> Text:
    reason, *errors = map(Text, why(row) or ("",))
    for error in errors:
        error.stylize("red")
    return _lines(reason, *errors, Text(decided(row), "bold"))


def _waiting(report: Report) -> Iterator[RenderableType]:
    waiting = waits(report)
    if not waiting:
        return
    yield _heading(Disposition.WAITING, "Waiting", sum(wait.count for wait in waiting))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for _rule_and_reason in range(2):
        table.add_column(overflow="fold")
    for wait in waiting:
        table.add_row(Text(f"{wait.count:,}"), Text(wait.rule, "bold"), Text(wait.reason))
    yield _indented(table)


def _bottom(report: Report) -> Iterator[RenderableType]:
    notes = [clean(note, SENTENCE_LIMIT) for note in report.notes]
    if told := alone(report):
        notes.append(f"{told} The HTML and JSON reports list them.")
    if notes:
        yield _ruled(Text("Notes", "bold"))
    yield from (_indented(Text(note)) for note in notes)
    if report.run.log:
        yield Padding(Text(f"log {short(report.run.log)}", "dim"), (1, 0, 0, 2))


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 2))
