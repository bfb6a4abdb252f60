"""The same lines, written by a thread of their own: a pipe that nobody reads stops nobody."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Final, TextIO

from sync.logs.lines import Lines

MOST: Final = 4_000_000
"""Characters that may wait to be written; what comes then is lost, and counted."""
PATIENCE: Final = 1.0
"""Seconds the end of a program waits for its last lines."""


class LinesAside(Lines):
    """Lines that only wait in a queue where they cannot be written at once; their order stays.

    A real file is written to without Python's buffers: a thread that hangs in one of those would
    keep the interpreter from its end.
    """

    def __init__(self, stream: TextIO, most: int = MOST) -> None:
        super().__init__(stream)
        self._file = _number(stream)
        self._most = most
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, Callable[[], None]]] = deque()
        self._size = 0
        self._over = False
        threading.Thread(target=self._keep_writing, name="log lines", daemon=True).start()

    def flush(self, within: float = PATIENCE) -> None:
        """Wait until everything is written, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self._over, within)

    def close(self) -> None:
        """Write what waits, if that takes no long time, and nothing more."""
        self.flush()
        with self._changed:
            self._over = True
            self._changed.notify_all()
        super().close()

    def _send(self, text: str, regret: Callable[[], None]) -> bool:
        with self._changed:
            room = not self._over and self._size + len(text) <= self._most
            if room:
                self._waiting.append((text, regret))
                self._size += len(text)
                self._changed.notify_all()
        if not room:
            regret()
        return room

    def _keep_writing(self) -> None:
        while self._is_next():
            text, regret = self._waiting[0]
            super()._send(text, regret)
            with self._changed:
                self._waiting.popleft()
                self._size -= len(text)
                self._changed.notify_all()

    def _is_next(self) -> bool:
        """Wait for a line; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over)
            return bool(self._waiting)

    def _write(self, text: str) -> None:
        if self._file is None:
            super()._write(text)
            return
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left:
            try:
                left = left[os.write(self._file, left) :]
            except BlockingIOError:  # somebody who shares the pipe set it so
                select.select((), (self._file,), ())


def _number(stream: TextIO) -> int | None:
    """The descriptor of a stream that is a real file."""
    try:
        stream.flush()
        return stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None
