"""One turn of one pair: whatever comes of it stays with that pair."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars

from sync.app import App
from sync.core.report import Mode, Report
from sync.core.standing import Standing
from sync.daemon.watcher import Skip, Watcher
from sync.errors import AffisyncError, PairBusy
from sync.runs.pair import Order, Stop
from sync.runs.run import run_once

log = logging.getLogger("affisync.daemon")

Run = Callable[[App, str, Stop], Awaitable[Report]]
"""Runs a pair of the app once, by its name; stoppable."""

BY = "daemon"


async def run_pair(app: App, name: str, stop: Stop) -> Report:
    """One unattended apply of a pair; raises what ``run_once`` raises."""
    deadline = app.config.pairs[name].deadline
    order = Order(Mode.APPLY, by=BY, patient=True, deadline=deadline)
    async with app.pair(name, writes=True, stop=stop) as pair:
        return await run_once(pair, order)


@dataclass(frozen=True, slots=True)
class Turn:
    """A pair whose turn it is, and how to run it.

    ``note`` keeps when the pair runs next and answers how it is doing. The ``first`` turn after the
    start, or after a change of the pair's settings or keys, heeds no quarantine: what kept failing
    may be mended. A daemon that crashes and starts over and over tries no oftener than its service
    manager lets it (``RestartSec``).
    """

    app: App
    pair: str
    stop: Stop
    run: Run
    watcher: Watcher
    note: Callable[[str], Awaitable[Standing]]
    first: bool = False

    async def take(self, wait: float) -> None:
        """Wait a little, then run the pair unless it may not run yet; raises nothing."""
        with bound_contextvars(pair=self.pair):
            try:
                await self.stop.sleep(wait)
                if not self.stop.wanted:
                    await self._take()
            except PairBusy:
                self.watcher.skipped(self.pair, Skip.BUSY)
            except AffisyncError as error:
                self.watcher.broke(self.pair, error)
            except Exception as bug:
                log.exception("A run ended by a bug of affisync", extra={"pair": self.pair})
                self.watcher.broke(self.pair, _told(bug))

    async def _take(self) -> None:
        not_before = (await self.note(self.pair)).not_before
        if not_before and self.app.clock() < not_before and not self.first:
            self.watcher.skipped(self.pair, Skip.QUARANTINE)
            return
        self.watcher.began(self.pair)
        report = await self.run(self.app, self.pair, self.stop)
        self.watcher.ended(self.pair, report, await self.note(self.pair))


def _told(bug: Exception) -> AffisyncError:
    return AffisyncError(
        f"affisync ran into a bug of its own ({type(bug).__name__}); the log has the traceback."
        " Nothing is lost: what was written is recorded. The pair is tried again at its next turn."
    )
