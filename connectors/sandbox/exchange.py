"""One request on its way to an app, and the ways in which its answer can be kept from arriving."""

import random
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.buckets import Buckets
from connectors.sandbox.gate import TRANSPORT
from connectors.sandbox.world import World
from sync.core.record import Side

NO_LINGER: Final = struct.pack("ii", 1, 0)
"""Socket option that turns a close into a reset."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, body, headers beside the content length."""

    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What faults need of the world outside: chance, sleep, limits; the same for every request."""

    chance: random.Random
    sleep: Callable[[float], Awaitable[None]]
    per_minute: Mapping[Side, int]
    slow_seconds: float
    buckets: Buckets = field(default_factory=Buckets)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, the app that would serve it, and what a fault needs to spoil that."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    side: Side
    operation: str
    world: World
    conditions: Conditions

    async def go_on(self) -> None:
        """Serve the request as if nothing had happened."""
        await self.app(self.scope, self.receive, self.send)

    async def served(self) -> Answer:
        """Let the app act, and keep its answer."""
        kept = _Kept()
        await self.app(self.scope, self.receive, kept)
        return Answer(kept.status, bytes(kept.body), kept.headers)

    async def answer(self, answer: Answer) -> None:
        """Answer the request with this, whatever the app did or would have done."""
        length = ("content-length", str(len(answer.body)))
        headers = [
            (name.encode(), value.encode("latin-1"))
            for name, value in (*answer.headers, length)
            if answer.status != 204 or name != "content-length"  # noqa: PLR2004 - has no body
        ]
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": answer.body})

    async def drop(self) -> None:
        """Reset the connection; in process, where there is none, ConnectionResetError."""
        transport = self.scope.get(TRANSPORT)
        if transport is None:
            msg = "connection reset by a fault"
            raise ConnectionResetError(msg)
        held = transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
        # uvicorn answers 500 for an app that returns before it has noticed the disconnect.
        while (await self.receive())["type"] != "http.disconnect":
            pass


@dataclass(slots=True)
class _Kept:
    """Takes the place of ``send`` and keeps what is sent."""

    status: int = 0
    body: bytearray = field(default_factory=bytearray)
    headers: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pairs = [(name.decode(), value.decode("latin-1")) for name, value in message["headers"]]
            self.headers = [pair for pair in pairs if pair[0] != "content-length"]
        else:
            self.body += message.get("body", b"")
