"""Who wants to know what the daemon does: its metrics and its voice."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from sync.core.report import Report
from sync.core.standing import Standing
from sync.errors import AffisyncError


class Skip(StrEnum):
    """Why a pair did not run at its turn."""

    BUSY = "busy"
    """Another program holds the pair."""
    STILL_RUNNING = "still-running"
    """The daemon's own earlier run of the pair goes on."""
    QUARANTINE = "quarantine"
    """The pair keeps failing and runs less often."""


class Watcher(Protocol):
    """Told of everything from the event loop; returns at once and never raises."""

    def began(self, pair: str) -> None:
        """A run of the pair began."""
        ...

    def ended(self, pair: str, report: Report, standing: Standing) -> None:
        """A run of the pair ended, well or not; the standing is the one after it."""
        ...

    def broke(self, pair: str, error: AffisyncError) -> None:
        """A run of the pair could not even be reported: the state or the configuration fails."""
        ...

    def skipped(self, pair: str, why: Skip) -> None:
        """The pair did not run at its turn."""
        ...

    def reloaded(self, problems: Sequence[str]) -> None:
        """The configuration was read again; with problems it was refused and the old one stays."""
        ...
