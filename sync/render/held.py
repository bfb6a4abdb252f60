"""The held rows by what holds them: for a terminal, and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from sync.core.cases import Case
from sync.core.inbox import HeldBy, by_guard
from sync.core.undo_reason import undo_of
from sync.render.cases import by_undo, command, indented, short_ids, table
from sync.render.cases import document as case_document
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.terminal import WIDE
from sync.render.words import NAME_LIMIT, number, stake

SCHEMA: Final = "affisync.held/1"


def document(cases: Sequence[Case]) -> str:
    """One JSON document."""
    return dumps({"schema": SCHEMA, "held": [case_document(case) for case in cases]})


def text(
    cases: Sequence[Case], now: datetime, config: Path | None = None, *, width: int, color: bool
) -> str:
    """A table for each guard, and what to type."""
    return printed(_parts(cases, now, config, wide=width >= WIDE), width=width, color=color)


def _parts(
    cases: Sequence[Case], now: datetime, config: Path | None, *, wide: bool
) -> Iterator[RenderableType]:
    if not cases:
        yield Text("Nothing is held.")
        return
    ids = short_ids(cases)
    for held in by_guard(cases):
        yield Text(heading(held), "bold yellow")
        for part in table(held.cases, ids, now, wide=wide):
            yield indented(part)
        yield command(f"approve --pair {held.pair} --guard {held.guard}", config)
        yield from by_undo(held.cases, config)
        yield Text()
    first = ids[cases[0].id]
    yield Text("Nothing of it is done before somebody says yes; one by one, or otherwise:", "dim")
    yield command(f"approve {first}", config)
    yield command(f"reject {first} --reason TEXT", config)


def heading(held: HeldBy) -> str:
    """What holds how many, what is at stake, and how many were approved."""
    count, guard = len(held.cases), clean(held.guard, NAME_LIMIT)
    held_by = f"{clean(held.pair, NAME_LIMIT)}: {number(count, 'row')} held by {guard}"
    return ", ".join(filter(None, (held_by, stake(held.money), *_approved(held))))


def _approved(held: HeldBy) -> Iterator[str]:
    """How many need nobody's yes any more, by what applies them."""
    undone = [case for case in held.cases if undo_of(case.row) and not case.missing]
    for count, by in ((held.approved - len(undone), "the next run"), (len(undone), "the undo")):
        if count:
            yield f"{count:,} approved, applied by {by}"
