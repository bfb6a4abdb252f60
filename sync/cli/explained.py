"""An explanation on a terminal, and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.plan import Base, Field, Link, Row
from sync.core.ports import PastDecision, PastRow
from sync.core.record import Side
from sync.core.saying import sentence
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.terminal import COLORS
from sync.render.who import affiliate_line, partner_line
from sync.render.words import (
    SENTENCE_LIMIT,
    SIGNS,
    change,
    label,
    mark,
    moment,
    task,
    title,
    value,
    why,
)
from sync.runs.explain import Explanation, FieldNow, Someone

SCHEMA: Final = "affisync.explanation/1"


def document(told: Explanation) -> str:
    """One JSON document."""
    fields = plain(told)
    return dumps({"schema": SCHEMA} | fields if isinstance(fields, dict) else {})


def text(told: Explanation, *, width: int, color: bool) -> str:
    """For a terminal: who, the link, the fields, what a run would do, what happened before."""
    return printed(_parts(told), width=width, color=color)


def _parts(told: Explanation) -> Iterator[RenderableType]:
    yield Text(label(told.someone.person), "bold")
    yield from _indented(_sides(told.someone))
    yield from _indented(_links(told))
    yield from _section("Fields", [_fields(told.fields)])
    yield from _section("A run would now", _would(told))
    if told.lessons:
        yield from _section("Learnt, and not tried again as it is", _lessons(told))
    if told.decisions:
        yield from _section("Decided", map(_decision, told.decisions))
    if told.history:
        yield from _section("Earlier", _history(told.history))
    if told.notes:
        yield from _section("Notes", (_sentence(note) for note in told.notes))


def _section(heading: str, parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    yield Text()
    yield Text(heading, "bold underline")
    yield from _indented(parts)


def _indented(
    parts: Iterable[RenderableType],
) -> Iterator[RenderableType]:
    for part in parts:
        yield Padding(part, (0, 0, 0, 2))


def _sentence(words: str | None, style: str = "") -> Text:
    return Text(clean(words, SENTENCE_LIMIT), style)


def _sides(someone: Someone) -> Iterator[Text]:
    link = someone.link
    if someone.affiliate:
        yield Text(affiliate_line(someone.affiliate))
        known = ", ".join(clean(email) for email in someone.emails) or "no address known"
        yield Text(f"Whop user {clean(someone.user_id)}: {known}", "dim")
    else:
        yield _nobody(Side.WHOP, link.whop_id if link else None)
    if someone.partner:
        yield Text(partner_line(someone.partner))
        yield Text(f"slug {clean(someone.partner.slug)}", "dim")
    else:
        yield _nobody(Side.AFFIHUB, link.affihub_id if link else None)


def _nobody(side: Side, linked: str | None) -> Text:
    if linked is None:
        return Text(f"nobody on {side.brand}")
    return Text(f"{clean(linked)}: linked, but not seen on {side.brand}")


def _links(told: Explanation) -> Iterator[Text]:
    someone = told.someone
    if someone.link:
        yield _sentence(f"Linked, by this evidence: {someone.link.evidence}{_more(someone.link)}.")
    elif someone.new:
        yield _sentence(f"Not linked yet; the next run links them ({someone.new.evidence}).")
    else:
        yield Text("Not linked.")
    if told.apart:
        yield _sentence(f"Kept apart by hand from {', '.join(told.apart)}.")
    for one in told.alone:
        if one.suggestion:
            yield _sentence(f"May be the same person as {one.suggestion}.")


def _more(link: Link) -> str:
    owed = "; still to be made active by us" if link.activation_owed else ""
    return f"; invitation {link.acceptance.value}{owed}"


def _fields(fields: Sequence[FieldNow]) -> Table:
    table = _table("", "Last agreed", "Whop now", "Affihub now", "")
    for one in fields:
        now = (_now(one.field, shown) for shown in (one.whop, one.affihub))
        texts = (title(one.field), _base(one.field, one.base), *now, clean(one.note))
        table.add_row(*map(Text, texts))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _base(field: Field, base: Base | None) -> str:
    if base is None:
        return "never"
    if field is not Field.STATUS:
        return _now(field, base.value)
    return clean(f"{base.value} ({base.whop or 'null'} | {base.affihub or 'null'})")


def _now(field: Field, shown: str | None) -> str:
    return value(field, shown) if shown else "-"


def _would(told: Explanation) -> Iterator[RenderableType]:
    if told.verdict:
        yield _sentence(told.verdict)
    for row in told.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[RenderableType]:
    sign = SIGNS[mark(row)]
    yield Text.assemble((f"{sign.shape} {sign.title}", COLORS[mark(row)]), f"  {_what(row)}")
    held = f" Held by guard {clean(row.guard)}." if row.guard else ""
    yield Padding(Text(f"rule {clean(row.rule)}: {_why(row)}{held}"), (0, 0, 0, 2))


def _what(row: Row) -> str:
    return f"{task(row.kind, row.side)}: {change(row)}"


def _lessons(told: Explanation) -> Iterator[Text]:
    shown = {row.reason for row in told.rows}
    for lesson in told.lessons:
        learnt = lesson.parked
        reason = "" if learnt.reason in shown else f": {learnt.reason}"
        yield _sentence(f"{moment(learnt.at)}  {learnt.disposition}, rule {learnt.rule}{reason}")


def _decision(past: PastDecision) -> Text:
    """Who decided what about which row, and what became of that."""
    row, ended = past.decision.row, f" ({past.fate})" if past.fate else ""
    return _sentence(f"{task(row.kind, row.side)}: {sentence(past.decision)}{ended}")


def _history(history: Iterable[PastRow]) -> Iterator[RenderableType]:
    for past in history:
        row, sign = past.row, SIGNS[mark(past.row)]
        came = (f"  {sign.title}", COLORS[mark(row)])
        yield Text.assemble((moment(past.at), "dim"), came, f"  {_what(row)}")
        told = f"run {clean(past.run_id)}, rule {clean(row.rule)}: {_why(row)}"
        yield Padding(Text(told, "dim"), (0, 0, 0, 2))


def _why(row: Row) -> str:
    return " ".join(why(row))
