"""The ways in which a listing is not whole: empty, short, cut off, going in circles."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Final

from connectors.sandbox.exchange import Answer, Exchange
from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.script import Step
from connectors.sandbox.tables import Table
from connectors.sandbox.world import World
from sync.core.record import Side

LEFT: Final = 3
"""So few are left where nearly everybody vanished."""
ALWAYS: Final = 10**6
LISTS: Final[Mapping[Side, str]] = {
    Side.WHOP: "list_affiliates",
    Side.AFFIHUB: "list_partners",
}
NOBODY: Final[Mapping[Side, Mapping[str, Any]]] = {
    Side.WHOP: {"data": [], "page_info": {"has_next_page": False, "end_cursor": None}},
    Side.AFFIHUB: {"data": [], "total": 0, "page": 1, "per_page": 100},
}
"""A whole and valid list of nobody, as each side tells it."""


class Circling(Faults):
    """Faults, and a side whose first page of the list comes again and again."""

    side: Side | None = None
    _first: Answer | None = None

    def pick(self, side: Side, operation: str) -> tuple[str, Fault] | None:
        """The page that came before, or whatever else is planned."""
        if side is self.side and operation == LISTS[side]:
            return ("circling", self._again)
        return super().pick(side, operation)

    async def _again(self, exchange: Exchange) -> None:
        self._first = self._first or await exchange.served()
        await exchange.answer(self._first)


Spoil = Callable[[World, Circling, Side], AbstractContextManager[None]]
"""Spoils a side's list for as long as the block lasts."""


@contextmanager
def _scripted(
    fault: str | None, nth: int, _world: World, faults: Circling, side: Side
) -> Iterator[None]:
    """A fault, or (None) a list of nobody, from the nth page on."""
    told = fault or Answer(200, json.dumps(NOBODY[side]).encode())
    faults.set_script([Step(fault=told, operation=LISTS[side], side=side, nth=nth, times=ALWAYS)])
    yield
    faults.set_script([])


@contextmanager
def _vanished(world: World, _faults: Circling, side: Side) -> Iterator[None]:
    """Nearly everybody is gone, and the list says it is whole."""
    table: Table[Any] = world.whop.affiliates if side is Side.WHOP else world.affihub.partners
    people = dict(table)
    for gone in list(people)[LEFT:]:
        del table[gone]
    yield
    table.update(people)


@contextmanager
def _circling(_world: World, faults: Circling, side: Side) -> Iterator[None]:
    """The first page comes in the place of every other one."""
    faults.side = side
    yield
    faults.side = None


SPOILS: Final[Mapping[str, Spoil]] = {
    "empty": partial(_scripted, None, 1),
    "vanished": _vanished,
    "truncated": partial(_scripted, "truncated", 2),
    "html": partial(_scripted, "html", 2),
    "errors": partial(_scripted, "errors", 2),
    "circling": _circling,
}
"""The ways by name."""
