"""Creates that wait until Whop knows an address: looked up by GET, at most once a day each."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sync.core.plan import Disposition, Plan
from sync.core.ports import Known
from sync.errors import Unavailable
from sync.runs.applying import Applying
from sync.runs.create import UNKNOWN_TO_WHOP
from sync.runs.gather import all_of

PAUSE: Final = timedelta(days=1)
MOST_PER_RUN: Final = 10
"""Addresses one run looks up; the longest unasked come first, so that all get their turn."""


async def look_up_unknown(at: Applying, known: Known, plan: Plan) -> None:
    """Let a waiting create go once Whop shows somebody with its address."""
    await all_of(_look_up(at, known, key, email) for key, email in _due(at, known, plan))


def _due(at: Applying, known: Known, plan: Plan) -> list[tuple[str, str]]:
    waiting = {
        row.key: str(row.person.email)
        for row in plan.rows
        if row.disposition is Disposition.WAITING and row.rule == UNKNOWN_TO_WHOP
    }
    last = {key: known.parked[key].at for key in waiting if key in known.parked}
    due = [key for key in last if at.pair.clock() - last[key] >= PAUSE]
    return [(key, waiting[key]) for key in sorted(due, key=lambda k: last[k])[:MOST_PER_RUN]]


async def _look_up(at: Applying, known: Known, key: str, email: str) -> None:
    try:
        found = await at.pair.whop.users_with_email(email)
    except Unavailable:
        return  # asked again by the next run
    again = None if found else replace(known.parked[key], at=at.pair.clock())
    await asyncio.to_thread(at.pair.store.park, at.fence, key, again)
