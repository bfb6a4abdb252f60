"""One state file in use: brought up to date when it is opened, read and written in transactions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from sync.state import file
from sync.state.engine import DURABLE, FOREIGN_KEYS, engine
from sync.state.faults import told
from sync.state.migrations import HEAD


class Database:
    """Connections to one state file, used from any thread; every error is a ``StateError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = engine(path, DURABLE, FOREIGN_KEYS)
        self._writer = self._engine.execution_options(write=True)
        # Threads of one program take turns here and not in SQLite, whose waiters poll.
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent reading; waits for no writer."""
        with told(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is all done or all undone."""
        with told(self.path), self._turn, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(path: Path) -> Database:
    """The state file, made or brought up to this program's revision first.

    Raises ``StateError`` where it cannot be used.
    """
    path = path.absolute()  # whatever folder the program goes to later
    file.make(path)
    found = file.revision(path)
    file.make_private(path)
    if found != HEAD:
        # Alembic costs a tenth of a second to import; a state that is current needs none of it.
        from sync.state.upgrade import upgrade  # noqa: PLC0415

        upgrade(path)
    return Database(path)
