"""When each pair's turn comes; the only file that knows APScheduler."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from sync.config.schedule import next_after
from sync.config.values import Cron, Every

HOW: Final = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
"""A turn is never dropped, however late; several that were slept through are one."""

JUST_BEFORE: Final = timedelta(microseconds=1)

logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # turns left out, we tell


class _When(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """Fires when a schedule says so; APScheduler's own cron runs twice in a doubled hour."""

    __slots__ = ("schedule", "timezone")

    def __init__(self, schedule: Every | Cron, timezone: str) -> None:
        self.schedule = schedule
        self.timezone = timezone

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The first time from now on: however long the machine slept, it missed one turn."""
        after = max(previous, now) if previous else now
        return next_after(self.schedule, self.timezone, after, anchor=previous)


class Timetable:
    """One job per pair, in memory: the configuration is the truth about schedules.

    ``turn`` is awaited at each turn of a pair, ``overlapped`` is told of the turns that came while
    the one before was still awaited.
    """

    def __init__(
        self, turn: Callable[[str], Awaitable[None]], overlapped: Callable[[str], None]
    ) -> None:
        def told(event: JobSubmissionEvent) -> None:
            overlapped(event.job_id)

        self._turn = turn
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=HOW)
        self._scheduler.add_listener(told, EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """No turn comes any more; what is awaited is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown()

    def wake(self) -> None:
        """Look at the clock: a timer sleeps with the machine and knows of no clock that is set."""
        if self._scheduler.running:
            self._scheduler.wakeup()

    def put(self, pair: str, schedule: Every | Cron, timezone: str, first: datetime) -> None:
        """Give a pair its turns, the first of them then; in place of those it had."""
        self._scheduler.add_job(
            self._turn,
            _When(schedule, timezone),
            args=(pair,),
            id=pair,
            name=pair,
            next_run_time=first,
            replace_existing=True,
        )

    def remove(self, pair: str) -> None:
        """No turns for this pair any more; one it has now goes on."""
        if self._scheduler.get_job(pair):
            self._scheduler.remove_job(pair)

    def next_turn(self, pair: str, not_before: datetime | None = None) -> datetime | None:
        """When a pair's next turn comes that is not too early; None for a pair that has none."""
        job = self._scheduler.get_job(pair)
        if job is None:
            return None
        turn: datetime = job.next_run_time
        if not_before is None or turn >= not_before:
            return turn
        when: _When = job.trigger
        return next_after(when.schedule, when.timezone, not_before - JUST_BEFORE, anchor=turn)
