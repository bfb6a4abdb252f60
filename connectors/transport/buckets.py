"""What every request with one key draws from, whichever pair and run it belongs to.

Nothing here belongs to an event loop, so buckets outlive the loop of a run. They are used from
one thread; how much was ``used`` may be asked from any.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from connectors.transport.bucket import Allowance, Bucket, Counting, Monotonic

WHOLE_KEY: Final = ""
"""What is counted where a side counts by key."""


class Queue:
    """One bucket, and who waits for a token of it in the order they came.

    Each line waits at one place, so lines get their tokens in turn, however many requests one of
    them has behind its place.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._waiting: list[object] = []

    @contextmanager
    def place(self) -> Iterator[Callable[[], float]]:
        """A place in the queue; it tells the seconds until its turn, 0 when that is now."""
        mine = object()
        self._waiting.append(mine)
        try:
            yield lambda: self.bucket.delay(self._waiting.index(mine))
        finally:
            self._waiting.remove(mine)


class Buckets:
    """The queues of one key, one for each thing that its side counts."""

    def __init__(self, allowance: Allowance, clock: Monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._queues: dict[str, Queue] = {}

    def queue(self, operation: str) -> Queue:
        """Where requests of this operation wait for their turn."""
        by_key = self._allowance.counting is Counting.PER_KEY
        counted = WHOLE_KEY if by_key else operation
        if counted not in self._queues:
            self._queues[counted] = Queue(Bucket(self._allowance.per_minute, self._clock))
        return self._queues[counted]

    def allow(self, allowance: Allowance) -> None:
        """Go by another allowance from now on; pauses that servers asked for stay."""
        if allowance != self._allowance:
            self._allowance = allowance
            for queue in self._queues.values():
                queue.bucket.allow(allowance.per_minute)

    def used(self) -> Mapping[str, float]:
        """The share of the allowance that the last 60 seconds used, 0 to 1, by what is counted."""
        return {counted: queue.bucket.used() for counted, queue in self._queues.copy().items()}
