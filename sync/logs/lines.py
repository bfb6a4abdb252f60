"""The handler every log line leaves by: one write for each, and none that breaks the program."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, TextIO

LOST: Final = "log lines were lost"


class Losses:
    """How many lines are lost, and of how many of them a line tells; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told = 0
        self.lost = 0

    def lose(self) -> None:
        """One more line is lost."""
        with self._lock:
            self.lost += 1

    def tell(self) -> int:
        """How many nobody was told of; they count as told from now on."""
        with self._lock:
            untold, self._told = self.lost - self._told, self.lost
            return untold

    def untell(self, lines: int) -> None:
        """The line that was to tell of these did not arrive."""
        with self._lock:
            self._told -= lines


class Lines(logging.Handler):
    """Writes each record as one line; what cannot be written is counted in ``dropped``.

    The logging module calls it under a lock of its own, so that lines of several threads never
    mix. When writing works again, one line tells how many are missing.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._losses = Losses()

    @property
    def dropped(self) -> int:
        """How many lines are lost."""
        return self._losses.lost

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, or count it as lost."""
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - an object that cannot be told
            self._losses.lose()
        else:
            if self._send(text, self._losses.lose):
                self._confess()

    def _confess(self) -> None:
        lost = self._losses.tell()
        if lost:
            about = {"name": "affisync", "levelno": logging.WARNING, "levelname": "WARNING"}
            record = logging.makeLogRecord({**about, "msg": LOST, "lost": lost})
            self._send(self.format(record), partial(self._losses.untell, lost))

    def _send(self, text: str, regret: Callable[[], None]) -> bool:
        """Write a line; whether that went well. Where it did not, ``regret`` is called."""
        try:
            self._write(f"{text}\n")
        except Exception:  # noqa: BLE001 - a full disk, a closed stream
            regret()
            return False
        return True

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
