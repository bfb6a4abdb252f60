"""Why a row of an undo is there, in words from which the undo it belongs to can be told again."""

import re
from typing import Final

from sync.core.inverse import takes_back
from sync.core.plan import Row

_SAID: Final = re.compile(r"Takes back what (?:run|row) (\S+) did[.:]")


def undo_reason(target: str, why: str = "") -> str:
    """The sentence beside every row of an undo; ``target`` is a run, or RUN:ROW."""
    sort = "row" if ":" in target else "run"
    told = f": {why.strip().rstrip('.')}" if why.strip() else ""
    return f"Takes back what {sort} {target} did{told}."


def undo_of(row: Row) -> str | None:
    """The run, or RUN:ROW, that a row takes back: only another ``undo`` of it applies the row.

    None of every other row.
    """
    said = _SAID.match(row.reason) if takes_back(row) else None
    return said and said[1]
