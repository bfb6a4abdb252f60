"""The report as one self-contained HTML file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.core.plan import Alone, Disposition, Outcome, Person, Row
from sync.core.record import Side
from sync.core.report import Mode, Report
from sync.render import words
from sync.render.changes import TITLE, changes
from sync.render.clean import clean
from sync.render.headline import headline
from sync.render.inline import shell, template
from sync.render.outline import folds, ordered, sections


@dataclass(frozen=True, slots=True)
class Who:
    """A person as a cell shows them."""

    name: str
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the table shows it; every text is clean."""

    row: Row
    who: Who
    task: str
    before: str
    after: str
    agreed: str
    reason: str
    error: str
    decided: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the summary; a filter where rows stand behind it."""

    title: str
    count: int
    meaning: str
    mark: str = ""
    shape: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the table: its name, label, and values with how many rows have each."""

    name: str
    label: str
    options: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """Somebody without a counterpart, as the table shows them."""

    who: Who
    id: str
    status: str
    reason: str
    suggestion: str


def render(report: Report, config: Path | None = None) -> str:
    """The report as one HTML file; ``config`` is the file its commands need, if any."""
    around = shell()
    people = [row.person for row in report.rows]
    read = sections(report, config)
    parted = folds(ordered(report.rows), report.news)
    return template("report.html.j2").render(
        report=report,
        words=words,
        clean=clean,
        headline=headline(report),
        news_title=TITLE,
        news=changes(report),
        dry=report.run.mode is Mode.DRY_RUN,
        policy=around.policy,
        style=around.style,
        script=around.script,
        cards=_cards(report),
        money=[section for section in read if section.money],
        needs=[section for section in read if section.command],
        silences=[group.silence for section in read for group in section.groups if group.quiet],
        choices=_choices(report.rows),
        lines=[_line(row) for row in parted.now],
        before=[_line(row) for row in parted.before],
        quiet=[_line(row) for row in parted.quiet],
        signs=words.SIGNS,
        monthly=any(person.monthly_usd is not None for person in people),
        earnings=any(person.earnings_usd is not None for person in people),
        effects=any(row.effect_usd is not None for row in report.rows),
        strays={side: tuple(map(_stray, report.unmatched.get(side, ()))) for side in Side},
    )


def _who(person: Person) -> Who:
    return Who(words.label(person), words.contacts(person))


def _line(row: Row) -> Line:
    ids = filter(None, (clean(row.key), clean(row.whop_id), clean(row.affihub_id)))
    before, after = words.values(row)
    return Line(
        row=row,
        who=_who(row.person),
        task=words.task(row.kind, row.side),
        before=before,
        after=after,
        agreed=words.agreed(row),
        reason=clean(row.reason, words.SENTENCE_LIMIT),
        error=clean(row.error, words.SENTENCE_LIMIT),
        decided=words.decided(row),
        ids=tuple(ids),
    )


def _stray(alone: Alone) -> Stray:
    return Stray(
        who=_who(alone.person),
        id=clean(alone.id),
        status=clean(alone.status),
        reason=clean(alone.reason, words.SENTENCE_LIMIT),
        suggestion=clean(alone.suggestion),
    )


def _cards(report: Report) -> list[Card]:
    """The counts worth a card: every mark, but outcomes only once there are any.

    Once every row to apply has an outcome, the outcomes say it all.
    """
    counts = _loud(report)
    done = all(words.mark(row) != Disposition.APPLY for row in report.rows)
    shown = [
        sign
        for sign in words.SIGNS
        if counts[sign.value] or isinstance(sign, Disposition)
        if not (done and sign is Disposition.APPLY)
    ]
    return [
        Card("Linked", report.links, "People known on both sides."),
        Card("In sync", report.in_sync, "Linked people without a row."),
        *(_mark_card(sign, counts[sign.value]) for sign in shown),
        *(
            Card(f"Only {side.brand}", counts[f"unmatched_{side}"], "Without a counterpart.")
            for side in Side
        ),
    ]


def _loud(report: Report) -> Mapping[str, int]:
    """The report's counts, without the rows that need no reminder."""
    quiet = Counter(row.disposition.value for row in report.rows if words.is_quiet(row))
    return {name: count - quiet[name] for name, count in report.counts.items()}


def _mark_card(sign: words.Mark, count: int) -> Card:
    shown = words.SIGNS[sign]
    by = "outcome" if isinstance(sign, Outcome) else "disposition"
    return Card(shown.title, count, shown.meaning, sign.value, shown.shape, by)


def _choices(rows: Iterable[Row]) -> list[Choice]:
    rows = tuple(rows)
    read = {
        "kind": ("Kind", [(row.kind.value, words.title(row.kind)) for row in rows]),
        "disposition": (
            "Disposition",
            [(r.disposition.value, words.title(r.disposition)) for r in rows],
        ),
        "side": ("Side", [(row.side.value, row.side.brand) for row in rows]),
        "outcome": (
            "Outcome",
            [(r.outcome.value, words.title(r.outcome)) for r in rows if r.outcome],
        ),
    }
    return [
        Choice(name, label, tuple((*told, n) for told, n in sorted(Counter(values).items())))
        for name, (label, values) in read.items()
        if values
    ]
