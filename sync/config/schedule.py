"""When a schedule fires, in real time: across the nights when clocks are moved, too.

A job of named hours follows the clock on the wall: in an hour that comes twice it runs once, the
first time; in an hour that is left out it runs once, as much later as the clock was moved. A job
of every hour (``*``, ``*/2``) goes on through real time: it runs in both of the doubled hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from sync.config.cron import Times, times_of
from sync.config.values import Cron, Every

A_DAY: Final = timedelta(days=1)
A_YEAR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Pauses:
    """The shortest and the longest time between two firings, nights of moved clocks aside."""

    shortest: timedelta
    longest: timedelta


def next_after(
    schedule: Every | Cron, timezone: str, after: datetime, *, anchor: datetime | None = None
) -> datetime:
    """The first time after ``after`` at which a schedule fires, aware and in UTC.

    ``anchor`` is any time at which a pause's schedule fires; without one, ``after`` is.
    """
    after = after.astimezone(UTC)
    if isinstance(schedule, Every):
        since = after - (anchor or after)
        return after - since % schedule.pause + schedule.pause
    times, zone = times_of(schedule.fields), zone_of(timezone)
    days = _days(times, after.astimezone(zone).date() - A_DAY)
    # A firing of one day can come after one of the next, where clocks jump over midnight.
    for day, following in pairwise(days):
        later = [
            at
            for at in (*_firings(times, day, zone), *_firings(times, following, zone))
            if at > after
        ]
        if later:
            return min(later)
    raise AssertionError("cron days have no end")


def pauses(schedule: Every | Cron, timezone: str, now: datetime) -> Pauses:
    """How far apart a schedule fires within a year from now, or over its next two days."""
    if isinstance(schedule, Every):
        return Pauses(schedule.pause, schedule.pause)
    times = times_of(schedule.fields)
    between = {timedelta(minutes=b - a) for a, b in pairwise(times.minutes)}
    overnight = timedelta(minutes=times.minutes[0] - times.minutes[-1])
    today = now.astimezone(zone_of(timezone)).date()
    for day, following in pairwise(_days(times, today)):
        between.add(following - day + overnight)
        if following - today > A_YEAR:
            break
    return Pauses(min(between), max(between))


def zone_of(name: str) -> tzinfo:
    """The time zone of a name."""
    return UTC if name == "UTC" else ZoneInfo(name)  # UTC needs no zone files


def _days(times: Times, first: date) -> Iterator[date]:
    """Every day that fits, from ``first`` on."""
    day = first
    while True:
        if times.fits(day):
            yield day
        day += A_DAY


def _firings(times: Times, day: date, zone: tzinfo) -> Iterator[datetime]:
    """The real times of one day's firings; not in order where clocks are moved."""
    for minute in times.minutes:
        wall = datetime.combine(day, time(*divmod(minute, 60)), zone)
        yield wall.astimezone(UTC)
        if times.every_hour and _comes_twice(wall):
            yield wall.replace(fold=1).astimezone(UTC)


def _comes_twice(wall: datetime) -> bool:
    """Whether the wall clock shows this time twice; a time left out also has two offsets."""
    again = wall.replace(fold=1)
    return (wall.utcoffset() or timedelta()) > (again.utcoffset() or timedelta())
