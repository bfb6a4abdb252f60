"""Where a case is tried: both systems on loopback, a configuration, a state, and a program."""

import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from connectors.sandbox.drift import Edit, drift
from connectors.sandbox.faults import Faults
from connectors.sandbox.server import serve, write_config
from connectors.sandbox.world import World
from sync.selftest.ground.clock import SkippingClock
from sync.selftest.ground.program import Program, Told

CONFIG: Final = "affisync.toml"
STATE: Final = "state.db"
SETTINGS: Final = """\
[pairs.main.create]
activate = true

[pairs.main.status]
reactivate = true

[pairs.main.commission]
sync = "two-way"
on_first_link = "whop"
"""
"""Everything affisync can do, turned on; a conflict of statuses is a person's to decide."""


@dataclass(slots=True)
class Ground:
    """One pair of systems and all that was done to it; ``story`` tells that in short sentences."""

    world: World
    folder: Path
    clock: SkippingClock
    program: Program
    faults: Faults
    story: list[str]
    heard: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration that finds both systems."""
        return self.folder / CONFIG

    @property
    def state(self) -> Path:
        """The state file."""
        return self.folder / STATE

    async def sync(self, why: str = "a run that may write") -> Told:
        """Apply; the log of both systems begins with it."""
        return await self._run(why, dry_run=False)

    async def dry_run(self, why: str = "a dry run") -> Told:
        """Look what would be done; the log of both systems begins with it."""
        return await self._run(why, dry_run=True)

    async def _run(self, why: str, *, dry_run: bool) -> Told:
        self.story.append(why)
        self.forget()
        told = await self.program.sync(self.config, self.clock, dry_run=dry_run)
        self.heard += told.texts
        return told

    def forget(self) -> None:
        """Let the log of both systems begin here."""
        self.world.log.clear()
        self.world.writes.clear()

    def a_week(self, seed: int) -> tuple[Edit, ...]:
        """Let others edit both sides for a week."""
        edits = drift(self.world, seed)
        self.story.append("a week of edits: " + told_edits(edits))
        return edits


def told_edits(edits: Iterable[Edit]) -> str:
    """Who had what done to them."""
    return ", ".join(f"{edit.what} {edit.email}" for edit in edits)


@asynccontextmanager
async def ground(
    world: World,
    folder: Path,
    clock: SkippingClock,
    program: Program,
    faults: Faults | None = None,
) -> AsyncIterator[Ground]:
    """Both systems listening until the block ends, in a folder of their own."""
    faults = faults or Faults(sleep=clock.sleep)
    async with serve(world, faults=faults) as urls:
        write_config(folder / CONFIG, urls, world, more=SETTINGS)
        yield Ground(world, folder, clock, program, faults, [])


@asynccontextmanager
async def copied(
    of: Ground, folder: Path, *, faults: Faults | None = None
) -> AsyncIterator[Ground]:
    """The same with a life of its own: both systems and the state as they are now."""
    world, clock = deepcopy((of.world, of.clock))
    async with ground(world, folder, clock, of.program, faults) as copy:
        for path in of.folder.glob(f"{STATE}*"):
            shutil.copy(path, folder / path.name)
        copy.story = list(of.story)
        yield copy
