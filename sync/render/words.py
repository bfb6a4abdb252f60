"""What things are called in front of people: the same words in every format."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sync.core.plan import Disposition, Field, Kind, Outcome, Person, Row
from sync.core.record import Side
from sync.core.report import Report, RunHead, SnapshotNote
from sync.core.totals import Totals
from sync.render.clean import clean

NAME_LIMIT: Final = 60
SENTENCE_LIMIT: Final = 500
SHORT: Final = 12
"""Characters of a hash that people compare."""
NOTHING_WRITTEN: Final = "Nothing is written in a dry run."

Mark = Disposition | Outcome
"""Where a row stands: what came of it or, before that, what is to become of it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How a mark is shown: its word, a shape that needs no colour, and what it means."""

    title: str
    shape: str
    meaning: str


SIGNS: Final[dict[Mark, Sign]] = {
    Outcome.FAILED: Sign("Failed", "✕", "Not done; a later run tries again."),
    Disposition.HELD: Sign("Held", "◆", "Done once a person says yes."),
    Disposition.CONFLICT: Sign("Conflict", "▲", "A person must choose a side."),
    Disposition.BREAK: Sign(
        "Break", "■", "What one side has cannot be had on the other, or cannot be trusted."
    ),
    Disposition.APPLY: Sign("Apply", "●", "To be done by a run that writes."),
    Outcome.APPLIED: Sign("Applied", "✓", "Done, and read back."),
    Outcome.STALE: Sign("Stale", "↻", "The record moved meanwhile; the next run looks again."),
    Outcome.SKIPPED: Sign("Skipped", "□", "Not tried in this run; the next run looks again."),
    Disposition.WAITING: Sign("Waiting", "○", "Nothing to do until something happens."),
}
"""Every mark, in the order people read them: what needs a person first."""

_COUNTED: Final[dict[Mark, tuple[str, str]]] = {
    Outcome.FAILED: ("failed", "failed"),
    Disposition.HELD: ("held", "held"),
    Disposition.CONFLICT: ("conflict", "conflicts"),
    Disposition.BREAK: ("break", "breaks"),
}

_NOTHING: Final = {
    Field.LINK: "not linked",
    Field.RECORD: "nobody",
    Field.STATUS: "no status",
    Field.COMMISSION: "default rate",
    Field.NAME: "no name",
}


def mark(row: Row) -> Mark:
    """Where a row stands."""
    return row.outcome or row.disposition


def is_quiet(row: Row) -> bool:
    """Whether somebody decided that a row needs no reminder."""
    return row.quiet and row.disposition.needs_person


def title(word: StrEnum) -> str:
    """A word of the contract as people write it: ``dry-run`` is Dry run."""
    return word.value.replace("-", " ").capitalize()


def task(kind: Kind, side: Side) -> str:
    """What a row does, and on which side where it writes to one."""
    return title(kind) if kind.is_local else f"{title(kind)} on {side.brand}"


def value(field: Field, text: str | None) -> str:
    """A value in people's words: 25 %, default rate, nobody."""
    shown = clean(text, NAME_LIMIT)
    if not shown:
        return _NOTHING[field]
    return f"{shown} %" if field is Field.COMMISSION else shown


def values(row: Row) -> tuple[str, str]:
    """Before and after; after is empty where nothing changes or nobody has decided yet."""
    before, after = value(row.field, row.before), value(row.field, row.after)
    if row.after is None and row.disposition not in (Disposition.APPLY, Disposition.HELD):
        return before, ""
    if row.kind is Kind.LINK:
        after = "linked"
    return before, "" if before == after else after


def change(row: Row) -> str:
    """Before → after, or the one value where nothing changes."""
    return " → ".join(filter(None, values(row)))


def agreed(row: Row) -> str:
    """What both sides last agreed on, where a person has to decide and that helps."""
    if row.base is None or not row.needs_person:
        return ""
    return f"last agreed: {value(row.field, row.base)}"


def label(person: Person) -> str:
    """The best short name there is for a person."""
    names = (
        clean(n, NAME_LIMIT) for n in (person.name, person.username, person.email, person.slug)
    )
    return next(filter(None, names), "somebody without a name")


def contacts(person: Person) -> tuple[str, ...]:
    """How else a person is known: address and username, else the slug."""
    email, slug = clean(person.email, NAME_LIMIT), clean(person.slug, NAME_LIMIT)
    username = clean(person.username, NAME_LIMIT)
    known = (email, username and f"@{username}") if email or username else (slug and f"/{slug}",)
    return tuple(contact for contact in known if contact and contact != label(person))


def decided(row: Row) -> str:
    """What people decided about a row."""
    return clean(row.decided, SENTENCE_LIMIT)


def why(row: Row) -> tuple[str, ...]:
    """The reason, and the error where there is one."""
    texts = (clean(row.reason, SENTENCE_LIMIT), clean(row.error, SENTENCE_LIMIT))
    return tuple(filter(None, texts))


def money(amount: Decimal | None) -> str:
    """US dollars; empty where unknown."""
    if amount is None:
        return ""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def signed(amount: Decimal | None) -> str:
    """US dollars more or less: +$12.50; empty where unknown."""
    return f"{'+' if amount and amount > 0 else ''}{money(amount)}"


def worth(row: Row) -> tuple[str, ...]:
    """What a row touches: what its person brings in and earned, what it changes in pay."""
    person = row.person
    told = (
        (money(person.monthly_usd), "a month"),
        (money(person.earnings_usd), "earned"),
        (signed(row.effect_usd), "paid a month"),
    )
    return tuple(f"{amount} {what}" for amount, what in told if amount)


def stake(told: Totals, what: str = "at stake") -> str:
    """The money that rows touch; empty where nothing is known of any."""
    amounts = (
        (money(told.monthly_usd), f"a month {what}"),
        (f"{told.unknown:,}" if told.unknown else "", "unknown"),
        (signed(told.effect_usd), "paid a month"),
    )
    known = told.monthly_usd is not None or told.effect_usd is not None
    return ", ".join(f"{amount} {of}" for amount, of in amounts if known and amount)


def short(head: str | None) -> str:
    """Enough of a hash to know it by."""
    return clean(head)[:SHORT]


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 change, 1,200 changes."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted(marks: Iterable[Mark]) -> str:
    """How many rows that need a person stand where: 2 held, 1 conflict."""
    counts = Counter(marks)
    return ", ".join(number(counts[sign], *_COUNTED[sign]) for sign in _COUNTED if counts[sign])


def moment(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def took(run: RunHead) -> str:
    """How long a run took; empty while it has not ended."""
    if run.finished_at is None:
        return ""
    seconds = (run.finished_at - run.started_at).total_seconds()
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def facts(run: RunHead) -> tuple[str, ...]:
    """When a run was, how long it took, who started it, which guards they waived."""
    lasted, by, allowed = took(run), clean(run.by), clean(", ".join(run.allowed))
    told = (
        moment(run.started_at),
        lasted and f"took {lasted}",
        by and f"by {by}",
        allowed and f"allowed {allowed}",
    )
    return tuple(filter(None, told))


def alone(report: Report) -> str:
    """How many have no counterpart, by side; empty where nobody is alone."""
    counts = {side: len(people) for side, people in report.unmatched.items() if people}
    told = ", ".join(f"{count:,} on {side.brand}" for side, count in counts.items())
    return told and f"Without a counterpart: {told}."


def completeness(note: SnapshotNote) -> str:
    """Whether a listing is complete and, if not, why."""
    if note.complete:
        return "complete"
    because = clean(note.note, SENTENCE_LIMIT)
    return f"incomplete: {because}" if because else "incomplete"
