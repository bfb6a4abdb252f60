"""The stage: plays steps on the real program over the sandbox in memory, and tells what came of it.

    async with on_stage(settings, people) as stage:
        played = await stage.play(Sync())
        assert stage.rows(played) == ("create-partner Ana: apply whop-only applied",)

Time moves only when a step says so, or somebody sleeps; the same steps bring the same every time.
"""

import random
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import assert_never

from connectors.sandbox.affihub_records import AffihubRecords
from connectors.sandbox.gaps import Gaps
from connectors.sandbox.whop_records import WhopRecords
from connectors.sandbox.world import World
from sync.core.plan import Outcome, Row
from sync.core.report import Mode, Report, exit_code
from sync.core.weigh import Weighed
from sync.errors import AffisyncError, UsageError
from sync.runs.pair import Order
from sync.runs.undo import Undo as Undoing
from sync.runs.undo import find
from tests.runs.shop import Clock
from tests.stage import telling
from tests.stage.asking import NamedIds
from tests.stage.deciding import decide, tie
from tests.stage.house import House, blank_state, new_folder
from tests.stage.loop import in_place
from tests.stage.people import People
from tests.stage.running import Stagehands, happen, order_of, run
from tests.stage.settings import Settings, parsed
from tests.stage.spoiling import Heard, Spoiler
from tests.stage.steps import (
    Decide,
    Edit,
    Gap,
    Join,
    Set,
    Setting,
    Step,
    Sync,
    Tie,
    Undo,
    Vanish,
    Wait,
)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one step.

    ``report`` is that of a run that came to its end, ``error`` what a step was refused with;
    ``died`` tells a run whose process died. ``second`` is the run beside it, or its refusal.
    ``heard`` are all requests of the step, in the order in which the sides heard them.
    """

    step: Step
    report: Report | None = None
    error: AffisyncError | None = None
    died: bool = False
    second: Report | AffisyncError | None = None
    weighed: Weighed | None = None
    heard: tuple[Heard, ...] = ()

    @property
    def exit(self) -> int:
        """The exit code of the command that this step is."""
        if self.error is not None:
            return self.error.exit_code
        return exit_code(self.report) if self.report else 0


@dataclass
class Stage:
    """A pair on which steps are played, one after the other."""

    house: House
    people: People
    spoiler: Spoiler
    settings: dict[str, Setting] = field(default_factory=dict)
    played: list[Played] = field(default_factory=list)

    @property
    def world(self) -> World:
        """Both sides."""
        return self.house.world

    async def play(self, step: Step) -> Played:
        """Play one step; a refusal of the program is an answer, a bug is raised."""
        in_place()
        self.house.clock.pass_(seconds=1)  # two edits never stand in one moment
        self.spoiler.heard.clear()
        try:
            played = await self._play(step)
        except AffisyncError as error:
            played = Played(step, error=error)
        played = replace(played, heard=tuple(self.spoiler.heard))
        self.played.append(played)
        return played

    async def _play(self, step: Step) -> Played:
        match step:
            case Sync():
                return await self._run(step, step, order_of(step))
            case Undo():
                return await self._undo(step)
            case Decide():
                decided = decide(self.house, self.people, step, self._now.two_people)
                return Played(step, weighed=decided)
            case Tie():
                async with self.house.pair(writes=False) as pair:
                    await tie(pair, self.people, step)
            case _:
                self._happen(step)
        return Played(step)

    def _happen(self, step: Edit | Vanish | Join | Set | Gap | Wait) -> None:
        match step:
            case Edit() | Vanish() | Join():
                happen(self.people, step)
            case Set():
                self.set({**self.settings, step.key: step.value})
            case Gap():
                self.world.gaps = self.world.gaps.with_({step.key: step.value})
            case Wait():
                self.house.clock.pass_(hours=step.hours, minutes=step.minutes)
            case _:
                assert_never(step)

    async def _run(self, step: Step, sync: Sync, order: Order) -> Played:
        hands = Stagehands(self.house, self.people, self.spoiler)
        first, second = await run(hands, sync, order)
        return Played(
            step,
            report=first if isinstance(first, Report) else None,
            error=first if isinstance(first, AffisyncError) else None,
            died=first is None,
            second=second,
        )

    async def _undo(self, step: Undo) -> Played:
        wanted = self._applied(step)
        revise = Undoing(self.house.store, find(self.house.store, "main", wanted))
        mode = Mode.DRY_RUN if step.dry else Mode.APPLY
        order = Order(mode, frozenset(step.allow), "kim", revise=revise)
        return await self._run(step, Sync(dry=step.dry, allow=step.allow), order)

    def _applied(self, step: Undo) -> str:
        """The run, or the row of it, that an undo names; ``UsageError`` where there is none."""
        runs = [entry for entry in self.house.store.runs("main", 1000) if _wrote(entry.counts)]
        if len(runs) < step.back:
            raise UsageError("No run wrote anything that could be undone.")
        name = runs[step.back - 1].head.id
        if step.who is None and step.kind is None:
            return name
        report = self.house.store.report(name, "main")
        rows = report.rows if report else ()
        meant = [
            row for row in rows if row.outcome is Outcome.APPLIED and self._is_meant(step, row)
        ]
        if not meant:
            raise UsageError(f"Run {name} applied no such row.")
        return f"{name}:{meant[0].key}"

    def _is_meant(self, step: Undo, row: Row) -> bool:
        named = step.who in (None, telling.whose(self.people, row))
        return named and step.kind in (None, row.kind.value)

    # Settings

    @property
    def _now(self) -> Settings:
        return parsed(self.settings)

    def set(self, settings: Mapping[str, Setting]) -> None:
        """Run by these settings from now on; ``ConfigError`` changes nothing."""
        now = parsed(settings)
        self.settings = dict(settings)
        self.house.policy, self.house.row_tries = now.policy, now.row_tries
        self.house.zone = now.zone

    # What came of it, in the words of scenario files

    def rows(self, played: Played) -> tuple[str, ...]:
        """The rows of a run, link rows apart."""
        return telling.rows(self.people, played.report) if played.report else ()

    def links(self, played: Played) -> tuple[str, ...]:
        """The link rows of a run."""
        return telling.links(self.people, played.report) if played.report else ()

    def writes(self, played: Played) -> tuple[str, ...]:
        """Every request of a step that could have written, in order."""
        return telling.writes(self.people, played.heard)

    def standing(self, who: str) -> str:
        """Both sides of a person."""
        return telling.standing(self.people, who)


def _wrote(counts: Mapping[str, int]) -> bool:
    return bool(counts.get(Outcome.APPLIED.value))


@asynccontextmanager
async def on_stage(
    settings: Mapping[str, Setting] | None = None,
    people: Iterable[Join] = (),
    sandbox: Mapping[str, Setting] | None = None,
) -> AsyncIterator[Stage]:
    """A pair with these people and settings and a state of its own, gone afterwards."""
    with new_folder() as folder:
        stage = raised(Path(folder), settings or {}, sandbox or {})
        try:
            for person in people:
                happen(stage.people, person)
            yield stage
        finally:
            stage.house.close()


def raised(folder: Path, settings: Mapping[str, Setting], sandbox: Mapping[str, Setting]) -> Stage:
    """A stage with nobody on it, in a folder of its own."""
    clock, ids = Clock(), NamedIds(random.Random(0))
    world = _world(clock, ids)
    world.gaps = Gaps().with_(sandbox)
    state = folder / "state.db"
    state.write_bytes(blank_state())
    state.chmod(0o600)
    people = People(world, ids)
    spoiler = Spoiler(people)
    house = House(world, state, clock, faults=spoiler)
    stage = Stage(house, people, spoiler)
    stage.set(settings)
    return stage


def _world(clock: Clock, ids: NamedIds) -> World:
    """A company and a program without anybody, whose ids are after names."""
    whop = WhopRecords(clock, ids, moves=lambda: world.gaps.whop_updated_at)
    world = World(clock, ids.chance, whop, AffihubRecords(clock, ids))
    return world
