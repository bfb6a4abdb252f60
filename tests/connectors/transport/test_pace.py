import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport.bucket import Allowance, Bucket, Counting
from connectors.transport.buckets import Buckets
from connectors.transport.halt import Pauses
from connectors.transport.pace import Pace
from tests.connectors.surroundings import FakeTime


def unwatched(_operation: str, _seconds: float) -> None:
    """Nobody counts the waits."""


def buckets(
    time: FakeTime, per_minute: int, counting: Counting = Counting.PER_OPERATION
) -> Buckets:
    return Buckets(Allowance(per_minute, counting), time.clock)


def pace(
    time: FakeTime,
    per_minute: int,
    counting: Counting = Counting.PER_OPERATION,
    concurrency: int = 4,
) -> Pace:
    pauses = Pauses(time.clock, time.sleep, None)
    return Pace(buckets(time, per_minute, counting), concurrency, time.clock, pauses, unwatched)


async def sent_at(
    time: FakeTime, paced: Pace, requests: int, operation: str = "list"
) -> list[float]:
    moments = []
    for _ in range(requests):
        await paced.admit(operation)
        moments.append(time.seconds)
        paced.leave()
    return moments


def most_in_a_minute(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 60 for moment in moments) for start in moments)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300))
def test_no_minute_ever_sees_more_than_the_allowance(per_minute: int) -> None:
    time = FakeTime()
    moments = asyncio.run(sent_at(time, pace(time, per_minute), 2 * per_minute + 5))
    assert most_in_a_minute(moments) <= per_minute


async def test_the_allowance_is_spent_smoothly_and_nearly_whole(time: FakeTime) -> None:
    moments = await sent_at(time, pace(time, 600), 2_000)
    assert moments.count(moments[0]) == 30  # the burst: 5 %
    assert (moments[-1] - moments[0]) / 60 == pytest.approx((2_000 - 30) / 570, rel=0.01)


async def test_whop_operations_do_not_share_an_allowance(time: FakeTime) -> None:
    paced = pace(time, 20)
    await sent_at(time, paced, 1, "list")
    await sent_at(time, paced, 1, "archive")
    assert time.slept == []


async def test_affihub_operations_share_the_allowance_of_the_key(time: FakeTime) -> None:
    paced = pace(time, 20, Counting.PER_KEY)
    await sent_at(time, paced, 1, "list")
    await sent_at(time, paced, 1, "patch")
    assert time.slept == [pytest.approx(60 / 19)]


async def test_a_pause_holds_everyone_who_draws_from_the_bucket(time: FakeTime) -> None:
    paced = pace(time, 600)
    paced.pause("list", 12)
    starts = await asyncio.gather(*(sent_at(time, paced, 1) for _ in range(10)))
    assert all(moment >= 1_012 for (moment,) in starts)


async def test_a_pause_leaves_other_operations_alone(time: FakeTime) -> None:
    paced = pace(time, 600)
    paced.pause("list", 12)
    await sent_at(time, paced, 1, "archive")
    assert time.slept == []


def test_a_shorter_pause_does_not_cut_a_longer_one(time: FakeTime) -> None:
    bucket = Bucket(600, time.clock)
    bucket.pause(60)
    bucket.pause(1)
    assert bucket.delay() > 60


def seconds_for(bucket: Bucket, time: FakeTime, requests: int) -> float:
    start = time.seconds
    for _ in range(requests):
        time.seconds += bucket.delay()
        bucket.spend()
    return time.seconds - start


def test_after_a_refusal_the_bucket_goes_half_as_fast_and_recovers(time: FakeTime) -> None:
    bucket = Bucket(600, time.clock)
    seconds_for(bucket, time, 100)
    usual = seconds_for(bucket, time, 10)
    bucket.pause(0)
    assert seconds_for(bucket, time, 10) == pytest.approx(2 * usual, rel=0.1)
    seconds_for(bucket, time, 500)
    assert seconds_for(bucket, time, 10) == pytest.approx(usual, rel=0.01)


def test_requests_refused_together_slow_the_bucket_once(time: FakeTime) -> None:
    bucket = Bucket(600, time.clock)
    for _ in range(8):
        bucket.pause(10)
    assert seconds_for(bucket, time, 11) == pytest.approx(10 + 11 / 4.75, rel=0.05)


async def test_waits_are_told(time: FakeTime) -> None:
    told: list[tuple[str, float]] = []
    pauses = Pauses(time.clock, time.sleep, None)
    paced = Pace(buckets(time, 600), 4, time.clock, pauses, lambda *wait: told.append(wait))
    await sent_at(time, paced, 31)
    ((operation, seconds),) = told
    assert operation == "list"
    assert seconds == pytest.approx(1 / 9.5)


async def test_no_more_requests_are_under_way_than_allowed(time: FakeTime) -> None:
    paced = pace(time, 6_000, concurrency=2)
    await paced.admit("list")
    await paced.admit("list")
    third = asyncio.create_task(paced.admit("list"))
    await asyncio.sleep(0)
    assert not third.done()
    paced.leave()
    await asyncio.wait_for(third, 1)


async def test_waiting_for_a_token_takes_no_slot_from_other_operations(time: FakeTime) -> None:
    waking = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await waking.wait()

    pauses = Pauses(time.clock, sleep, None)
    paced = Pace(buckets(time, 1), 1, time.clock, pauses, unwatched)
    await paced.admit("list")
    paced.leave()
    held = asyncio.create_task(paced.admit("list"))
    await asyncio.sleep(0)
    await asyncio.wait_for(paced.admit("archive"), 1)
    held.cancel()
    with pytest.raises(asyncio.CancelledError):
        await held


async def test_tokens_saved_up_while_a_server_is_slow_do_not_go_out_together(
    time: FakeTime,
) -> None:
    paced = pace(time, 60, concurrency=1)
    await paced.admit("list")
    waiting = [asyncio.create_task(paced.admit("list")) for _ in range(30)]
    await asyncio.sleep(0)
    time.seconds += 30  # one slow answer
    sent: list[float] = []
    for task in waiting:
        paced.leave()
        await task
        sent.append(time.seconds)
    assert most_in_a_minute(sent) <= 60
    assert sent.count(sent[0]) <= 3  # the burst, not the 28 tokens of half a minute
