"""The inbox: for a terminal, and as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from sync.core.cases import Case
from sync.core.inbox import HeldBy, Inbox, state
from sync.core.weigh import accepts
from sync.render.cases import (
    ROWS,
    both_sides,
    command,
    decided,
    indented,
    note,
    short_ids,
)
from sync.render.cases import document as case_document
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.held import heading
from sync.render.plain import plain
from sync.render.spans import ago
from sync.render.terminal import COLORS
from sync.render.words import (
    NAME_LIMIT,
    SENTENCE_LIMIT,
    SIGNS,
    contacts,
    label,
    number,
    task,
    why,
    worth,
)

SCHEMA: Final = "affisync.inbox/1"


def document(inbox: Inbox) -> str:
    """One JSON document."""
    return dumps(
        {
            "schema": SCHEMA,
            "inbox": [_case_document(case, inbox.at) for case in inbox.cases],
            "held": [_held_document(held) for held in inbox.held],
            "quiet": inbox.quiet,
        }
    )


def _case_document(case: Case, now: datetime) -> dict[str, object]:
    age = int((now - case.since).total_seconds())
    told = {"state": state(case).value, "age_seconds": age, "command": resolving(case, case.id)}
    return case_document(case) | told


def _held_document(held: HeldBy) -> dict[str, object]:
    return {
        "pair": held.pair,
        "guard": held.guard,
        "rows": len(held.cases),
        "approved": held.approved,
        "since": held.since.isoformat(),
        "monthly_usd": plain(held.money.monthly_usd),
        "effect_usd": plain(held.money.effect_usd),
        "command": f"affisync {_listing(held)}",
    }


def text(inbox: Inbox, config: Path | None = None, *, width: int, color: bool) -> str:
    """Case by case what it is about and what to type; held rows by guard."""
    return printed(_parts(inbox, config), width=width, color=color)


def _parts(inbox: Inbox, config: Path | None) -> Iterator[RenderableType]:
    if not (inbox.cases or inbox.held):
        yield Text("Nothing waits for a person.")
    for held in inbox.held:
        yield Text(f"◆ {heading(held)}", "bold yellow")
        yield command(_listing(held), config)
        yield Text()
    ids = short_ids(inbox.cases)
    for case in inbox.cases[:ROWS]:
        yield from _case(case, ids, inbox.at, config)
    if (left := len(inbox.cases) - ROWS) > 0:
        yield Text(f"and {left:,} more; see all with --format csv", "dim")
    if inbox.quiet:
        quiet = number(inbox.quiet, "more was", "more were")
        yield Text(f"{quiet} rejected, put off or left alone; see them with --all", "dim")


def _listing(held: HeldBy) -> str:
    return f"held --pair {held.pair} --guard {held.guard}"


def _case(
    case: Case, ids: Mapping[str, str], now: datetime, config: Path | None
) -> Iterator[RenderableType]:
    row, sign = case.row, SIGNS[state(case)]
    who = (label(row.person), *contacts(row.person))
    yield Text.assemble(
        (ids[case.id], "bold cyan"),
        (f"  {sign.shape} {sign.title}  ", COLORS[state(case)]),
        (who[0], "bold"),
        "".join(f"  {contact}" for contact in who[1:]),
    )
    for told in filter(None, _told(case, now)):
        yield indented(Text(told))
    typed = resolving(case, ids[case.id])
    if typed and not case.resolved:
        yield command(typed.removeprefix("affisync "), config)
    yield Text()


def _told(case: Case, now: datetime) -> Iterable[str]:
    row = case.row
    yield ", ".join((task(row.kind, row.side), clean(row.rule, NAME_LIMIT), *worth(row)))
    yield " ".join(why(row))
    yield both_sides(case)
    yield f"since {ago(case.since, now)[0]}{_seen_to(case)}"
    if said := decided(case):
        later = "; the next run carries it out" if case.resolved and not case.refused else ""
        yield f"{clean(said, SENTENCE_LIMIT)}{later}"


def _seen_to(case: Case) -> str:
    owner, put_off, told = case.assigned, case.snoozed, []
    if owner:
        told.append(f"{clean(owner.value, NAME_LIMIT)} sees to it")
    if put_off and put_off.until:
        told.append(f"put off until {put_off.until:%Y-%m-%d %H:%M} UTC")
    if words := note(case):
        told.append(f"note: {clean(words, SENTENCE_LIMIT)}")
    return "".join(f"; {each}" for each in told)


def resolving(case: Case, name: str) -> str | None:
    """What to type to settle it; None where nothing but the sides themselves can."""
    accepted = accepts(case)
    verbs = ("retry", "ignore-field")
    values = "|".join(each for each in accepted if each not in verbs)
    ways = [f"--use {values}"] * bool(values) + [f"--{verb}" for verb in verbs if verb in accepted]
    return f"affisync resolve {name} {' | '.join(ways)}" if ways else None
