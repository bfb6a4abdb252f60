"""Two conflicts of which a person decides one: that one is carried out, the other left alone."""

from asyncio.subprocess import PIPE
from collections.abc import Iterator
from typing import Final

from connectors.sandbox.cast import cast_for
from connectors.sandbox.seed import agreed
from sync.selftest.ground.apart import Ran, ended
from sync.selftest.ground.child import start
from sync.selftest.ground.ground import Ground, ground
from sync.selftest.laws.agreement import touched
from sync.selftest.laws.causes import PARTNER, without_cause
from sync.selftest.laws.law import Law
from sync.selftest.laws.secrets import plant
from sync.selftest.laws.sides import folded, standing
from sync.selftest.trial import Trial

PEOPLE: Final = 6


async def decided(trial: Trial) -> None:
    """Two are archived on Whop and active on Affihub, and nobody knows which came last."""
    world = agreed(PEOPLE, trial.seed, clock=trial.clock)
    cast = cast_for(world, trial.seed + 1)
    first, second = (cast.both(cast.person(), status="archived")[1].email for _ in range(2))
    plant(world)
    async with ground(world, trial.folder, trial.clock, trial.program) as here:
        here.story.append(f"{first} and {second} are archived on Whop and active on Affihub")
        await here.sync()
        before = standing(world)
        trial.judge(here, Law.L2, "both left alone", _written(here, None))
        ran = await _resolved(here, first)
        await here.sync("a run after it")
        seen = (*_failed(ran), *touched([second], before, standing(world)), *_written(here, first))
        trial.judge(here, Law.L2, "the decision carried out, the other left alone", seen)
        trial.judge_secrets(here)


async def _resolved(here: Ground, email: str) -> Ran:
    """A person says that Whop is right about somebody."""
    here.story.append(f"a person says that Whop is right about {email}")
    asked = ("--person", email, "--field", "status", "--use", "whop", "--yes")
    config = ("--config", here.config.name)
    resolve = ("sync.cli", "resolve", *asked, *config)
    ran = await ended(await start(*resolve, folder=here.folder, stdout=PIPE, stderr=PIPE))
    here.heard += (ran.out, ran.err)
    return ran


def _failed(ran: Ran) -> Iterator[str]:
    if ran.code:
        yield f"the decision was refused with {ran.code}: {ran.err.strip()}"


def _written(here: Ground, email: str | None) -> Iterator[str]:
    """What was written beside the one write that was decided on, and that one where it is not."""
    allowed = {folded(email): {PARTNER}} if email else {}
    yield from without_cause(here.world.writes, allowed)
    if email and not here.world.writes:
        yield f"nothing was written for {email}"
