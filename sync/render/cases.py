"""A row that waits for a person, as every list of such rows shows it: in words, JSON and cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.cases import Case
from sync.core.decision import Decision, Verb
from sync.core.effect import with_effect
from sync.core.inbox import evidence
from sync.core.plan import Field, Row
from sync.core.resolving import resolved
from sync.core.saying import sentence
from sync.core.undo_reason import undo_of
from sync.core.weigh import accepts
from sync.render.clean import clean
from sync.render.commands import Commands
from sync.render.plain import plain
from sync.render.spans import ago
from sync.render.words import (
    NAME_LIMIT,
    SENTENCE_LIMIT,
    change,
    contacts,
    label,
    number,
    task,
    value,
    worth,
)

SHORTEST_ID: Final = 6
"""Fewer characters of an id are a word sooner or later."""

ROWS: Final = 200
"""Lines of one table on a terminal."""


def short_ids(cases: Iterable[Case]) -> dict[str, str]:
    """The start of each id that is enough to name it among these; all are of one length."""
    ids = {case.id for case in cases}
    longest = max(map(len, ids), default=0)
    for length in range(SHORTEST_ID, longest):
        if len({each[:length] for each in ids}) == len(ids):
            return {each: each[:length] for each in ids}
    return {each: each for each in ids}


def document(case: Case) -> dict[str, object]:
    """Everything there is to know of it, JSON-ready."""
    row, sides = case.row, evidence(case)
    return {
        "id": case.id,
        "pair": case.pair,
        "kind": row.kind.value,
        "side": row.side.value,
        "person": plain(row.person),
        "whop_id": row.whop_id,
        "affihub_id": row.affihub_id,
        "field": row.field.value,
        "guard": row.guard,
        "base": row.base,
        "before": row.before,
        "after": row.after,
        "disposition": row.disposition.value,
        "outcome": plain(row.outcome),
        "rule": row.rule,
        "reason": row.reason,
        "error": row.error,
        "shown": {"whop": sides[0], "affihub": sides[1]} if sides else None,
        "since": case.since.isoformat(),
        "monthly_usd": plain(row.person.monthly_usd),
        "effect_usd": plain(row.effect_usd),
        "approvals": [_said(one) for one in case.approvals],
        "approvals_missing": case.missing,
        "decided": decided(case),
        "quiet": case.quiet,
        "undo": undo_of(row),
    } | _seen_to(case)


def _seen_to(case: Case) -> dict[str, object]:
    owner, put_off = case.assigned, case.snoozed
    return {
        "owner": owner.value if owner else None,
        "note": note(case),
        "snoozed_until": plain(put_off.until) if put_off else None,
        "accepts": list(accepts(case)),
    }


def _said(decision: Decision) -> dict[str, object]:
    return {
        "by": decision.by,
        "at": plain(decision.at),
        "until": plain(decision.until),
        "why": decision.why,
    }


def note(case: Case) -> str | None:
    """The latest note beside a row."""
    notes = [one.why for one in (case.assigned, case.snoozed) if one and one.why]
    return notes[0] if notes else None


def decided(case: Case) -> str | None:
    """What people decided, without a full stop at its end; None where nobody did."""
    if said := case.refused or case.resolved:
        return sentence(said)
    more = f"{number(case.missing, 'more name')} needed" if case.missing else ""
    told = [sentence(one) for one in case.approvals]
    return "; ".join(filter(None, (*told, more))) if told else None


def line(case: Case) -> str:
    """``María Lopez: Deactivate partner on Affihub: active → deactivated, $99.00 a month``.

    Of a choice it tells the writes that are made of it.
    """
    made = rows_made(case)
    does = " and ".join(f"{task(row.kind, row.side)}: {change(row)}" for row in made)
    held = f"held by {clean(case.row.guard, NAME_LIMIT)}" if case.row.guard else ""
    amounts = dict.fromkeys(amount for row in made for amount in _monthly(row))
    return ", ".join(filter(None, (f"{label(case.row.person)}: {does}", *amounts, held)))


def rows_made(case: Case) -> tuple[Row, ...]:
    """What is to be done about a case: its row, or the rows that carry out what was chosen."""
    last = case.decisions[-1:]
    if not last or last[0].verb is not Verb.USE:
        return (case.row,)
    made = resolved(last[0], case.row)
    return (case.row,) if isinstance(made, str) else tuple(map(with_effect, made))


def both_sides(case: Case) -> str:
    """What was last agreed, and what each side shows."""
    row, sides = case.row, evidence(case)
    if sides is None:
        return ""
    field = Field.STATUS if row.field is Field.RECORD else row.field
    shown = [f"Whop {value(field, sides[0])}", f"Affihub {value(field, sides[1])}"]
    base = f"last agreed {value(field, row.base)}" if row.base is not None else "never agreed"
    return ", ".join((base, *shown))


def table(
    cases: Sequence[Case], ids: Mapping[str, str], now: datetime, *, wide: bool
) -> Iterator[RenderableType]:
    """Who, what, the money, the age and what was decided; only ``wide`` on a line each."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("Id", "Person", "What", "Worth", "Since"):
        shown.add_column(heading, overflow="fold", no_wrap=heading == "Id")
    for case in cases[:ROWS]:
        shown.add_row(*_cells(case, ids, now, wide=wide))
    yield shown
    if (left := len(cases) - ROWS) > 0:
        yield Text(f"and {left:,} more; see all with --format csv", "dim")


def _cells(case: Case, ids: Mapping[str, str], now: datetime, *, wide: bool) -> tuple[Text, ...]:
    row = case.row
    known = (Text(contact, "dim") for contact in contacts(row.person))
    who = Text("  " if wide else "\n").join([Text(label(row.person), "bold"), *known])
    what = Text(f"{task(row.kind, row.side)}: {change(row)}")
    if said := decided(case):
        what.append(f"\n{clean(said, SENTENCE_LIMIT)}", "green")
    worth_now = Text("\n".join(_monthly(row)))
    return Text(ids[case.id], "bold cyan"), who, what, worth_now, Text(ago(case.since, now)[0])


def _monthly(row: Row) -> tuple[str, ...]:
    """The money in it a month; what was earned before is for who looks closer."""
    return tuple(amount for amount in worth(row) if not amount.endswith("earned"))


def command(text: str, config: Path | None) -> RenderableType:
    """A command on a line of its own, never wrapped: it is copied as it is."""
    typed = Commands("", config).typed(f"affisync {text}")
    return Text(f"  {typed}", "bold cyan", no_wrap=True, overflow="ignore")


def by_undo(cases: Iterable[Case], config: Path | None) -> Iterator[RenderableType]:
    """What applies the rows of an undo once they are approved; nothing where there are none."""
    undos = {(case.pair, target) for case in cases if (target := undo_of(case.row))}
    if undos:
        yield Text("No sync applies the rows of an undo; once approved, the undo itself does:")
    for pair, target in sorted(undos):
        yield command(f"undo {target} --pair {pair} --yes", config)


def indented(part: RenderableType) -> RenderableType:
    """Below a heading."""
    return Padding(part, (0, 0, 0, 2))
