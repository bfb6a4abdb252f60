"""What is counted: never more than the allowance in any minute, spent smoothly.

A bucket fills evenly; what a full one holds may go out at once. Burst and refill of a minute
together are the allowance, so no 60 seconds ever see more. A 429 pauses the bucket for everyone
who draws from it (dependencies.md section 2). It also says that the server allows less than we
were told, so the bucket fills at half the rate from then on and finds its way back slowly.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""

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


class Bucket:
    """A token bucket; one token is one request."""

    def __init__(self, per_minute: int, clock: Monotonic) -> None:
        self._clock = clock
        self._spent: deque[float] = deque()
        self._measure(per_minute)
        self._rate = self._full_rate
        self._tokens = self._burst
        self._filled_at = clock()

    @property
    def paused(self) -> bool:
        """Whether a server asked for a pause that is not over."""
        return self._filled_at > self._clock()

    def delay(self, ahead: int = 0) -> float:
        """Seconds until there is a token when ``ahead`` others took theirs; 0 when there is one."""
        self._fill()
        wanted = 1 + ahead
        if self._tokens >= wanted - ROUNDING and not self.paused:
            return 0.0
        missing = max(0.0, wanted - self._tokens) / self._rate
        return max(0.0, self._filled_at - self._clock()) + missing

    def spend(self) -> None:
        """Take the token that ``delay`` said is there."""
        self._tokens -= 1
        self._rate += (self._full_rate - self._rate) * RECOVERY
        self._spent.append(self._clock())
        while self._spent[0] <= self._clock() - WINDOW:
            self._spent.popleft()

    def pause(self, seconds: float) -> None:
        """Give out nothing for so long, and fill up from empty after it, at half the rate.

        Requests that were under way together are refused together: that is one refusal.
        """
        if not self.paused:
            self._rate = max(self._rate / 2, self._full_rate * SLOWEST)
        self._tokens = 0.0
        self._filled_at = max(self._filled_at, self._clock() + seconds)

    def allow(self, per_minute: int) -> None:
        """Go by another allowance from now on; a pause stays, and so does having been refused."""
        self._fill()
        part = self._rate / self._full_rate
        self._measure(per_minute)
        self._rate = part * self._full_rate
        self._tokens = min(self._tokens, self._burst)

    def used(self) -> float:
        """The share of the allowance that the last 60 seconds used, 0 to 1; from any thread."""
        since = self._clock() - WINDOW
        lately = sum(at > since for at in self._spent.copy())
        return min(1.0, lately / self._per_minute)

    def _measure(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._burst = max(1.0, per_minute * BURST_SHARE)
        # An allowance of 1 has no rest: then one request every two minutes keeps the promise.
        self._full_rate = max(per_minute - self._burst, 0.5) / WINDOW

    def _fill(self) -> None:
        # While paused, the time of the last filling lies in the future.
        gained = (self._clock() - self._filled_at) * self._rate
        if gained > 0:
            self._tokens = min(self._burst, self._tokens + gained)
            self._filled_at = self._clock()
