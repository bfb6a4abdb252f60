"""When a digest is due: by the clock on the wall, once, whatever that clock does at night."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

A_DAY: Final = timedelta(days=1)


class Rhythm(StrEnum):
    """How often people want to be told how things go."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


def latest_turn(rhythm: Rhythm, at: time, zone: tzinfo, now: datetime) -> datetime | None:
    """The last moment (UTC) up to now at which a digest was due; weekly ones are on Mondays.

    A time that comes twice in a night counts the first time, one left out as much later.
    """
    return _turn(rhythm, at, zone, now, forward=False)


def next_turn(rhythm: Rhythm, at: time, zone: tzinfo, now: datetime) -> datetime | None:
    """The first moment (UTC) after now at which a digest is due; None where none ever is."""
    return _turn(rhythm, at, zone, now, forward=True)


def _turn(
    rhythm: Rhythm, at: time, zone: tzinfo, now: datetime, *, forward: bool
) -> datetime | None:
    if rhythm is Rhythm.OFF:
        return None
    day = now.astimezone(zone).date() + (-A_DAY if forward else A_DAY)
    while True:
        turn = datetime.combine(day, at, zone).astimezone(UTC)
        fits = rhythm is Rhythm.DAILY or day.weekday() == 0
        if fits and (turn > now if forward else turn <= now):
            return turn
        day += A_DAY if forward else -A_DAY
