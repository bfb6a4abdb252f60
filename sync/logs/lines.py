"""The handler every log line leaves by: one write for each, and none that breaks the program."""

import logging
from typing import Final, TextIO

LOST: Final = "log lines were lost"


class Lines(logging.Handler):
    """Writes each record as one line; what cannot be written is counted in ``dropped``.

    The logging module calls it under a lock of its own, so that lines of several threads never
    mix. When writing works again, one line tells how many are missing.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._told = 0
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, or count it as lost."""
        try:
            self._write(record)
            if self.dropped != self._told:
                self._confess(self.dropped - self._told)
        except Exception:  # noqa: BLE001 - a full disk, a closed stream, an object that cannot be told
            self.dropped += 1

    def _write(self, record: logging.LogRecord) -> None:
        self._stream.write(self.format(record) + "\n")
        self._stream.flush()

    def _confess(self, lost: int) -> None:
        about = {"name": "affisync", "levelno": logging.WARNING, "levelname": "WARNING"}
        self._write(logging.makeLogRecord({**about, "msg": LOST, "lost": lost}))
        self._told = self.dropped
