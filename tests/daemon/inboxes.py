"""Where messages arrive: a mail server and a webhook, both real and both on this machine."""

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Inbox:
    """What arrived, as texts; while it is closed everything is refused."""

    port: int = 0
    open: bool = True
    refused: int = 0
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that arrived."""
        return "\n".join(self.texts)


@asynccontextmanager
async def mail_server() -> AsyncIterator[Inbox]:
    """An SMTP server that takes any sender, login and recipient; no TLS."""
    inbox = Inbox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _converse(inbox, reader, writer)

    async with _serving(inbox, serve):
        yield inbox


@asynccontextmanager
async def webhook() -> AsyncIterator[Inbox]:
    """An HTTP server that takes every POST; closed, it answers 500."""
    inbox = Inbox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answer(inbox, reader, writer)

    async with _serving(inbox, serve):
        yield inbox


@asynccontextmanager
async def _serving(inbox: Inbox, serve: Serve) -> AsyncIterator[None]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    inbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield


async def _converse(
    inbox: Inbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    async def say(line: str) -> None:
        writer.write(f"{line}\r\n".encode())
        await writer.drain()

    await say("220 mail.test ESMTP")
    while line := await reader.readline():
        match line.decode().split()[0].upper():
            case "EHLO":
                await say("250-mail.test")
                await say("250 AUTH PLAIN")
            case "AUTH":
                await say("235 welcome")
            case "MAIL" if not inbox.open:
                inbox.refused += 1
                await say("451 not now")
            case "DATA":
                await say("354 go on")
                inbox.texts.append(_mail(await reader.readuntil(b"\r\n.\r\n")))
                await say("250 kept")
            case "QUIT":
                await say("221 bye")
                break
            case _:
                await say("250 fine")
    writer.close()


def _mail(raw: bytes) -> str:
    """Subject and text of a mail, as its reader sees them."""
    mail = message_from_bytes(raw.removesuffix(b".\r\n"), _class=EmailMessage, policy=default)
    body = mail.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    return f"{mail['subject']}\n{text}"


async def _answer(inbox: Inbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split()[0])
    told = json.loads(await reader.readexactly(length))
    if inbox.open:
        inbox.texts.append(f"{told['title']}\n{told['message']}")
    else:
        inbox.refused += 1
    status = "200 OK" if inbox.open else "500 Internal Server Error"
    writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
    await writer.drain()
    writer.close()


@contextmanager
def beside() -> Iterator[tuple[Inbox, Inbox]]:
    """A mail server and a webhook in a thread of their own, for who has a loop in this one."""
    told: queue.Queue[tuple[Inbox, Inbox, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def until_ended() -> None:
        async with mail_server() as mail, webhook() as hook:
            ending = asyncio.Event()
            told.put((mail, hook, asyncio.get_running_loop(), ending))
            await ending.wait()

    thread = threading.Thread(target=lambda: asyncio.run(until_ended()), name="the inboxes")
    thread.start()
    mail, hook, loop, ending = told.get(timeout=10)
    try:
        yield mail, hook
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()


def mail_url(inbox: Inbox) -> str:
    """The mail server as Apprise addresses it."""
    login = "mailto://affisync:pa55w0rd-canary@127.0.0.1"
    people = "from=affisync@example.com&to=ops@example.com&mode=insecure&format=text"
    return f"{login}:{inbox.port}?{people}"


def hook_url(inbox: Inbox) -> str:
    """The webhook as Apprise addresses it, with a token in its path."""
    return f"json://127.0.0.1:{inbox.port}/hook/t0ken-canary-12345"
