"""A run's deadline: past it the run is asked to stop, as a person would ask it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from sync.runs.pair import Stop

UNITS: Final = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}


@contextmanager
def within(deadline: timedelta | None, stop: Stop) -> Iterator[None]:
    """What runs in here is asked to stop after so long; None lets it run."""
    if deadline is None:
        yield
        return
    why = f"Stopped at its deadline of {_span(deadline)}"
    bell = asyncio.get_running_loop().call_later(
        deadline.total_seconds(), lambda: stop.request(why, late=True)
    )
    try:
        yield
    finally:
        bell.cancel()


def _span(time: timedelta) -> str:
    """A time in the largest unit that tells it without a remainder."""
    for name, unit in UNITS.items():
        if time >= unit and not time % unit:
            return f"{time // unit} {name}"
    return f"{time.total_seconds():g} s"
