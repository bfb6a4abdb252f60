"""What others say over and over is written once a minute: a flood of lines helps nobody."""

import logging
from typing import Final

PAUSE: Final = 60.0
"""Seconds between two lines that say the same."""
MOST: Final = 200
"""Texts that are remembered; what is said by more is no repetition."""


class Repeats(logging.Filter):
    """Lets the same line of others pass once in a while, with how often it was left out.

    ``ours`` are the loggers of which every line stays.
    """

    def __init__(self, ours: tuple[str, ...]) -> None:
        super().__init__()
        self._ours = frozenset(ours)
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a line."""
        if record.name.partition(".")[0] in self._ours:
            return True
        said = (record.name, _text(record))
        last, left_out = self._said.pop(said, (None, 0))
        if last is not None and 0 <= record.created - last < PAUSE:
            self._said[said] = last, left_out + 1
            return False
        self._said[said] = record.created, 0
        if len(self._said) > MOST:
            del self._said[next(iter(self._said))]
        if left_out:
            record.__dict__["left_out"] = left_out
        return True


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a message that does not fit its arguments is no repetition
        return str(id(record))
