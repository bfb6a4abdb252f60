"""One state file, and never another one that came into its place.

A program that goes on with a file after somebody moved or deleted it would write to both sides and
record it where nobody looks. SQLite itself does not mind.
"""

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from sync.errors import StateError
from sync.state import file

MOVED: Final = (
    "The state file {path} was moved or deleted while this program used it. Stop every run, put it"
    " back or run `affisync rebuild`, then start again."
)

Identity = tuple[int, int]
"""Device and number of a file: what stays the same while its name goes to another one."""


class SameFile:
    """The file that was at a path when the first connection to it was opened.

    A file that comes back is used again. Another one in its place never is, though it may be a
    good backup: it is for the next program to look at it from the start, and this one's leases run
    out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._first: Identity | None = None

    def connect(self, path: Path) -> sqlite3.Connection:
        """Another connection to this file; ``StateError`` where it is not there any more."""
        self.check()
        connection = file.connect(path)
        try:
            self._settle()
            self.check()  # whoever moves it from here on is met by the next check
        except StateError:
            connection.close()
            raise
        return connection

    def _settle(self) -> None:
        """Looked at when it is open: some file systems make a copy for the first who may write."""
        with self._lock:
            self._first = self._first or _identity(self._path)

    def check(self) -> None:
        """Raise ``StateError`` where the file is not where it was; one look, some 3 us."""
        if self._first is not None and _identity(self._path) != self._first:
            raise StateError(MOVED.format(path=self._path))


def _identity(path: Path) -> Identity | None:
    with suppress(OSError):
        seen = path.stat()
        return seen.st_dev, seen.st_ino
    return None
