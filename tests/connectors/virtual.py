"""An event loop whose time stands still while anybody can go on, and leaps when all wait."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps of any length take no time, and their order is that of the real world."""

    def __init__(self) -> None:
        super().__init__(Leaping(self))
        self.seconds = 1_000.0

    def time(self) -> float:
        return self.seconds


class Leaping(selectors.DefaultSelector):
    """Where others wait for a time, this one sets the loop's clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("Everybody waits for something that no time will bring.")
        ready = super().select(0)
        if not ready:
            self._loop.seconds += timeout
        return ready


def virtually(coroutine: Coroutine[Any, Any, T]) -> T:
    """What ``asyncio.run`` answers, after as much virtual time as it takes."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def clock() -> float:
    """The seconds of the loop that runs."""
    return asyncio.get_running_loop().time()
