"""Who is alone and who they may be: as text, CSV and JSON.

The CSV is what ``link --import`` reads, once a person has thrown out the lines that are wrong.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from sync.core.likeness import Hint
from sync.core.plan import Alone, Person
from sync.core.record import Side
from sync.core.unmatched import Candidate, Lonely, Unmatched, may_earn
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.sheet import inert
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, moment, money, number

SCHEMA: Final = "affisync.unmatched/1"
ROWS: Final = 200
"""People of one side told on a terminal."""


def text(unmatched: Unmatched, *, width: int, color: bool) -> str:
    """For a terminal: each side's people, who may earn first, each with who they may be."""
    return printed(_parts(unmatched), width=width, color=color)


def _parts(unmatched: Unmatched) -> Iterator[RenderableType]:
    for note in unmatched.notes:
        yield Text(clean(note, SENTENCE_LIMIT), "yellow")
    for side, people in unmatched.people.items():
        yield Text(_headline(side, people), "bold")
        for lonely in people[:ROWS]:
            yield from _lonely(side, lonely)
        if (left := len(people) - ROWS) > 0:
            yield Text(f"and {left:,} more; see all with --format csv", "dim")
        yield Text("")
    if unmatched.run:
        told = f"As kept by run {unmatched.run}, {moment(unmatched.at)}; links made since count."
        yield Text(clean(told, SENTENCE_LIMIT), "dim")
    if unmatched.candidates:
        yield Text("Go through the suggestions with: affisync link --review", "dim")


def _headline(side: Side, people: Sequence[Lonely]) -> str:
    earning = sum(may_earn(side, lonely.alone) for lonely in people)
    some = sum(bool(lonely.candidates) for lonely in people)
    told = f"Alone on {side.brand}: {number(len(people), 'person', 'people')}"
    return f"{told}, {earning:,} who may earn, {some:,} with a suggestion."


def _lonely(side: Side, lonely: Lonely) -> Iterator[RenderableType]:
    alone = lonely.alone
    yield _who(Text(), alone, "bold")
    yield Padding(Text(clean(alone.reason, SENTENCE_LIMIT), "dim"), (0, 0, 0, 4))
    for candidate in lonely.candidates:
        best = "; each other's best" if candidate.mutual else ""
        told = _who(Text(f"{candidate.likeness.score}  "), candidate.of(side.other))
        yield Padding(told, (0, 0, 0, 4))
        yield Padding(Text(f"{candidate.likeness.words}{best}", "dim"), (0, 0, 0, 8))


def _who(line: Text, alone: Alone, style: str = "") -> Text:
    line.append(clean(alone.person.name, NAME_LIMIT) or "without a name", style)
    return line.append(f"  {_line(alone)}")


def _line(alone: Alone) -> str:
    """How somebody is known, and what is at stake."""
    person = alone.person
    known = (
        alone.id,
        handle(person),
        person.email,
        alone.status or "no status",
        _a_month(person.monthly_usd),
    )
    return ", ".join(filter(None, (clean(each, NAME_LIMIT) for each in known)))


def handle(person: Person) -> str:
    """``@username`` on Whop, ``/slug`` on Affihub."""
    if person.user_id:  # the slug of an affiliate is one that nobody has yet
        return f"@{person.username}" if person.username else ""
    return f"/{person.slug}" if person.slug else ""


def _a_month(amount: Decimal | None) -> str:
    return f"{money(amount)} a month" if amount is not None else ""


_YES: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the CSV: somebody alone, and one whom they may be, if there is any."""

    side: Side
    alone: Alone
    candidate: Candidate | None

    def id_on(self, side: Side) -> str | None:
        """The id of whichever of the two is on this side."""
        one = self.alone if side is self.side else self.other
        return one.id if one else None

    @property
    def other(self) -> Alone | None:
        """Who they may be."""
        return self.candidate.of(self.side.other) if self.candidate else None


COLUMNS: Final[Mapping[str, Callable[[Line], str | None]]] = {
    "whop_id": lambda line: line.id_on(Side.WHOP),
    "affihub_id": lambda line: line.id_on(Side.AFFIHUB),
    "note": lambda _line: None,
    "score": lambda line: str(line.candidate.likeness.score) if line.candidate else None,
    "mutual": lambda line: _YES[line.candidate.mutual] if line.candidate else None,
    "evidence": lambda line: line.candidate.likeness.words if line.candidate else None,
    "alone_on": lambda line: line.side.value,
    "name": lambda line: line.alone.person.name,
    "handle": lambda line: handle(line.alone.person)[1:],
    "email": lambda line: line.alone.person.email,
    "status": lambda line: line.alone.status,
    "may_earn": lambda line: _YES[may_earn(line.side, line.alone)],
    "monthly_usd": lambda line: _amount(line.alone.person.monthly_usd),
    "reason": lambda line: line.alone.reason,
    "other_name": lambda line: line.other.person.name if line.other else None,
    "other_handle": lambda line: handle(line.other.person)[1:] if line.other else None,
    "other_email": lambda line: line.other.person.email if line.other else None,
    "other_status": lambda line: line.other.status if line.other else None,
}
"""The first two are what an import needs; the note is the reader's own."""


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def sheet(unmatched: Unmatched) -> str:
    """A header and a line for everybody and each of their suggestions; no cell is a formula."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([inert(read(ln)) for read in COLUMNS.values()] for ln in _lines(unmatched))
    return paper.getvalue()


def _lines(unmatched: Unmatched) -> Iterator[Line]:
    for side, people in unmatched.people.items():
        for lonely in people:
            for candidate in lonely.candidates or (None,):
                yield Line(side, lonely.alone, candidate)


def document(unmatched: Unmatched) -> str:
    """One JSON document."""
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "pair": unmatched.pair,
        "at": unmatched.at.isoformat(),
        "run": unmatched.run,
        "notes": list(unmatched.notes),
        "unmatched": {
            side.value: [_entry(side, lonely) for lonely in people]
            for side, people in unmatched.people.items()
        },
    }
    return dumps(told)


def _entry(side: Side, lonely: Lonely) -> dict[str, Any]:
    return {
        **_record(side, lonely.alone),
        "may_earn": may_earn(side, lonely.alone),
        "reason": lonely.alone.reason,
        "suggestions": [_suggestion(each, side.other) for each in lonely.candidates],
    }


def _record(side: Side, alone: Alone) -> dict[str, Any]:
    person = alone.person
    return {
        "id": alone.id,
        "status": alone.status,
        "person": {
            "name": person.name,
            "email": person.email,
            "username": person.username,
            # Of an affiliate it is the one a partner would be given; nobody has it yet.
            "slug": person.slug if side is Side.AFFIHUB else None,
            "user_id": person.user_id,
            "monthly_usd": _amount(person.monthly_usd),
            "earnings_usd": _amount(person.earnings_usd),
        },
    }


def _suggestion(candidate: Candidate, side: Side) -> dict[str, Any]:
    return {
        **_record(side, candidate.of(side)),
        "score": candidate.likeness.score,
        "mutual": candidate.mutual,
        "evidence": [_evidence(hint) for hint in candidate.likeness.hints],
    }


def _evidence(hint: Hint) -> dict[str, Any]:
    return {
        "clue": hint.clue.value,
        "words": hint.words,
        "weight": hint.weight,
        "alike": hint.alike,
    }
