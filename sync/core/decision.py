"""What people decided about rows, and what a plan makes of it.

A decision is bound to a row by its seal: who, what, before, after, rule, and what both sides
showed. A later plan keeps it while the row is the same, and drops it, saying so, when it changed.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync.core.plan import Field, Row


class Verb(StrEnum):
    """What a person can decide about a row."""

    APPROVE = "approve"
    """Do it, although a guard holds it."""
    REJECT = "reject"
    """Do not do it; be quiet about it until it changes."""
    USE = "use"
    """Take this side's value, or this value (``value``), on both sides."""
    IGNORE_FIELD = "ignore-field"
    """Leave this field of this person alone from now on."""
    RETRY = "retry"
    """Forget what earlier tries taught, and try it again."""
    SNOOZE = "snooze"
    """Be quiet about it until ``until``."""
    ASSIGN = "assign"
    """``value`` sees to it; ``why`` is a note."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing one person decided about one row (``row`` is as it was seen then).

    ``by`` is a name of the operating system or of ``--as``, ``at`` and ``until`` are UTC, ``until``
    None = no expiry. ``number`` is its place in the log, None before it was kept.
    """

    pair: str
    verb: Verb
    row: Row
    by: str
    at: datetime
    why: str = ""
    until: datetime | None = None
    value: str | None = None
    number: int | None = None

    @property
    def seal(self) -> str:
        """The seal of the row it is about."""
        return seal(self.row)


def seal(row: Row) -> str:
    """The same text while a row is the same: its key, and what both sides showed of its field."""
    text = json.dumps([row.key, *_shown(row)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shown(row: Row) -> tuple[str | None, ...]:
    match row.field:
        case Field.STATUS | Field.RECORD:
            return row.expect.whop_status, row.expect.affihub_status
        case Field.COMMISSION:
            return row.expect.whop_rate, row.expect.affihub_rate
        case _:
            return ()


def subject(row: Row) -> tuple[str, Field]:
    """Whom and which field a row is about: what stays when the row changes."""
    return row.identity, row.field
