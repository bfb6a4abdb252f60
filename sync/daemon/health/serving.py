"""A small HTTP server in the daemon's event loop; signals and logs stay the daemon's."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from sync.config.values import Address
from sync.daemon.health.guarded import Guarded
from sync.errors import ConfigError

BACKLOG: Final = 32
"""Connections taken in one go, before any of them can be closed: few, for files are few."""
GRACE: Final = 1
"""Seconds an answer in hand gets when the server ends."""


class _Server(uvicorn.Server):
    """A server that leaves the signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(address: Address, app: ASGIApp) -> AsyncIterator[Address]:
    """Serve until the block ends; the address is the one in use, where port 0 takes a free one.

    Raises ``ConfigError`` where nobody can listen there.
    """
    with await _listener(address) as listener:
        server = _Server(_config(app))
        served = asyncio.create_task(server.serve(sockets=[listener]), name="health pages")
        try:
            yield Address(*listener.getsockname()[:2])
        finally:
            server.should_exit = True
            await served


async def _listener(address: Address) -> socket.socket:
    """A socket that listens before uvicorn looks at it, so that nobody waits for the start."""
    try:
        family, place = await _resolved(address)
        return _listening(family, place)
    except OSError as error:
        raise ConfigError([_refusal(address, error)]) from error


async def _resolved(address: Address) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    """IPv4 where a name has both: whoever asks for localhost by number writes 127.0.0.1."""
    found = await asyncio.get_running_loop().getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, _, _, _, place = min(found, key=lambda each: each[0] is not socket.AF_INET)
    return family, place


def _listening(family: socket.AddressFamily, place: tuple[object, ...]) -> socket.socket:
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is told outright;
    # else every answer on a kept connection takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _refusal(address: Address, error: OSError) -> str:
    place = f"[{address.host}]" if ":" in address.host else address.host
    told = f"daemon.listen: cannot listen on {place}:{address.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{told}: another program does, perhaps another daemon;"
            ' end that one, or give another port, or "" for no health pages'
        )
    return f"{told} ({error.strerror}); give an address of this machine and a port it may use"


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        backlog=BACKLOG,
        date_header=True,
        headers=[("cache-control", "no-store"), ("x-content-type-options", "nosniff")],
        http=Guarded,
        lifespan="off",
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        ws="none",
    )
