"""A statement in every form it takes; the text is for the person who signs it."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.accounts import Account
from sync.core.ledger import Ledger, Line, Sum, monthly
from sync.core.ledger import told as ground
from sync.core.record import Side
from sync.core.statement import (
    CAVEATS,
    Book,
    Count,
    Statement,
    difference,
    earned_on_affihub,
    firm_on_affihub,
)
from sync.render import statement_words as says
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.words import SENTENCE_LIMIT, label, moment, money, number

KEYS: Final = 3
"""Rows named behind a step of a ledger; all of them are in the other forms."""
PEOPLE: Final = 200
"""People of one table on a terminal."""
EARNERS: Final = 20
"""People whose earnings a terminal shows: those with the largest difference."""
MINUS: Final = "\N{MINUS SIGN}"


class Form(StrEnum):
    """The forms a statement can take."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def render(done: Statement, form: Form, *, width: int = 80, color: bool = False) -> str:
    """The statement in one form; ``width`` and ``color`` are for the text only."""
    # jinja2 is slow to import: only who needs it pays for it.
    match form:
        case Form.TEXT:
            return printed(_parts(done), width=width, color=color)
        case Form.HTML:
            from sync.render import statement_page  # noqa: PLC0415

            return statement_page.render(done)
        case Form.JSON:
            from sync.render import statement_document  # noqa: PLC0415

            return statement_document.render(done)
        case Form.CSV:
            from sync.render import statement_sheet  # noqa: PLC0415

            return statement_sheet.render(done)


def _parts(done: Statement) -> Iterator[RenderableType]:
    clear = not (done.holes or done.remainder) and done.adds_up
    yield Text(says.headline(done), "bold green" if clear else "bold red")
    yield Text(f"As of {moment(done.at)}. Nothing was written.", "dim")
    yield from (Text(clean(hole, SENTENCE_LIMIT), "yellow") for hole in done.holes)
    if done.remainder:
        yield from _remainder(done.remainder)
    for ledger in done.ledgers:
        yield _heading(ledger.title)
        yield _ledger(ledger)
    yield from _counted(done)
    yield from _earnings(done)
    yield from _notes(done)


def _heading(title: str) -> Text:
    return Text(f"\n{title}", "bold")


def _remainder(people: tuple[Account, ...]) -> Iterator[RenderableType]:
    yield _heading(f"The remainder: {number(len(people), 'person', 'people')}")
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(ratio=30, overflow="fold")
    table.add_column(ratio=70, overflow="fold")
    for one in people[:PEOPLE]:
        table.add_row(_who(one), Text("\n").join(_open(one)))
    yield table
    yield from _more(len(people) - PEOPLE, "csv")


def _who(one: Account) -> Text:
    return Text.assemble((label(one.person), "bold"), "\n", (says.ids(one), "dim"))


def _open(one: Account) -> Iterator[Text]:
    """What both sides and the mapping say where nothing explains that they differ."""
    if one.status.is_open:
        yield Text(f"status {one.status.finding}: {says.statuses(one)}")
    if one.rate.is_open:
        yield Text(f"rate {one.rate.finding}: {says.rates(one)}")


def _ledger(ledger: Ledger) -> Table:
    table = Table.grid(padding=(0, 2), pad_edge=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", max_width=26)
    table.add_row(Text(ledger.start.title), _count(ledger.start.people), _sum(ledger.start.monthly))
    for line in ledger.explained:
        table.add_row(_step(line, ledger), _signed(line), _money(line))
    for line in ledger.unexplained:
        title = Text(f"Remainder: {clean(line.title)}, {says.UNEXPLAINED}", "bold red")
        table.add_row(title, _signed(line), _money(line))
    if not ledger.remainder:
        table.add_row(Text("Remainder", "dim"), Text("0", "dim"), "")
    end = ledger.end
    table.add_row(Text(f"= {end.title}", "bold"), _count(end.people, bold=True), _sum(end.monthly))
    if ledger.gap:
        table.add_row(Text("The steps miss this count by", "bold red"), f"{ledger.gap:,}", "")
    return table


def _money(line: Line) -> Text:
    return Text(says.amount(monthly(line.accounts), line.sign), "dim")


def _signed(line: Line) -> Text:
    return Text(f"{MINUS if line.people < 0 else '+'}{abs(line.people):,}")


def _count(people: int, *, bold: bool = False) -> Text:
    return Text(f"{people:,}", "bold" if bold else "")


def _sum(amount: Sum) -> Text:
    return Text(says.amount(amount), "dim")


def _step(line: Line, ledger: Ledger) -> Text:
    """What is taken away or added, why, and the rows that say so, or else whom it is about."""
    told = Text(f"{clean(line.title)}: {clean(ground(line.reason), SENTENCE_LIMIT)}")
    if line.keys:
        more = len(line.keys) - KEYS
        keys = ", ".join(line.keys[:KEYS]) + (f" and {more:,} more" if more > 0 else "")
        told.append(f"\n  {clean(keys)}", "dim")
    for one in says.named(line, ledger):
        told.append(f"\n  {one}", "dim")
    return told


def _counted(done: Statement) -> Iterator[RenderableType]:
    yield _heading("By status")
    yield _counts(done.statuses, earned=done.earnings_read)
    yield _heading("By rate, who is on")
    yield _counts(done.rates, earned=done.earnings_read)
    yield _indented("Monthly revenue and earnings are Whop's, of the linked affiliate.")


def _counts(counts: tuple[Count, ...], *, earned: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 1), header_style="dim")
    table.add_column("")
    table.add_column("", overflow="fold")
    heads = ["People", "Monthly", "Earned on Whop", *(["Earned on Affihub"] if earned else [])]
    for head in heads:
        table.add_column(head, justify="right", overflow="fold")
    before: Book | None = None
    for one in counts:
        cells = [f"{one.people:,}", says.amount(one.monthly), says.amount(one.earned)]
        cells += [says.plain_amount(one.earned_affihub)] if earned else []
        book = one.book.brand if one.book is not before else ""
        table.add_row(Text(book, "bold"), Text(clean(one.word)), *map(Text, cells))
        before = one.book
    return table


def _earnings(done: Statement) -> Iterator[RenderableType]:
    yield _heading("Earnings of both sides")
    if not done.earnings_read:
        yield _indented(says.READ_EARNINGS)
    told = [one for one in done.accounts if difference(one)]
    told.sort(key=lambda one: abs(difference(one) or Decimal(0)), reverse=True)
    if told:
        yield _beside(told[:EARNERS])
        yield from _more(len(told) - EARNERS, "csv")
    yield from (_indented(caveat) for caveat in CAVEATS)


def _beside(people: list[Account]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 1), header_style="dim")
    table.add_column("", overflow="fold", ratio=1)
    for head in ("Whop, $", "Affihub", "of it firm", "Difference"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in people:
        amounts = (earned_on_affihub(one), firm_on_affihub(one), difference(one))
        earned = (money(one.person.earnings_usd), *map(says.bare, amounts))
        table.add_row(Text(label(one.person)), *map(Text, earned))
    return table


def _notes(done: Statement) -> Iterator[RenderableType]:
    notes = [
        f"{side.brand} lists a record nobody can read, which no count holds "
        f"({incident.id or '?'}): {incident.reason}"
        for side in Side
        for incident in done.unreadable[side]
    ]
    notes += done.notes
    if notes:
        yield _heading("Notes")
    yield from (_indented(clean(note, SENTENCE_LIMIT)) for note in notes)


def _more(left: int, form: str) -> Iterator[RenderableType]:
    if left > 0:
        yield Text(f"  and {left:,} more; see all with --format {form}", "dim")


def _indented(text: str) -> RenderableType:
    return Padding(Text(text), (0, 0, 0, 1))
