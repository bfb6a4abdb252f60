"""Runs while three requests in ten go wrong in one way: they end where sound ones end."""

from typing import Final

from connectors.sandbox.world import Write
from sync.core.record import Side
from sync.selftest.ground.ground import Ground, copied, ground
from sync.selftest.laws.causes import Allowed, called_for, without_cause
from sync.selftest.laws.end import End, end_of, made_twice, other_end
from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial

PEOPLE: Final = 40
SHARE: Final = 0.3
DAYS: Final = 3
PER_MINUTE: Final = {Side.WHOP: 30, Side.AFFIHUB: 60}
"""So few that the bucket of ``throttle`` runs empty."""


async def bad_network(profile: str, trial: Trial) -> None:
    """A week of edits, then runs on a few days under one fault profile, then one without."""
    world = trial.made_up(PEOPLE)
    async with ground(world, trial.folder / "sound", trial.clock, trial.program) as sound:
        sound.story.append(f"{PEOPLE} made-up people")
        await sound.sync("a run that brings both sides into step")
        allowed = called_for(sound.a_week(trial.seed))
        async with copied(sound, trial.folder / "faulty") as faulty:
            expected = await settled(sound)
            await _spoiled(trial, faulty, profile, allowed, expected)
            trial.judge_secrets(faulty)


async def _spoiled(
    trial: Trial, here: Ground, profile: str, allowed: Allowed, expected: End
) -> None:
    here.faults.limit(PER_MINUTE)
    here.faults.conditions.chance.seed(trial.seed)
    here.faults.set_rates({profile: SHARE})
    writes: list[Write] = []
    for day in range(DAYS):
        await here.sync(f"a run on day {day + 1} while {profile} hits {SHARE:.0%} of the requests")
        writes += here.world.writes
        await here.clock.sleep(24 * 3600)
    here.faults.set_rates({})
    end = await settled(here, writes)
    uncalled = without_cause(writes, allowed)
    trial.judge(here, Law.L1, "only writes that something calls for", uncalled)
    ended = (*other_end(expected, end), *made_twice(writes))
    trial.judge(here, Law.L7, "the end of the same runs without faults", ended)
    late = (f"{r.method} {r.operation} to {r.side.brand}" for r in here.world.log.changes())
    trial.judge(here, Law.L4, "no request that can write in the last run", late)


async def settled(here: Ground, writes: list[Write] | None = None) -> End:
    """Where a pair stands after one more run, and one that has nothing to do."""
    await here.sync("a run without faults")
    if writes is not None:
        writes += here.world.writes
    await here.sync("a second run")
    return end_of(here)
