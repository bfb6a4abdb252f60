"""The report in the order people read it: what needs a person, what was done, what waits."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sync.core.plan import Disposition, Outcome, Row
from sync.core.report import NO_NEWS, Mode, News, Report
from sync.core.totals import by_money, totals
from sync.render.changes import is_before
from sync.render.clean import clean
from sync.render.commands import LIMIT as COMMAND_LIMIT
from sync.render.commands import Commands
from sync.render.words import (
    SENTENCE_LIMIT,
    SIGNS,
    Mark,
    decided,
    is_quiet,
    label,
    mark,
    stake,
    task,
)

K = TypeVar("K")

TITLES: Final[dict[Mark, str]] = {
    Outcome.FAILED: "Failed",
    Disposition.HELD: "Held for a person",
    Disposition.CONFLICT: "Conflicts",
    Disposition.BREAK: "Breaks",
    Disposition.APPLY: "Would be applied",
    Outcome.APPLIED: "Applied",
    Outcome.STALE: "Stale",
    Outcome.SKIPPED: "Skipped",
}

NOT_REACHED: Final = "Not reached"
"""The title of rows to apply that a run which may write never came to."""

OF_A_PERSON: Final = (
    Outcome.FAILED,
    *(disposition for disposition in Disposition if disposition.needs_person),
)

DECISIONS: Final = 3
"""Decisions that are told word by word; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are read together, those of one guard or of one task, the most money first.

    ``task`` is empty where the rows do different things and each has to say what. ``before`` are
    rows that need a person as they did in the last report, ``quiet`` those that somebody decided.
    """

    title: str
    task: str
    rows: tuple[Row, ...]
    says: str = ""
    command: str = ""
    before: tuple[Row, ...] = ()
    quiet: tuple[Row, ...] = ()

    @property
    def count(self) -> int:
        """How many rows there are in it that nobody decided."""
        return len(self.rows) + len(self.before)

    @property
    def silence(self) -> str:
        """What was decided about the quiet ones: ``5 quiet: 3 rejected by ana; ...``."""
        counts = Counter(decided(row) or "decided" for row in self.quiet)
        told = [f"{count:,} {what}" for what, count in counts.most_common(DECISIONS)]
        told += [f"{len(counts) - DECISIONS:,} other decisions"] * (len(counts) > DECISIONS)
        return f"{len(self.quiet):,} quiet: {'; '.join(told)}" if told else ""


@dataclass(frozen=True, slots=True)
class Section:
    """All rows that stand at one mark."""

    mark: Mark
    title: str
    groups: tuple[Group, ...]
    command: str = ""

    @property
    def count(self) -> int:
        """How many rows there are in it that nobody decided."""
        return sum(group.count for group in self.groups)

    @property
    def money(self) -> str:
        """What these rows touch; empty where nobody knows."""
        rows = [row for group in self.groups for row in (*group.rows, *group.before)]
        return stake(totals(rows), "at stake" if self.mark in OF_A_PERSON else "touched")


@dataclass(frozen=True, slots=True)
class Wait:
    """What one rule makes wait: how many rows, and the reason of one of them."""

    rule: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Folds:
    """All rows of a report: those to be read now, those as before, and the quiet ones."""

    now: tuple[Row, ...]
    before: tuple[Row, ...]
    quiet: tuple[Row, ...]


def folds(rows: Iterable[Row], news: News = NO_NEWS) -> Folds:
    """Rows parted by how much they ask of the reader, their order kept."""
    rows = tuple(rows)
    loud = [row for row in rows if not is_quiet(row)]
    return Folds(
        now=tuple(row for row in loud if not is_before(row, news)),
        before=tuple(row for row in loud if is_before(row, news)),
        quiet=tuple(row for row in rows if is_quiet(row)),
    )


def ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows as people read them: by mark, task, money, name."""
    places = {sign: place for place, sign in enumerate(SIGNS)}
    return tuple(
        sorted(
            rows,
            key=lambda r: (places[mark(r)], task(r.kind, r.side), by_money(r), _by_name(r), r.key),
        )
    )


def sections(report: Report, config: Path | None = None) -> tuple[Section, ...]:
    """Every row that does not wait, by mark; marks nobody stands at are left out."""
    by_mark = _sorted_into(mark, ordered(report.rows))
    commands = Commands(report.run.pair, config)
    return tuple(
        _section(report, sign, by_mark[sign], commands)
        for sign in SIGNS
        if sign in by_mark and sign is not Disposition.WAITING
    )


def waits(report: Report) -> tuple[Wait, ...]:
    """Waiting rows folded to one line per rule, the most frequent first."""
    waiting = [row for row in report.rows if row.disposition is Disposition.WAITING]
    by_rule = _sorted_into(lambda row: row.rule, waiting)
    folded = [
        Wait(clean(rule), len(rows), clean(rows[0].reason, SENTENCE_LIMIT))
        for rule, rows in by_rule.items()
    ]
    return tuple(sorted(folded, key=lambda wait: (-wait.count, wait.rule)))


def _section(report: Report, sign: Mark, rows: list[Row], commands: Commands) -> Section:
    unreached = sign is Disposition.APPLY and report.run.mode is Mode.APPLY
    puzzling = sign in (Disposition.CONFLICT, Disposition.BREAK)
    held = sign is Disposition.HELD
    return Section(
        mark=sign,
        title=NOT_REACHED if unreached else TITLES[sign],
        groups=_by_guard(report, rows) if held else _by_task(report, rows),
        command=commands.explain if puzzling else "",
    )


def _by_task(report: Report, rows: list[Row]) -> tuple[Group, ...]:
    groups = _sorted_into(lambda row: task(row.kind, row.side), rows)
    return tuple(_group(report, does, those, does) for does, those in groups.items())


def _by_guard(report: Report, rows: list[Row]) -> tuple[Group, ...]:
    groups = _sorted_into(lambda row: row.guard or "", rows)
    return tuple(
        _group(report, clean(guard) or "policy", those, guard=guard)
        for guard, those in groups.items()
    )


def _group(report: Report, title: str, rows: list[Row], does: str = "", guard: str = "") -> Group:
    verdict = next((each for each in report.guards if guard and each.guard == guard), None)
    parted = folds(sorted(rows, key=by_money), report.news)
    return Group(
        title=title,
        task=does or _same(task(row.kind, row.side) for row in rows),
        rows=parted.now,
        says=clean(verdict.message, SENTENCE_LIMIT) if verdict else "",
        command=clean(verdict.command, COMMAND_LIMIT) if verdict else "",
        before=parted.before,
        quiet=parted.quiet,
    )


def _same(texts: Iterable[str]) -> str:
    """The one text all of them are, else empty."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


def _by_name(row: Row) -> str:
    return label(row.person).casefold()


def _sorted_into(key: Callable[[Row], K], rows: Iterable[Row]) -> dict[K, list[Row]]:
    found: dict[K, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
