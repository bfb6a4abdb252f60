"""Both apps over HTTP on loopback, and a configuration that finds them."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.faults import Faults
from connectors.sandbox.gate import PREFIX
from connectors.sandbox.world import World

HOST: Final = "127.0.0.1"
PER_MINUTE: Final = 60_000
"""What a written configuration allows itself against the sandbox: as good as no limit."""


@dataclass(frozen=True, slots=True)
class Urls:
    """The base URL of each API, with ``/api/v1``."""

    whop: str
    affihub: str


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serve(
    world: World,
    *,
    whop_port: int = 0,
    affihub_port: int = 0,
    faults: Faults | None = None,
) -> AsyncIterator[Urls]:
    """Serve both apps until the block ends; port 0 takes a free one."""
    faults = faults or Faults()
    with _listener(whop_port) as whop, _listener(affihub_port) as affihub:
        servers = [_Server(_config(app(world, faults))) for app in (whop_app, affihub_app)]
        listeners = (whop, affihub)
        serving = [
            asyncio.create_task(server.serve(sockets=[listener]))
            for server, listener in zip(servers, listeners, strict=True)
        ]
        try:
            yield Urls(*(f"http://{HOST}:{held.getsockname()[1]}{PREFIX}" for held in listeners))
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*serving)


def _listener(port: int) -> socket.socket:
    """A socket that listens before uvicorn looks at it, so that nobody waits for the start."""
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is told outright;
    # else every answer on a kept connection takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen()
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
        ws="none",
    )


def run(
    world: World,
    *,
    whop_port: int,
    affihub_port: int,
    announce: Callable[[Urls], None],
    faults: Faults | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; ``announce`` is called once both apps listen."""

    async def serving() -> None:
        ending = asyncio.Event()
        for ends in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(ends, ending.set)
        ports = {"whop_port": whop_port, "affihub_port": affihub_port}
        async with serve(world, faults=faults, **ports) as urls:
            announce(urls)
            await ending.wait()

    asyncio.run(serving())


def write_config(path: Path, urls: Urls, world: World, *, more: str = "") -> None:
    """Write a configuration that works at once, with a key file for each side beside it.

    The files are for their owner alone. ``more`` is TOML that comes after it, such as
    ``[pairs.main.commission]`` and its keys.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {"whop": world.whop.key, "affihub": world.affihub.key}
    for side, key in keys.items():
        _write_private(_key_file(path, side), key)
    text = CONFIG.format(
        whop_url=urls.whop,
        whop_key_file=_key_file(path, "whop").name,
        company_id=world.whop.company_id,
        affihub_url=urls.affihub,
        affihub_key_file=_key_file(path, "affihub").name,
        per_minute=PER_MINUTE,
    )
    _write_private(path, f"{text}\n{more}" if more else text)


def _key_file(path: Path, side: str) -> Path:
    return path.with_name(f"{path.stem}.{side}.key")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


CONFIG: Final = """\
# Made by `affisync sandbox`: both systems as they are played on this machine.

[state]
url = "sqlite:///state.db"

[pairs.main]

[pairs.main.whop]
company_id = "{company_id}"
api_key_file = "{whop_key_file}"
base_url = "{whop_url}"
requests_per_minute = {per_minute}

[pairs.main.affihub]
api_key_file = "{affihub_key_file}"
base_url = "{affihub_url}"
requests_per_minute = {per_minute}
"""
