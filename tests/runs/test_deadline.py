"""Past its deadline a run ends cleanly: what is in hand is recorded, the rest is left."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.script import Step
from sync.core.plan import Kind, Outcome
from sync.core.report import RunStatus, Trouble, exit_code
from sync.runs.deadline import within
from sync.runs.pair import Stop
from tests.runs.shop import Asked, Shop, applied

NOW = timedelta()
HOUR = timedelta(hours=1)
WHY = "Stopped at its deadline of 1 h"


def ring(stop: Stop) -> None:
    """What the clock of an hour does when it is over."""
    stop.request(WHY, late=True)


@pytest.fixture
async def leaving(roomy: Shop) -> Shop:
    """Four of six linked people were archived on Whop; people are written one by one."""
    roomy.people_at_once = 1
    people = roomy.crowd(6)
    await roomy.settled()
    for affiliate, _ in people[:4]:
        roomy.world.whop.edit(affiliate.id, status="archived")
    return roomy


async def test_reading_ends_at_the_next_page(leaving: Shop) -> None:
    report = await leaving.sync(deadline=NOW)

    assert (report.run.status, report.run.trouble) == (RunStatus.FAILED, Trouble.DEADLINE)
    assert report.run.error == "Stopped at its deadline of 0 s, before anything was written."
    assert (exit_code(report), leaving.changes()) == (1, [])
    assert leaving.standing().trouble is Trouble.DEADLINE


async def test_a_row_in_hand_is_finished_and_the_rest_is_left(leaving: Shop) -> None:
    stop = Stop()

    def watch(asked: Asked) -> None:
        if asked.writes and len(leaving.changes()) == 1:
            ring(stop)

    leaving.before.append(watch)

    report = await leaving.sync(stop=stop)

    outcomes = [row.outcome for row in report.rows]
    assert outcomes == [Outcome.APPLIED] * 2 + [Outcome.SKIPPED] * 2
    assert {row.error for row in report.rows} == {None, f"{WHY} before this row's turn."}
    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)
    assert (report.run.trouble, report.run.error) == (Trouble.DEADLINE, f"{WHY}.")
    assert leaving.standing().reason == f"{WHY}."
    assert (leaving.intents(), leaving.kept()) == ((), report)
    leaving.before.clear()
    assert applied(await leaving.sync()) == [Kind.DEACTIVATE_PARTNER] * 2
    assert leaving.standing().trouble is None


async def test_a_deadline_after_the_last_row_spoils_nothing(leaving: Shop) -> None:
    stop = Stop()

    def watch(asked: Asked) -> None:
        if asked.writes and len(leaving.changes()) == 3:
            ring(stop)

    leaving.before.append(watch)

    report = await leaving.sync(stop=stop)

    assert applied(report) == [Kind.DEACTIVATE_PARTNER] * 4
    assert (report.run.trouble, report.run.error, exit_code(report)) == (None, None, 0)
    assert leaving.standing().last_good is not None


async def test_a_run_within_its_deadline_is_left_alone(leaving: Shop) -> None:
    stop = Stop()

    report = await leaving.sync(stop=stop, deadline=HOUR)

    assert applied(report) == [Kind.DEACTIVATE_PARTNER] * 4
    assert not stop.wanted


async def test_a_run_that_ended_rings_no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, bells = asyncio.get_running_loop(), []
    call_later = loop.call_later

    def noted(delay: float, *call: Any) -> asyncio.TimerHandle:
        bells.append(call_later(delay, *call))
        return bells[-1]

    monkeypatch.setattr(loop, "call_later", noted)

    with within(HOUR, Stop()):
        (bell,) = bells
        assert not bell.cancelled()
    assert bell.cancelled()


@pytest.mark.parametrize(
    "deadline, told",
    [
        (timedelta(days=2), "2 d"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=36), "36 h"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(seconds=30), "30 s"),
        (timedelta(milliseconds=1500), "1.5 s"),
    ],
)
async def test_the_deadline_is_told_as_people_say_it(
    monkeypatch: pytest.MonkeyPatch, deadline: timedelta, told: str
) -> None:
    stop, loop = Stop(), asyncio.get_running_loop()
    call_soon = loop.call_soon
    monkeypatch.setattr(loop, "call_later", lambda _delay, call: call_soon(call))

    with within(deadline, stop):
        await asyncio.sleep(0)

    assert (stop.wanted, stop.late) == (True, True)
    assert stop.why == f"Stopped at its deadline of {told}"


async def test_who_asked_first_is_who_stopped_it() -> None:
    stop = Stop()
    stop.request()
    ring(stop)

    assert (stop.why, stop.late) == ("Stopped as asked", False)


async def test_a_pause_ends_when_a_stop_is_wanted_and_is_none_after_it() -> None:
    stop = Stop()
    pause = asyncio.create_task(stop.sleep(3600))
    await asyncio.sleep(0)
    assert not pause.done()

    stop.request()

    await pause
    await stop.sleep(3600)


async def test_after_a_stop_nobody_is_looked_up_who_is_unknown_to_whop(roomy: Shop) -> None:
    stop = Stop()
    leaver, _ = roomy.both()
    roomy.lone_partner(account=False)
    await roomy.settled()
    (unknown,) = roomy.known().parked.values()
    roomy.clock.pass_(days=2)
    roomy.world.whop.edit(leaver.id, status="archived")
    roomy.when(lambda asked: asked.writes, stop.request)

    await roomy.sync(stop=stop)

    assert list(roomy.known().parked.values()) == [unknown]
    await roomy.sync()
    (asked,) = roomy.known().parked.values()
    assert asked.at > unknown.at


async def test_an_override_that_may_have_been_made_is_not_sent_again_after_a_stop(
    roomy: Shop,
) -> None:
    """The pause before the second look was cut short, too soon to be sure: the next run looks."""
    stop = Stop()
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(None, None)
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, commission_pct=15)
    roomy.faults.set_script([Step(fault="reset-before", operation="create_override")])
    roomy.when(lambda asked: asked.writes, stop.request)

    await roomy.sync(stop=stop)

    assert roomy.world.log.count("create_override") == 1
    assert len(roomy.intents()) == 1
    await roomy.sync()
    assert [o.commission_value for o in roomy.world.whop.overrides_of(affiliate.id)] == [15]
    assert roomy.intents() == ()
