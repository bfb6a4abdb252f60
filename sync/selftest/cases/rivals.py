"""Two programs that want the same pair at once, and a lease that a dead one left."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from sync.selftest.cases.kills import ended_other, evening, killed
from sync.selftest.ground.apart import Apart, Ran, ended
from sync.selftest.ground.fate import Deadly, Holding, When
from sync.selftest.ground.ground import Ground
from sync.selftest.laws.causes import PARTNER
from sync.selftest.laws.end import made_twice
from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial

BUSY: Final = 5
"""The exit code of a program that found the pair in other hands."""
AT_ONCE: Final = 20.0
"""Seconds in which a dead program's pair is to be free; its lease would last for 45."""


async def rivals(trial: Trial) -> None:
    """While one program is in the middle of a write, another one starts."""
    async with evening(trial) as before:
        holding = Holding()
        async with before.again(trial.folder / "rivals", holding) as here:
            here.forget()
            first = await Apart().begin(here.config)
            await holding.reached.wait()
            here.story.append("a run, and during its first write another one")
            second = await ended(await Apart().begin(here.config))
            meanwhile = len(here.world.writes)
            holding.let_go.set()
            seen = (await ended(first), second)
            here.heard += [text for ran in seen for text in (ran.out, ran.err)]
            twice = tuple(made_twice(here.world.writes))
            other = await ended_other(trial, before, here)
            wrong = (*_kept_apart(*seen, meanwhile), *twice, *other)
            trial.judge(here, Law.L7, "the second turned away with 5, the first undisturbed", wrong)
            trial.judge_secrets(here)


async def left_lease(trial: Trial) -> None:
    """A killed program leaves its lease behind; whoever comes next has the pair at once."""
    async with evening(trial) as before:
        deadly = Deadly(PARTNER, 1, When.BEFORE)
        async with before.again(trial.folder / "lease", deadly) as here:
            await killed(here, deadly, "its first update_partner")
            left, writes = _lease(here), list(here.world.writes)
            here.forget()
            began = time.monotonic()
            here.story.append("a run again, at once")
            ran = await ended(await Apart().begin(here.config))
            waited = time.monotonic() - began
            writes += here.world.writes
            other = await ended_other(trial, before, here)
            wrong = (*_taken_over(ran, waited, left=left), *made_twice(writes), *other)
            trial.judge(here, Law.L7, "the pair taken over at once", wrong)
            trial.judge_secrets(here)


def _kept_apart(first: Ran, second: Ran, meanwhile: int) -> Iterator[str]:
    if second.code != BUSY:
        yield f"the second program ended with {second.code}: {second.err.strip()}"
    if meanwhile:
        yield f"{meanwhile} writes while the first one waited for its own"
    if first.code:
        yield f"the first program ended with {first.code}: {first.err.strip()}"


def _taken_over(ran: Ran, waited: float, *, left: bool) -> Iterator[str]:
    if not left:
        yield "the killed program left no lease, so that nothing was tried"
    if ran.code == BUSY:
        yield f"the next program was turned away: {ran.err.strip()}"
    if waited > AT_ONCE:
        yield f"the next program took {waited:.0f} s"


def _lease(here: Ground) -> bool:
    """Whether somebody holds the pair, by the bytes of the state."""
    with closing(sqlite3.connect(here.state)) as state:
        return bool(state.execute("select 1 from leases where holder is not null").fetchall())
