"""What the state keeps of a run that ended: its report, and how its pair is doing after it."""

import asyncio
from dataclasses import replace

from sync.core.report import Mode, Report, Trouble
from sync.core.standing import after
from sync.errors import StateError
from sync.runs import logbook
from sync.runs.pair import Pair


async def keep(pair: Pair, report: Report) -> Report:
    """Keep a run's report and, after one that was to write, the standing of its pair.

    Answers the report with the head of the log after it.
    """
    logbook.run_ended(report)
    head = await asyncio.to_thread(pair.store.finish_run, report)
    if report.run.mode is Mode.APPLY:
        await asyncio.to_thread(_keep_standing, pair, report)
    return replace(report, run=replace(report.run, log=head))


def _keep_standing(pair: Pair, report: Report) -> None:
    try:
        before = pair.store.standing(pair.name)
        standing = after(before, report, pair.interval)
        waits = standing.trouble is Trouble.GUARD_HELD and standing.quarantined
        if waits and _was_decided_meanwhile(pair, report):
            standing = replace(standing, not_before=None)
        pair.store.keep_standing(standing)
    except StateError:
        logbook.standing_lost()  # the report counts for more than how the pair was doing


def _was_decided_meanwhile(pair: Pair, report: Report) -> bool:
    """Whether somebody decided something that this run's plan may not have known."""
    known = pair.store.known(pair.name, pair.clock())
    return any(decision.at >= report.run.started_at for decision in known.decisions)
