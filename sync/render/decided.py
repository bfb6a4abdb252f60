"""What somebody just decided, row by row, and what happens next: on a terminal and as JSON."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from sync.core.cases import Case
from sync.core.decision import Verb
from sync.core.totals import totals
from sync.core.undo_reason import undo_of
from sync.core.weigh import Weighed, Wish
from sync.render.cases import ROWS, by_undo, command, indented, line, rows_made, short_ids
from sync.render.cases import document as case_document
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, number, stake

COMMANDS: Final[Mapping[Verb, str]] = MappingProxyType(
    {
        Verb.APPROVE: "approve",
        Verb.REJECT: "reject",
        Verb.USE: "resolve",
        Verb.RETRY: "resolve",
        Verb.IGNORE_FIELD: "resolve",
        Verb.ASSIGN: "assign",
        Verb.SNOOZE: "snooze",
    }
)

DONE: Final[Mapping[Verb, Callable[[Wish], str]]] = MappingProxyType(
    {
        Verb.APPROVE: lambda _wish: "Approved",
        Verb.REJECT: lambda _wish: "Rejected",
        Verb.USE: lambda wish: f"To use {clean(wish.value, NAME_LIMIT)}",
        Verb.RETRY: lambda _wish: "To be tried again",
        Verb.IGNORE_FIELD: lambda _wish: "To be left alone",
        Verb.ASSIGN: lambda wish: f"Given to {clean(wish.value, NAME_LIMIT)}",
        Verb.SNOOZE: lambda _wish: "Put off",
    }
)

NEXT: Final[Mapping[Verb, str]] = MappingProxyType(
    {
        Verb.APPROVE: "The next run applies what is still as it is now: the daemon's next turn, or",
        Verb.REJECT: "Nothing is done about it, and nobody reminded, until it changes.",
        Verb.USE: "The next run carries it out where both sides are as they were:"
        " the daemon's next turn, or",
        Verb.RETRY: "The next run tries it again: the daemon's next turn, or",
        Verb.IGNORE_FIELD: "Nothing is done about this field of this person from now on.",
        Verb.ASSIGN: "It stays in the inbox.",
        Verb.SNOOZE: "It comes back by itself.",
    }
)
_BY_A_RUN: Final = frozenset({Verb.APPROVE, Verb.USE, Verb.RETRY})


def document(weighed: Weighed, *, dry_run: bool) -> str:
    """One JSON document; in a dry run nothing of it was recorded."""
    wish = weighed.wish
    told = {
        "schema": f"affisync.{COMMANDS[wish.verb]}/1",
        "dry_run": dry_run,
        "verb": wish.verb.value,
        "by": wish.by,
        "at": plain(wish.at),
        "until": plain(wish.until),
        "why": wish.why,
        "value": wish.value,
        "decided": [case_document(case) for case in weighed.accepted],
        "refused": [
            case_document(refused.case) | {"refused": refused.reason} for refused in weighed.refused
        ],
    }
    return dumps(told)


def text(
    weighed: Weighed, config: Path | None = None, *, dry_run: bool, width: int, color: bool
) -> str:
    """Every row, what it still needs, what happens next, and who refused."""
    return printed(_parts(weighed, config, dry_run=dry_run), width=width, color=color)


def _parts(weighed: Weighed, config: Path | None, *, dry_run: bool) -> Iterator[RenderableType]:
    ids = short_ids((*weighed.accepted, *(each.case for each in weighed.refused)))
    if weighed.accepted:
        yield Text(_heading(weighed, dry_run=dry_run), "bold")
        yield from _lines(weighed.accepted, ids)
        yield Text(_sum(weighed.accepted))
        for sentence in filter(None, (_second_name(weighed), _until(weighed))):
            yield Text(sentence, "bold yellow" if weighed.wish.verb is Verb.APPROVE else "")
        yield from [Text("Nothing was recorded: a dry run.")] if dry_run else _next(weighed, config)
    if weighed.refused:
        yield Text(f"Refused by {number(len(weighed.refused), 'row')}:", "bold red")
    for refused in weighed.refused[:ROWS]:
        said = f"{line(refused.case)}: {clean(refused.reason, SENTENCE_LIMIT)}"
        yield indented(Text.assemble((ids[refused.case.id], "bold cyan"), f"  {said}"))


def _heading(weighed: Weighed, *, dry_run: bool) -> str:
    wish = weighed.wish
    word = "note" if wish.verb in (Verb.ASSIGN, Verb.SNOOZE) else "because"
    why = f", {word}: {clean(wish.why, SENTENCE_LIMIT)}" if wish.why else ""
    said = f"{DONE[wish.verb](wish)} by {clean(wish.by, NAME_LIMIT)}{why}"
    return f"{'This would be: ' if dry_run else ''}{said}:"


def _lines(cases: tuple[Case, ...], ids: Mapping[str, str]) -> Iterator[RenderableType]:
    for case in cases[:ROWS]:
        yield indented(Text.assemble((ids[case.id], "bold cyan"), f"  {line(case)}"))
    if (left := len(cases) - ROWS) > 0:
        yield indented(Text(f"and {left:,} more; --format json names all", "dim"))


def _sum(cases: tuple[Case, ...]) -> str:
    money = stake(totals(row for case in cases for row in rows_made(case)))
    return f"{', '.join(filter(None, (number(len(cases), 'row'), money)))}."


def _second_name(weighed: Weighed) -> str:
    if weighed.wish.verb is not Verb.APPROVE:
        return ""
    lacking = [case for case in weighed.accepted if case.missing]
    if not lacking:
        return ""
    again = [case for case in weighed.repeated if case.missing]
    by = clean(weighed.wish.by, NAME_LIMIT)
    twice = f" {by} had approved {len(again):,} of them before: that counts once." if again else ""
    needs = number(len(lacking), "row needs", "rows need")
    kinds = ", ".join(sorted({case.row.kind.value for case in lacking}))
    return f"{needs} the yes of a second person ({kinds}), not of {by} again.{twice}"


def _until(weighed: Weighed) -> str:
    until = weighed.wish.until
    return f"This holds until {until:%Y-%m-%d %H:%M} UTC." if until else ""


def _next(weighed: Weighed, config: Path | None) -> Iterator[RenderableType]:
    wish, cases = weighed.wish, weighed.accepted
    if wish.verb is Verb.APPROVE and all(case.missing for case in cases):
        return
    if wish.verb not in _BY_A_RUN:
        yield Text(NEXT[wish.verb])
        return
    if pairs := sorted({case.pair for case in cases if not undo_of(case.row)}):
        yield Text(NEXT[wish.verb])
    for pair in pairs:
        yield command(f"sync --pair {clean(pair)}", config)
    yield from by_undo(cases, config)
