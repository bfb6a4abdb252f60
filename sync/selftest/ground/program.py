"""The program as a selftest runs it: here, in this interpreter, by the same way in as the daemon's.

Everything is real but time: HTTP over loopback, the configuration file, the state file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from connectors.transport import Surroundings
from sync.app import App
from sync.config import load
from sync.core.report import Mode, Report, document
from sync.render import Format, render
from sync.runs.pair import Order, Pair
from sync.runs.run import run_once
from sync.selftest.ground.clock import NoStop, SkippingClock
from sync.state.store import open_store

PAIR: Final = "main"
EVEN: Final = 0.5
"""In the place of chance, which only ever spreads pauses: nobody waits here."""
Meddle = Callable[[Pair], Pair]
"""Puts something between the program and its parts: how a test proves that a check can fail."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told: its report as ``affisync.report/1``, and every text that left it."""

    document: dict[str, Any]
    texts: tuple[str, ...] = field(repr=False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The report's rows."""
        rows: list[dict[str, Any]] = self.document["rows"]
        return rows

    @property
    def error(self) -> str | None:
        """What ended the run early, if anything did."""
        error: str | None = self.document["run"]["error"]
        return error


def who(row: Mapping[str, Any]) -> str:
    """Whom a row of a report is about, as people call them."""
    person = row["person"]
    return str(person["email"] or person["username"] or row["whop_id"] or row["affihub_id"])


class Program(Protocol):
    """Whatever runs one pair by a configuration file."""

    async def sync(self, config: Path, clock: SkippingClock, *, dry_run: bool) -> Told:
        """One run that allows everything a guard can hold."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """The program in this interpreter."""

    meddle: Meddle = lambda pair: pair

    async def sync(self, config: Path, clock: SkippingClock, *, dry_run: bool) -> Told:
        """One run that allows everything a guard can hold; pauses are skipped."""
        mode = Mode.DRY_RUN if dry_run else Mode.APPLY
        settings = load(config, {})
        around = Surroundings(
            clock=clock.monotonic, now=clock, sleep=clock.sleep, chance=lambda: EVEN
        )
        with open_store(settings.state_path, clock=clock) as store:
            app = App(settings, store, clock=clock, sleep=clock.sleep, around=around)
            async with app.pair(PAIR, writes=not dry_run, stop=NoStop(clock)) as pair:
                order = Order(mode, frozenset({"all"}), "the selftest")
                report = await run_once(self.meddle(pair), order)
        return told(report)


def told(report: Report) -> Told:
    """A report, as a document and with all that any form of it could show."""
    return Told(document(report), (repr(report), render(report, Format.JSON)))
