"""What people and the service manager want of the daemon, as told by signals."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Final

log = logging.getLogger("affisync.daemon")

ENDING: Final = "Ending: rows in hand are finished and recorded. A second signal ends at once."
AT_ONCE: Final = "Ended at once. What was in hand is settled by the next run."


class Wishes:
    """Whether to end, and with which exit code; whether to read the configuration again.

    ``leave`` ends the program at once; it is never called while everything goes well.
    """

    def __init__(self, leave: Callable[[int], object] = os._exit) -> None:
        self.code: int | None = None
        self.leave = leave
        self._reload = False
        self._news = asyncio.Event()

    def end(self, code: int, why: str) -> None:
        """Wish an end; the first wish stays."""
        if self.code is None:
            self.code = code
            log.warning("%s", why)
        self._news.set()

    def end_within(self, seconds: float) -> None:
        """End the program by then at the latest, whatever hangs: a message being sent, a disk."""
        timer = threading.Timer(seconds, self.leave, (self.code,))
        timer.daemon = True
        timer.start()

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
    def by_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end, once cleanly and twice at once; SIGHUP reloads."""
        loop = asyncio.get_running_loop()
        heard = {
            signal.SIGTERM: self._asked_to_end,
            signal.SIGINT: self._asked_to_end,
            signal.SIGHUP: self.reload,
        }
        for sign, asked in heard.items():
            loop.add_signal_handler(sign, asked)
        try:
            yield
        finally:
            for sign in heard:
                loop.remove_signal_handler(sign)

    def _asked_to_end(self) -> None:
        if self.code is None:
            self.end(0, ENDING)
        else:
            log.warning(AT_ONCE)
            self.leave(1)
