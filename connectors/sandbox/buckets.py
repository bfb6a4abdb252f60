"""A real rate limit: a bucket that refills while time passes."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Buckets:
    """One bucket for each thing that is counted, full at first."""

    levels: dict[Hashable, tuple[float, datetime]] = field(default_factory=dict)

    def wait(self, counted: Hashable, per_minute: int, now: datetime) -> float:
        """Take one from the bucket and answer 0, or the seconds until there is one again."""
        level, since = self.levels.get(counted, (float(per_minute), now))
        per_second = per_minute / 60
        level = min(per_minute, level + (now - since).total_seconds() * per_second)
        refused = level < 1
        self.levels[counted] = (level if refused else level - 1, now)
        return (1 - level) / per_second if refused else 0.0
