"""A stop: nothing is tried again, no pause is sat out, and the row in hand goes on where it can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest

from connectors.transport import (
    Allowance,
    Answer,
    Buckets,
    Counting,
    Halt,
    Sending,
    Surroundings,
    Writer,
    open_writer,
)
from connectors.transport.halt import DRAIN
from sync.errors import ApiError, Unavailable, Uncertain
from sync.runs.pair import Stop
from tests.connectors.transport.conftest import ACCESS
from tests.connectors.virtual import clock, virtually

DRAINED = 30
"""Seconds a drain may take (SIGTERM)."""
OK = httpx.Response(200, json={})
TOLD = "Stopped as asked while waiting for Whop's rate limit"


def later(seconds: int) -> httpx.Response:
    return httpx.Response(429, headers={"Retry-After": str(seconds)})


@dataclass
class Server(httpx.AsyncBaseTransport):
    """Answers in turn, then always well, after so many seconds; notes when it was asked."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    takes: float = 0.0
    asked: list[float] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(clock())
        await asyncio.sleep(self.takes)
        answer = self.answers.pop(0) if self.answers else OK
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@asynccontextmanager
async def opened(
    server: Server, stop: Stop, per_minute: int = 600, buckets: Buckets | None = None
) -> AsyncIterator[Writer]:
    halt = Halt(why=lambda: stop.why if stop.wanted else None, sleep=stop.sleep)
    around = Surroundings(
        clock=clock, chance=lambda: 0.0, transport=server, halt=halt, buckets=buckets
    )
    access = replace(ACCESS, allowance=Allowance(per_minute, Counting.PER_KEY))
    async with open_writer(access, around) as writer:
        yield writer


async def read(writer: Writer) -> object:
    return await writer.get("list", ("things",), Answer.json)


async def make(writer: Writer) -> object:
    return await writer.post("make", ("things",), Answer.json, {}, sending=Sending.ONCE)


async def row(writer: Writer) -> None:
    """What a row in hand asks for: a look, a write, another look."""
    await read(writer)
    await make(writer)
    await read(writer)


async def stopped_after(stop: Stop, seconds: float) -> float:
    """Ask for a stop then; answers when that was."""
    await asyncio.sleep(seconds)
    stop.request()
    return clock()


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_a_server_asked_for_ends_at_once(status: int) -> None:
    async def run() -> tuple[float, list[float], BaseException | None]:
        stop, server = Stop(), Server([replaced(later(120), status)])
        async with opened(server, stop) as writer:
            rows = asyncio.create_task(row(writer))
            asked = await stopped_after(stop, 3)
            await asyncio.wait({rows})
            return clock() - asked, server.asked, rows.exception()

    after, asked, error = virtually(run())
    assert after < 0.001
    assert len(asked) == 1
    assert isinstance(error, Unavailable)
    assert error.status == status  # what the server said, not that there was a stop


def replaced(response: httpx.Response, status: int) -> httpx.Response:
    return httpx.Response(status, headers=response.headers)


@pytest.mark.parametrize("pause", [5, 120])
def test_who_waits_behind_a_pause_is_not_sent_and_says_so(pause: int) -> None:
    async def run() -> tuple[float, list[float], BaseException | None]:
        stop, server = Stop(), Server([later(pause)])
        async with opened(server, stop) as writer:
            first = asyncio.create_task(read(writer))
            await asyncio.sleep(1)
            behind = asyncio.create_task(make(writer))
            asked = await stopped_after(stop, 2)
            await asyncio.wait({first, behind})
            return clock() - asked, server.asked, behind.exception()

    after, asked, error = virtually(run())
    assert after < 0.001
    assert len(asked) == 1
    assert type(error) is Unavailable  # nothing was sent, so nothing is in doubt
    assert str(error) == f"{TOLD}; make was not sent."


def test_a_crowd_behind_a_pause_ends_at_once() -> None:
    async def run() -> tuple[float, int, int]:
        stop, server = Stop(), Server([later(120)], takes=0.5)
        async with opened(server, stop) as writer:
            crowd = [asyncio.create_task(read(writer)) for _ in range(100)]
            asked = await stopped_after(stop, 3)
            await asyncio.wait(crowd)
            ended = sum(isinstance(task.exception(), Unavailable) for task in crowd)
            return clock() - asked, len(server.asked), ended

    after, asked, ended = virtually(run())
    assert after < 0.001
    assert asked <= 2 * ACCESS.concurrency  # who was under way with the refused one, or just then
    assert ended == 100 - asked + 1


def test_a_request_in_flight_is_waited_for() -> None:
    async def run() -> float:
        stop, server = Stop(), Server(takes=5)
        async with opened(server, stop) as writer:
            asking = asyncio.create_task(make(writer))
            asked = await stopped_after(stop, 1)
            assert await asking == {}
            return clock() - asked

    assert virtually(run()) == 4


@pytest.mark.parametrize(
    "trouble", [httpx.Response(500), httpx.ConnectError("x"), later(1), httpx.ReadTimeout("x")]
)
def test_nothing_is_tried_again(trouble: httpx.Response | Exception) -> None:
    async def run() -> tuple[int, float]:
        stop, server = Stop(), Server([trouble])
        stop.request()
        async with opened(server, stop) as writer:
            start = clock()
            with pytest.raises(Unavailable) as caught:
                await read(writer)
            assert TOLD not in str(caught.value)
            return len(server.asked), clock() - start

    assert virtually(run()) == (1, 0)


def test_doubt_stays_doubt() -> None:
    async def run() -> int:
        stop, server = Stop(), Server([httpx.ReadTimeout("x")])
        stop.request()
        async with opened(server, stop) as writer:
            with pytest.raises(Uncertain):
                await make(writer)
            return len(server.asked)

    assert virtually(run()) == 1


def test_the_row_in_hand_is_finished_at_a_normal_pace() -> None:
    async def run() -> tuple[int, float]:
        stop, server = Stop(), Server(takes=0.2)
        async with opened(server, stop) as writer:
            rows = asyncio.create_task(row(writer))
            asked = await stopped_after(stop, 0.1)
            await rows
            return len(server.asked), clock() - asked

    sent, after = virtually(run())
    assert sent == 3
    assert after == pytest.approx(0.5)


def test_rows_in_hand_are_finished_where_every_token_is_waited_for() -> None:
    async def run() -> tuple[int, float]:
        stop, server = Stop(), Server(takes=0.2)
        async with opened(server, stop, per_minute=300) as writer:
            await asyncio.gather(*(read(writer) for _ in range(30)))  # the burst is gone
            rows = [asyncio.create_task(row(writer)) for _ in range(8)]
            asked = await stopped_after(stop, 0.1)
            await asyncio.gather(*rows)
            return len(server.asked), clock() - asked

    sent, after = virtually(run())
    assert sent == 30 + 3 * 8
    assert after < DRAIN


@pytest.mark.parametrize("per_minute", [1, 10, 30, 60, 300])
@pytest.mark.parametrize("takes", [0.0, 0.5, 5.0])
@pytest.mark.parametrize("lines", [1, 5])
def test_a_drain_fits_into_its_time_where_servers_answer(
    per_minute: int, takes: float, lines: int
) -> None:
    async def run() -> float:
        stop, server = Stop(), Server(takes=takes)
        buckets = Buckets(Allowance(per_minute, Counting.PER_KEY), clock)

        async def one_pair() -> None:
            async with opened(server, stop, per_minute, buckets) as writer:
                rows = (row(writer) for _ in range(8))
                outcomes = await asyncio.gather(*rows, return_exceptions=True)
                assert all(isinstance(one, ApiError | None) for one in outcomes)

        pairs = [asyncio.create_task(one_pair()) for _ in range(lines)]
        asked = await stopped_after(stop, 0.4)
        await asyncio.gather(*pairs)
        return clock() - asked

    assert virtually(run()) < DRAINED


def test_a_request_that_needs_no_wait_goes_out_however_long_ago_the_stop_was() -> None:
    async def run() -> object:
        stop, server = Stop(), Server()
        async with opened(server, stop) as writer:
            await stopped_after(stop, 0)
            await asyncio.sleep(5 * DRAIN)
            return await read(writer)

    assert virtually(run()) == {}


def test_one_pair_stops_while_another_with_the_same_key_waits_on() -> None:
    async def run() -> tuple[float, object]:
        server, stop, never = Server([later(100)]), Stop(), Stop()
        buckets = Buckets(Allowance(600, Counting.PER_KEY), clock)
        async with (
            opened(server, never, buckets=buckets) as other,
            opened(server, stop, buckets=buckets) as mine,
        ):
            staying = asyncio.create_task(read(other))
            await asyncio.sleep(1)
            leaving = asyncio.create_task(read(mine))
            asked = await stopped_after(stop, 1)
            await asyncio.wait({leaving})
            assert isinstance(leaving.exception(), Unavailable)
            return clock() - asked, await staying

    after, answer = virtually(run())
    assert after < 0.001
    assert answer == {}


def test_why_it_was_stopped_is_told() -> None:
    async def run() -> str:
        stop, server = Stop(), Server()
        stop.request("Ended by its deadline", late=True)
        async with opened(server, stop, per_minute=1) as writer:
            await read(writer)
            with pytest.raises(Unavailable) as caught:
                await read(writer)
            return str(caught.value)

    told = virtually(run())
    assert told == "Ended by its deadline while waiting for Whop's rate limit; list was not sent."
