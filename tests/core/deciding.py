"""Rows that wait for somebody, and people who decide about them."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from sync.core.cases import Case
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Expect, Field, Kind, Row
from tests.state.people import NOON, a_row

_seconds = count(1)


def held(number: int = 1, **changes: object) -> Row:
    """A deactivation that its guard holds."""
    return a_row(number, **{"disposition": Disposition.HELD, "guard": "deactivate"} | changes)


def conflict(number: int = 1, **changes: object) -> Row:
    """Two rates of somebody who was just linked: 10 % on Whop, 20 % on Affihub."""
    told: dict[str, object] = {
        "kind": Kind.SET_COMMISSION,
        "field": Field.COMMISSION,
        "base": None,
        "before": "20",
        "after": None,
        "disposition": Disposition.CONFLICT,
        "rule": "first-link-ask",
        "expect": Expect("active", "active", "10", "20"),
    }
    return a_row(number, **told | changes)


def a_case(row: Row, *decisions: Decision, **changes: object) -> Case:
    """A row that waits since noon, and what was decided about it."""
    told: dict[str, object] = {"pair": "main", "since": NOON, "decisions": decisions}
    return Case(row=row, **told | changes)  # type: ignore[arg-type]


def said(verb: Verb, row: Row, by: str = "ana", **changes: object) -> Decision:
    """One decision; each is made a second after the one before."""
    at = NOON + timedelta(seconds=next(_seconds))
    return Decision("main", verb, row, by, at, **changes)  # type: ignore[arg-type]


def ids(cases: Iterable[Case]) -> list[str]:
    """The ids of cases, in their order."""
    return [case.id for case in cases]
