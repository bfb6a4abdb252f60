"""The pace of requests: never more than the allowance in any minute, spent smoothly.

A bucket fills evenly; what a full one holds may go out at once. Burst and refill of a minute
together are the allowance, so no 60 seconds ever see more. A 429 pauses the bucket for everyone
who draws from it (dependencies.md section 2). It also says that the server allows less than we
were told, so the bucket fills at half the rate from then on and finds its way back slowly.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""
Sleep = Callable[[float], Awaitable[None]]

WINDOW: Final = 60.0
"""Seconds over which both sides are taken to count."""
BURST_SHARE: Final = 0.05
"""How much of the allowance may go out at once."""
SLOWEST: Final = 1 / 64
"""The smallest part of its rate a bucket falls to."""
RECOVERY: Final = 0.01
"""Which part of the way back to its full rate a bucket goes with each request."""
ROUNDING: Final = 1e-6
"""A part of a request that is only a float's rounding."""


class Counting(Enum):
    """What a side counts requests by: Whop by operation (api/whop.md section 7), or by key."""

    PER_OPERATION = "per operation"
    PER_KEY = "per key"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests per minute, and what they are counted by."""

    per_minute: int
    counting: Counting


@dataclass(frozen=True, slots=True)
class Waits:
    """How often requests had to wait for their turn, and for how many seconds in all."""

    times: int = 0
    seconds: float = 0.0


class Bucket:
    """A token bucket; one token is one request."""

    def __init__(self, per_minute: int, clock: Monotonic) -> None:
        self._clock = clock
        self._burst = max(1.0, per_minute * BURST_SHARE)
        # An allowance of 1 has no rest: then one request every two minutes keeps the promise.
        self._full_rate = max(per_minute - self._burst, 0.5) / WINDOW
        self._rate = self._full_rate
        self._tokens = self._burst
        self._filled_at = clock()

    def delay(self) -> float:
        """Seconds until there is a token; 0 when there is one now."""
        self._fill()
        if self._tokens >= 1 - ROUNDING and self._filled_at <= self._clock():
            return 0.0
        return max(0.0, self._filled_at - self._clock()) + max(0.0, 1 - self._tokens) / self._rate

    def spend(self) -> None:
        """Take the token that ``delay`` said is there."""
        self._tokens -= 1
        self._rate += (self._full_rate - self._rate) * RECOVERY

    def pause(self, seconds: float) -> None:
        """Give out nothing for so long, and fill up from empty after it, at half the rate.

        Requests that were under way together are refused together: that is one refusal.
        """
        if self._filled_at <= self._clock():
            self._rate = max(self._rate / 2, self._full_rate * SLOWEST)
        self._tokens = 0.0
        self._filled_at = max(self._filled_at, self._clock() + seconds)

    def _fill(self) -> None:
        # While paused, the time of the last filling lies in the future.
        gained = (self._clock() - self._filled_at) * self._rate
        if gained > 0:
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_at = self._clock()


class Pace:
    """Lets requests out in turn: a bucket for each counted thing, and so many under way at once."""

    def __init__(
        self, allowance: Allowance, concurrency: int, clock: Monotonic, sleep: Sleep
    ) -> None:
        self._allowance = allowance
        self._slots = asyncio.Semaphore(concurrency)
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[str, tuple[Bucket, asyncio.Lock]] = {}
        self._waits: dict[str, Waits] = {}

    async def admit(self, operation: str) -> None:
        """Wait for this operation's turn; each ``admit`` is followed by one ``leave``."""
        bucket, turn = self._queue(operation)
        async with turn:
            await self._slot_with_token(bucket, operation)
            bucket.spend()

    def leave(self) -> None:
        """Make room for the next request."""
        self._slots.release()

    def pause(self, operation: str, seconds: float) -> None:
        """Let nothing out for so long of what is counted together with this operation."""
        self._queue(operation)[0].pause(seconds)

    def waits(self) -> dict[str, Waits]:
        """Waits for a token so far, by operation."""
        return dict(self._waits)

    async def _slot_with_token(self, bucket: Bucket, operation: str) -> None:
        # The token is taken with the slot in hand: tokens taken before a wait for a slot would go
        # out together after it, more of them than the allowance has.
        while True:
            await self._wait(bucket, operation)
            await self._slots.acquire()
            if not bucket.delay():
                return
            self._slots.release()

    async def _wait(self, bucket: Bucket, operation: str) -> None:
        while delay := bucket.delay():
            before = self._waits.get(operation, Waits())
            self._waits[operation] = Waits(before.times + 1, before.seconds + delay)
            await self._sleep(delay)

    def _queue(self, operation: str) -> tuple[Bucket, asyncio.Lock]:
        counted = operation if self._allowance.counting is Counting.PER_OPERATION else ""
        if counted not in self._queues:
            bucket = Bucket(self._allowance.per_minute, self._clock)
            self._queues[counted] = (bucket, asyncio.Lock())
        return self._queues[counted]
