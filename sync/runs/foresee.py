"""For whoever only looks: what the next apply will know, once it settled what a crash left open."""

import asyncio
from dataclasses import replace

from sync.core.foresee import foreseen
from sync.core.ports import Known
from sync.runs.seeing import Seeing
from sync.runs.settle import settle_open_intents


async def foresee(at: Seeing, known: Known) -> Known:
    """What the state will know then; ``at.gathered`` becomes what both sides will show.

    Nothing is written or recorded. Where somebody holds the pair, open intents are under way and
    no leftovers. A change of several overrides that was cut off midway is not brought to its end.
    """
    at.know(known)
    if await asyncio.to_thread(at.pair.store.holder, at.pair.name):
        return known
    settled = await settle_open_intents(at)
    known = foreseen(known, settled.done, at.pair.clock())
    return replace(known, parked={**known.parked, **settled.unknown})
