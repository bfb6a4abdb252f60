"""What the sides do to the requests of one run: they listen, and spoil what the step says.

Requests are heard with the address in their bodies, so that a create tells whom it is about.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from starlette.types import Message, Receive

from connectors.sandbox.exchange import Answer, Exchange
from connectors.sandbox.faults import PROFILES, Fault, Faults
from connectors.sandbox.gate import PREFIX
from connectors.sandbox.script import Script
from connectors.sandbox.script import Step as Planned
from connectors.sandbox.tables import Table
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.stage.asking import ADDRESS
from tests.stage.people import People
from tests.stage.steps import Hit, Shape, Sync

LISTINGS: Final = {"list_affiliates": Side.WHOP, "list_partners": Side.AFFIHUB}
REFUSED: Final = b'{"error": {"type": "refused", "message": "The sandbox refused this."}}'


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as a side heard it; ``address`` is the one in its body.

    ``moment`` is how often others had done something by then, since the run began.
    """

    side: Side
    method: str
    operation: str
    path: str
    address: str
    moment: int = 0


@dataclass(slots=True)
class Ear:
    """All that was heard."""

    heard: list[Heard] = field(default_factory=list)


class Spoiler(Faults):
    """The faults of the run in hand; none where nothing was armed."""

    def __init__(self, people: People) -> None:
        super().__init__(sleep=_at_once)
        self.people = people
        self.heard: list[Heard] = []
        self._hits = Script()
        self._shapes: Mapping[Side, Shape] = {}
        self._hidden: frozenset[str] = frozenset()

    def arm(self, step: Sync) -> None:
        """Spoil as this step says, from the next request on."""
        self.conditions.chance.seed(step.seed)
        self.set_rates(step.faults)
        self._hits = Script([_planned(hit) for hit in step.hits])
        self._shapes = step.listing
        world = self.people.world
        tables: dict[Side, Table[Any]] = {
            Side.WHOP: world.whop.affiliates,
            Side.AFFIHUB: world.affihub.partners,
        }
        thinned = [
            sorted(tables[side])[1::2] for side, how in step.listing.items() if how == "thinned"
        ]
        empty = [list(tables[side]) for side, how in step.listing.items() if how == "empty"]
        self._hidden = frozenset(i for ids in (*thinned, *empty) for i in ids)

    def disarm(self) -> None:
        """Spoil nothing any more."""
        self.arm(Sync())

    def pick(self, side: Side, operation: str) -> tuple[str, Fault] | None:
        """What becomes of a request; all of them are heard."""
        step = self._hits.take(side, operation)
        drawn = ("hit", _hit(step)) if step else super().pick(side, operation)
        name, fault = drawn or ("", self._plain(side, operation))

        async def heard(exchange: Exchange) -> None:
            body = await _body(exchange.receive)
            address = _address(body)
            path = exchange.scope["path"].removeprefix(PREFIX)
            method = exchange.scope["method"]
            self.heard.append(Heard(side, method, operation, path, address, self.people.moment))
            ADDRESS.set(address)
            await fault(replace(exchange, receive=_again(body)))

        return name, heard

    def _plain(self, side: Side, operation: str) -> Fault:
        if operation not in LISTINGS:
            return Exchange.go_on

        async def listed(exchange: Exchange) -> None:
            if b"search=" in exchange.scope["query_string"]:
                await exchange.go_on()
                return
            hidden = self._hidden | self.people.unlisted
            with _without(exchange.world, side, hidden) if hidden else _as_it_is():
                await SHAPES.get(self._shapes.get(side, ""), Exchange.go_on)(exchange)

        return listed


async def lost(exchange: Exchange) -> None:
    """The server acted, nobody learns of it."""
    await PROFILES["reset-after"](exchange)


async def lie(exchange: Exchange) -> None:
    """The server says yes and keeps what it had."""
    tables = _tables(exchange.world)
    before = [dict(table) for table in tables]
    answer = await exchange.served()
    for table, was in zip(tables, before, strict=True):
        for record_id in {*was, *table}:
            if record_id not in was:
                del table[record_id]
            elif table.get(record_id) is not was[record_id]:
                table[record_id] = was[record_id]
    await exchange.answer(answer)


async def partial(exchange: Exchange) -> None:
    """Half of the rows, and a paging that does not add up."""
    answer = await exchange.served()
    if answer.status != 200:
        await exchange.answer(answer)
        return
    page = json.loads(answer.body)
    rows = page["data"]
    page["data"] = rows[: len(rows) // 2]
    if "page_info" in page:
        page["page_info"] |= {"has_next_page": True}  # and the next page has the same cursor
    else:
        page["total"] = len(rows) + 1
    await exchange.answer(replace(answer, body=json.dumps(page).encode()))


OWN: Final[Mapping[str, Fault]] = {"lost": lost, "lie": lie}
FAULTS: Final = frozenset({*PROFILES, *OWN})
"""What a hit can be, beside the number of a status."""
SHAPES: Final[Mapping[str, Callable[[Exchange], Awaitable[None]]]] = {
    "partial": partial,
    "drifting": PROFILES["drift"],
}


def _planned(hit: Hit) -> Planned:
    return Planned(fault=hit.fault, operation=hit.on, side=hit.side, nth=hit.nth, times=hit.times)


def _hit(step: Planned) -> Fault:
    told = str(step.fault)
    if told.isdigit():

        async def refused(exchange: Exchange) -> None:
            await exchange.answer(Answer(int(told), REFUSED))

        return refused
    return OWN.get(told) or PROFILES[told]


def _tables(world: World) -> tuple[Table[Any], ...]:
    return world.whop.affiliates, world.whop.overrides, world.affihub.partners


@contextmanager
def _without(world: World, side: Side, hidden: frozenset[str] | set[str]) -> Iterator[None]:
    """The world without some records, for as long as one listing is served."""
    records: Any = world.whop if side is Side.WHOP else world.affihub
    name = "affiliates" if side is Side.WHOP else "partners"
    whole: Table[Any] = getattr(records, name)
    shown: Table[Any] = Table(**whole._keys)
    for record_id, record in whole.items():
        if record_id not in hidden:
            shown[record_id] = record
    setattr(records, name, shown)
    try:
        yield
    finally:
        setattr(records, name, whole)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _again(body: bytes) -> Receive:
    async def received() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return received


def _address(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    return str(told.get("email") or told.get("user_identifier") or "")


async def _at_once(_seconds: float) -> None:
    """Slow answers cost no time here."""
