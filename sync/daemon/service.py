"""The daemon as a service: its pairs, health pages, metrics and voice; signals and a heartbeat."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sync.app import App
from sync.core.ports import Lease
from sync.daemon.chores import lasting, prune_daily, refresh_often
from sync.daemon.daemon import Daemon
from sync.daemon.health.door import Door
from sync.daemon.health.pages import pages
from sync.daemon.metrics.metrics import Metrics
from sync.daemon.reload import Reload
from sync.daemon.seat import Loss
from sync.daemon.source import Source
from sync.daemon.systemd import Systemd
from sync.daemon.turn import Run, run_pair
from sync.daemon.voice.voice import Voice
from sync.daemon.watchers import Logged, Watchers
from sync.daemon.wishes import GONE_WITHIN, Wishes

log = logging.getLogger("affisync.daemon")

BEAT: Final = timedelta(seconds=5)
DEAF: Final = 30.0
"""Seconds without a heartbeat after which the daemon does not count as alive."""
LEASELESS: Final = 20.0
"""Seconds awake that a lease may stay lost: one that ran out in sleep is soon renewed."""
DRAINED_WITHIN: Final = 27.0
"""Seconds that what is in hand may take in the end; then comes ``GONE_WITHIN``."""

TOO_LATE: Final = "Ended although a run was not done. What was in hand is settled by the next run."
LOST: Final = (
    "Ending: another daemon took this state over, or the state could not be written for too long."
)


class Service:
    """Runs a daemon until somebody wishes its end (``sync.daemon.health.pages.Vitals``)."""

    def __init__(
        self,
        app: App,
        source: Source,
        *,
        systemd: Systemd | None = None,
        wishes: Wishes | None = None,
        run: Run = run_pair,
    ) -> None:
        metrics, voice = Metrics(self.app), Voice(self.app)
        watchers = Watchers(Logged(), metrics, voice)
        self.started_at = app.clock()
        self.wishes = wishes or Wishes()
        self._systemd = systemd or Systemd()
        self._daemon = Daemon(replace(app, meter=metrics.meter), watchers, run=run)
        self._door = Door(lambda address: pages(self, metrics, address))
        self._reload = Reload(source, self._daemon, self._door, watchers)
        self._chores = (
            partial(prune_daily, self.app),
            partial(refresh_often, self._daemon.refresh),
            voice.speak,
        )
        self._heard = time.monotonic()
        self._loss = Loss(BEAT.total_seconds())

    def app(self) -> App:
        """The app of the configuration in force."""
        return self._daemon.app()

    def refused_since(self) -> datetime | None:
        """Since when the configuration that is written is refused; None where it is in force."""
        return self._reload.refused_since

    def alive(self) -> bool:
        """Whether the heart beat lately."""
        return time.monotonic() - self._heard < DEAF

    async def serve(self, lease: Lease) -> int:
        """Run until an end is wished, or ``lease``, the daemon's own, is lost: the exit code.

        Raises ``ConfigError`` and ``StateError`` where it cannot even begin.
        """
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(self.wishes.by_signals(GONE_WITHIN))
            stack.push_async_callback(self._door.close)
            await self._door.move(self.app().config.daemon.listen)
            await self._daemon.start()
            await stack.enter_async_context(_beside(self._chores))
            self._announce()
            self._systemd.ready()
            while self.wishes.code is None:
                await self.beat(lease)
                await self.wishes.wait(self._until_next_beat())
            return await self._ended(self.wishes.code)

    async def beat(self, lease: Lease) -> None:
        """Look after all that time can change; what fails is tried again at the next beat."""
        try:
            self._daemon.look()
            if self._loss.seconds(lost=lease.lost) > LEASELESS:
                self.wishes.end(1, LOST)
            if await self._reload.is_due(asked=self.wishes.take_reload()):
                self._systemd.reloading()
                if await self._reload():
                    self._announce()
                self._systemd.ready()
            self._live()
        except Exception:
            log.exception("A bug of affisync, in a heartbeat")

    def _live(self) -> None:
        self._heard = time.monotonic()
        self._systemd.alive()
        pairs, running = len(self.app().config.pairs), self._daemon.running
        self._systemd.status(f"Pairs: {pairs}; running now: {running}")

    def _until_next_beat(self) -> float:
        watched = self._systemd.watchdog
        return (min(BEAT, watched / 2) if watched else BEAT).total_seconds()

    def _announce(self) -> None:
        config = self.app().config
        for warning in config.warnings:
            log.warning("%s", warning)
        for pair in config.pairs:
            log.info("Next run: %s", self._next_run(pair), extra={"pair": pair})

    def _next_run(self, pair: str) -> str:
        """In words; after a run that goes on now it depends on how that one ends."""
        if self._daemon.is_in_hand(pair):
            return "now"
        turn = self._daemon.next_turn(pair)
        return f"{turn:%Y-%m-%d %H:%M:%S} UTC" if turn else "not known"

    async def _ended(self, code: int) -> int:
        """Finish what is in hand, or leave it to the next run."""
        self.wishes.end_within(GONE_WITHIN)
        self._systemd.stopping()
        drained = asyncio.create_task(self._daemon.drain(DRAINED_WITHIN))
        while not drained.done():
            self._live()
            await asyncio.wait({drained}, timeout=1)
        if not drained.result():
            log.warning(TOO_LATE)
            self.wishes.leave(code)
        return code


@contextlib.asynccontextmanager
async def _beside(chores: Iterable[Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Do these until the block ends."""
    tasks = [asyncio.create_task(lasting(chore)) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
