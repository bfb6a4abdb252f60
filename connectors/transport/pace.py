"""The pace of one line: its requests go out in turn, and only so many are under way at once."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from connectors.transport.bucket import Monotonic
from connectors.transport.buckets import Buckets, Queue
from connectors.transport.halt import Pauses

Waited = Callable[[str, float], None]
"""Told of each wait for a token: the operation, and for how many seconds."""


class Pace:
    """Lets the requests of one line out, by buckets that it may share with other lines."""

    def __init__(
        self,
        buckets: Buckets,
        concurrency: int,
        clock: Monotonic,
        pauses: Pauses,
        waited: Waited,
    ) -> None:
        self._buckets = buckets
        self._slots = asyncio.Semaphore(concurrency)
        self._turns: defaultdict[Queue, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._clock = clock
        self._pauses = pauses
        self._waited = waited

    async def admit(self, operation: str) -> None:
        """Wait for this operation's turn; each ``admit`` is followed by one ``leave``.

        ``StoppedError`` where a stop does not leave the time to wait; no ``leave`` follows then.
        """
        queue = self._buckets.queue(operation)
        async with self._turns[queue]:
            await self._slot_with_token(queue, operation)
            queue.bucket.spend()

    def leave(self) -> None:
        """Make room for the next request."""
        self._slots.release()

    def pause(self, operation: str, seconds: float) -> None:
        """Let nothing out for so long of what is counted together with this operation."""
        self._buckets.queue(operation).bucket.pause(seconds)

    async def _slot_with_token(self, queue: Queue, operation: str) -> None:
        # The token is taken with the slot in hand: tokens taken before a wait for a slot would go
        # out together after it, more of them than the allowance has. And who waits for a slot has
        # no place in the queue, so that a server slow to one pair does not hold up the others.
        while True:
            await self._wait(queue, operation)
            await self._slots.acquire()
            if not queue.bucket.delay():
                return
            self._slots.release()

    async def _wait(self, queue: Queue, operation: str) -> None:
        with queue.place() as delay:
            while seconds := delay():
                since = self._clock()
                await self._pauses.before_a_turn(seconds, asked_for=queue.bucket.paused)
                self._waited(operation, self._clock() - since)
