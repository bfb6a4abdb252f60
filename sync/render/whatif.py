"""Two plans of the same people and where they differ: for a terminal, and as JSON."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.plan import Disposition, GuardVerdict, Plan, Row
from sync.core.totals import totals_by_disposition
from sync.core.whatif import RowChange, WhatIf, counts
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.words import (
    NAME_LIMIT,
    SENTENCE_LIMIT,
    SIGNS,
    change,
    contacts,
    label,
    moment,
    number,
    stake,
    task,
    title,
    why,
    worth,
)

SCHEMA: Final = "affisync.whatif/1"
ROWS: Final = 200
"""Lines of one table on a terminal."""
UNPLANNED: Final = "not planned"
COUNTED: Final = {
    "linked": "Linked",
    "in_sync": "In sync",
    "unmatched_whop": "Alone on Whop",
    "unmatched_affihub": "Alone on Affihub",
}
"""What is counted beside the rows."""


def document(found: WhatIf) -> str:
    """One JSON document; rows hold what the report's rows hold."""
    difference = found.difference
    plans = {"before": difference.before, "after": difference.after}
    told: dict[str, object] = {
        "schema": SCHEMA,
        "pair": found.pair,
        "run": found.run,
        "at": found.at.isoformat(),
        "config": {"before": found.was, "after": found.now},
        "same": difference.is_empty,
        "counts": {when: counts(plan) for when, plan in plans.items()},
        "totals": {when: _totals(plan) for when, plan in plans.items()},
        "guards": [plain(each) for each in difference.guards],
        "rows": [_row(each) for each in difference.rows],
        "learnt": list(difference.learnt),
        "listed": list(difference.listed),
        "notes": {
            "run": list(found.notes),
            **{when: list(plan.notes) for when, plan in plans.items()},
        },
    }
    return dumps(told)


def _totals(plan: Plan) -> dict[str, object]:
    return {each.value: plain(told) for each, told in totals_by_disposition(plan.rows).items()}


def _row(changed: RowChange) -> dict[str, object]:
    before, after = changed.turn
    return {
        "person": plain(changed.person),
        "whop_id": changed.row.whop_id,
        "affihub_id": changed.row.affihub_id,
        "field": changed.row.field.value,
        "turn": {"before": plain(before), "after": plain(after)},
        "before": plain(changed.before),
        "after": plain(changed.after),
    }


def text(found: WhatIf, config: str, *, width: int, color: bool) -> str:
    """Both plans' counts, what their guards say, and every row that differs, by what becomes of it.

    ``config`` is the other configuration's name.
    """
    return printed(_parts(found, clean(config, NAME_LIMIT)), width=width, color=color)


def _parts(found: WhatIf, config: str) -> Iterator[RenderableType]:
    difference = found.difference
    yield Text(_headline(found, config), "bold")
    told = (
        f"Both plans are of what that run read, {moment(found.at)}. Nothing was asked or written."
    )
    yield Text(told, "dim")
    for note in found.notes:
        yield Text(clean(note, SENTENCE_LIMIT), "yellow")
    yield Text()
    yield _indented(_counts(found, config))
    if difference.guards:
        yield from _guards(found, config)
    for turn, rows in _by_turn(difference.rows).items():
        yield from _group(turn, rows)
    yield from _remembered(found)


def _headline(found: WhatIf, config: str) -> str:
    whose = f"Run {clean(found.run, NAME_LIMIT)} of {clean(found.pair, NAME_LIMIT)} under {config}"
    if found.difference.is_empty:
        return f"{whose}: the plan is the same."
    rows = number(len(found.difference.rows), "row")
    return f"{whose}: {rows} of the plan would be otherwise."


def _beside(config: str, what: str = "") -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim underline")
    for heading in (what, "as it ran", f"under {config}"):
        table.add_column(heading, overflow="fold")
    return table


def _counts(found: WhatIf, config: str) -> Table:
    """Every disposition there is with the money in it, and the plain counts that differ."""
    both = (found.difference.before, found.difference.after)
    table, (was, now) = _beside(config), (counts(plan) for plan in both)
    totals = [totals_by_disposition(plan.rows) for plan in both]
    for each in Disposition:
        if was[each] or now[each]:
            told = (
                f"{known[each]:,}  {stake(money[each])}"
                for known, money in zip((was, now), totals, strict=True)
            )
            table.add_row(SIGNS[each].title, *map(Text, told), style=_changed(was, now, each))
    for name, words in COUNTED.items():
        if was[name] != now[name]:
            table.add_row(words, f"{was[name]:,}", f"{now[name]:,}")
    return table


def _changed(was: dict[str, int], now: dict[str, int], name: str) -> str:
    return "dim" if was[name] == now[name] else ""


def _guards(found: WhatIf, config: str) -> Iterator[RenderableType]:
    table = _beside(config, "Guard")
    for each in found.difference.guards:
        verdicts = map(Text, (_verdict(each.before), _verdict(each.after)))
        table.add_row(Text(clean(each.guard, NAME_LIMIT), "bold"), *verdicts)
    yield Text()
    yield _indented(table)


def _verdict(verdict: GuardVerdict | None) -> str:
    if verdict is None:
        return "holds nothing"
    return f"holds {verdict.held:,} of {number(verdict.counted, 'row')}, {verdict.limit:,} may go"


Turn = tuple[Disposition | None, Disposition | None]


def _by_turn(rows: Sequence[RowChange]) -> dict[Turn, list[RowChange]]:
    found = defaultdict(list)
    for row in rows:
        found[row.turn].append(row)
    return found


def _group(turn: Turn, rows: Sequence[RowChange]) -> Iterator[RenderableType]:
    was, now = (title(each) if each else UNPLANNED for each in turn)
    told = f"{was}, otherwise" if turn[0] is turn[1] else f"{was} → {now}"
    yield Text()
    yield Text(f"{told.capitalize()} · {len(rows):,}", "bold")
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), show_header=False)
    for share in (36, 34, 44):
        table.add_column(ratio=share, overflow="fold")
    for row in rows[:ROWS]:
        table.add_row(_who(row.row), _what(row), _why(row))
    yield _indented(table)
    if (left := len(rows) - ROWS) > 0:
        yield Text(f"  and {left:,} more; see all with --format json", "dim")


def _who(row: Row) -> Text:
    known = (Text(contact, "dim") for contact in contacts(row.person))
    return Text("\n").join([Text(label(row.person), "bold"), *known])


def _what(changed: RowChange) -> Text:
    """What the second plan does; what the first did, where that is something else."""
    lines = [_does(changed.row)]
    if changed.before and _does(changed.before) != lines[0]:
        lines.append(f"before: {_does(changed.before)}")
    return Text("\n".join((*lines, *worth(changed.row))))


def _does(row: Row) -> str:
    return f"{task(row.kind, row.side)}: {change(row)}"


def _why(changed: RowChange) -> Text:
    """Why the second plan has it so; what the first said, where both have it."""
    told = [_says(row) for row in (changed.after, changed.before) if row]
    if told[1:] and told[0] != told[1]:
        told[1] = f"before: {told[1]}"
    return Text("\n".join(dict.fromkeys(told)))


def _says(row: Row) -> str:
    held = f"held by {clean(row.guard, NAME_LIMIT)}:" if row.guard else ""
    return " ".join(filter(None, (held, *why(row))))


def _remembered(found: WhatIf) -> Iterator[RenderableType]:
    """What no row tells: it is written down, or listed, and nobody sees it on either side."""
    learnt, listed = found.difference.learnt, found.difference.listed
    if learnt:
        people = number(len(learnt), "linked person", "linked people")
        yield Text()
        yield Text(f"What both sides agree on would be remembered otherwise of {people}.", "dim")
    if listed:
        people = number(len(listed), "person", "people")
        yield Text()
        yield Text(f"Of {people} without a counterpart, the list would say something else.", "dim")


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 2))
