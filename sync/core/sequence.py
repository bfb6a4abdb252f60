"""The order of rows: across people and within one person, and what waits for what.

Across people deactivations and archives go first, then rates, creates, reactivations, names.
Within one person link, create, rate, then switching on: a person who comes back must not earn at
the old rate.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sync.core.plan import Disposition, Kind, Row
from sync.core.policy import Hold

STAGES: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        Kind.LINK: 0,
        Kind.MOVE_LINK: 0,
        Kind.DEACTIVATE_PARTNER: 1,
        Kind.ARCHIVE_AFFILIATE: 1,
        Kind.SET_COMMISSION: 2,
        Kind.REMOVE_COMMISSION: 2,
        Kind.CREATE_PARTNER: 3,
        Kind.CREATE_AFFILIATE: 3,
        Kind.ACTIVATE_PARTNER: 4,
        Kind.UNARCHIVE_AFFILIATE: 4,
        Kind.FILL_NAME: 5,
    }
)
"""When a row's turn comes among all people's rows."""

CREATES: Final = (Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)
_RATES = (Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION)
_SWITCHING_ON = (Kind.ACTIVATE_PARTNER, Kind.UNARCHIVE_AFFILIATE)


def stage(row: Row) -> int:
    """When a row's turn comes; what follows a create goes right behind it."""
    follows = None in (row.whop_id, row.affihub_id)
    return STAGES[Kind.CREATE_PARTNER] if follows else STAGES[row.kind]


def in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows in the order they are applied and shown; the same for any order they came in."""
    return tuple(sorted(rows, key=_place))


def _place(row: Row) -> tuple[int, str, str, int, str, str, str]:
    rank = -1 if row.kind in CREATES else STAGES[row.kind]
    name = row.person.label.casefold()
    # A rate chosen for both sides is written to Affihub first: its row is decided on that order.
    return stage(row), name, row.identity, rank, row.kind, row.side, row.key


def wait_for_others(rows: Iterable[Row], behind: Collection[str] | None = None) -> tuple[Row, ...]:
    """Rows that hang on another row of the same person wait where that one is not applied.

    ``behind`` are the keys of the rows that make others wait; None for all of them.
    """
    rows = tuple(rows)
    blocked = defaultdict(list)
    for row in rows:
        if row.disposition is not Disposition.APPLY and (behind is None or row.key in behind):
            blocked[row.identity].append(row)
    return tuple(_waiting(row, blocked[row.identity]) for row in rows)


def _waiting(row: Row, blocked: Collection[Row]) -> Row:
    """A row, waiting where it hangs on one of its person's rows that are not applied."""
    if row.disposition is not Disposition.APPLY or row.kind in CREATES:
        return row
    if any(s.kind in CREATES for s in blocked):
        reason = "Follows once the record itself is created."
        return replace(row, disposition=Disposition.WAITING, rule="after-create", reason=reason)
    rates = [s for s in blocked if s.kind in _RATES and s.guard != Hold.IGNORED]
    if row.kind in _SWITCHING_ON and rates:
        return rate_first(row)
    if row.kind in _RATES and rates:
        reason = "Follows once the other side's rate may be written: both get the one chosen."
        return replace(row, disposition=Disposition.WAITING, rule="both-sides", reason=reason)
    if row.kind in _RATES and any(s.is_reactivation for s in blocked):
        reason = "Follows once this person comes back: nobody who is off gets a rate."
        return replace(row, disposition=Disposition.WAITING, rule="after-return", reason=reason)
    return row


def rate_first(row: Row) -> Row:
    """The row that switches a person on, waiting for that person's rate."""
    reason = "Comes back once the rate is settled: nobody may earn at the old rate."
    return replace(row, disposition=Disposition.WAITING, rule="rate-first", reason=reason)
