"""Asking both sides something from the command line: watched, and ended by Ctrl-C."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sync.app import App
from sync.cli.running import stopping, watched
from sync.runs.pair import Pair, Stop

T = TypeVar("T")


def ask_sides(
    app: App, name: str, question: Callable[[Pair], Awaitable[T]], *, writes: bool = False
) -> T:
    """What ``question`` makes of a pair; without ``writes`` nothing can be written to it."""

    async def asking() -> T:
        stop = Stop()
        with watched(name) as progress, stopping(stop):
            async with app.pair(name, writes=writes, progress=progress, stop=stop) as pair:
                return await question(pair)

    return asyncio.run(asking())
