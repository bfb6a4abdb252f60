"""Pauses, and how a wish to stop ends them.

Once it is wanted nothing is tried again and no server's pause is sat out. A row in hand may still
finish: its requests wait for their turn as long as that is soon, and never begin after ``DRAIN``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from connectors.transport.bucket import Monotonic

Sleep = Callable[[float], Awaitable[None]]

DRAIN: Final = 10.0
"""Seconds after a stop in which a request may still wait for its turn; the drain has 30."""


class StoppedError(Exception):
    """A stop was asked for while a request waited to be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Halt:
    """A wish to stop; ``why`` is None until there is one, and ``sleep`` ends with it."""

    why: Callable[[], str | None]
    sleep: Sleep


class Pauses:
    """The pauses of one line; each ends as soon as a stop is wanted."""

    def __init__(self, clock: Monotonic, sleep: Sleep, halt: Halt | None) -> None:
        self._clock = clock
        self._sleep = sleep
        self._halt = halt or Halt(why=lambda: None, sleep=sleep)
        self._drained_at: float | None = None

    @property
    def stopping(self) -> bool:
        """Whether a stop is wanted."""
        return self._halt.why() is not None

    async def before_another_try(self, seconds: float) -> None:
        """Wait; ``StoppedError`` where a stop is wanted, so that there is no other try."""
        if not self._halt.why():
            await self._halt.sleep(seconds)
        if why := self._halt.why():
            raise StoppedError(why)

    async def before_a_turn(self, seconds: float, *, asked_for: bool) -> None:
        """Wait, or less; ``StoppedError`` where it is too long for a stop that is wanted.

        ``asked_for`` is a pause that the server asked for: a stop ends it.
        """
        why = self._halt.why()
        if not why:
            await self._halt.sleep(seconds)
        elif asked_for or self._clock() + seconds > self._drained():
            raise StoppedError(why)
        else:
            await self._sleep(seconds)

    def _drained(self) -> float:
        if self._drained_at is None:
            self._drained_at = self._clock() + DRAIN
        return self._drained_at
