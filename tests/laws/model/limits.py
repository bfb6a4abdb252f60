"""Guards that count: beyond a limit all rows of its class are held, and leftovers stay held."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.core.plan import Disposition, Row
from tests.laws.model.due import Does, Due, Look
from tests.laws.model.rows import Pairs
from tests.laws.model.sides import DEFAULTS, Terms


@dataclass
class Limits:
    """What limits held so far; ``known`` is False where a run may have kept more or less of it."""

    held: dict[str, str] = field(default_factory=dict)
    known: bool = True

    def check(self, pairs: Pairs, terms: Terms, look: Look) -> None:
        """Every class by itself."""
        for guard in DEFAULTS:
            if terms.limit(guard) > 0 and not look.allows(guard):
                self._check(guard, terms.limit(guard), pairs)

    def _check(self, guard: str, limit: int, pairs: Pairs) -> None:
        mine = [(due, row) for due, row in pairs if guard in due.guards]
        counted = [(due, row) for due, row in mine if _is_open(due, row, guard)]
        refused = [row for due, row in mine if row.guard in ("rejected", "ignored")]
        free = [row for due, row in counted if not due.freed]
        if len(counted) > limit:
            loose = [row.key for row in free if row.guard != guard]
            assert not loose, f"{len(counted)} rows of {guard}, {limit} may go, and {loose} go"
        if len(counted) + len(refused) <= limit and self.known:
            tight = [r.key for r in free if r.guard == guard and self.held.get(r.key) != guard]
            assert not tight, (
                f"{len(counted)} rows of {guard}, {limit} may go, and {tight} are held"
            )
            slipped = [r.key for r in free if r.guard is None and self.held.get(r.key) == guard]
            assert not slipped, f"leftovers slip under {guard}: {slipped}"

    def after(self, rows: Sequence[Row], terms: Terms, look: Look) -> None:
        """Remember what a run held; what lets nobody pass holds afresh every time."""
        if look.dry:
            return
        now = {row.key: row.guard for row in rows if row.guard and _lasts(row.guard, terms)}
        hidden = {row.key for row in rows if row.disposition is not Disposition.APPLY}
        left = {k: g for k, g in self.held.items() if k in hidden or not look.all}
        self.held = left | now
        self.known = self.known or look.all

    def shaken(self) -> None:
        """A run of which nobody can tell what it kept."""
        self.known = False


def _lasts(guard: str, terms: Terms) -> bool:
    return guard in DEFAULTS and terms.limit(guard) > 0


def _is_open(due: Due, row: Row, guard: str) -> bool:
    """Whether a row goes, as far as no guard before this one held it."""
    held = row.disposition is Disposition.HELD and row.guard in (guard, "first-run")
    return due.does is Does.APPLY and (row.disposition is Disposition.APPLY or held)
