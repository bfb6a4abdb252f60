"""A run over a listing that cannot be whole, and one over the same listing when it is again."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from connectors.sandbox.cast import cast_for
from connectors.sandbox.drift import Edit, archive, join_affihub, join_whop, linked
from connectors.sandbox.seed import agreed
from connectors.sandbox.world import World, Write
from sync.core.record import Side
from sync.selftest.cases.spoils import SPOILS, Circling
from sync.selftest.ground.apart import Apart, NoReport
from sync.selftest.ground.ground import Ground, ground, told_edits
from sync.selftest.laws.causes import called_for, without_cause
from sync.selftest.laws.end import CREATES
from sync.selftest.laws.law import Law
from sync.selftest.laws.secrets import plant
from sync.selftest.laws.sides import folded
from sync.selftest.trial import Trial

PEOPLE: Final = 50
PAGE: Final = 20
"""Rows of a page, so that there are three of them."""


async def broken_listing(side: Side, how: str, trial: Trial) -> None:
    """Somebody leaves, two join, and just then one side's list is spoiled in this way."""
    world = agreed(PEOPLE, trial.seed, clock=trial.clock)
    world.gaps = world.gaps.with_({"whop_page_cap": PAGE, "affihub_per_page_cap": PAGE})
    plant(world)
    faults = Circling(sleep=trial.clock.sleep)
    async with ground(world, trial.folder, trial.clock, trial.program, faults) as here:
        here.story.append(f"{PEOPLE} made-up people in agreement")
        await here.sync("a run that brings both sides into step")
        edits = _edits(here, trial.seed)
        with SPOILS[how](world, faults, side):
            await _run(here, f"a run while {side.brand}'s list is spoiled ({how})")
            wrong = tuple(_gone_or_new(world.writes, edits))
            trial.judge(here, Law.L8, "nobody removed who did not leave, nobody created", wrong)
        await here.sync("a run when the list is whole again")
        trial.judge(here, Law.L8, "the two who joined created now", _still_missing(world, edits))
        trial.judge_secrets(here)


async def broken_listing_apart(side: Side, how: str, trial: Trial) -> None:
    """The same with the program in a process of its own."""
    own = replace(trial, program=Apart())
    await broken_listing(side, how, own)


async def _run(here: Ground, why: str) -> None:
    """A run that may well fail: that is no fault of it."""
    try:
        await here.sync(why)
    except NoReport as end:
        here.heard.append(str(end))


def _edits(here: Ground, seed: int) -> tuple[Edit, ...]:
    """Somebody is archived on Whop; one person joins there, and one on Affihub."""
    world, cast = here.world, cast_for(here.world, seed + 1)
    who = next(one for one in linked(world) if one.statuses == ("active", "active"))
    archive(world, who)
    edits = (
        Edit("archive", who.partner.email),
        Edit("join_whop", join_whop(cast)),
        Edit("join_affihub", join_affihub(cast)),
    )
    here.story.append(told_edits(edits))
    return edits


def _gone_or_new(writes: Iterable[Write], edits: Iterable[Edit]) -> Iterator[str]:
    """Who was created, or had something done to them that the one who left does not call for."""
    left = [edit for edit in edits if edit.what == "archive"]
    return without_cause(writes, called_for(left))


def _still_missing(world: World, edits: Iterable[Edit]) -> Iterator[str]:
    created = {folded(str(w.email)) for w in world.writes if w.operation in CREATES}
    for edit in edits:
        if edit.what != "archive" and folded(edit.email) not in created:
            yield f"{edit.email} ({edit.what}) was not created, so that nothing was tried before"
