"""One state file in use: brought up to date when it is opened, read and written in transactions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from sync.errors import StateError
from sync.state import file
from sync.state.engine import DURABLE, FOREIGN_KEYS, engine
from sync.state.faults import told
from sync.state.migrations import HEAD
from sync.state.same_file import SameFile
from sync.state.shape import COLUMNS, lacking

INCOMPLETE: Final = (
    "The state file {path} is damaged. {problem} `affisync state check` tells more."
    " Put a backup in its place, or move it away and run `affisync rebuild`."
)


class Database:
    """Connections to one state file, used from any thread; every error is a ``StateError``.

    One is also that the file was moved, deleted or replaced since the first transaction.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = SameFile(path)
        self._engine = engine(path, DURABLE, FOREIGN_KEYS, connect=self._file.connect)
        self._writer = self._engine.execution_options(write=True)
        # Threads of one program take turns here and not in SQLite, whose waiters poll.
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent reading; waits for no writer."""
        with told(self.path):
            self._file.check()
            with self._engine.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is all done or all undone."""
        with told(self.path), self._turn:
            self._file.check()
            with self._writer.begin() as connection:
                yield connection
                self._file.check()  # it may have waited long, for another writer

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
    database = Database(path)
    try:
        _refuse_incomplete(database)
    except StateError:
        database.close()
        raise
    return database


def _refuse_incomplete(database: Database) -> None:
    """Better now than after a write to one of the sides, which could not be recorded."""
    with database.read() as connection:
        found = [(table, column) for table, column in connection.exec_driver_sql(COLUMNS)]
    for problem in lacking(found):
        raise StateError(INCOMPLETE.format(path=database.path, problem=problem))
