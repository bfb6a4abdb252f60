"""Rows that failed are tried again: later and later, and in the end not without a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sync.core.plan import Disposition
from sync.core.ports import Parked

AGAIN: Final = "try-again"
"""The rule of a row that waits for its next try."""
GAVE_UP: Final = "gave-up"
"""The rule of a row that failed too often: a person has to look."""
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_DOUBLINGS: Final = 9
"""More would lead beyond the longest pause, and in the end beyond what a timedelta holds."""


def after_failure(
    before: Parked | None, error: str, now: datetime, most: int, *, refused: bool
) -> Parked:
    """What a failed try leaves: a pause that doubles and, from ``most`` tries on, a break.

    What was ``refused`` so often is not sent again as it is. Where no usable answer came, that may
    as well lie with the server: the row is a break all the same, and still tried now and then.
    """
    tries = (before.tries if before else 0) + 1
    times = "once" if tries == 1 else f"{tries} times"
    until = now + pause(tries)
    if tries < most:
        reason = f"Tried {times}, tried again after {_minute(until)}; {error}"
        return Parked(Disposition.WAITING, AGAIN, reason, now, tries, until)
    if refused:
        reason = f"Tried {times} and given up; the last error was: {error}"
        return Parked(Disposition.BREAK, GAVE_UP, reason, now, tries)
    reason = f"Tried {times} and given up until {_minute(until)}; the last error was: {error}"
    return Parked(Disposition.BREAK, GAVE_UP, reason, now, tries, until)


def pause(tries: int) -> timedelta:
    """How long a row rests after so many failed tries, at least."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, MOST_DOUBLINGS)), LONGEST_PAUSE)


def is_about_tries(lesson: Parked) -> bool:
    """Whether a lesson only counts failed tries, and says nothing about the person."""
    return lesson.rule in (AGAIN, GAVE_UP)


def still_parked(parked: Mapping[str, Parked], now: datetime | None) -> dict[str, Parked]:
    """What keeps rows from being sent now; None for a person who waits for no pause."""
    return {
        key: lesson
        for key, lesson in parked.items()
        if lesson.until is None or (now is not None and now < lesson.until)
    }


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
