"""The report's rows as CSV (RFC 4180) that no spreadsheet mistakes for formulas."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from sync.core.plan import Row
from sync.core.report import Report
from sync.render.clean import clean
from sync.render.words import SENTENCE_LIMIT

# A formula begins a cell, or what a spreadsheet that splits at semicolons takes for a cell.
_SIGNS: Final = (
    "=+\\-@"
    "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
    "\N{FULLWIDTH COMMERCIAL AT}\N{SMALL EQUALS SIGN}\N{SMALL PLUS SIGN}"
    "\N{SMALL HYPHEN-MINUS}\N{SMALL COMMERCIAL AT}\N{MINUS SIGN}"
)
_FORMULA: Final = re.compile(f"(^|;)(\\s*)(?=[{_SIGNS}])")


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")


_TEXTS: Final[Mapping[str, Callable[[Row], str | None]]] = {
    "key": lambda row: row.key,
    "disposition": lambda row: row.disposition,
    "outcome": lambda row: row.outcome,
    "kind": lambda row: row.kind,
    "side": lambda row: row.side,
    "name": lambda row: row.person.name,
    "email": lambda row: row.person.email,
    "username": lambda row: row.person.username,
    "slug": lambda row: row.person.slug,
    "user_id": lambda row: row.person.user_id,
    "whop_id": lambda row: row.whop_id,
    "affihub_id": lambda row: row.affihub_id,
    "field": lambda row: row.field,
    "base": lambda row: row.base,
    "before": lambda row: row.before,
    "after": lambda row: row.after,
    "rule": lambda row: row.rule,
    "reason": lambda row: row.reason,
    "guard": lambda row: row.guard,
    "error": lambda row: row.error,
    "decided": lambda row: row.decided,
    "quiet": lambda row: "yes" if row.quiet else "",
}

# Ours, and numbers: a spreadsheet may add them up.
_AMOUNTS: Final[Mapping[str, Callable[[Row], Decimal | None]]] = {
    "monthly_usd": lambda row: row.person.monthly_usd,
    "earnings_usd": lambda row: row.person.earnings_usd,
    "effect_usd": lambda row: row.effect_usd,
}

COLUMNS: Final = (*_TEXTS, *_AMOUNTS, "log")
"""``log`` is the head of the log, the same in every line: the table has no other place for it."""


def render(report: Report) -> str:
    """A header and one line per row, in the order of the report."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([*_line(row), inert(report.run.log)] for row in report.rows)
    return paper.getvalue()


def _line(row: Row) -> list[str]:
    texts = [inert(read(row)) for read in _TEXTS.values()]
    return texts + [_money(read(row)) for read in _AMOUNTS.values()]


def inert(text: str | None) -> str:
    """A cell on one line that is text to every spreadsheet: an apostrophe ends its ambition."""
    return _FORMULA.sub(r"\1\2'", clean(text, SENTENCE_LIMIT))
