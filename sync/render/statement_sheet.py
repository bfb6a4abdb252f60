"""A statement as CSV: one line per person, and no cell that a spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from sync.core.accounts import Account
from sync.core.statement import Statement, difference, earned_on_affihub, firm_on_affihub
from sync.render import statement_words as says
from sync.render.sheet import inert

_TEXTS: Final[Mapping[str, Callable[[Account], str | None]]] = {
    "side": says.where,
    "name": lambda one: one.person.name,
    "email": lambda one: one.person.email,
    "username": lambda one: one.person.username,
    "slug": lambda one: one.person.slug,
    "user_id": lambda one: one.person.user_id,
    "whop_id": lambda one: one.whop_id,
    "affihub_id": lambda one: one.affihub_id,
    "whop_status": says.whop_status,
    "affihub_status": says.affihub_status,
    "mapping_status": says.mapping_status,
    "status": lambda one: one.status.finding,
    "status_key": lambda one: says.key(one.status),
    "status_ground": lambda one: says.ground(one.status),
    "status_why": lambda one: says.why(one.status),
    "whop_rate": lambda one: says.whop_rate(one).removesuffix(" %"),
    "affihub_rate": lambda one: says.affihub_rate(one).removesuffix(" %"),
    "mapping_rate": lambda one: says.mapping_rate(one).removesuffix(" %"),
    "rate": lambda one: one.rate.finding if one.link else "",
    "rate_key": lambda one: says.key(one.rate),
    "rate_ground": lambda one: says.ground(one.rate),
    "rate_why": lambda one: says.why(one.rate),
    "remainder": lambda one: "yes" if one.is_open else "",
}

# Ours, and numbers: a spreadsheet may add them up.
_AMOUNTS: Final[Mapping[str, Callable[[Account], Decimal | None]]] = {
    "monthly_usd": lambda one: one.person.monthly_usd,
    "whop_earnings_usd": lambda one: one.person.earnings_usd,
    "affihub_earned": earned_on_affihub,
    "affihub_firm": firm_on_affihub,
    "earnings_difference": difference,
}

COLUMNS: Final = (*_TEXTS, *_AMOUNTS)


def render(done: Statement) -> str:
    """A header and one line per person; an empty amount is unknown, never zero."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_line, done.accounts))
    return paper.getvalue()


def _line(one: Account) -> list[str]:
    texts = [inert(read(one)) for read in _TEXTS.values()]
    amounts = (read(one) for read in _AMOUNTS.values())
    return texts + ["" if amount is None else format(amount, "f") for amount in amounts]
