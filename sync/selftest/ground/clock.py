"""A clock that goes by itself and skips every pause, so that a backoff costs no waiting."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sync.runs.pair import Stop


@dataclass(slots=True)
class SkippingClock:
    """The time here plus all that was slept; whoever sleeps is back at once, and it is later."""

    skipped: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC) + self.skipped

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic() + self.skipped.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Be later by so many seconds."""
        self.skipped += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class NoStop(Stop):
    """Nobody wishes to stop; pauses are skipped."""

    def __init__(self, clock: SkippingClock) -> None:
        super().__init__()
        self._clock = clock

    async def sleep(self, seconds: float) -> None:
        """Be later by so many seconds."""
        await self._clock.sleep(seconds)
