"""Recording what was decided about rows, and finding it again; no side is written to.

The next plan carries out what is recorded here, wherever that plan is made.
"""

from collections.abc import Iterable
from dataclasses import replace

from sync.core.ports import PastDecision, Store
from sync.core.report import Trouble
from sync.core.weigh import Weighed


def record(store: Store, weighed: Weighed) -> None:
    """Keep what was accepted; ``StateError`` where that is not possible.

    A pair that ran less often because everything waited for people runs at its next turn again.
    """
    decisions = [case.decisions[-1] for case in weighed.accepted]
    if not decisions:
        return
    store.decide(decisions)
    for pair in {decision.pair for decision in decisions}:
        standing = store.standing(pair)
        if standing.trouble is Trouble.GUARD_HELD and standing.quarantined:
            store.keep_standing(replace(standing, not_before=None))


def decided_about(store: Store, pair: str, ids: Iterable[str | None]) -> tuple[PastDecision, ...]:
    """What was ever decided about rows of the person with one of these ids, oldest first."""
    wanted = set(ids) - {None}
    return tuple(
        past
        for past in store.decisions(pair)
        if wanted & {past.decision.row.whop_id, past.decision.row.affihub_id}
    )
