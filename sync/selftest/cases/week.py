"""A company and a program as they are lived with: a first run, a week of edits, and a run again."""

from collections.abc import Iterator

from sync.selftest.ground.ground import Ground, ground
from sync.selftest.ground.program import Told
from sync.selftest.laws.agreement import touched, unasked, undecided, unlisted
from sync.selftest.laws.causes import (
    FOR_A_PERSON,
    Allowed,
    called_for,
    called_for_at_first,
    without_cause,
)
from sync.selftest.laws.law import Law
from sync.selftest.laws.rows import unplanned, untrue
from sync.selftest.laws.sides import Standing, differences, standing
from sync.selftest.trial import Trial

PEOPLE = 60


async def week(trial: Trial) -> None:
    """A first run, then a week of edits and another; each looked at dry first and run again."""
    world = trial.made_up(PEOPLE)
    async with ground(world, trial.folder, trial.clock, trial.program) as here:
        here.story.append(f"{PEOPLE} made-up people, kept by hand on both sides")
        await _in_step(trial, here, called_for_at_first(world), undecided(world))
        edits = here.a_week(trial.seed)
        chosen = tuple(edit.email for edit in edits if edit.what in FOR_A_PERSON)
        await _in_step(trial, here, called_for(edits), chosen)
        trial.judge_secrets(here)


async def _in_step(
    trial: Trial, here: Ground, allowed: Allowed, conflicts: tuple[str, ...]
) -> None:
    """Look dry, run, run again; and hold all that happened against the laws."""
    before = standing(here.world)
    plan = await here.dry_run()
    trial.judge(here, Law.L9, "no request that can write, nobody touched", moved(here, before))
    done = await here.sync()
    after = standing(here.world)
    uncalled = without_cause(here.world.writes, allowed)
    trial.judge(here, Law.L1, "only writes that something calls for", uncalled)
    trial.judge(here, Law.L5, "the planned rows done, and told as done", _other(here, plan, done))
    undone = (*touched(conflicts, before, after), *unasked(conflicts, here.world, done))
    trial.judge(here, Law.L2, "conflicts listed and left alone", undone)
    again = await here.sync("a second run")
    trial.judge(here, Law.L4, "no request that can write", moved(here, after))
    trial.judge(here, Law.L3, "everybody agreed or listed", _unsaid(here, again))


def moved(here: Ground, before: Standing) -> Iterator[str]:
    """What a run did to both sides that was to do nothing."""
    for request in here.world.log.changes():
        yield f"{request.method} {request.operation} was sent to {request.side.brand}"
    yield from differences(before, standing(here.world))


def _other(here: Ground, plan: Told, done: Told) -> Iterator[str]:
    yield from unplanned(plan, done)
    yield from untrue(done, here.world)


def _unsaid(here: Ground, told: Told) -> Iterator[str]:
    if told.error:
        yield f"the run ended early: {told.error}"
    yield from unlisted(here.world, told)
