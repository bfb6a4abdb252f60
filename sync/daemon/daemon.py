"""The daemon: every pair on its schedule, each by itself. Start reading here.

``service.py`` puts health, metrics, voice, signals and the heartbeat around it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sync.app import App
from sync.config import Cron, Every, PairConfig
from sync.config.schedule import next_after
from sync.core.standing import Standing
from sync.daemon.timetable import Timetable
from sync.daemon.turn import Run, Turn, run_pair
from sync.daemon.watcher import Skip, Watcher
from sync.errors import StateError
from sync.runs.pair import Stop

log = logging.getLogger("affisync.daemon")

SPREAD: Final = 3.0
"""Seconds over which the pairs' first runs are spread."""
JITTER: Final = 0.1
"""The share of a schedule's shortest pause that a turn may come late."""
MOST_JITTER: Final = timedelta(seconds=30)
SET_BACK: Final = timedelta(minutes=1)
"""A clock that goes back by less is only being corrected; turns need no new times for that."""


@dataclass(frozen=True, slots=True)
class _InHand:
    """A turn that is being taken, in a task of its own."""

    task: asyncio.Task[None]
    stop: Stop


class Daemon:
    """Runs the pairs of a configuration until it is drained."""

    def __init__(self, app: App, watcher: Watcher, *, run: Run = run_pair) -> None:
        self._app = app
        self._watcher = watcher
        self._run = run
        self._timetable = Timetable(self._turn, self._overlapped)
        self._in_hand: dict[str, _InHand] = {}
        self._new: set[str] = set()
        self._not_before: dict[str, datetime | None] = {}
        self._draining = False
        self._seen = app.clock()

    def app(self) -> App:
        """The app with the configuration in force."""
        return self._app

    async def start(self) -> None:
        """Begin; every pair runs soon, whatever its schedule says. Raises ``StateError``."""
        self._timetable.start()
        self._put(self._app.config.pairs)
        for pair in self._app.config.pairs:
            await self._note(pair)

    @property
    def running(self) -> int:
        """How many pairs have their turn now."""
        return len(self._in_hand)

    def is_in_hand(self, pair: str) -> bool:
        """Whether a pair has its turn now."""
        return pair in self._in_hand

    def next_turn(self, pair: str) -> datetime | None:
        """When a pair's next run comes, as the state has it; None for a pair that has none."""
        not_before = None if pair in self._new else self._not_before.get(pair)
        return self._timetable.next_turn(pair, not_before)

    async def adopt(self, app: App) -> None:
        """Go on with another configuration; a run in hand ends as it began."""
        old, self._app = self._app.config.pairs, app
        new = app.config.pairs
        self._put({pair: settings for pair, settings in new.items() if pair not in old})
        for pair in old.keys() - new.keys():
            self._timetable.remove(pair)
        changed = [pair for pair in old.keys() & new.keys() if old[pair] != new[pair]]
        self._count_anew(pair for pair in changed if _when(old[pair]) != _when(new[pair]))
        self._new = (self._new | set(changed)) & new.keys()
        await self._note_all(old.keys() | new.keys())

    def look(self) -> None:
        """Look at the clock, every few seconds: timers sleep with the machine, clocks are set."""
        now = self._app.clock()
        if now < self._seen - SET_BACK:
            log.warning("The clock was set back; every pair's next turn is counted anew")
            self._count_anew(self._app.config.pairs)
        self._seen = now
        self._timetable.wake()

    async def refresh(self) -> None:
        """Tell anew when pairs run next whose quarantine somebody else began or ended meanwhile."""
        for pair in tuple(self._app.config.pairs):
            standing = await asyncio.to_thread(self._app.store.standing, pair)
            if standing.not_before != self._not_before.get(pair) and not self._draining:
                await self._note(pair)

    async def drain(self, within: float) -> bool:
        """Let no turn begin, finish and record what is in hand; False where that took too long."""
        self._draining = True
        self._timetable.stop()
        for turn in self._in_hand.values():
            turn.stop.request()
        tasks = [turn.task for turn in self._in_hand.values()]
        late = (await asyncio.wait(tasks, timeout=within))[1] if tasks else ()
        with contextlib.suppress(StateError):
            for pair in self._app.config.pairs:
                await asyncio.to_thread(self._app.store.keep_next_run, pair, None)
        return not late

    async def _note_all(self, pairs: Iterable[str]) -> None:
        try:
            for pair in pairs:
                await self._note(pair)
        except StateError as error:
            log.error("The next runs could not be kept: %s", error)  # noqa: TRY400 - no bug

    def _put(self, pairs: Mapping[str, PairConfig]) -> None:
        """Give these pairs their turns, the first ones soon and one after the other."""
        self._new |= pairs.keys()
        for place, (pair, settings) in enumerate(pairs.items()):
            wait = timedelta(seconds=SPREAD * place / len(pairs))
            self._timetable.put(pair, *_when(settings), self._app.clock() + wait)

    def _count_anew(self, pairs: Iterable[str]) -> None:
        """Give these pairs their turns by the clock as it is now."""
        now = self._app.clock()
        for pair in pairs:
            when = _when(self._app.config.pairs[pair])
            self._timetable.put(pair, *when, next_after(*when, now))

    async def _turn(self, pair: str) -> None:
        """Take a turn in a task that outlives the timetable."""
        if self._draining or pair not in self._app.config.pairs:
            return
        stop = Stop()
        task = asyncio.create_task(self._take(pair, stop), name=f"a turn of {pair}")
        self._in_hand[pair] = _InHand(task, stop)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)

    async def _take(self, pair: str, stop: Stop) -> None:
        first = pair in self._new
        self._new.discard(pair)
        turn = Turn(self._app, pair, stop, self._run, self._watcher, self._note, first)
        try:
            await turn.take(wait=0.0 if first else self._lateness(pair))
        finally:
            del self._in_hand[pair]

    def _overlapped(self, pair: str) -> None:
        self._watcher.skipped(pair, Skip.STILL_RUNNING)

    def _lateness(self, pair: str) -> float:
        """Seconds by which a turn is put off, so that not all pairs run at the same second."""
        most = min(self._app.interval(pair) * JITTER, MOST_JITTER)
        return self._app.chance.uniform(0.0, most.total_seconds())

    async def _note(self, pair: str) -> Standing:
        """How a pair is doing, its next run told to whoever looks at the state."""
        store = self._app.store
        standing = await asyncio.to_thread(store.standing, pair)
        self._not_before[pair] = standing.not_before
        turn = self.next_turn(pair)
        await asyncio.to_thread(store.keep_next_run, pair, turn)
        return replace(standing, next_run=turn)


def _when(settings: PairConfig) -> tuple[Every | Cron, str]:
    return settings.schedule, settings.timezone
