"""A statement as JSON: the contract ``affisync.statement/1``; amounts and rates are text."""

from decimal import Decimal
from typing import Any, Final

from sync.core.accounts import Account, Tie
from sync.core.grounds import Reason
from sync.core.ledger import End, Ledger, Line, Sum, told
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
from sync.render.document import dumps
from sync.render.plain import plain

SCHEMA: Final = "affisync.statement/1"


def render(done: Statement) -> str:
    """The whole statement as one JSON document."""
    return dumps(document(done))


def document(done: Statement) -> dict[str, Any]:
    """The statement as JSON-ready values; people by their place in ``people`` in the ledgers."""
    places = {id(one): place for place, one in enumerate(done.accounts)}
    return {
        "schema": SCHEMA,
        "pair": done.pair,
        "at": done.at.isoformat(),
        "complete": not done.holes,
        "adds_up": done.adds_up,
        "remainder": [places[id(one)] for one in done.remainder],
        "behind": [places[id(one)] for one in done.behind],
        "holes": list(done.holes),
        "statuses": _counts(done.statuses),
        "rates": _counts(done.rates),
        "ledgers": [_ledger(ledger, places) for ledger in done.ledgers],
        "earnings": {
            "currency": {"whop": "USD", "affihub": None},
            "read": done.earnings_read,
            "caveats": list(CAVEATS),
        },
        "people": [_person(one) for one in done.accounts],
        "unreadable": plain(done.unreadable),
        "notes": list(done.notes),
    }


def _counts(counts: tuple[Count, ...]) -> dict[str, list[dict[str, Any]]]:
    return {
        book.value: [
            {
                "word": one.word,
                "people": one.people,
                "monthly_usd": _sum(one.monthly),
                "whop_earnings_usd": _sum(one.earned),
                "affihub_earned": _sum(one.earned_affihub),
            }
            for one in counts
            if one.book is book
        ]
        for book in Book
    }


def _sum(amount: Sum) -> dict[str, Any]:
    return {"known": _money(amount.known), "unknown": amount.unknown}


def _ledger(ledger: Ledger, places: dict[int, int]) -> dict[str, Any]:
    return {
        "name": ledger.name,
        "title": ledger.title,
        "start": _end(ledger.start),
        "lines": [_line(line, places) for line in ledger.lines],
        "remainder": [places[id(one)] for one in ledger.remainder],
        "end": _end(ledger.end),
        "gap": ledger.gap,
    }


def _end(end: End) -> dict[str, Any]:
    return {"title": end.title, "people": end.people, "monthly_usd": _sum(end.monthly)}


def _line(line: Line, places: dict[int, int]) -> dict[str, Any]:
    return {
        "title": line.title,
        "people": line.people,
        "by": line.reason and line.reason.by.value,
        "ground": told(line.reason),
        "keys": list(line.keys),
        "who": [places[id(one)] for one in line.accounts],
    }


def _person(one: Account) -> dict[str, Any]:
    return {
        "person": plain(one.person),
        "whop_id": one.whop_id,
        "affihub_id": one.affihub_id,
        "linked": one.link is not None,
        "side": says.where(one),
        "status": {
            "whop": one.affiliate.status if one.affiliate else None,
            "affihub": one.partner.status if one.partner else None,
            "mapping": one.link.status.value if one.link and one.link.status else None,
            **_tie(one.status),
        },
        "rate": {
            "whop": says.whop_rate(one).removesuffix(" %") or None,
            "affihub": says.affihub_rate(one).removesuffix(" %") or None,
            "mapping": says.mapping_rate(one).removesuffix(" %") or None,
            **_tie(one.rate),
        },
        "earnings": {
            "whop_usd": _money(one.person.earnings_usd),
            "affihub_earned": _money(earned_on_affihub(one)),
            "affihub_firm": _money(firm_on_affihub(one)),
            "difference": _money(difference(one)),
        },
    }


def _tie(tie: Tie) -> dict[str, Any]:
    return {"finding": tie.finding.value, "explained": not tie.is_open, **_reason(tie.reason)}


def _reason(reason: Reason | None) -> dict[str, Any]:
    return {
        "by": reason.by.value if reason else None,
        "key": reason.row.key if reason and reason.row else None,
        "rule": reason.row.rule if reason and reason.row else None,
        "why": reason.text if reason else None,
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")
