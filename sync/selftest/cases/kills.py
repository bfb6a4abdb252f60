"""SIGKILL at one remote write, on either side of the server's act, and then a run again."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.faults import Faults
from sync.selftest.cases.busy_day import busy, quiet, story
from sync.selftest.ground.apart import Apart, Ran, ended
from sync.selftest.ground.fate import Deadly, When
from sync.selftest.ground.ground import Ground, copied, ground
from sync.selftest.laws.causes import Act, Allowed, called_for, without_cause
from sync.selftest.laws.end import End, end_of, made_twice, other_end
from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial


@dataclass(frozen=True, slots=True)
class Evening:
    """A pair after a busy day, what the day calls for, and where an undisturbed run takes it."""

    ground: Ground
    allowed: Allowed
    whole: End

    @asynccontextmanager
    async def again(self, folder: Path, faults: Faults | None = None) -> AsyncIterator[Ground]:
        """The same evening with a life of its own."""
        async with copied(self.ground, folder, faults=faults) as here:
            here.program = Apart()
            yield here


@asynccontextmanager
async def evening(trial: Trial) -> AsyncIterator[Evening]:
    """Everybody in step, then a busy day that no run has seen yet."""
    world, people = quiet(trial.seed, trial.clock)
    async with ground(world, trial.folder / "evening", trial.clock, trial.program) as here:
        await here.sync("a run that brings both sides into step")
        edits = busy(world, people, trial.seed)
        here.story.append(story(edits))
        async with copied(here, trial.folder / "whole") as whole:
            await whole.sync()
            await whole.sync("a second run")
            end = end_of(whole)
        yield Evening(here, called_for(edits), end)


async def kills(act: Act, nth: int, trial: Trial) -> None:
    """Kill it at the nth write of this kind, before and after the server acted on it."""
    async with evening(trial) as before:
        for when in When:
            deadly = Deadly(act, nth, when)
            async with before.again(trial.folder / when.name.lower(), deadly) as here:
                await _killed(trial, here, before, (deadly, f"{act[1]} {nth}, {when.value}"))


async def _killed(trial: Trial, here: Ground, before: Evening, fate: tuple[Deadly, str]) -> None:
    ran = await killed(here, *fate)
    writes = list(here.world.writes)
    await here.sync("a run again")
    writes += here.world.writes
    judged = (*_survived(ran), *await ended_other(trial, before, here), *made_twice(writes))
    trial.judge(here, Law.L7, "the end of a run that nobody killed", judged)
    cause = without_cause(writes, before.allowed)
    trial.judge(here, Law.L1, "only writes that something calls for", cause)
    trial.judge_secrets(here)


async def killed(here: Ground, deadly: Deadly, where: str) -> Ran:
    """A run that is killed at that write."""
    here.story.append(f"a run killed at {where}")
    here.forget()
    process = await Apart().begin(here.config)
    deadly.meant_for(process)
    ran = await ended(process)
    here.heard += (ran.out, ran.err)
    return ran


async def ended_other(trial: Trial, before: Evening, here: Ground) -> tuple[str, ...]:
    """How this pair ends, after one more run, unlike one that nobody disturbed."""
    here.program = trial.program
    await here.sync("a second run")
    late = (f"{r.method} {r.operation} to {r.side.brand}" for r in here.world.log.changes())
    trial.judge(here, Law.L4, "no request that can write", late)
    return tuple(other_end(before.whole, end_of(here)))


def _survived(ran: Ran) -> Iterator[str]:
    if ran.code != -signal.SIGKILL:
        yield f"the run never came to that write, and ended with {ran.code}"
