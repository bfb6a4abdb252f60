"""What is handed in beside: a clock, and somebody who counts requests."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sync.core.record import Side

Clock = Callable[[], datetime]
"""Now, aware and in UTC."""


class Meter(Protocol):
    """Told of what goes over the wire; for metrics. Operations are the names of api/*.md."""

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        """A request was answered with this status, or with nothing usable (None)."""
        ...

    def retried(self, side: Side, operation: str) -> None:
        """A request is about to be sent again."""
        ...

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        """A request waits so long for its turn under the rate limit."""
        ...


class Unmetered:
    """Counts nothing."""

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        """Count nothing."""

    def retried(self, side: Side, operation: str) -> None:
        """Count nothing."""

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        """Count nothing."""
