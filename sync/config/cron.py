"""Five cron fields, read as cron reads them: which minutes of which days.

Weekdays count from Sunday (0 and 7). Where both the day of the month and the weekday are
restricted, a day that fits either one counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
A_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class _Field:
    """What one field may hold: ``low`` to ``high``, and ``names`` for the numbers from ``low`` on.

    ``end`` is where a star ends. Where that is not ``high``, the numbers go round: fri-mon.
    """

    name: str
    low: int
    high: int
    end: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """A number or a name of this field."""
        if text.lower() in self.names:
            return self.names.index(text.lower()) + self.low
        if text.isdecimal() and self.low <= int(text) <= self.high:
            return int(text)
        names = f", or {self.names[0]} to {self.names[-1]}" if self.names else ""
        raise ValueError(f"{text!r} is no {self.name}; there are {self.low} to {self.high}{names}")


MINUTE: Final = _Field("minute", 0, 59, 59)
HOUR: Final = _Field("hour", 0, 23, 23)
DAY: Final = _Field("day of a month", 1, 31, 31)
MONTH: Final = _Field("month", 1, 12, 12, MONTHS)
WEEKDAY: Final = _Field("weekday", 0, 7, 6, WEEKDAYS)


@dataclass(frozen=True, slots=True)
class Times:
    """When cron fires: at each of ``minutes`` (of a day, in order) on the days that fit.

    ``either``: a day fits by its number or by its weekday, else by both. ``every_hour``: the hours
    are not named one by one, so that the job follows real hours and not the clock on the wall.
    """

    minutes: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    every_hour: bool

    def fits(self, day: date) -> bool:
        """Whether it fires on this day."""
        if day.month not in self.months:
            return False
        by_number = day.day in self.days
        by_weekday = day.isoweekday() % A_WEEK in self.weekdays
        return by_number or by_weekday if self.either else by_number and by_weekday


def checked(fields: str) -> str:
    """The fields as they are; ``ValueError`` says what is wrong with them."""
    times_of(fields)
    return fields


@lru_cache
def times_of(fields: str) -> Times:
    """What five cron fields mean; ``ValueError`` says what is wrong with them."""
    minute, hour, day, month, weekday = fields.split()
    minutes, hours = _numbers(minute, MINUTE), _numbers(hour, HOUR)
    times = Times(
        minutes=tuple(h * 60 + m for h in sorted(hours) for m in sorted(minutes)),
        days=_numbers(day, DAY),
        months=_numbers(month, MONTH),
        weekdays=frozenset(number % A_WEEK for number in _numbers(weekday, WEEKDAY)),
        either=not day.startswith("*") and not weekday.startswith("*"),
        every_hour=hour.startswith("*") or hours == _numbers("*", HOUR),
    )
    if not times.either and not _comes_ever(times):
        raise ValueError(f"no month named has a day {min(times.days)}; it would never run")
    return times


def _comes_ever(times: Times) -> bool:
    return any(min(times.days) <= LONGEST_MONTHS[month - 1] for month in times.months)


def _numbers(text: str, field: _Field) -> frozenset[int]:
    """Every number a field names: a list of stars, numbers and ranges, each with a step or none."""
    return frozenset(number for part in text.split(",") for number in _part(part, field))


def _part(text: str, field: _Field) -> Iterable[int]:
    match = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d{1,4}))?", text, re.ASCII)
    if match is None:
        raise ValueError(f"{text!r} is no {field.name}, no range and no list of these")
    from_, to, step = match.groups()
    if step and not 0 < int(step) <= field.end:
        raise ValueError(
            f"{text!r}: a step is 1 to {field.end}; a longer pause is such as every 2d"
        )
    first = field.number(from_) if from_ else field.low
    alone = from_ and not step
    last = field.number(to) if to else first if alone else field.end
    if last < first and field.end < field.high:
        last += A_WEEK
    if last < first:
        raise ValueError(f"{text!r} runs backwards; write two ranges")
    return range(first, last + 1, int(step or 1))
