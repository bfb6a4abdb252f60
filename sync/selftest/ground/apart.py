"""The program as its users run it: ``python -m sync --yes`` in a process of its own."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

from sync.errors import AffisyncError
from sync.selftest.ground.child import start
from sync.selftest.ground.clock import SkippingClock
from sync.selftest.ground.program import Told


class NoReport(AffisyncError):
    """The program ended without a report; the text is what it said, ``code`` how it ended."""

    def __init__(self, code: int, said: str) -> None:
        self.code = code
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a process ended, and all it said; a signal that ended it is a negative code."""

    code: int
    out: str
    err: str

    def told(self) -> Told:
        """Its report; ``NoReport`` where there is none."""
        if not self.out:
            raise NoReport(self.code, f"exit code {self.code}, and no report: {self.err.strip()}")
        return Told(json.loads(self.out), (self.out, self.err))


@dataclass(frozen=True, slots=True)
class Apart:
    """The program in a process of its own; its pauses are real."""

    debug: bool = False

    async def sync(self, config: Path, _clock: SkippingClock, *, dry_run: bool) -> Told:
        """One run that allows everything a guard can hold."""
        return (await ended(await self.begin(config, dry_run=dry_run))).told()

    async def begin(self, config: Path, *, dry_run: bool = False) -> Process:
        """Start a run, and do not wait for it."""
        asked = ["--dry-run" if dry_run else "--yes", "--allow", "all", "--format", "json"]
        if self.debug:
            asked.append("--debug")
        named = ("--config", config.name)
        return await start("sync", *asked, *named, folder=config.parent, stdout=PIPE, stderr=PIPE)


async def ended(process: Process) -> Ran:
    """Wait for a process; one that nobody waits for any longer is killed."""
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    return Ran(process.returncode or 0, out.decode(), err.decode())
