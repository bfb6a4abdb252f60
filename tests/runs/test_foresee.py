"""After a crash a dry run shows what the next apply will do, and leaves everything to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.core.plan import Disposition, Kind
from sync.core.ports import Holder
from sync.core.report import Report
from sync.runs.explain import find, look
from tests.runs import test_crashes as crashes
from tests.runs.dying import die_at
from tests.runs.ends import ALL
from tests.runs.shop import Shop

SCENES = (
    crashes.status_changes,
    crashes.a_first_run,
    crashes.new_affiliates,
    crashes.somebody_shut_out,
    crashes.rates_both_ways,
)
"""Deaths whose leftovers can all be foreseen: no override was cut off midway."""


def dispositions(report: Report) -> dict[str, Disposition]:
    return {row.key: row.disposition for row in report.rows}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_wherever_it_dies_a_dry_run_shows_the_rows_of_the_next_apply(
    roomy: Shop, tmp_path: Path, scene: Callable[[Shop], Any]
) -> None:
    roomy.people_at_once = 1
    await scene(roomy)

    steps = 0
    while await die_at(shop := roomy.copy(tmp_path / f"died-{steps}"), steps, ALL):
        before, left = shop.changes(), shop.intents()
        planned = dispositions(await shop.dry_run(allow=ALL))
        assert (shop.changes(), shop.intents()) == (before, left), f"died at step {steps}"

        done = await shop.sync(allow=ALL)

        assert planned.keys() == dispositions(done).keys(), f"died at step {steps}"
        wrote = {row.key for row in done.rows if row.outcome is not None}
        unplanned = {key for key in wrote if planned[key] is not Disposition.APPLY}
        assert not unplanned, f"died at step {steps}"
        shop.close()
        steps += 1
    assert steps > 5


async def died_after_a_create(roomy: Shop, folder: Path) -> Shop:
    """A process that died between the answer to an invitation and its record."""
    roomy.lone_affiliate()
    steps = 0
    while await die_at(shop := roomy.copy(folder / f"died-{steps}"), steps, ALL):
        if shop.intents() and shop.world.created():
            return shop
        steps += 1
    raise AssertionError("it never died there")


async def test_what_somebody_has_under_way_is_no_leftover(
    roomy: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await died_after_a_create(roomy, tmp_path)
    alone = await shop.dry_run(allow=ALL)
    daemon = Holder("a daemon", shop.clock(), shop.clock())
    monkeypatch.setattr(shop.store, "holder", lambda _pair: daemon)

    beside = await shop.dry_run(allow=ALL)

    assert Kind.LINK not in {row.kind for row in alone.rows}
    assert Kind.LINK in {row.kind for row in beside.rows}


async def test_who_explains_a_person_sees_what_the_dry_run_shows(
    roomy: Shop, tmp_path: Path
) -> None:
    shop = await died_after_a_create(roomy, tmp_path)
    assert shop.known().links == ()

    async with shop.pair(writes=False) as pair:
        seen = await look(pair)

    (link,) = seen.known.links
    (someone,) = find(seen, link.whop_id)
    assert someone.link == link
    assert shop.intents()
