"""Blocking calls made in the loop's own thread: quick, and in the same order every time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class InPlace(ThreadPoolExecutor):
    """An executor whose calls are done when they are submitted."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The result, or what was raised."""
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as fault:  # noqa: BLE001 - the caller gets it, whatever it is
            done.set_exception(fault)
        return done


def in_place() -> None:
    """Let ``asyncio.to_thread`` of the running loop call in place."""
    asyncio.get_running_loop().set_default_executor(InPlace())
