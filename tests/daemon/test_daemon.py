"""The daemon through time: nights, sleep, quarantine, overlap, bugs, and its end."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from sync.app import utc_now
from sync.core.report import Trouble
from sync.daemon.daemon import Daemon
from sync.daemon.watcher import Skip
from sync.daemon.watchers import Watchers
from sync.errors import StateError
from sync.state.store import open_store
from tests.daemon.stepping import MINUTE, SECOND, Heard, at, breathe, stepping, until

QUARTER = 'schedule = "every 15m"'


async def test_every_pair_runs_soon_and_not_all_at_once(tmp_path: Path) -> None:
    yearly = 'schedule = "0 0 1 1 *"'
    async with stepping(tmp_path, "2026-08-01", a=yearly, b=yearly, c=QUARTER) as steps:
        assert {pair for pair, _ in steps.heard.began_} == {"a", "b", "c"}
        assert steps.standing("a").next_run == at("2027-01-01")
        assert steps.standing("c").next_run == at("2026-08-01T00:15:02")


async def test_the_first_turns_are_spread_over_seconds(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        await steps.adopt(a=QUARTER, b=QUARTER, c=QUARTER, d=QUARTER)
        turns = [steps.daemon.next_turn(pair) for pair in "cd"]

        assert turns == [utc_now() + SECOND, utc_now() + 2 * SECOND]


async def test_a_night_of_moved_clocks_in_spring(tmp_path: Path) -> None:
    nightly = 'schedule = "30 2 * * *"\ntimezone = "Europe/Berlin"'
    hourly = 'schedule = "0 * * * *"\ntimezone = "Europe/Berlin"'
    async with stepping(tmp_path, "2026-03-28T22:30", nightly=nightly, hourly=hourly) as steps:
        steps.heard.began_.clear()
        await steps.go_on(at("2026-03-29T04:10"), 10 * MINUTE)
        hours = ["28 23:00", "29 00:00", "29 01:00", "29 02:00", "29 03:00", "29 04:00"]

        assert steps.heard.times("nightly") == ["29 01:30"]
        assert [when[:6] + "00" for when in steps.heard.times("hourly")] == hours


async def test_a_night_of_moved_clocks_in_autumn(tmp_path: Path) -> None:
    nightly = 'schedule = "30 1 * * *"\ntimezone = "America/New_York"'
    quarter = 'schedule = "*/15 * * * *"\ntimezone = "America/New_York"'
    async with stepping(tmp_path, "2026-11-01T03:50", nightly=nightly, quarter=quarter) as steps:
        steps.heard.began_.clear()
        await steps.go_on(at("2026-11-01T08:01"), 5 * MINUTE)

        assert steps.heard.times("nightly") == ["01 05:30"]
        assert len(steps.heard.times("quarter")) == 17


async def test_a_machine_that_slept_for_hours_runs_each_pair_once(tmp_path: Path) -> None:
    often = 'schedule = "every 1s"'
    hourly = 'schedule = "5 * * * *"'
    async with stepping(tmp_path, "2026-08-01T20:00", often=often, hourly=hourly) as steps:
        await steps.go(at("2026-08-01T20:00:03.5"))
        steps.heard.began_.clear()
        await steps.go(at("2026-08-02T05:30:10.5"))
        await steps.look()

        assert sorted(pair for pair, _ in steps.heard.began_) == ["hourly", "often"]
        assert steps.daemon.next_turn("hourly") == at("2026-08-02T06:05")
        assert steps.standing("often").next_run == at("2026-08-02T05:30:11")


async def test_a_clock_that_was_set_back_silences_nobody(tmp_path: Path) -> None:
    daily = 'schedule = "0 3 * * *"'
    async with stepping(tmp_path, "2026-08-02", a=QUARTER, daily=daily) as steps:
        await steps.go(at("2026-08-01T01:00"))

        assert steps.daemon.next_turn("a") == at("2026-08-01T01:15")
        assert steps.daemon.next_turn("daily") == at("2026-08-01T03:00")


async def test_a_clock_that_is_corrected_by_seconds_runs_nothing_twice(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a='schedule = "0 3 * * *"') as steps:
        await steps.go(at("2026-08-01T03:00:01"))
        await steps.go(at("2026-08-01T02:59:40"))
        await steps.go(at("2026-08-01T03:00:10"))

        assert steps.heard.times("a")[1:] == ["01 03:00"]


async def test_a_pair_in_quarantine_is_left_out_until_its_time(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        steps.heard.began_.clear()
        steps.keep("a", failures=4, trouble=Trouble.UNREACHABLE, not_before=at("2026-08-01T00:40"))
        await steps.go(at("2026-08-01T00:15:02"))

        assert steps.heard.skipped_ == [("a", Skip.QUARANTINE)]
        assert steps.standing("a").next_run == at("2026-08-01T00:45")
        assert steps.heard.times("b") == ["01 00:15"]

        await steps.go_on(at("2026-08-01T00:50"), MINUTE)

        assert steps.heard.times("a") == ["01 00:45"]


SIX = at("2026-08-01T06:00")


async def test_a_start_tries_a_pair_in_quarantine_once(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        steps.keep("a", failures=4, trouble=Trouble.UNREACHABLE, not_before=SIX)
    async with stepping(tmp_path, "2026-08-01T00:20", a=QUARTER) as steps:
        assert steps.heard.times("a") == ["01 00:20"]
        assert steps.standing("a").next_run == at("2026-08-01T06:05")

        await steps.go(at("2026-08-01T00:35:02"))

        assert steps.heard.skipped_ == [("a", Skip.QUARANTINE)]


async def test_a_changed_pair_is_tried_once_at_its_next_turn_though_in_quarantine(
    tmp_path: Path,
) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        steps.heard.began_.clear()
        for pair in "ab":
            steps.keep(pair, failures=4, trouble=Trouble.KEY_REFUSED, not_before=SIX)
        await steps.adopt(a=QUARTER + "\nrow_tries = 3", b=QUARTER)

        for pair, due in (("a", at("2026-08-01T00:15")), ("b", at("2026-08-01T06:00:01.5"))):
            assert steps.standing(pair).next_run == steps.daemon.next_turn(pair) == due

        await steps.go_on(at("2026-08-01T00:45:02"), 15 * MINUTE)

        assert [pair for pair, _ in steps.heard.began_] == ["a"]
        assert steps.heard.times("a") == ["01 00:15"]


async def test_a_pair_that_somebody_let_out_of_quarantine_runs_at_its_next_turn(
    tmp_path: Path,
) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        steps.keep("a", failures=1, trouble=Trouble.GUARD_HELD, not_before=SIX)
        await steps.go(at("2026-08-01T00:15:02"))
        with open_store(steps.daemon.app().config.state_path, clock=utc_now) as other:
            other.keep_standing(replace(other.standing("a"), not_before=None))
        assert steps.standing("a").next_run == SIX
        await steps.daemon.refresh()
        assert steps.standing("a").next_run == at("2026-08-01T00:30")
        await steps.go(at("2026-08-01T00:30:02"))

        assert steps.heard.skipped_ == [("a", Skip.QUARANTINE)]
        assert steps.heard.times("a")[1:] == ["01 00:30"]


async def test_a_run_that_takes_longer_than_its_pause_is_not_joined_by_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stepping(tmp_path, "2026-08-01", slow=QUARTER, quick=QUARTER) as steps:
        steps.runs.held.add("slow")
        steps.heard.began_.clear()
        await steps.go_on(at("2026-08-01T00:50"), 5 * MINUTE)

        assert steps.heard.times("slow") == ["01 00:15"]
        assert len(steps.heard.times("quick")) == 3
        assert steps.heard.skipped_ == [("slow", Skip.STILL_RUNNING)] * 2
        assert caplog.records == []  # once a second, it may be

        steps.runs.held.clear()
        steps.runs.let_go.set()
        await until(lambda: not steps.daemon.running)
        await steps.go(at("2026-08-01T01:05"))

        assert steps.heard.times("slow") == ["01 00:15", "01 01:05"]


async def test_a_pair_that_somebody_else_holds_is_left_to_them(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        app = steps.daemon.app()
        with open_store(app.config.state_path, clock=utc_now) as other:
            held = other.lease("a")
            daemon = Daemon(app, Watchers(heard := Heard()))  # with real runs
            await daemon.start()
            await until(lambda: heard.skipped_)
            await daemon.drain(20)
            held.release()

        assert heard.skipped_ == [("a", Skip.BUSY)]
        assert [pair for pair, _ in heard.broke_] == []


async def test_whatever_happens_to_a_pair_stays_with_it(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER, c=QUARTER) as steps:
        steps.heard.began_.clear()
        steps.runs.errors = {"a": ZeroDivisionError(), "b": StateError("The disk is full.")}
        await steps.go(at("2026-08-01T00:15:02"))
        broke = {pair: str(error) for pair, error in steps.heard.broke_}

        assert "bug of its own (ZeroDivisionError)" in broke["a"]
        assert broke["b"] == "The disk is full."
        assert steps.runs.done[-1] == "c"

        steps.runs.errors.clear()
        await steps.go(at("2026-08-01T00:30:02"))

        assert {*steps.runs.done[-3:]} == {"a", "b", "c"}


async def test_a_bug_is_logged_with_its_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        steps.runs.errors = {"a": ZeroDivisionError()}
        await steps.go(at("2026-08-01T00:15:02"))

    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info and record.exc_info[0] for record in logged] == [ZeroDivisionError]


async def test_a_watcher_with_a_bug_keeps_nothing_from_the_others(tmp_path: Path) -> None:
    class Broken(Heard):
        def began(self, pair: str) -> None:
            raise ZeroDivisionError

        def ended(self, *_: object) -> None:
            raise ZeroDivisionError

    async with stepping(tmp_path, "2026-08-01", Broken(), a=QUARTER) as steps:
        await steps.go(at("2026-08-01T00:15"))

        assert len(steps.heard.began_) == len(steps.heard.ended_) == 2


async def test_who_watches_is_told_how_the_pair_does_and_when_it_runs_next(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        ((pair, report, standing),) = steps.heard.ended_

        assert (pair, report.run.pair) == ("a", "a")
        assert standing.next_run == at("2026-08-01T00:15")


@pytest.mark.parametrize(
    "schedule, most", [("every 1s", 0.1), ("*/2 * * * *", 12.0), ("0 3 * * *", 30.0)]
)
async def test_a_turn_comes_a_little_late_but_for_the_first(
    schedule: str, most: float, tmp_path: Path
) -> None:
    async with stepping(tmp_path, "2026-08-01", a=f'schedule = "{schedule}"') as steps:
        assert steps.chance.most == []

        await steps.go(at("2026-08-02T12:00"))

        assert steps.chance.most == [most]


async def test_a_turn_that_waits_begins_nothing_once_the_daemon_ends(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", late=10_000.0, a=QUARTER) as steps:
        steps.clock.move_to(at("2026-08-01T00:15:02"))
        steps.daemon.look()
        await until(lambda: steps.daemon.running)

        assert await steps.daemon.drain(20)
        assert len(steps.heard.began_) == 1


async def test_the_end_finishes_what_is_in_hand_and_begins_nothing(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        steps.runs.held.add("a")
        await steps.go(at("2026-08-01T00:15:02"))

        assert await steps.daemon.drain(20)
        assert steps.runs.stopped == ["a"]
        assert steps.heard.ended_[-1][0] == "a"
        assert [steps.standing(pair).next_run for pair in "ab"] == [None, None]

        steps.heard.began_.clear()
        await steps.go(at("2026-08-01T09:00"))

        assert steps.heard.began_ == []


async def test_a_turn_that_comes_in_the_moment_of_the_end_is_not_taken(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        steps.clock.move_to(at("2026-08-01T00:15:02"))
        steps.daemon.look()
        await steps.daemon.drain(20)
        await breathe()

        assert steps.daemon.running == 0
        assert len(steps.heard.began_) == 1


async def test_the_end_does_not_wait_for_a_run_that_never_ends(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        steps.runs.held.add("a")
        steps.runs.deaf = True
        await steps.go(at("2026-08-01T00:15:02"))

        assert not await steps.daemon.drain(0.01)


async def test_a_new_configuration_changes_the_turns_of_those_it_changes(tmp_path: Path) -> None:
    daily = 'schedule = "0 3 * * *"'
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER, c=daily) as steps:
        began = len(steps.heard.began_)
        await steps.adopt(a=QUARTER + "\nrow_tries = 3", c=QUARTER, d=daily)
        await steps.go(utc_now() + 3 * SECOND)

        assert [pair for pair, _ in steps.heard.began_[began:]] == ["d"]
        assert steps.daemon.next_turn("a") == at("2026-08-01T00:15")
        assert steps.daemon.next_turn("b") is None
        assert steps.standing("b").next_run is None
        assert steps.standing("c").next_run == at("2026-08-01T00:15:03")
        assert steps.standing("d").next_run == at("2026-08-01T03:00")


async def test_a_run_in_hand_of_a_removed_pair_ends_as_it_began(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        steps.runs.held.add("a")
        await steps.go(at("2026-08-01T00:15:02"))
        await steps.adopt(b=QUARTER)
        steps.runs.let_go.set()
        await until(lambda: not steps.daemon.running)

        assert steps.heard.ended_[-1][0] == "a"
        assert steps.heard.broke_ == []
        assert steps.standing("a").next_run is None


async def test_a_pair_that_comes_back_does_not_run_beside_its_former_run(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER, b=QUARTER) as steps:
        steps.runs.held.add("a")
        await steps.go(at("2026-08-01T00:15:02"))
        await steps.adopt(b=QUARTER)
        await steps.adopt(a=QUARTER, b=QUARTER)
        await steps.go(utc_now() + 3 * SECOND)

        assert steps.heard.skipped_ == [("a", Skip.STILL_RUNNING)]


async def test_the_next_run_goes_by_the_new_configuration(tmp_path: Path) -> None:
    async with stepping(tmp_path, "2026-08-01", a=QUARTER) as steps:
        await steps.adopt(a=QUARTER + "\nrow_tries = 3")
        await steps.go(at("2026-08-01T00:15:02"))
        first, second = steps.runs.configs

        assert first != second
