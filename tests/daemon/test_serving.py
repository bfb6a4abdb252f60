"""The small server: it comes and goes with its block and touches nothing of the daemon's."""

import asyncio
import logging
import signal
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sync.config.values import Address
from sync.daemon.serving import serving
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


async def test_too_many_at_once_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.daemon.serving.CONNECTIONS", 2)
    let_go = asyncio.Event()
    inside = asyncio.Event()

    async def slow(_: Request) -> Response:
        inside.set()
        await let_go.wait()
        return PlainTextResponse("at last")

    app = Starlette(routes=[Route("/", slow)])
    async with serving(HERE, app) as at, asking(at) as first, asking(at) as second:
        waiting = asyncio.create_task(first.get("/"))
        await inside.wait()
        refused = await second.get("/")
        let_go.set()
        served = await waiting

    assert (refused.status_code, served.status_code) == (503, 200)
    assert refused.headers["cache-control"] == "no-store"
