"""Servers that tell every secret they know, in answers of every shape."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Final

from connectors.sandbox.script import Step
from sync.core.record import Side
from sync.selftest.cases.spoils import ALWAYS, LISTS
from sync.selftest.ground.apart import Apart, NoReport
from sync.selftest.ground.ground import Ground, ground
from sync.selftest.laws.rows import OPERATIONS
from sync.selftest.laws.secrets import blurted
from sync.selftest.trial import Trial

PEOPLE: Final = 24
WRITES: Final = (*OPERATIONS, "list_overrides")
SHAPES: Final = ((200, "rows"), (401, "json"), (422, "text"), (500, "page"))
"""Statuses, and the forms of their bodies."""
ENDING: Final = ((401, "json"), (422, "text"))
"""Those that end a run at once: no pause has to be waited for."""


async def blurting(trial: Trial) -> None:
    """Every shape of answer, first to the writes of a week's edits, then to both lists."""
    await _blurting(trial, SHAPES)


async def blurting_apart(trial: Trial) -> None:
    """The same with the program in a process of its own, that shows its log."""
    own = replace(trial, program=Apart(debug=True))
    await _blurting(own, ENDING)


async def _blurting(trial: Trial, shapes: Iterable[tuple[int, str]]) -> None:
    world = trial.made_up(PEOPLE)
    async with ground(world, trial.folder, trial.clock, trial.program) as here:
        await _run(here, "a run that brings both sides into step")
        here.a_week(trial.seed)
        for status, form in shapes:
            for what, steps in (("writes", _writes), ("lists", _lists)):
                here.faults.set_script(list(steps(status, form)))
                await _run(here, f"a run while {what} are answered with secrets, {status} {form}")
        here.faults.set_script([])
        await _run(here, "a run at the end")
        trial.judge_secrets(here)


async def _run(here: Ground, why: str) -> None:
    """A run that may well fail: what counts is what it says then."""
    try:
        await here.sync(why)
    except NoReport as end:
        here.heard.append(str(end))


def _writes(status: int, form: str) -> Iterator[Step]:
    for side, operation in product(Side, WRITES):
        answer = blurted(side, status, form)
        yield Step(fault=answer, operation=operation, side=side, times=ALWAYS)


def _lists(status: int, form: str) -> Iterator[Step]:
    for side, operation in LISTS.items():
        answer = blurted(side, status, form)
        yield Step(fault=answer, operation=operation, side=side, times=ALWAYS)
