"""Each line of a selftest is worth something: a program that breaks the law breaks the line."""

from pathlib import Path

import pytest

from sync.core.record import Side
from sync.selftest.cases.bad_network import bad_network
from sync.selftest.cases.blurting import blurting
from sync.selftest.cases.broken_listing import broken_listing
from sync.selftest.cases.kills import kills
from sync.selftest.cases.order import order
from sync.selftest.cases.week import week
from sync.selftest.ground.program import Here, Meddle
from sync.selftest.laws.causes import ARCHIVE, NEW_AFFILIATE
from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial
from tests.selftest.meddling import (
    Forgetful,
    ForgetsWhenTroubled,
    NeverDry,
    always_finds_work,
    broken_in,
    decides_conflicts,
    held_in,
    loses_the_last_row,
    names_keys_in_errors,
    only_pretends,
    sees_nobody_leave,
    shuts_out_one_more,
    trial_of,
    trusts_every_list,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "meddle,laws",
    [
        (shuts_out_one_more, {Law.L1, Law.L5}),
        (decides_conflicts, {Law.L1, Law.L2}),
        (sees_nobody_leave, {Law.L3}),
        (only_pretends, {Law.L4, Law.L5}),
        (always_finds_work, {Law.L1, Law.L4, Law.L5}),
        (names_keys_in_errors, {Law.L10}),
    ],
)
async def test_a_week_shows_a_program_that_breaks(
    tmp_path: Path, meddle: Meddle, laws: set[Law]
) -> None:
    trial = trial_of(tmp_path / "case", meddle)

    await week(trial)

    assert laws <= broken_in(trial)


async def test_a_week_holds_for_the_program_as_it_is(tmp_path: Path) -> None:
    trial = trial_of(tmp_path / "case", lambda pair: pair, seed=77)

    await week(trial)

    assert broken_in(trial) == set()
    assert held_in(trial) == {Law.L1, Law.L2, Law.L3, Law.L4, Law.L5, Law.L9, Law.L10}


async def test_a_dry_run_that_writes_breaks_its_law(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "case", 1, NeverDry())

    await week(trial)

    assert Law.L9 in broken_in(trial)


async def test_a_plan_that_hangs_on_the_order_breaks_its_law(tmp_path: Path) -> None:
    trial = trial_of(tmp_path / "case", loses_the_last_row)

    await order(trial)

    assert Law.L6 in broken_in(trial)


async def test_a_program_that_forgets_does_not_end_where_a_sound_one_does(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "case", 1, ForgetsWhenTroubled())

    await bad_network("errors", trial)

    assert Law.L7 in broken_in(trial)


async def test_a_killed_program_that_forgets_does_not_end_where_one_nobody_killed_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.selftest.cases.kills.Apart", Forgetful)
    trial = Trial(tmp_path / "case", 1, Here())

    await kills(ARCHIVE, 1, trial)

    assert Law.L7 in broken_in(trial)


async def test_a_kill_at_any_time_of_a_write_holds_for_the_program_as_it_is(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "case", 5, Here())

    await kills(NEW_AFFILIATE, 1, trial)

    assert held_in(trial) == {Law.L1, Law.L4, Law.L7, Law.L10}
    assert broken_in(trial) == set()


async def test_a_program_that_trusts_every_list_shuts_people_out(tmp_path: Path) -> None:
    trial = trial_of(tmp_path / "case", trusts_every_list)

    await broken_listing(Side.WHOP, "vanished", trial)

    assert Law.L8 in broken_in(trial)


async def test_an_answer_that_is_shown_as_it_came_is_found(tmp_path: Path) -> None:
    trial = trial_of(tmp_path / "case", names_keys_in_errors)

    await blurting(trial)

    assert Law.L10 in broken_in(trial)
