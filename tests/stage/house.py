"""The shop with everything in it made the same every time: ids of runs, waiting, where it lies."""

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from sync.runs.pair import Pair, Stop, Writers
from sync.state.store import Store, open_store
from tests.runs.shop import Clock, Shop

MEMORY: Final = Path("/dev/shm")
"""Where a file costs no disk, on systems that have it."""


@dataclass
class House(Shop):
    """A shop whose runs are numbered and whose waits move the clock."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def store(self) -> Store:
        """The state, opened once until it is closed."""
        if self._store is None:
            self._store = self._opened.enter_context(self.opened())
        return self._store

    def opened(self) -> Any:
        """The state, opened by another process, to be entered and left."""
        return open_store(self.state, clock=self.clock, sleep=self._wait)

    def _wait(self, seconds: float) -> None:
        self.clock.pass_(seconds=seconds)

    def _pair(self, whop: Any, affihub: Any, writers: Writers | None, stop: Stop | None) -> Pair:
        pair = super()._pair(whop, affihub, writers, stop)
        return replace(pair, new_id=lambda: f"run-{next(self.numbers):04}")


def new_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder of its own, in memory where there is such a place."""
    return tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


@cache
def blank_state() -> bytes:
    """A state that was made and never used, as a file: making one takes a tenth of a second."""
    with new_folder() as folder:
        path = Path(folder, "state.db")
        with open_store(path, clock=Clock()):
            pass
        return path.read_bytes()
