"""Rows that move while a client pages."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from connectors.sandbox.exchange import Answer, Exchange
from connectors.sandbox.world import World

LISTS: Final = frozenset(
    {"list_affiliates", "list_partners", "list_members", "list_product_affiliates"}
)
Rows = list[dict[str, Any]]


def moved(exchange: Exchange, answer: Answer) -> Answer:
    """The page after one thing moved; an answer that is no page of several rows stays as it is."""
    if exchange.operation not in LISTS or answer.status != 200:  # noqa: PLR2004
        return answer
    page = json.loads(answer.body)
    if len(page["data"]) > 1:
        page["data"] = exchange.conditions.chance.choice(MOVES)(exchange.world, page["data"])
    return replace(answer, body=json.dumps(page).encode())


def _repeated(_world: World, rows: Rows) -> Rows:
    """A row comes again at the end of the page."""
    return [*rows, rows[0]]


def _shifted(_world: World, rows: Rows) -> Rows:
    """A row slipped away to a page that was read before: one is missing, another repeated."""
    return [*rows[:-1], rows[0]]


def _reordered(_world: World, rows: Rows) -> Rows:
    """The order of the list changed."""
    return rows[::-1]


def _edited(world: World, rows: Rows) -> Rows:
    """A sale came in for somebody on the page."""
    record = str(rows[0]["id"])
    if record in world.whop.affiliates:
        world.whop.edit(record, referrals=world.whop.affiliates[record].referrals + 1)
    if record in world.affihub.partners:
        pending = world.affihub.partners[record].pending_cents
        world.affihub.edit(record, pending_cents=pending + 100)
    return rows


MOVES: Final[Sequence[Callable[[World, Rows], Rows]]] = (_repeated, _shifted, _reordered, _edited)
