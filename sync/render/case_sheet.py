"""Rows that wait for a person as CSV (RFC 4180); no cell is a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from sync.core.cases import Case
from sync.core.inbox import state
from sync.core.weigh import accepts
from sync.render.cases import decided, note
from sync.render.sheet import inert

COLUMNS: Final[Mapping[str, Callable[[Case], str | None]]] = {
    "id": lambda case: case.id,
    "pair": lambda case: case.pair,
    "state": lambda case: state(case).value,
    "kind": lambda case: case.row.kind,
    "side": lambda case: case.row.side,
    "name": lambda case: case.row.person.name,
    "email": lambda case: case.row.person.email,
    "username": lambda case: case.row.person.username,
    "whop_id": lambda case: case.row.whop_id,
    "affihub_id": lambda case: case.row.affihub_id,
    "field": lambda case: case.row.field,
    "guard": lambda case: case.row.guard,
    "base": lambda case: case.row.base,
    "before": lambda case: case.row.before,
    "after": lambda case: case.row.after,
    "rule": lambda case: case.row.rule,
    "reason": lambda case: case.row.reason,
    "since": lambda case: case.since.isoformat(),
    "decided": decided,
    "owner": lambda case: case.assigned.value if case.assigned else None,
    "note": note,
    "accepts": lambda case: " ".join(accepts(case)),
}
"""Cells of texts."""

AMOUNTS: Final[Mapping[str, Callable[[Case], Decimal | None]]] = {
    "monthly_usd": lambda case: case.row.person.monthly_usd,
    "effect_usd": lambda case: case.row.effect_usd,
}
"""Cells of numbers: a spreadsheet may add them up."""


def sheet(cases: Iterable[Case]) -> str:
    """A header and one line per row."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *AMOUNTS))
    writer.writerows(_line(case) for case in cases)
    return paper.getvalue()


def _line(case: Case) -> list[str]:
    amounts = (told(case) for told in AMOUNTS.values())
    numbers = ["" if amount is None else format(amount, "f") for amount in amounts]
    return [inert(told(case)) for told in COLUMNS.values()] + numbers
