"""A whole selftest, from an empty temporary folder to none."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sync.errors import Interrupted, UsageError
from sync.selftest.case import Turn
from sync.selftest.crew import Told, try_all
from sync.selftest.result import Result, Tried

ENDS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def selftest(
    turns: Sequence[Turn], seed: int, told: Told, *, chaos: bool, loud: bool = False
) -> Result:
    """Try every case; ``Interrupted`` where somebody stopped it. Nothing is left behind.

    ``loud`` shows on stderr what a case that broke off died of.
    """
    began = time.monotonic()
    with _folder() as folder:
        try:
            tried = asyncio.run(_stoppable(try_all(turns, folder, told, loud=loud)))
        except asyncio.CancelledError as stopped:
            raise Interrupted("Stopped; nothing was left behind.") from stopped
    return Result(seed, chaos, tried, time.monotonic() - began)


async def _stoppable(trying: Coroutine[Any, Any, tuple[Tried, ...]]) -> tuple[Tried, ...]:
    """The same, until a signal ends it."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task  # noqa: S101 - this is one
    for sign in ENDS:
        loop.add_signal_handler(sign, task.cancel)
    return await trying


@contextmanager
def _folder() -> Iterator[Path]:
    """An empty folder for its owner alone, gone in the end."""
    try:
        folder = tempfile.TemporaryDirectory(
            prefix="affisync-selftest-", ignore_cleanup_errors=True
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"No temporary folder can be made: {reason}; set TMPDIR.") from error
    with folder as path:
        yield Path(path)
