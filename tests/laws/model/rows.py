"""Which row of a report is which thing that was due: exactly those, one for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sync.core.plan import Disposition, Outcome, Row
from tests.laws.model.due import Does, Due, Look

Pairs = list[tuple[Due, Row]]
FOLLOWING: Final = frozenset({"after-create", "rate-first", "after-return", "both-sides"})
"""Rules of rows that wait for another row of the same person."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one person in one report; ``first`` tells that first writes may be held still."""

    rows: Sequence[Row]
    look: Look
    first: bool

    def pairs(self, dues: Sequence[Due]) -> Pairs | None:
        """Each due with the row that is it; None where they are not the same."""
        left, pairs = list(self.rows), []
        for due in dues:
            row = next((row for row in left if self._is(due, row)), None)
            if row is None:
                return None
            left.remove(row)
            pairs.append((due, row))
        return None if left else pairs

    def _is(self, due: Due, row: Row) -> bool:
        if due.field != row.field.value or (due.kind and due.kind != row.kind.value):
            return False
        if due.field != "record" and due.does in (Does.APPLY, Does.HELD) and due.after != row.after:
            return False
        if due.does is Does.APPLY or (due.lesson and row.disposition is Disposition.HELD):
            return self._applies(due, row)
        held_first = due.does is Does.HELD and self._first_held(due, row)
        others = due.guards if due.limited else ()
        gate = due.gate is None or row.guard in (due.gate, *others)
        return row.disposition.value == due.does.value and (gate or held_first)

    def _applies(self, due: Due, row: Row) -> bool:
        """Whether a row that is due goes, or stands behind something that may hold it."""
        match row.disposition:
            case Disposition.APPLY:
                behind = row.outcome is Outcome.SKIPPED and due.follows
                return self.look.dry or row.outcome is Outcome.APPLIED or behind
            case Disposition.HELD:
                limited = row.guard in due.guards and not due.freed
                return limited or self._first_held(due, row)
            case Disposition.WAITING:
                others = [one for one in self.rows if one is not row]
                blocked = any(one.disposition is not Disposition.APPLY for one in others)
                return row.rule in FOLLOWING and blocked
            case _:
                return False

    def _first_held(self, due: Due, row: Row) -> bool:
        waived = self.look.allows("first-run") or due.freed
        return row.guard == "first-run" and not waived and self.first
