"""The report in the order people read it: what needs a person, what was done, what waits."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from sync.core.plan import Disposition, Outcome, Row
from sync.core.report import Mode, Report
from sync.render.clean import clean
from sync.render.words import SENTENCE_LIMIT, SIGNS, Mark, label, mark, task

K = TypeVar("K")

LOOK_CLOSER: Final = "affisync explain EMAIL --pair {pair}"

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


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are read together: those of one guard, or those of one task.

    ``task`` is empty where the rows do different things and each has to say what.
    """

    title: str
    task: str
    rows: tuple[Row, ...]
    says: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """All rows that stand at one mark."""

    mark: Mark
    title: str
    groups: tuple[Group, ...]
    command: str = ""

    @property
    def count(self) -> int:
        """How many rows there are in it."""
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Wait:
    """What one rule makes wait: how many rows, and the reason of one of them."""

    rule: str
    count: int
    reason: str


def ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows as people read them: by mark, task, name."""
    places = {sign: place for place, sign in enumerate(SIGNS)}
    return tuple(
        sorted(rows, key=lambda r: (places[mark(r)], task(r.kind, r.side), _by_name(r), r.key))
    )


def sections(report: Report) -> tuple[Section, ...]:
    """Every row that does not wait, by mark; marks nobody stands at are left out."""
    by_mark = _sorted_into(mark, ordered(report.rows))
    return tuple(
        _section(report, sign, by_mark[sign])
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


def _section(report: Report, sign: Mark, rows: list[Row]) -> Section:
    unreached = sign is Disposition.APPLY and report.run.mode is Mode.APPLY
    puzzling = sign in (Disposition.CONFLICT, Disposition.BREAK)
    return Section(
        mark=sign,
        title=NOT_REACHED if unreached else TITLES[sign],
        groups=_by_guard(report, rows) if sign is Disposition.HELD else _by_task(rows),
        command=LOOK_CLOSER.format(pair=clean(report.run.pair)) if puzzling else "",
    )


def _by_task(rows: list[Row]) -> tuple[Group, ...]:
    groups = _sorted_into(lambda row: task(row.kind, row.side), rows)
    return tuple(Group(does, does, tuple(those)) for does, those in groups.items())


def _by_guard(report: Report, rows: list[Row]) -> tuple[Group, ...]:
    verdicts = {verdict.guard: verdict for verdict in report.guards}
    return tuple(
        Group(
            title=clean(guard) or "policy",
            task=_same(task(row.kind, row.side) for row in those),
            rows=tuple(those),
            says=clean(verdict.message, SENTENCE_LIMIT) if verdict else "",
            command=clean(verdict.command) if verdict else "",
        )
        for guard, those in _sorted_into(lambda row: row.guard or "", rows).items()
        for verdict in (verdicts.get(guard),)
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
