"""Two people beside each other, for whoever says whether they are one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sync.core.plan import Alone
from sync.core.record import Side
from sync.core.unmatched import Candidate
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.unmatched import handle
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, money


def side_by_side(candidate: Candidate, title: str, emails: Sequence[str], *, width: int) -> str:
    """Two people beside each other, with all that speaks for their being one.

    ``emails`` are all addresses Whop shows of the affiliate.
    """
    return printed(_beside(candidate, title, emails), width=width, color=False)


def _beside(candidate: Candidate, title: str, emails: Sequence[str]) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("", Side.WHOP.brand, Side.AFFIHUB.brand):
        table.add_column(heading, overflow="fold")
    whop, affihub = candidate.whop, candidate.affihub
    for what, read in SHOWN.items():
        limit = SENTENCE_LIMIT if what == "a run would say" else NAME_LIMIT
        cells = [clean(read(one), limit) for one in (whop, affihub)]
        if what == "email" and emails:
            cells[0] = clean(", ".join(emails))
        if any(cells):
            table.add_row(what, *(Text(cell or "-") for cell in cells))
    yield Text("")
    yield Text(f"{title}: {candidate.likeness.score} of 100")
    yield table
    for hint in candidate.likeness.hints:
        yield Text(f"  {hint.words}, {hint.weight} of 100")


SHOWN: Final[Mapping[str, Callable[[Alone], str | None]]] = {
    "id": lambda one: one.id,
    "name": lambda one: one.person.name,
    "username or slug": lambda one: handle(one.person),
    "email": lambda one: one.person.email,
    "status": lambda one: one.status or "no status",
    "a month": lambda one: money(one.person.monthly_usd),
    "earned": lambda one: money(one.person.earnings_usd),
    "a run would say": lambda one: one.reason,
}
"""What is shown of each of two people."""
