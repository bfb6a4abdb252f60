"""Spans of time and moments as people say them: 1 h 20 min; 4 min ago, 09:11 UTC."""

from datetime import datetime, timedelta
from typing import Final

UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
PARTS: Final = 2


def span(time: timedelta) -> str:
    """The length of a time in its two greatest units: 45 s, 4 min 10 s, 3 d."""
    left = max(0, round(time.total_seconds()))
    told: list[str] = []
    for unit, size in UNITS:
        count, left = divmod(left, size)
        # The unit right below the greatest one, or none: nobody says 3 d 5 s.
        if count or told:
            told.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, told[:PARTS])) or "0 s"


def ago(at: datetime, now: datetime) -> tuple[str, str]:
    """Roughly how long ago a moment was, and its time; that of a clock ahead of ours is now."""
    return f"{_roughly(now - at)} ago", moment_near(at, now)


def ahead(at: datetime, now: datetime) -> tuple[str, str]:
    """Roughly how far away a moment is, and its time; one that passed is due."""
    return f"in {_roughly(at - now)}" if at > now else "due", moment_near(at, now)


def moment_near(at: datetime, now: datetime) -> str:
    """The time in UTC, with the day where it is another one."""
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"


def _roughly(time: timedelta) -> str:
    """The greatest unit alone: the exact moment stands beside it."""
    return " ".join(span(time).split()[:2])
