"""Pairs with one key: together within its allowance, each in its turn."""

import asyncio
from dataclasses import replace
from itertools import chain

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport import (
    Access,
    Allowance,
    Allowances,
    Answer,
    Buckets,
    Counting,
    Reader,
    Surroundings,
    open_reader,
)
from connectors.transport.halt import Pauses
from connectors.transport.pace import Pace
from tests.connectors.surroundings import FakeTime
from tests.connectors.transport.conftest import ACCESS
from tests.connectors.transport.test_pace import most_in_a_minute, unwatched
from tests.connectors.virtual import clock, virtually

SLOW_ANSWER = 0.3


def shared(per_minute: int, counting: Counting = Counting.PER_KEY) -> Buckets:
    return Buckets(Allowance(per_minute, counting), clock)


def line(buckets: Buckets, concurrency: int = 4) -> Pace:
    return Pace(buckets, concurrency, clock, Pauses(clock, asyncio.sleep, None), unwatched)


async def request(pace: Pace, takes: float = SLOW_ANSWER) -> float:
    """One request; answers when it went out."""
    await pace.admit("list")
    sent = clock()
    await asyncio.sleep(takes)
    pace.leave()
    return sent


async def requests(pace: Pace, count: int, takes: float = SLOW_ANSWER) -> list[float]:
    return await asyncio.gather(*(request(pace, takes) for _ in range(count)))


@settings(max_examples=60, deadline=None)
@given(
    per_minute=st.integers(1, 200),
    crowds=st.lists(st.integers(1, 120), min_size=2, max_size=4),
    concurrency=st.integers(1, 8),
    takes=st.sampled_from([0.0, 0.01, SLOW_ANSWER, 20.0]),
)
def test_no_minute_sees_more_than_the_allowance_of_a_key(
    per_minute: int, crowds: list[int], concurrency: int, takes: float
) -> None:
    async def everybody() -> list[float]:
        buckets = shared(per_minute)
        own = [requests(line(buckets, concurrency), count, takes) for count in crowds]
        return sorted(chain.from_iterable(await asyncio.gather(*own)))

    sent = virtually(everybody())
    assert len(sent) == sum(crowds)
    assert most_in_a_minute(sent) <= per_minute


def test_sharing_wastes_nothing() -> None:
    async def last(lines: int, each: int) -> float:
        buckets, start = shared(60), clock()
        sent = await asyncio.gather(*(requests(line(buckets), each) for _ in range(lines)))
        return max(map(max, sent)) - start

    assert virtually(last(3, 40)) == pytest.approx(virtually(last(1, 120)), rel=0.02)


def test_two_busy_lines_get_as_much_as_each_other() -> None:
    async def both() -> tuple[list[float], list[float]]:
        buckets = shared(60)
        return await asyncio.gather(requests(line(buckets), 200), requests(line(buckets), 50))

    many, few = virtually(both())
    meanwhile = sum(sent <= max(few) for sent in many)
    assert 48 <= meanwhile <= 54  # the burst goes to who came first


def test_a_line_with_one_request_does_not_wait_behind_all_of_another() -> None:
    async def latecomer() -> float:
        buckets = shared(60)
        crowd = asyncio.create_task(requests(line(buckets), 300))
        await asyncio.sleep(30)
        before = clock()
        sent = await request(line(buckets))
        crowd.cancel()
        return sent - before

    assert virtually(latecomer()) <= 2 * 60 / 57 + 0.01  # the second token from now


def test_a_token_is_for_who_came_first(time: FakeTime) -> None:
    queue = Buckets(Allowance(60, Counting.PER_KEY), time.clock).queue("list")
    queue.bucket.spend()
    queue.bucket.spend()  # one is left
    with queue.place() as first, queue.place() as third:
        assert first() == 0
        assert third() == pytest.approx(60 / 57)
    with queue.place() as alone:
        assert alone() == 0


def test_a_server_that_is_slow_to_one_line_does_not_hold_up_another() -> None:
    async def beside_a_stuck_one() -> float:
        buckets = shared(600)
        stuck = asyncio.create_task(requests(line(buckets, 1), 5, takes=1_000))
        await asyncio.sleep(1)
        before = clock()
        await requests(line(buckets), 20)
        stuck.cancel()
        return clock() - before

    assert virtually(beside_a_stuck_one()) < 5


def test_who_gives_up_waiting_leaves_no_gap_behind() -> None:
    async def after_one_gave_up() -> float:
        buckets = shared(60)
        await requests(line(buckets), 3)
        impatient = asyncio.create_task(request(line(buckets)))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.sleep(0)
        before = clock()
        return await request(line(buckets)) - before

    assert virtually(after_one_gave_up()) <= 60 / 57


def test_buckets_outlive_the_event_loop_of_a_run() -> None:
    time = FakeTime()
    buckets = Buckets(Allowance(60, Counting.PER_KEY), time.clock)

    def here() -> Pace:
        return Pace(buckets, 4, time.clock, Pauses(time.clock, time.sleep, None), unwatched)

    async def killed_while_waiting() -> None:
        asleep = asyncio.Event()

        async def for_ever(_seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

        pauses = Pauses(time.clock, for_ever, None)
        waiting = Pace(buckets, 4, time.clock, pauses, unwatched)
        for _ in range(3):
            await waiting.admit("list")
        left = asyncio.create_task(waiting.admit("list"))
        await asleep.wait()
        assert not left.done()  # and the run ends here, with the task in the queue

    async def after_it() -> None:
        await here().admit("list")

    asyncio.run(killed_while_waiting())
    asyncio.run(after_it())
    assert time.slept == [pytest.approx(60 / 57)]  # what the first run spent is spent


# Over the wire


class Server(httpx.AsyncBaseTransport):
    """Notes when it was asked by whom; says 429 to the next one where it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.busy: int | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path.rpartition("/")[2], clock()))
        if self.busy is not None:
            busy, self.busy = self.busy, None
            return httpx.Response(429, headers={"Retry-After": str(busy)})
        return httpx.Response(200, json={})


def around(server: Server, buckets: Buckets | None) -> Surroundings:
    return Surroundings(clock=clock, chance=lambda: 0.0, transport=server, buckets=buckets)


async def ask(reader: Reader, who: str) -> None:
    await reader.get("list", (who,), Answer.json)


async def two_lines(first: Access, second: Access) -> dict[str, float]:
    """A server tells the first to wait a minute; when each of them got through after it."""
    server, allowances, start = Server(), Allowances(), clock()
    server.busy = 60
    async with (
        open_reader(first, around(server, allowances.buckets(first, clock))) as a,
        open_reader(second, around(server, allowances.buckets(second, clock))) as b,
    ):
        refused = asyncio.create_task(ask(a, "a"))
        await asyncio.sleep(1)
        await asyncio.gather(refused, ask(b, "b"))
    return {who: at - start for who, at in server.asked}


def test_a_429_to_one_pauses_everybody_with_the_key() -> None:
    sent = virtually(two_lines(ACCESS, replace(ACCESS, key_source="another variable")))
    assert sent["a"] >= 60
    assert sent["b"] >= 60


@pytest.mark.parametrize(
    "other",
    [
        replace(ACCESS, api_key="another"),
        replace(ACCESS, base_url="https://elsewhere.test/api/v1"),
    ],
)
def test_another_key_is_left_alone(other: Access) -> None:
    sent = virtually(two_lines(ACCESS, other))
    assert sent["a"] >= 60
    assert sent["b"] == 1


# What a change of settings does


def allowed(per_minute: int, key: str = "one") -> Access:
    return replace(ACCESS, api_key=key, allowance=Allowance(per_minute, Counting.PER_OPERATION))


def seconds_for(buckets: Buckets, time: FakeTime, count: int) -> float:
    bucket, start = buckets.queue("list").bucket, time.seconds
    for _ in range(count):
        time.seconds += bucket.delay()
        bucket.spend()
    return time.seconds - start


@pytest.mark.parametrize("before, after", [(600, 60), (60, 600), (60, 60)])
def test_a_changed_allowance_counts_from_the_next_run_on(
    time: FakeTime, before: int, after: int
) -> None:
    allowances = Allowances()
    seconds_for(allowances.buckets(allowed(before), time.clock), time, before)
    changed = allowances.buckets(allowed(after), time.clock)
    assert seconds_for(changed, time, 100) == pytest.approx(60 * 100 / (0.95 * after), rel=0.05)


def test_a_lowered_allowance_takes_what_could_go_out_at_once_with_it(time: FakeTime) -> None:
    allowances = Allowances()
    seconds_for(allowances.buckets(allowed(600), time.clock), time, 1)
    assert seconds_for(allowances.buckets(allowed(20), time.clock), time, 2) > 3


def test_a_changed_allowance_loses_no_pause(time: FakeTime) -> None:
    allowances = Allowances()
    allowances.buckets(allowed(60), time.clock).queue("list").bucket.pause(90)
    changed = allowances.buckets(allowed(6_000), time.clock)
    assert changed.queue("list").bucket.delay() > 90
    assert changed.queue("list").bucket.paused


def test_having_been_refused_is_remembered_with_another_allowance(time: FakeTime) -> None:
    allowances = Allowances()
    allowances.buckets(allowed(600), time.clock).queue("list").bucket.pause(0)
    changed = allowances.buckets(allowed(60), time.clock)
    assert seconds_for(changed, time, 5) == pytest.approx(5 / (0.95 / 2), rel=0.05)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 150), st.floats(0, 120))
def test_no_minute_around_a_change_sees_more_than_the_larger_allowance(
    before: int, after: int, sent_before: int, idle: float
) -> None:
    time, allowances, sent = FakeTime(), Allowances(), []
    for limit, count in ((before, sent_before), (after, 150)):
        bucket = allowances.buckets(allowed(limit), time.clock).queue("list").bucket
        for _ in range(count):
            time.seconds += bucket.delay()
            bucket.spend()
            sent.append(time.seconds)
        time.seconds += idle
    assert most_in_a_minute(sent) <= max(before, after)


# What is told of it


def test_how_much_of_an_allowance_was_used_lately(time: FakeTime) -> None:
    allowances = Allowances()
    assert allowances.used(allowed(100)) == {}
    buckets = allowances.buckets(allowed(100), time.clock)
    seconds_for(buckets, time, 5)
    time.seconds += 30
    buckets.queue("archive").bucket.spend()
    assert allowances.used(allowed(100)) == {"list": 0.05, "archive": 0.01}
    time.seconds += 30
    assert allowances.used(allowed(100)) == {"list": 0, "archive": 0.01}
    assert allowances.used(allowed(100, "other")) == {}


def test_what_counts_by_key_has_no_name(time: FakeTime) -> None:
    buckets = Buckets(Allowance(100, Counting.PER_KEY), time.clock)
    for operation in ("list", "patch"):
        buckets.queue(operation).bucket.spend()
    assert buckets.used() == {"": 0.02}


def test_a_lowered_allowance_is_never_used_more_than_whole(time: FakeTime) -> None:
    allowances = Allowances()
    seconds_for(allowances.buckets(allowed(600), time.clock), time, 30)
    allowances.buckets(allowed(10), time.clock)
    assert allowances.used(allowed(10)) == {"list": 1}


def test_no_key_shows_by_a_repr() -> None:
    allowances = Allowances()
    buckets = allowances.buckets(ACCESS, lambda: 0.0)
    assert ACCESS.api_key not in f"{allowances!r}{buckets!r}"
