"""A daemon whose clock is moved by hand: real store, real scheduler, runs that only say so."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from sync.app import App, utc_now
from sync.config import load
from sync.core.report import Mode, Report, RunHead, RunStatus
from sync.core.standing import Standing
from sync.daemon.daemon import Daemon
from sync.daemon.watcher import Skip, Watcher
from sync.daemon.watchers import Watchers
from sync.errors import AffisyncError
from sync.runs.pair import Stop
from sync.state.store import open_store

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NEVER = 1_000_000.0

ENVIRON = {"W": "whop-key-of-the-tests", "A": "affihub-key-of-the-tests"}
PAIR = """
[pairs.{name}]
{settings}
[pairs.{name}.whop]
company_id = "biz_1"
api_key_env = "W"
base_url = "http://127.0.0.1:9"
[pairs.{name}.affihub]
api_key_env = "A"
base_url = "http://127.0.0.1:9"
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def written(path: Path, more: str = "", **pairs: str) -> Path:
    """A configuration of these pairs, each with its settings."""
    head = more or "[state]\nkeep_days = 30\n[daemon]\nlisten = ''\n"
    tables = [PAIR.format(name=name, settings=settings) for name, settings in pairs.items()]
    path.write_text(head + "".join(tables))
    return path


class Never(random.Random):
    """No turn is late; what was asked for is remembered."""

    def __init__(self, late: float = 0.0) -> None:
        super().__init__(1)
        self.late = late
        self.most: list[float] = []

    def uniform(self, a: float, b: float) -> float:
        self.most.append(b)
        return self.late


@dataclass
class Heard:
    """A watcher that remembers."""

    began_: list[tuple[str, datetime]] = field(default_factory=list)
    ended_: list[tuple[str, Report, Standing]] = field(default_factory=list)
    broke_: list[tuple[str, AffisyncError]] = field(default_factory=list)
    skipped_: list[tuple[str, Skip]] = field(default_factory=list)
    reloaded_: list[Sequence[str]] = field(default_factory=list)

    def began(self, pair: str) -> None:
        self.began_.append((pair, utc_now()))

    def ended(self, pair: str, report: Report, standing: Standing) -> None:
        self.ended_.append((pair, report, standing))

    def broke(self, pair: str, error: AffisyncError) -> None:
        self.broke_.append((pair, error))

    def skipped(self, pair: str, why: Skip) -> None:
        self.skipped_.append((pair, why))

    def reloaded(self, problems: Sequence[str]) -> None:
        self.reloaded_.append(problems)

    def times(self, pair: str) -> list[str]:
        """When runs of a pair began, as day and time in UTC."""
        return [f"{when:%d %H:%M}" for name, when in self.began_ if name == pair]


@dataclass
class Runs:
    """In place of real runs: ``held`` ones go on until they are let go or stopped."""

    held: set[str] = field(default_factory=set)
    deaf: bool = False
    errors: dict[str, Exception] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    going: set[str] = field(default_factory=set)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, app: App, name: str, stop: Stop) -> Report:
        self.configs.append(app.config.fingerprint(name))
        if name in self.errors:
            raise self.errors[name]
        if name in self.held:
            await self._go_on(name, stop)
        self.done.append(name)
        now = app.clock()
        head = RunHead(app.new_run_id(), name, Mode.APPLY, RunStatus.IN_SYNC, now, now, "c")
        return Report(head)

    async def _go_on(self, name: str, stop: Stop) -> None:
        self.going.add(name)
        ears = self.let_go.wait() if self.deaf else stop.sleep(NEVER)
        ends = [asyncio.ensure_future(ears), asyncio.ensure_future(self.let_go.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if stop.wanted and not self.deaf:
            self.stopped.append(name)
        for each in ends:
            each.cancel()
        self.going.remove(name)


async def breathe() -> None:
    """Let everybody go on who can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    """Wait for what threads and tasks bring about, however long they take."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - of threads nobody gives an event
            await asyncio.sleep(0.001)
    await breathe()  # the scheduler learns of what ended


@dataclass
class Steps:
    """A daemon that runs, and the hands of its clock."""

    daemon: Daemon
    runs: Runs
    heard: Heard
    chance: Never
    clock: time_machine.Traveller
    path: Path

    async def go(self, to: datetime) -> None:
        """Set the clock and let everything happen that is due."""
        self.clock.move_to(to)
        await self.look()

    async def go_on(self, to: datetime, step: timedelta) -> None:
        """Let the time pass until then."""
        while utc_now() < to:
            await self.go(min(to, utc_now() + step))

    async def look(self) -> None:
        """A heartbeat, and all that comes of it but runs that are held."""
        self.daemon.look()
        await breathe()  # the scheduler looks, its jobs begin, their tasks begin
        await until(lambda: self.daemon._in_hand.keys() <= self.runs.going)

    async def adopt(self, more: str = "", **pairs: str) -> None:
        """Go on with these pairs."""
        config = load(written(self.path, more, **pairs), ENVIRON)
        await self.daemon.adopt(self.daemon.app().with_config(config))
        await self.look()

    def standing(self, pair: str) -> Standing:
        return self.daemon.app().store.standing(pair)

    def keep(self, pair: str, **facts: object) -> None:
        """Let a pair be doing so."""
        standing = replace(self.standing(pair), **facts)  # type: ignore[arg-type]
        self.daemon.app().store.keep_standing(standing)


@asynccontextmanager
async def stepping(
    folder: Path, start: str, *also: Watcher, late: float = 0.0, **pairs: str
) -> AsyncIterator[Steps]:
    """A daemon of these pairs, just begun, its first runs done; the clock stands at ``start``."""
    path = written(folder / "affisync.toml", **pairs)
    runs, heard, chance = Runs(), Heard(), Never(late)
    with time_machine.travel(at(start), tick=False) as clock:
        config = load(path, ENVIRON)
        with open_store(config.state_path, clock=utc_now) as store:
            app = App(config, store, chance=chance)
            daemon = Daemon(app, Watchers(*also, heard), run=runs)
            await daemon.start()
            steps = Steps(daemon, runs, heard, chance, clock, path)
            await steps.go(at(start) + 3 * SECOND)
            yield steps
            runs.let_go.set()
            await daemon.drain(20)
