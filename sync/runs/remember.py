"""What a run decided, and what a completed apply leaves of it for later runs."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sync.core.guard import WAIVE_ALL, lasting
from sync.core.plan import Disposition, Outcome, Plan, Row
from sync.core.policy import GuardClass
from sync.core.ports import Fate, Known, OpenRow
from sync.core.reconcile import guard_facts
from sync.core.record import Gathered
from sync.core.report import awaits_person, was_stopped
from sync.core.tries import is_about_tries
from sync.errors import AffisyncError
from sync.runs.applying import Applying
from sync.runs.look_up import look_up_unknown
from sync.runs.pair import Order, Pair


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run read and what it would do about it; ``before`` needed a person before it."""

    gathered: Gathered
    known: Known
    plan: Plan
    before: tuple[OpenRow, ...] = ()

    @property
    def saw_all(self) -> bool:
        """Whether nothing was hidden, so that what is not in the plan is not there any more."""
        return self.gathered.saw_all


async def remember(
    at: Applying, decided: Decided, rows: tuple[Row, ...], order: Order
) -> AffisyncError | None:
    """Keep what later runs need; answers the error that kept it from that."""
    pair, known, plan = at.pair, decided.known, decided.plan
    try:
        await asyncio.to_thread(_remember_rows, at, decided, rows)
        if not known.first_run_done and _lifts_first_run(pair, decided, order):
            await asyncio.to_thread(pair.store.lift_first_run, at.fence, order.by, pair.clock())
        if not pair.stop.wanted:
            await look_up_unknown(at, known, plan)
    except AffisyncError as error:
        return error
    return None


def _remember_rows(at: Applying, decided: Decided, rows: tuple[Row, ...]) -> None:
    """Keep what is held, what needs a person, and how often what is still to be done failed."""
    store, fence, now = at.pair.store, at.fence, at.pair.clock()
    store.remember_held(fence, _still_held(at.pair, decided), now)
    # Of a row that was not tried nobody knows whether it would have failed again.
    all_seen = decided.saw_all and not was_stopped(rows)
    store.remember_open(fence, [row for row in rows if awaits_person(row)], now, all_seen=all_seen)
    for key in _over(decided):
        store.park(fence, key, None)
    ended = {
        Fate.SPENT: _spent(decided.plan, rows),
        Fate.DROPPED: decided.plan.dropped,
        Fate.EXPIRED: [n for one in decided.known.expired if (n := one.number) is not None],
    }
    for fate, numbers in ended.items():
        if numbers:
            store.end_decisions(fence, numbers, fate, now)


def _spent(plan: Plan, rows: Iterable[Row]) -> Collection[int]:
    """Decisions that are carried out, now or by a run that could not say so any more.

    One that two rows carry out is spent only with both of them.
    """
    done = {row.key for row in rows if row.outcome is Outcome.APPLIED}
    carried = {n for key in plan.carries for n in plan.carries[key]}
    left = {n for key in plan.carries if key not in done for n in plan.carries[key]}
    return {*plan.spent, *(carried - left)}


def _over(decided: Decided) -> list[str]:
    """Keys of rows that failed and went away: should they come back, they start afresh."""
    if not decided.saw_all:
        return []
    keys = {row.key for row in decided.plan.rows}
    parked = decided.known.parked.items()
    return [key for key, lesson in parked if is_about_tries(lesson) and key not in keys]


def _still_held(pair: Pair, decided: Decided) -> Mapping[str, str]:
    """Keys a limit held; a run that could not see everything forgets none of the earlier ones."""
    known, plan = decided.known, decided.plan
    facts = guard_facts(pair.policy, known, plan.links)
    held = lasting(plan.rows, pair.policy.guards, facts)
    return held if decided.saw_all else {**known.held, **held}


def _lifts_first_run(pair: Pair, decided: Decided, order: Order) -> bool:
    """Whether this apply was allowed and came to its end, or had nothing to write at all."""
    if pair.stop.wanted:
        return False
    if order.allowed & {GuardClass.FIRST_RUN.value, WAIVE_ALL} or not pair.policy.guards.first_run:
        return True
    if _approved_first_writes(decided.plan):
        return True
    open_ = (Disposition.APPLY, Disposition.HELD)
    writes = (r for r in decided.plan.rows if r.disposition in open_ and not r.kind.is_local)
    return decided.gathered.complete and not any(writes)


def _approved_first_writes(plan: Plan) -> bool:
    """Whether people approved first writes, and none waits for their yes any more."""
    waits = any(row.guard == GuardClass.FIRST_RUN for row in plan.rows)
    goes = any(r.disposition is Disposition.APPLY and not r.kind.is_local for r in plan.rows)
    return goes and not waits
