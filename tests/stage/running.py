"""One run on the stage, with all that goes wrong during it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from sync.core.report import Mode, Report
from sync.errors import AffisyncError
from sync.runs.pair import Order, Pair, Stop
from sync.runs.run import run_once
from sync.state import leases
from sync.state.holder import this_program
from tests.runs.dying import Died
from tests.runs.shop import Asked
from tests.stage.fate import AnyStep
from tests.stage.house import House
from tests.stage.people import People
from tests.stage.spoiling import Spoiler
from tests.stage.steps import Edit, Join, Meanwhile, Sync, Vanish

BETWEEN: Final = 15
"""Minutes from one run to the next."""
FOR_EVER: Final = 10**9
"""More steps than any process lives to take."""
NOBODY: Final = 2**22 + 1
"""No process has this number: Linux gives none above 2**22."""

Ended = Report | AffisyncError | None
"""A report, what the run was refused with, or None where its process died."""


@dataclass(frozen=True, slots=True)
class Stagehands:
    """What a run is played with."""

    house: House
    people: People
    spoiler: Spoiler


async def run(at: Stagehands, step: Sync, order: Order) -> tuple[Ended, Ended]:
    """A run, and the one beside it, if any."""
    house = at.house
    house.clock.pass_(minutes=BETWEEN)
    if step.dead_lease:
        _leave_lease(house)
    stop, fate = Stop(), _fate(step)
    at.spoiler.arm(step)
    at.people.moment = 0
    try:
        with _watched(at, step, stop, fate):
            beside = _beside(house, order) if step.beside else _nothing()
            return await asyncio.gather(_mortal(house, order, stop, fate), beside)
    finally:
        at.spoiler.disarm()


def _fate(step: Sync) -> AnyStep | None:
    """When the process dies, None where it lives."""
    if step.crash is not None:
        return AnyStep(last=step.crash - 1)
    return AnyStep(last=FOR_EVER) if step.crash_after is not None else None


def order_of(step: Sync) -> Order:
    """What is asked of a run."""
    mode = Mode.DRY_RUN if step.dry else Mode.APPLY
    return Order(mode, frozenset(step.allow), "kim", patient=step.patient)


async def _mortal(house: House, order: Order, stop: Stop, fate: AnyStep | None) -> Ended:
    try:
        async with house.pair(writes=order.mode is Mode.APPLY, stop=stop) as pair:
            return await _once(pair, order)
    except (Died, BaseExceptionGroup):
        if fate is None or not fate.dead:
            raise
        house.close()
        return None


async def _once(pair: Pair, order: Order) -> Ended:
    try:
        return await run_once(pair, order)
    except AffisyncError as error:
        return error


async def _beside(house: House, order: Order) -> Ended:
    """A second process; it has no fate of its own."""
    with house.opened() as store:
        async with house.pair(writes=order.mode is Mode.APPLY) as pair:
            return await _once(replace(pair, store=store), order)


async def _nothing() -> None:
    """Nobody beside."""


def _leave_lease(house: House) -> None:
    """What a process leaves that was killed a moment ago on this host."""
    dead = replace(this_program(), pid=NOBODY)
    with house.store._database.write() as connection:
        leases.take(connection, "main", dead, house.clock())


@contextmanager
def _watched(at: Stagehands, step: Sync, stop: Stop, fate: AnyStep | None) -> Iterator[None]:
    """With everything that is to happen at some request."""
    house = at.house
    house.before += [_Turn(meanwhile, at).ask for meanwhile in step.meanwhile]
    if step.stop is not None:
        house.before.append(_nth(step.stop, stop.request))
    if fate is not None:
        house.before.append(fate.ask)
        house.wrap = fate.of
        if step.crash_after is not None:
            house.after.append(_after_write(step.crash_after, fate.end))
    try:
        yield
    finally:
        house.before.clear()
        house.after.clear()
        house.wrap = lambda store: store


def _nth(number: int, then: Callable[[], object]) -> Callable[[Asked], None]:
    seen = 0

    def ask(_asked: Asked) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            then()

    return ask


def _after_write(number: int, then: Callable[[], object]) -> Callable[[Asked], None]:
    counted = _nth(number, then)
    return lambda asked: counted(asked) if asked.writes else None


@dataclass
class _Turn:
    """Does something once, right before the request that it waits for."""

    meanwhile: Meanwhile
    at: Stagehands
    seen: int = 0

    def ask(self, asked: Asked) -> None:
        if not self._counts(asked):
            return
        self.seen += 1
        if self.seen == self.meanwhile.nth:
            self.at.house.clock.pass_(seconds=1)
            happen(self.at.people, self.meanwhile.step)

    def _counts(self, asked: Asked) -> bool:
        match self.meanwhile.before:
            case "request":
                return True
            case "write":
                return asked.writes
            case "re-read":
                return self.at.people.ids.who(asked.path.split("/")[-1]) == self._who

    @property
    def _who(self) -> str:
        step = self.meanwhile.step
        return step.name if isinstance(step, Join) else step.who


def happen(people: People, step: Edit | Vanish | Join) -> None:
    """Others do something to a person."""
    match step:
        case Edit():
            people.edit(step)
        case Vanish():
            people.vanish(step)
        case Join():
            people.join(step)
    people.moment += 1
    people.watch()
