"""The small server: it comes and goes with its block and touches nothing of the daemon's."""

import asyncio
import logging
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sync.config.values import Address
from sync.daemon.health.guarded import CONNECTIONS
from sync.daemon.health.serving import BACKLOG, serving
from sync.errors import ConfigError
from tests.daemon.watched import HERE, asking


async def test_the_server_leaves_signals_and_logs_alone() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    async with serving(HERE, Starlette()) as at, asking(at) as client:
        await client.get("/")  # it is up by now
        during = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        handlers = [logging.getLogger(name).handlers for name in ("uvicorn", "uvicorn.error")]

    assert during == before
    assert handlers == [[], []]


async def test_a_taken_port_is_told_as_the_setting_it_is() -> None:
    async with serving(HERE, Starlette()) as at:
        with pytest.raises(
            ConfigError, match=rf"^daemon\.listen: .*127\.0\.0\.1:{at.port}"
        ) as told:
            async with serving(at, Starlette()):
                pass

    assert "another program" in str(told.value)


async def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ConfigError, match=r"^daemon\.listen: .* give an address of this machine"):
        async with serving(Address("203.0.113.7", 8620), Starlette()):
            pass


async def test_a_name_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)

    with pytest.raises(ConfigError, match=r"^daemon\.listen: .*\(Name or service not known\)"):
        async with serving(Address("no-such-host", 8620), Starlette()):
            pass


async def test_nobody_answers_after_the_end_and_the_port_is_free_at_once() -> None:
    async with serving(HERE, Starlette()) as at, asking(at) as client:
        assert (await client.get("/")).status_code == 404

    async with asking(at) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/")
    async with serving(at, Starlette()) as again, asking(again) as client:
        assert again == at
        assert (await client.get("/")).status_code == 404


async def test_an_end_right_after_the_beginning_is_one() -> None:
    async with serving(HERE, Starlette()) as at:
        pass

    async with serving(at, Starlette()) as again:
        assert again == at


async def test_what_fails_inside_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with serving(HERE, Starlette()):
            _ = 1 / 0


async def test_a_page_with_a_bug_is_500_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Request) -> Response:
        raise ZeroDivisionError("a bug")

    app = Starlette(routes=[Route("/", broken)])
    async with serving(HERE, app) as at, asking(at) as client:
        answer = await client.get("/")

    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert "a bug" in caplog.text


# Whoever holds a connection for nothing


@dataclass
class Crowd:
    """Many connections, and what became of them."""

    ends: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]

    async def closed(self) -> list[bool]:
        """Which of them are closed, once so many closed as had to."""
        return [await asyncio.wait_for(_is_closed(reader), 20) for reader, _ in self.ends]

    def leave(self) -> None:
        for _, writer in self.ends:
            writer.close()


async def _is_closed(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        return await reader.read() == b""
    return True


async def crowd(at: Address, count: int, says: bytes = b"") -> Crowd:
    """So many connections, one after the other, that say this and no more."""
    ends = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(at.host, at.port)
        writer.write(says)
        ends.append((reader, writer))
    return Crowd(ends)


def answering(held: asyncio.Event | None = None) -> Starlette:
    """A page that answers, at once or when it may."""

    async def page(_: Request) -> Response:
        if held:
            await held.wait()
        return PlainTextResponse("here")

    return Starlette(routes=[Route("/", page, methods=["GET", "POST"])])


async def test_who_asks_is_answered_however_many_hold_a_connection_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.CONNECTIONS", 4)
    async with serving(HERE, answering()) as at:
        silent = await crowd(at, 10)
        async with asking(at) as client:
            assert (await client.get("/")).text == "here"
        assert await Crowd(silent.ends[:7]).closed() == [True] * 7
        silent.leave()


async def test_of_many_that_come_in_one_moment_no_more_stay_than_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.CONNECTIONS", 4)
    async with serving(HERE, answering()) as at:
        async with asking(at) as client:
            await client.get("/")  # it is up by now
        sockets = [socket.create_connection((at.host, at.port)) for _ in range(20)]
        ends = [await asyncio.open_connection(sock=each) for each in sockets]
        come = Crowd(ends)

        assert await Crowd(ends[:16]).closed() == [True] * 16
        come.leave()


async def test_who_waits_for_an_answer_is_not_closed_to_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.CONNECTIONS", 2)
    let_go = asyncio.Event()
    async with serving(HERE, answering(let_go)) as at:
        asked = await crowd(at, 2, b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        await asyncio.sleep(0)
        late = await crowd(at, 3)
        assert await late.closed() == [True] * 3
        let_go.set()
        for reader, _ in asked.ends:
            assert (await reader.read()).endswith(b"here")
        asked.leave()
        late.leave()


@pytest.mark.parametrize(
    "says", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf"]
)
async def test_who_does_not_ask_to_the_end_is_closed_after_a_while(
    says: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.ASKED_WITHIN", 0.05)
    async with serving(HERE, answering(asyncio.Event())) as at:
        silent = await crowd(at, 3, says)

        assert await silent.closed() == [True] * 3
        silent.leave()


async def test_who_never_takes_the_answer_is_closed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.ASKED_WITHIN", 0.01)
    monkeypatch.setattr("sync.daemon.health.guarded.TAKEN_WITHIN", 0.05)

    async with serving(HERE, answering(asyncio.Event())) as at:
        deaf = await crowd(at, 1, b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")

        assert await deaf.closed() == [True]
        deaf.leave()


async def test_who_asks_again_and_again_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.daemon.health.guarded.CONNECTIONS", 1)
    async with serving(HERE, answering()) as at:
        reader, writer = await asyncio.open_connection(at.host, at.port)
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert await reader.readuntil(b"here")
        writer.close()


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


async def test_a_flood_of_connections_leaves_files_to_others() -> None:
    """No more are open at any moment than the limit, and two handfuls that are being closed."""
    most = 0
    async with serving(HERE, answering()) as at:
        before = open_files()
        for _ in range(5):
            sockets = [socket.socket() for _ in range(250)]
            for each in sockets:
                each.setblocking(False)
                each.connect_ex((at.host, at.port))
            for _ in range(50):
                await asyncio.sleep(0)
                most = max(most, open_files() - before - len(sockets))
            for each in sockets:
                each.close()

    assert 0 < most <= CONNECTIONS + 3 * BACKLOG
