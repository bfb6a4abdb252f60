"""A plan of which only a part is done: exactly the rows of a plan file, or an undo instead."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sync.core.deciding import Words
from sync.core.decision import seal, subject
from sync.core.guard import WAIVE_ALL
from sync.core.inverse import difference
from sync.core.plan import Disposition, Kind, Outcome, Plan, Row
from sync.core.policy import Policy
from sync.core.ports import Known
from sync.core.record import Gathered
from sync.core.sequence import in_order, wait_for_others

LEFT_ALONE: Final = "left-alone"
"""The rule of a row that could be applied, and that this run was not asked for."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan was decided on; ``waived`` are guards let go by name, ``today`` is the pair's."""

    gathered: Gathered
    known: Known
    policy: Policy
    waived: Collection[str] = ()
    today: date | None = None


Revise = Callable[[Basis, Plan], Plan]
"""Makes another plan of the one that was decided."""


def left_alone(plan: Plan, keep: Collection[str], reason: str) -> Plan:
    """The plan with every other row that would be applied waiting for another run.

    Nothing is remembered of a link but of one whose own row is kept.
    """
    rows = [row if row.key in keep else _left(row, reason) for row in plan.rows]
    linked = {row.whop_id for row in rows if row.kind is Kind.LINK and _is_open(row)}
    refreshed = tuple(link for link in plan.refreshed if link.whop_id in linked)
    return replace(plan, rows=in_order(wait_for_others(rows)), refreshed=refreshed)


def _left(row: Row, reason: str) -> Row:
    if not _is_open(row):
        return row
    return replace(row, disposition=Disposition.WAITING, rule=LEFT_ALONE, reason=reason)


def _is_open(row: Row) -> bool:
    return row.disposition is Disposition.APPLY


@dataclass(frozen=True, slots=True)
class Only:
    """Exactly these rows, as far as they are still the same; by key, as they were planned then.

    One that was held then goes where people let it pass since, or its guard is waived.
    """

    wanted: Mapping[str, Row]

    def __call__(self, basis: Basis, plan: Plan) -> Plan:
        """The part of a plan that is wanted; rows that moved or went away are told as stale."""
        words = Words(basis.known.decisions, basis.known.lately)
        keep = {row.key for row in plan.rows if self._goes(row, words, basis.waived)}
        part = left_alone(plan, keep, "Not in the plan file, or not to be applied there.")
        moved = {row.key: self._stale(row, plan.rows) for row in self._moved(plan.rows)}
        rows = [moved.pop(row.key, row) for row in part.rows]
        return replace(part, rows=in_order(wait_for_others((*rows, *moved.values()))))

    def _goes(self, row: Row, words: Words, waived: Collection[str]) -> bool:
        then = self.wanted.get(row.key)
        if then is None or not _is_open(row) or seal(then) != seal(row):
            return False
        if then.disposition is not Disposition.HELD:
            return _is_open(then)
        return bool(words.approvals(row)) or then.guard in waived or WAIVE_ALL in waived

    def _moved(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows that were to be applied, and are not there any more as they were.

        One that something holds now is no such row: it is told as that.
        """
        now = {row.key: row for row in rows}
        for then in self.wanted.values():
            row = now.get(then.key)
            same = row is not None and (seal(row) == seal(then) or not _is_open(row))
            if _is_open(then) and not same:
                yield then

    def _stale(self, then: Row, rows: Iterable[Row]) -> Row:
        about = [row for row in rows if subject(row) == subject(then)]
        told = [difference(then, row.expect) for row in about[:1]]
        now = " and ".join(map(_brief, about)) or "nothing to be done any more"
        error = " ".join((*filter(None, told), f"Planned now: {now}."))
        return replace(then, disposition=Disposition.WAITING, outcome=Outcome.STALE, error=error)


def _brief(row: Row) -> str:
    change = f"{row.before or 'none'} -> {row.after or 'none'}"
    return f"{row.kind} ({change if _is_open(row) else row.disposition})"
