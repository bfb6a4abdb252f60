"""An opened state, as every group of the store's verbs needs it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from sync.core.ports import Clock, Fence
from sync.state import leases
from sync.state.database import Database
from sync.state.holder import Program


class Opened:
    """One state file in use by one program."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sleep: Callable[[float], object],
        program: Program,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sleep = sleep
        self._program = program

    @contextmanager
    def _fenced(self, fence: Fence) -> Iterator[Connection]:
        """A transaction of whoever holds the pair; ``LeaseLost`` for anybody else."""
        with self._database.write() as connection:
            leases.check(connection, fence)
            yield connection
