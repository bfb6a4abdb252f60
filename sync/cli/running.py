"""Running a pair from the command line: Ctrl-C, progress on stderr, and the prompt."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from sync.app import App
from sync.cli.asking import says_yes
from sync.core.partial import Revise
from sync.core.plan import Disposition, Kind, Plan
from sync.core.record import Side
from sync.core.report import Mode, Report
from sync.errors import Interrupted
from sync.render.clean import clean
from sync.runs.pair import Confirm, Order, Silent, Stop
from sync.runs.pair import Progress as Watched
from sync.runs.run import run_once

SIGNS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for; ``ask`` before anything is written.

    ``wait`` and ``revise`` are those of ``Order``.
    """

    dry_run: bool
    ask: bool
    allowed: frozenset[str]
    by: str
    debug: bool = False
    wait: float = 0.0
    revise: Revise | None = None


def say(text: str) -> None:
    """A message for the person at the terminal, on stderr, free of anything that steers it."""
    for line in text.splitlines():
        typer.echo(f"affisync: {clean(line, 1000)}", err=True)


async def run_pair(app: App, name: str, asked: Asked) -> Report:
    """One run of one pair, watched and stoppable."""
    if asked.debug:
        from sync.cli.logs import show_logs

        show_logs(name, lambda: app.config.secrets)
    mode = Mode.DRY_RUN if asked.dry_run else Mode.APPLY
    stop = Stop()
    with watched(name) as progress, stopping(stop):
        confirm = _confirm(progress, stop) if asked.ask and mode is Mode.APPLY else None
        order = Order(mode, asked.allowed, asked.by, confirm, wait=asked.wait, revise=asked.revise)
        writes = mode is Mode.APPLY
        async with app.pair(name, writes=writes, progress=progress, stop=stop) as pair:
            return await run_once(pair, order)


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """The first Ctrl-C asks the run to stop after the row in hand; the second ends it at once."""
    _listen(stop)
    try:
        yield
    finally:
        _listen_no_more()


@contextmanager
def _asking(stop: Stop) -> Iterator[None]:
    """Nothing is in hand while a question is open: Ctrl-C ends the run there and then."""
    _listen_no_more()
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("Stopped at the question; nothing was written.") from None
    finally:
        _listen(stop)


def _listen(stop: Stop) -> None:
    loop = asyncio.get_running_loop()
    for sign in SIGNS:
        loop.add_signal_handler(sign, _stop, stop)


def _listen_no_more() -> None:
    loop = asyncio.get_running_loop()
    for sign in SIGNS:
        loop.remove_signal_handler(sign)


def _stop(stop: Stop) -> None:
    if stop.wanted:
        say("Stopped at once. What was in hand is settled by the next run.")
        os._exit(1)  # requests in flight are never cancelled, and a person will not wait
    stop.request()
    say("Stopping after the rows in hand. Press Ctrl-C again to stop at once.")


class Bars:
    """Progress bars on stderr, for whoever watches."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def fetched(self, side: Side, records: int, total: int | None) -> None:
        """So many records of one side are here."""
        self._set(f"reading {side.brand}", records, total)

    def applied(self, done: int, total: int) -> None:
        """So many rows are done."""
        self._set("applying", done, total)

    def pause(self) -> None:
        """Leave the terminal to a prompt."""
        self._bars.stop()

    def _set(self, what: str, done: int, total: int | None) -> None:
        self._bars.start()
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)


@contextmanager
def watched(name: str) -> Iterator[Watched]:
    """Bars where stderr is a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    columns = TextColumn(f"{name}: {{task.description}}"), BarColumn(), MofNCompleteColumn()
    bars = Progress(*columns, console=Console(stderr=True, markup=False), transient=True)
    try:
        yield Bars(bars)
    finally:
        bars.stop()


def _confirm(progress: Watched, stop: Stop) -> Confirm:
    async def confirm(plan: Plan) -> bool:
        if isinstance(progress, Bars):
            progress.pause()
        _outline(plan)
        # Not in a thread: Ctrl-C could not end the reading there, and nothing else is to be done.
        with _asking(stop):
            return says_yes("Apply these?")

    return confirm


def _outline(plan: Plan) -> None:
    """What a yes would set going, kind by kind."""
    rows = [row for row in plan.rows if row.disposition is Disposition.APPLY]
    for kind in Kind:
        mine = [row for row in rows if row.kind is kind]
        if mine:
            names = ", ".join(clean(row.person.label, 30) for row in mine[:5])
            more = f" and {len(mine) - 5} more" if len(mine) > 5 else ""  # noqa: PLR2004
            say(f"{len(mine)} x {kind}: {names}{more}")
    for note in (*plan.notes, *(verdict.message for verdict in plan.verdicts)):
        say(note)
    left = sum(row.needs_person for row in plan.rows)
    if left:
        say(f"{left} more need a person and are left alone; the report that follows names them.")
    say("A yes also allows the first writes of a pair that never wrote before.")
