"""One request's way out and back, seen from the wire."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from email.utils import format_datetime

import httpx
import pytest
import respx

from connectors.transport import (
    Access,
    Allowance,
    Answer,
    Counting,
    Reader,
    RetryPolicy,
    Sending,
    Writer,
    open_reader,
    open_writer,
)
from connectors.transport import line as line_module
from sync.core.record import Side
from sync.errors import (
    ApiError,
    ClientBroken,
    KeyRefused,
    Malformed,
    Rejected,
    Unavailable,
    Uncertain,
)
from tests.connectors.surroundings import KEY, WHOP_URL, FakeTime, routed, surroundings
from tests.connectors.transport.conftest import ACCESS

OK = httpx.Response(200, json={"ok": True})
HTML = httpx.Response(200, html="<html>One moment</html>")
CUT = httpx.Response(200, content=b'{"ok": tr')


async def read(writer: Writer) -> object:
    return await writer.get("list", ("things",), Answer.json)


async def write_once(writer: Writer) -> object:
    return await writer.post("make", ("things",), Answer.json, {"n": 1}, sending=Sending.ONCE)


async def write_again(writer: Writer) -> object:
    return await writer.post("make", ("things",), Answer.json, {}, sending=Sending.REPEATABLE)


async def turns(count: int = 50) -> None:
    """Let every task go as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


def answering(router: respx.Router, *answers: httpx.Response | Exception) -> respx.Route:
    return router.route(url__startswith=f"{WHOP_URL}/things").mock(side_effect=list(answers))


# What is sent


async def test_the_key_and_the_version_go_with_every_request(
    writer: Writer, router: respx.Router
) -> None:
    route = answering(router, OK)
    await read(writer)
    headers = route.calls.last.request.headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["api-version-date"] == "2025-01-01"
    assert headers["accept"] == "application/json"


async def test_parameters_are_percent_encoded(writer: Writer, router: respx.Router) -> None:
    route = answering(router, OK)
    params = [("search", "a+b%c d@e.org"), ("user_ids[]", "u1"), ("user_ids[]", "u2")]
    await writer.get("list", ("things",), Answer.json, params)
    url = route.calls.last.request.url
    assert b"a%2Bb%25c+d%40e.org" in url.query
    assert url.params.get_list("user_ids[]") == ["u1", "u2"]


async def test_an_id_cannot_lead_to_another_path(writer: Writer, router: respx.Router) -> None:
    route = answering(router, OK)
    await writer.get("list", ("things", "../x?y#z"), Answer.json)
    assert route.calls.last.request.url.raw_path == b"/api/v1/things/..%2Fx%3Fy%23z"


@pytest.mark.parametrize("segment", ["", ".", ".."])
async def test_an_id_that_is_no_name_is_not_sent(writer: Writer, segment: str) -> None:
    with pytest.raises(Rejected, match="was not sent"):
        await writer.get("list", ("things", segment), Answer.json)
    assert writer.requests() == {}


async def test_a_get_and_an_empty_post_have_no_body(writer: Writer, router: respx.Router) -> None:
    route = answering(router, OK, OK)
    await read(writer)
    await writer.post("archive", ("things",), Answer.json, sending=Sending.REPEATABLE)
    for call in route.calls:
        assert call.request.content == b""
        assert "content-type" not in call.request.headers


def test_a_reader_has_no_write_verb() -> None:
    assert not {"post", "patch", "delete", "put"} & set(dir(Reader))


# What is tried again


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.ReadTimeout("x"),
        httpx.ReadError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.Response(408),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(502, html="<html>"),
        httpx.Response(503),
        HTML,
        CUT,
    ],
)
async def test_a_read_survives_what_passes(
    writer: Writer, router: respx.Router, trouble: httpx.Response | Exception
) -> None:
    route = answering(router, trouble, trouble, OK)
    assert await read(writer) == {"ok": True}
    assert route.call_count == 3
    assert writer.requests() == {"list": 3}


async def test_a_repeatable_write_is_sent_again(writer: Writer, router: respx.Router) -> None:
    route = answering(router, httpx.ReadTimeout("x"), httpx.Response(500), CUT, OK)
    await write_again(writer)
    assert route.call_count == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 301])
async def test_a_refusal_is_not_asked_again(
    writer: Writer, router: respx.Router, status: int
) -> None:
    route = answering(router, httpx.Response(status))
    with pytest.raises(ApiError):
        await read(writer)
    assert route.call_count == 1


async def test_pauses_double_up_to_a_cap_and_then_it_is_over(
    writer: Writer, router: respx.Router, time: FakeTime
) -> None:
    route = answering(router, *[httpx.Response(500)] * 6)
    with pytest.raises(Unavailable):
        await read(writer)
    assert route.call_count == 6
    assert time.slept == [0.25, 0.5, 1, 2, 4]


async def test_being_told_to_wait_is_no_failure_until_it_takes_too_long(
    router: respx.Router, time: FakeTime
) -> None:
    later = httpx.Response(429, headers={"Retry-After": "60"})
    route = answering(router, *[later] * 4, *[httpx.Response(500)] * 5, OK, *[later] * 99)
    async with open_writer(ACCESS, surroundings(time, routed(router))) as writer:
        await read(writer)
        assert route.call_count == 10
        with pytest.raises(Unavailable, match="too many requests"):
            await read(writer)
        assert route.call_count == 10 + 6  # five minutes of waiting


async def test_the_cap_holds(router: respx.Router, time: FakeTime) -> None:
    answering(router, *[httpx.Response(500)] * 4)
    around = surroundings(time, routed(router), RetryPolicy(attempts=4, first=4, cap=6))
    async with open_writer(ACCESS, around) as writer:
        with pytest.raises(Unavailable):
            await read(writer)
    assert time.slept == [2, 3, 3]


# How long is waited


@pytest.mark.parametrize("seconds", ["9", "date", "message"])
async def test_the_wait_the_server_asks_for_is_kept(
    writer: Writer, router: respx.Router, time: FakeTime, seconds: str
) -> None:
    date = format_datetime(time.now().replace(second=9), usegmt=True)
    envelope = {"type": "rate_limit_exceeded", "message": "Try again in 9 seconds."}
    slower = {
        "9": httpx.Response(429, headers={"Retry-After": "9"}),
        "date": httpx.Response(429, headers={"Retry-After": date}),
        "message": httpx.Response(429, json={"error": envelope}),
    }
    answering(router, slower[seconds], OK)
    before = time.seconds
    await read(writer)
    assert 9 <= time.seconds - before < 9.1


async def test_a_503_that_says_when_to_come_back_is_believed(
    writer: Writer, router: respx.Router, time: FakeTime
) -> None:
    answering(router, httpx.Response(503, headers={"Retry-After": "30"}), OK)
    await read(writer)
    assert time.slept[0] == 30


async def test_a_wait_beyond_all_patience_is_told_instead(
    writer: Writer, router: respx.Router, time: FakeTime
) -> None:
    answering(router, httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(Unavailable, match="asks to wait 3600 seconds") as caught:
        await read(writer)
    assert caught.value.retry_after == 3600
    assert time.slept == []


async def test_one_429_pauses_everyone_of_that_operation(
    router: respx.Router, time: FakeTime
) -> None:
    route = answering(router, httpx.Response(429, headers={"Retry-After": "60"}), OK, OK)
    asleep: list[float] = []
    awake = asyncio.Event()

    async def sleep(seconds: float) -> None:
        asleep.append(seconds)
        await awake.wait()

    around = replace(surroundings(time, routed(router)), sleep=sleep)
    async with open_writer(ACCESS, around) as writer:
        first = asyncio.create_task(read(writer))
        await turns()
        second = asyncio.create_task(read(writer))
        await turns()
        assert asleep == [60, pytest.approx(60, abs=0.1)]
        assert route.call_count == 1
        time.seconds += 61
        awake.set()
        await asyncio.gather(first, second)


# What must not be sent twice


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.Response(408),
        httpx.Response(500),
        httpx.Response(503),
        HTML,
        CUT,
    ],
)
async def test_a_write_that_may_have_happened_is_never_sent_again(
    writer: Writer, router: respx.Router, trouble: httpx.Response | Exception
) -> None:
    route = answering(router, trouble)
    with pytest.raises(Uncertain, match="not sent again before a look"):
        await write_once(writer)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.Response(429)]
)
async def test_a_write_that_certainly_did_not_happen_is_sent_again(
    writer: Writer, router: respx.Router, trouble: httpx.Response | Exception
) -> None:
    route = answering(router, trouble, OK)
    await write_once(writer)
    assert route.call_count == 2


async def test_doubt_after_a_first_429_is_still_doubt(writer: Writer, router: respx.Router) -> None:
    route = answering(router, httpx.Response(429), httpx.ReadTimeout("x"))
    with pytest.raises(Uncertain):
        await write_once(writer)
    assert route.call_count == 2


# What is refused


async def test_a_redirect_is_refused_and_the_key_goes_nowhere(
    writer: Writer, router: respx.Router
) -> None:
    elsewhere = router.route(host="elsewhere.test")
    answering(router, httpx.Response(302, headers={"Location": "https://elsewhere.test/"}))
    with pytest.raises(Rejected, match="redirect"):
        await read(writer)
    assert elsewhere.call_count == 0


async def test_a_stuck_pool_is_told_at_once(writer: Writer, router: respx.Router) -> None:
    route = answering(router, httpx.PoolTimeout("x"))
    with pytest.raises(ClientBroken):
        await read(writer)
    assert route.call_count == 1


async def test_an_answer_without_end_is_not_kept(
    writer: Writer, router: respx.Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "BODY_MAX", 1_000)
    sent = 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b"x" * 100

    answering(router, *[httpx.Response(200, stream=Endless()) for _ in range(6)])
    with pytest.raises(Malformed, match="larger than 20 MB"):
        await read(writer)
    assert sent == 6 * 11


# What is told


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500])
async def test_no_error_shows_the_key_an_address_or_the_query(
    writer: Writer, router: respx.Router, status: int
) -> None:
    body = {"error": {"message": f"{KEY} of jane@example.org", "payout_email": "p@x.io"}}
    answering(router, *[httpx.Response(status, json=body)] * 99)
    with pytest.raises(ApiError) as caught:
        await writer.get("list", ("things",), Answer.json, [("query", "secret-word")])
    error = caught.value
    told = f"{error} {error!r} {error.excerpt} {error.request_id} {vars(error)}"
    for secret in (KEY, "jane@example.org", "p@x.io", "secret-word", "Bearer"):
        assert secret not in told
    assert len(error.excerpt) <= 200


async def test_a_key_that_cannot_be_a_header_is_not_shown(
    router: respx.Router, time: FakeTime
) -> None:
    # As the real network layer does it: its own text quotes the header.
    illegal = httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}\\n'")
    answering(router, illegal)
    async with open_writer(ACCESS, surroundings(time, routed(router))) as writer:
        with pytest.raises(Rejected) as caught:
            await read(writer)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_key_does_not_show_by_a_repr() -> None:
    assert KEY not in repr(ACCESS)


async def test_httpx_does_not_log_urls(
    writer: Writer, router: respx.Router, caplog: pytest.LogCaptureFixture
) -> None:
    answering(router, OK)
    with caplog.at_level(logging.DEBUG):
        await read(writer)
    assert not [entry for entry in caplog.records if entry.name.startswith("httpx")]


async def test_the_request_id_of_a_refusal_is_kept(writer: Writer, router: respx.Router) -> None:
    answering(router, httpx.Response(401, headers={"x-request-id": "req_7"}))
    with pytest.raises(KeyRefused) as caught:
        await read(writer)
    assert caught.value.request_id == "req_7"


# Requests in flight


class Slow(httpx.AsyncBaseTransport):
    """Answers when told to, and notices being cancelled."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.started = asyncio.Event()
        self.answer = asyncio.Event()
        self.finished = 0
        self.under_way = 0
        self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.started.set()
        await self.answer.wait()
        self.under_way -= 1
        self.finished += 1
        return httpx.Response(self.status, json=self.finished, request=request)


async def test_what_became_of_a_cancelled_callers_request_is_no_ones_traceback(
    time: FakeTime,
) -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))
    slow = Slow(401)

    async def called_and_cancelled() -> None:
        async with open_writer(ACCESS, surroundings(time, slow)) as writer:
            caller = asyncio.create_task(write_once(writer))
            await slow.started.wait()
            caller.cancel()
            await turns()
            slow.answer.set()
            await asyncio.wait({caller})
            assert caller.cancelled()

    await called_and_cancelled()
    gc.collect()
    assert told == []


async def test_a_cancelled_caller_waits_for_the_request_in_flight(time: FakeTime) -> None:
    slow = Slow()
    async with open_writer(ACCESS, surroundings(time, slow)) as writer:
        caller = asyncio.create_task(write_once(writer))
        await slow.started.wait()
        caller.cancel()
        await asyncio.sleep(0)
        assert not caller.done()
        slow.answer.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert slow.finished == 1


async def test_closing_waits_for_requests_in_flight(time: FakeTime) -> None:
    slow = Slow()

    async def run() -> None:
        async with open_writer(ACCESS, surroundings(time, slow)) as writer:
            caller = asyncio.create_task(write_once(writer))
            await slow.started.wait()
            caller.cancel()
            await asyncio.sleep(0)
            caller.cancel()  # and once more, impatiently
            with pytest.raises(asyncio.CancelledError):
                await caller

    running = asyncio.create_task(run())
    await slow.started.wait()
    await turns()
    assert not running.done()
    slow.answer.set()
    await running
    assert slow.finished == 1


async def test_no_more_connections_are_used_than_allowed(time: FakeTime) -> None:
    slow = Slow()
    async with open_reader(replace(ACCESS, concurrency=3), surroundings(time, slow)) as reader:
        callers = [
            asyncio.create_task(reader.get("list", ("things",), Answer.json)) for _ in range(20)
        ]
        await slow.started.wait()
        await turns()
        slow.answer.set()
        await asyncio.gather(*callers)
    assert slow.most == 3


# The environment


@pytest.mark.parametrize(
    "base_url, proxied",
    [
        ("https://whop.test/api/v1", True),
        ("http://127.0.0.1:1/api", False),
        ("http://localhost:1", False),
    ],
)
async def test_a_proxy_is_for_what_lies_outside_this_machine(
    time: FakeTime, monkeypatch: pytest.MonkeyPatch, base_url: str, proxied: bool
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    access: Access = replace(ACCESS, base_url=base_url)
    async with open_reader(access, surroundings(time)) as reader:
        mounts = reader._line._client._mounts
    assert any(pattern.pattern.startswith("http") for pattern in mounts) is proxied


@pytest.mark.parametrize("base_url", ["nowhere", "http://[::1", "ftp://x.test"])
async def test_an_address_that_is_none_is_told_plainly(time: FakeTime, base_url: str) -> None:
    async with open_reader(replace(ACCESS, base_url=base_url), surroundings(time)) as reader:
        with pytest.raises(Rejected, match="Look at base_url"):
            await reader.get("list", ("things",), Answer.json)


# What is counted


@dataclass
class Meter:
    """Keeps everything it is told."""

    told: list[tuple[object, ...]] = field(default_factory=list)

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        self.told.append(("answered", side, operation, status))

    def retried(self, side: Side, operation: str) -> None:
        self.told.append(("retried", side, operation))

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        self.told.append(("waited", side, operation, round(seconds, 3)))


async def metered(time: FakeTime, router: respx.Router, access: Access = ACCESS) -> list[object]:
    meter = Meter()
    around = replace(surroundings(time, routed(router)), meter=meter)
    async with open_writer(access, around) as writer:
        with contextlib.suppress(ApiError):
            await read(writer)
            await read(writer)
    return list(meter.told)


async def test_every_answer_and_every_further_try_is_counted(
    router: respx.Router, time: FakeTime
) -> None:
    answering(router, httpx.ReadTimeout("x"), httpx.Response(500), HTML, OK, httpx.Response(403))
    answered, retried = ("answered", Side.WHOP, "list"), ("retried", Side.WHOP, "list")
    assert await metered(time, router) == [
        (*answered, None),
        retried,
        (*answered, 500),
        retried,
        (*answered, 200),  # a web page, so it is asked for again
        retried,
        (*answered, 200),
        (*answered, 403),
    ]


async def test_waits_for_the_pace_are_counted(router: respx.Router, time: FakeTime) -> None:
    answering(router, OK, OK)
    access = replace(ACCESS, allowance=Allowance(20, Counting.PER_KEY))
    told = await metered(time, router, access)
    assert ("waited", Side.WHOP, "list", round(60 / 19, 3)) in told


async def test_what_is_not_sent_is_not_counted(time: FakeTime) -> None:
    meter = Meter()
    around = replace(surroundings(time), meter=meter)
    async with open_writer(ACCESS, around) as writer:
        with pytest.raises(Rejected):
            await writer.get("list", ("..",), Answer.json)
    assert meter.told == []
