"""The same people in pages of other sizes and rows in another order: the plan stays the same."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from connectors.sandbox.tables import Table
from connectors.sandbox.world import World
from sync.selftest.ground.ground import Ground, ground
from sync.selftest.ground.program import Told, who
from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial

PEOPLE: Final = 60
Line = tuple[str, str, str, str, str]
"""A row: its kind, whom it is about, before and after, and what becomes of it."""


async def order(trial: Trial) -> None:
    """A first plan and one after a week of edits, each as the same rows come in another order."""
    world = trial.made_up(PEOPLE)
    async with ground(world, trial.folder, trial.clock, trial.program) as here:
        here.story.append(f"{PEOPLE} made-up people, kept by hand on both sides")
        await _rearranged(trial, here)
        await here.sync()
        here.a_week(trial.seed)
        await _rearranged(trial, here)
        trial.judge_secrets(here)


async def _rearranged(trial: Trial, here: Ground) -> None:
    expected = plan_of(await here.dry_run())
    for how, rearrange in ARRANGEMENTS.items():
        rearrange(here.world, random.Random(trial.seed))  # noqa: S311 - a seed, no secrecy
        seen = plan_of(await here.dry_run(f"a dry run with {how}"))
        trial.judge(here, Law.L6, "the plan of the dry run before it", _other_rows(expected, seen))


def plan_of(told: Told) -> frozenset[Line]:
    """What a plan comes to, whatever order it has."""
    return frozenset(
        (row["kind"], who(row), str(row["before"]), str(row["after"]), row["disposition"])
        for row in told.rows
    )


def _other_rows(expected: frozenset[Line], seen: frozenset[Line]) -> Iterator[str]:
    for line in sorted(expected - seen):
        yield "this row is not there any more: {} for {}, {} to {}, {}".format(*line)
    for line in sorted(seen - expected):
        yield "this row was not there: {} for {}, {} to {}, {}".format(*line)


def _small_pages(world: World, _chance: random.Random) -> None:
    world.gaps = world.gaps.with_({"whop_page_cap": 7, "affihub_per_page_cap": 9})


def _other_orders(world: World, _chance: random.Random) -> None:
    world.gaps = world.gaps.with_({"affihub_list_order": "shuffled"})
    _mix_times(world)


def _mix_times(world: World) -> None:
    """Let everybody have joined when somebody else did: Whop lists by that."""
    table = world.whop.affiliates
    times = sorted((one.created_at for one in table.values()), reverse=True)
    by_age = sorted(table.values(), key=lambda one: one.created_at)
    for affiliate, joined in zip(by_age, times, strict=True):
        world.whop.edit(affiliate.id, created_at=joined, updated_at=affiliate.updated_at)


def _shuffled(world: World, chance: random.Random) -> None:
    """Let everybody have been entered in another order."""
    _shuffle(world.whop.affiliates, chance)
    _shuffle(world.whop.users, chance)
    _shuffle(world.whop.enrollments, chance)
    _shuffle(world.whop.overrides, chance)
    _shuffle(world.affihub.partners, chance)


def _shuffle(table: Table[Any], chance: random.Random) -> None:
    rows = list(table.items())
    chance.shuffle(rows)
    table.clear()
    table.update(rows)


ARRANGEMENTS: Final[Mapping[str, Callable[[World, random.Random], None]]] = {
    "small pages": _small_pages,
    "rows in another order": _other_orders,
    "everybody entered in another order": _shuffled,
}
"""Ways to tell the same people, each on top of those before it."""
