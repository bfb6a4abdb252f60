"""A connection to the health pages that cannot be held for nothing: files are for the runs."""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS: Final = 64
"""Open at once; beyond that the one that asks nothing longest is closed."""
ASKED_WITHIN: Final = 5.0
"""Seconds from the opening, or from the last answer, to the end of a question."""
TAKEN_WITHIN: Final = 30.0
"""Seconds from then to the end of the answer, however slowly somebody reads."""


class Guarded(H11Protocol):
    """Closes itself where nobody asks, and another one where there are too many."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a question; make room where there is none."""
        super().connection_made(transport)
        self._wait_for_question()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for another question."""
        super().on_response_complete()
        self._wait_for_question()

    @property
    def asks(self) -> bool:
        """Whether a whole question was asked and is not answered yet."""
        cycle = self.cycle  # None before the first question
        return bool(cycle) and not cycle.response_complete and not cycle.more_body

    def _make_room(self) -> None:
        mine = [each for each in self.connections if isinstance(each, Guarded)]
        still_open = [each for each in mine if not each.transport.is_closing()]
        if len(still_open) > CONNECTIONS:
            silent = (each for each in still_open if not each.asks)
            min(silent, key=Guarded._until).transport.abort()

    def _until(self) -> float:
        """When somebody who asks nothing is closed anyway: soonest for who is silent longest."""
        return self._timer.when() if self._timer else 0.0

    def _wait_for_question(self) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(ASKED_WITHIN, self._look)

    def _look(self) -> None:
        if self.asks:
            self._timer = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
