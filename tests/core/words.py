"""People who decide about rows of a plan: ana unless somebody else is named, one minute apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from sync.core.decision import Decision, Verb
from sync.core.plan import Outcome, Row
from sync.core.ports import PastRow

MORNING: Final = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

_numbers = count(1)


def said(verb: Verb, row: Row, by: str = "ana", **told: Any) -> Decision:
    """A decision, later than every one before."""
    number = next(_numbers)
    at = MORNING + timedelta(seconds=number)
    who = {"pair": "main", "number": number, "at": at, "by": by}
    return Decision(**{**who, **told, "verb": verb, "row": row})


def use(row: Row, value: str, by: str = "ana", **told: Any) -> Decision:
    """A choice."""
    return said(Verb.USE, row, by, value=value, **told)


def past(row: Row, at: datetime) -> PastRow:
    """The row as applied then."""
    return PastRow("run", at, replace(row, outcome=Outcome.APPLIED))
