"""A statement: both sides gathered and planned as a dry run does, tied out, and nothing kept.

No lease, no run, no rows: the state gets read caches alone, and neither side is written to.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from sync.core.reconcile import reconcile
from sync.core.record import Earned, Gathered, Side
from sync.core.statement import Statement, statement
from sync.core.tries import still_parked
from sync.errors import ApiError
from sync.runs.gather import gather
from sync.runs.linking import known_of
from sync.runs.pair import Pair
from sync.runs.stamping import FATAL, some_at_once

TOO_MANY: Final = 25
"""So many partners that cannot be read are no accident any more: the reading ends."""

Announce = Callable[[int], None]
"""Told how many partners are to be read one by one, before the first of them is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a statement is to hold; ``earnings`` of Affihub cost a request for each partner."""

    earnings: bool = False
    announce: Announce = lambda _partners: None


async def state(pair: Pair, wanted: Wanted | None = None) -> Statement:
    """The statement of a pair as both sides are now.

    Raises what gathering raises: ``ApiError`` and its kinds, ``ConfigError`` for another company,
    ``Interrupted`` where a person wants it to end.
    """
    wanted = wanted or Wanted()
    known = await known_of(pair)
    gathered = await gather(pair, known)
    if wanted.earnings:
        gathered = await _with_earnings(pair, gathered, wanted.announce)
    # A person who asks is answered now: what failed lately is planned again.
    planned = replace(known, parked=still_parked(known.parked, None))
    plan = reconcile(gathered, planned, pair.policy, pair.texts, today=pair.today())
    return statement(gathered, known, plan, pair.policy, pair.clock())


async def _with_earnings(pair: Pair, gathered: Gathered, announce: Announce) -> Gathered:
    """Every partner read singly: a list tells no earnings (api/affihub.md 2.3)."""
    partners = gathered.affihub.records
    untold = sorted(i for i, partner in partners.items() if partner.earned is None)
    announce(len(untold))
    earned, faults = await _earnings(pair, untold)
    records = {
        i: replace(partner, earned=earned[i]) if i in earned else partner
        for i, partner in partners.items()
    }
    notes = (*gathered.notes, *faults)
    return replace(gathered, affihub=replace(gathered.affihub, records=records), notes=notes)


async def _earnings(
    pair: Pair, affihub_ids: Collection[str]
) -> tuple[dict[str, Earned | None], list[str]]:
    """What each partner earned, everything else left as listed; and who could not be read."""
    earned: dict[str, Earned | None] = {}
    faults: list[str] = []

    async def one(affihub_id: str) -> None:
        pair.stop.check()
        try:
            earned[affihub_id] = (await pair.affihub.partner(affihub_id)).earned
        except FATAL:
            raise
        except ApiError as error:
            faults.append(f"What {affihub_id} earned is not known: {error}")
            if len(faults) > TOO_MANY:
                raise
        pair.progress.fetched(Side.AFFIHUB, len(earned) + len(faults), len(affihub_ids))

    await some_at_once(pair, affihub_ids, one)
    return earned, sorted(faults)
