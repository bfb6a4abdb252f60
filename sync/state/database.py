"""One SQLite file as SQLAlchemy sees it: who begins how, and what an error says.

A reader begins deferred and sees one moment of the state throughout. A writer begins IMMEDIATE:
one that began as a reader would fail at once, not wait, where another writes.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy
from sqlalchemy import Connection, Engine, QueuePool, event

from sync.state import file
from sync.state.faults import told
from sync.state.migrations import HEAD

DURABLE: Final = "PRAGMA synchronous = FULL"
"""Every commit reaches the disk: an intent must survive a power cut, or a create may be sent
twice. Measured 0.2 ms a commit against 0.02 ms with NORMAL; a remote write takes 100 ms."""

FOREIGN_KEYS: Final = "PRAGMA foreign_keys = ON"


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


def engine(path: Path, *pragmas: str) -> Engine:
    """An engine whose connections have these settings; they begin as this module says."""

    def connect() -> sqlite3.Connection:
        connection = file.connect(path)
        for pragma in pragmas:
            connection.execute(pragma)
        return connection

    made = sqlalchemy.create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        max_overflow=-1,  # as many as there are threads; none may wait for another's connection
        hide_parameters=True,  # rows hold people's addresses
    )
    event.listen(made, "begin", _begin)
    return made


def _begin(connection: Connection) -> None:
    # With isolation_level None the driver begins nothing by itself.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
