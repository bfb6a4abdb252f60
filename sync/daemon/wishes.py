"""What people and the service manager want of the daemon, as told by signals."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

log = logging.getLogger("affisync.daemon")

ENDING: Final = "Ending: rows in hand are finished and recorded. A second signal ends at once."
AT_ONCE: Final = "Ended at once. What was in hand is settled by the next run."
GONE_WITHIN: Final = 28.5
"""Seconds that everything may take in the end; service managers kill after 30 or more."""
HEARD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def leave_at_once(code: int) -> None:
    """End this program with what its log says so far, and nothing else."""
    try:
        for handler in logging.getLogger().handlers:
            handler.flush()
    finally:
        os._exit(code)


class Wishes:
    """Whether to end, and with which exit code; whether to read the configuration again.

    ``leave`` ends the program at once; it is never called while everything goes well.
    """

    def __init__(self, leave: Callable[[int], object] = leave_at_once) -> None:
        self.code: int | None = None
        self.leave = leave
        self._reload = False
        self._news = asyncio.Event()
        self._limit: threading.Timer | None = None

    def end(self, code: int, why: str) -> None:
        """Wish an end; the first wish stays."""
        if self.code is None:
            self.code = code
            log.warning("%s", why)
        self._news.set()

    def end_within(self, seconds: float) -> None:
        """End the program by then at the latest, whatever hangs; the first such limit stays."""
        if self._limit is None:
            self._limit = threading.Timer(seconds, lambda: self.leave(self.code or 0))
            self._limit.daemon = True
            self._limit.start()

    def reload(self) -> None:
        """Wish that the configuration is read again."""
        self._reload = True
        self._news.set()

    def take_reload(self) -> bool:
        """Whether to read the configuration again; the wish is gone with the answer."""
        wanted, self._reload = self._reload, False
        return wanted

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until there is a new wish."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()

    @contextlib.contextmanager
    def by_signals(self, gone_within: float = GONE_WITHIN) -> Iterator[None]:
        """SIGTERM and SIGINT end, once cleanly and twice at once; SIGHUP reloads.

        A thread hears them, so that an end has its limit from the signal on, though the event loop
        may hang. For the main thread, where no other event loop listens to signals.
        """
        mouth, ear = socket.socketpair()
        mouth.settimeout(0)
        told = (ear, asyncio.get_running_loop(), gone_within)
        listener = threading.Thread(target=self._listen, args=told, name="signals", daemon=True)
        listener.start()
        before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        former = {sign: signal.signal(sign, _heard_by_thread) for sign in HEARD}
        try:
            yield
        finally:
            for sign, handler in former.items():
                signal.signal(sign, handler)
            signal.set_wakeup_fd(before)
            mouth.close()
            listener.join()
            ear.close()

    def _listen(
        self, ear: socket.socket, loop: asyncio.AbstractEventLoop, gone_within: float
    ) -> None:
        for told in iter(lambda: ear.recv(1), b""):
            match told[0]:
                case signal.SIGHUP:
                    loop.call_soon_threadsafe(self.reload)
                case signal.SIGTERM | signal.SIGINT if self._limit or self.code is not None:
                    log.warning(AT_ONCE)
                    self.leave(1)
                case signal.SIGTERM | signal.SIGINT:
                    self.end_within(gone_within)
                    loop.call_soon_threadsafe(self.end, 0, ENDING)


def _heard_by_thread(*_: object) -> None:
    """Nothing to do here: Python wrote the signal's number into the socket."""
