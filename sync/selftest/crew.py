"""The crew: a few workers that try all cases side by side, each within its budget of time."""

import asyncio
import json
import os
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sync.selftest.case import Turn
from sync.selftest.ground.child import end_group, start
from sync.selftest.laws.verdict import Account, Verdict, from_wire
from sync.selftest.result import Tried

WORKERS: Final = min(8, (os.cpu_count() or 2) + 1)
"""One more than there are cores: a case waits for disk and processes now and then."""
LONGEST_LINE: Final = 2**24
Told = Callable[[Tried], None]
"""Told of each case that came to its end."""


class Worker:
    """A worker, started when it is first needed and once more after each one that hung or died."""

    def __init__(self, folder: Path, *, loud: bool) -> None:
        folder.mkdir()
        self._folder = folder
        self._err = None if loud else DEVNULL
        self._starting: asyncio.Task[Process] | None = None

    async def tries(self, turn: Turn) -> Tried:
        """What comes of a case; one that hangs is ended, with whatever it started."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(turn.case.budget):
                verdicts = await self._ask(turn)
        except TimeoutError:
            saw = f"nothing for {turn.case.budget:.0f} s, and it was ended"
            verdicts = await self._lost(turn, saw)
        except EOFError:
            verdicts = await self._lost(turn, "that its process ended")
        return Tried(turn, verdicts, time.monotonic() - began)

    async def end(self) -> None:
        """End it, with whatever it started."""
        starting, self._starting = self._starting, None
        if starting:
            process = await starting  # one that is just being started would be left behind
            end_group(process.pid)
            await process.communicate()

    async def _ask(self, turn: Turn) -> tuple[Verdict, ...]:
        self._starting = self._starting or asyncio.create_task(self._start())
        process = await asyncio.shield(self._starting)
        assert process.stdin  # noqa: S101 - it was started with pipes
        assert process.stdout  # noqa: S101
        with suppress(ConnectionError):
            process.stdin.write(
                json.dumps({"case": turn.case.name, "seed": turn.seed}).encode() + b"\n"
            )
            await process.stdin.drain()
        answer = await process.stdout.readline()
        if not answer:
            raise EOFError
        return tuple(map(from_wire, json.loads(answer)))

    async def _start(self) -> Process:
        return await start(
            "sync.selftest.worker",
            str(self._folder),
            folder=self._folder,
            stdin=PIPE,
            stdout=PIPE,
            stderr=self._err,
            start_new_session=True,
            limit=LONGEST_LINE,
        )

    async def _lost(self, turn: Turn, saw: str) -> tuple[Verdict, ...]:
        await self.end()
        account = Account((turn.case.what,), "that it comes to its end", (saw,))
        return (Verdict(turn.case.law, account),)


async def try_all(
    turns: Sequence[Turn],
    folder: Path,
    told: Told,
    *,
    workers: int = WORKERS,
    loud: bool = False,
) -> tuple[Tried, ...]:
    """Every case tried, in the order they were given; whatever happens, no process stays behind.

    ``loud`` workers show on stderr what a case that broke off died of.
    """
    todo, done = iter(turns), dict[Turn, Tried]()

    def noted(tried: Tried) -> None:
        done[tried.turn] = tried
        told(tried)

    async with asyncio.TaskGroup() as group:
        for number in range(workers):
            worker = Worker(folder / f"worker-{number}", loud=loud)
            group.create_task(_work(worker, todo, noted))
    return tuple(done[turn] for turn in turns)


async def _work(worker: Worker, todo: Iterator[Turn], noted: Told) -> None:
    try:
        for turn in todo:
            noted(await worker.tries(turn))
    finally:
        await worker.end()
