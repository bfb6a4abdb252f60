"""A pair in a real state, a clock moved by hand, and a voice whose pauses end when told to."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.app import App
from sync.config import load
from sync.core.plan import Disposition, Row
from sync.core.ports import Told
from sync.core.report import Mode, Report, RunHead, RunStatus, Trouble
from sync.core.standing import Standing
from sync.daemon.voice.sending import Send, send
from sync.daemon.voice.voice import Voice
from sync.runs.linking import held
from sync.state.store import Store, open_store
from tests.daemon.stepping import ENVIRON, written
from tests.render.reports import row

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Pauses:
    """A sleep that lasts until somebody ends it; tells of every pause that begins."""

    begun: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    over: list[asyncio.Future[None]] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        over = asyncio.get_running_loop().create_future()
        self.over.append(over)
        self.begun.put_nowait(seconds)
        await over

    def end(self) -> None:
        """Let every pause be over."""
        for each in self.over:
            if not each.done():
                each.set_result(None)
        self.over.clear()


@dataclass
class Stage:
    """One pair, its state, and whoever tells its news."""

    path: Path
    urls: Sequence[str]
    settings: str = ""
    now: datetime = NOON

    def write(self, urls: Sequence[str] | None = None, settings: str | None = None) -> None:
        """A configuration of the pairs main and other."""
        self.urls = self.urls if urls is None else urls
        self.settings = self.settings if settings is None else settings
        listed = "[" + ", ".join(f'"{url}"' for url in self.urls) + "]"
        path = written(self.path / "affisync.toml", main="", other="")
        notify = f"\n[pairs.main.notify]\nurls = {listed}\n{self.settings}\n"
        path.write_text(path.read_text() + notify)

    def app(self, store: Store) -> App:
        config = load(self.path / "affisync.toml", ENVIRON)
        return App(config, store, clock=lambda: self.now)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.path / "state.db", clock=lambda: self.now) as store:
            yield store

    @asynccontextmanager
    async def speaking(self, send: Send = send) -> AsyncIterator["Speaking"]:
        """The daemon's part: a voice that speaks until the block ends."""
        with self.store() as store:
            speaking = Speaking(self, store, self.app(store))
            speaking.voice = Voice(lambda: speaking.now, send=send, sleep=speaking.pauses)
            task = asyncio.create_task(speaking.voice.speak())
            try:
                yield speaking
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


@dataclass
class Speaking:
    """A voice in the middle of things."""

    stage: Stage
    store: Store
    now: App
    pauses: Pauses = field(default_factory=Pauses)
    voice: Voice = field(init=False)

    async def rest(self) -> float:
        """The next pause that begins, in seconds: all that could be told was told before."""
        return await asyncio.wait_for(self.pauses.begun.get(), 30)

    async def after(self, time: timedelta) -> float:
        """So much later, with every pause over."""
        self.stage.now += time
        self.pauses.end()
        return await self.rest()

    async def ran(self, standing: Standing | None = None, *rows: Row) -> float:
        """A run that ended so, with all that it leaves in the state; then the voice's next rest."""
        standing = standing or good(self.stage.now)
        leave(self.store, standing, rows, self.stage.now)
        self.voice.ended(standing.pair, report(self.stage.now), standing)
        return await self.rest()

    def told(self, name: str = "main") -> Told:
        return self.store.told(name)


def leave(store: Store, standing: Standing, rows: Sequence[Row], now: datetime) -> None:
    """What a run of the pair leaves in the state."""
    store.keep_standing(standing)
    with held(store, standing.pair) as lease:
        store.remember_open(lease.fence, rows, now, all_seen=True)


def good(now: datetime) -> Standing:
    return Standing("main", last_started=now, last_good=now)


def failing(now: datetime, reason: str = "Whop did not answer.", failures: int = 3) -> Standing:
    return Standing(
        "main",
        last_started=now,
        failures=failures,
        trouble=Trouble.UNREACHABLE,
        reason=reason,
        since=NOON - MINUTE,
        not_before=now + 30 * MINUTE,
    )


def needy(key: str, **changes: object) -> Row:
    """A row that needs a person."""
    return replace(row(disposition=Disposition.CONFLICT), key=key, **changes)  # type: ignore[arg-type]


def report(now: datetime) -> Report:
    head = RunHead("20261120T120000-abcdef", "main", Mode.APPLY, RunStatus.APPLIED, now, now, "sha")
    return Report(head)
