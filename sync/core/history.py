"""What became of one person's fields: every value, who set it, and what people decided."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sync.core.commission import was_kept
from sync.core.inverse import base_then, had_base, is_undo, takes_back
from sync.core.plan import Disposition, Expect, Field, Kind, Outcome, Person, Row
from sync.core.ports import PastDecision, PastRow
from sync.core.record import Side
from sync.core.resolving import NO_QUESTION, RESOLVED
from sync.core.saying import sentence
from sync.core.status import affihub_meaning, affihub_state, whop_meaning, whop_state


class What(StrEnum):
    """What happened."""

    EDIT = "edit"
    """Somebody changed a value on a side; ``at`` is when a run first saw it."""
    WRITE = "write"
    """A run of ours wrote a value."""
    FAILED = "failed"
    """A run of ours tried, and the value is not as asked."""
    LINK = "link"
    """The affiliate and the partner were linked, or the link moved."""
    DECISION = "decision"
    """A person decided something about a row."""


ORDER: Final = tuple(What)
"""At the same moment what was edited comes before what followed from it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a field, at a moment in UTC.

    ``by`` is who ordered the run or decided; nobody knows who edits a side. ``run`` is the run
    that wrote it or saw it first, ``why`` one sentence. Where somebody decided about a value
    and nothing else was proposed, ``after`` is as ``before``.
    """

    at: datetime
    what: What
    field: Field
    side: Side | None = None
    before: str | None = None
    after: str | None = None
    by: str = ""
    run: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Everything the state knows of what became of one person, oldest first."""

    pair: str
    person: Person
    whop_id: str | None
    affihub_id: str | None
    events: tuple[Event, ...]
    notes: tuple[str, ...] = ()


NOTHING_PROPOSED: Final = frozenset({Disposition.CONFLICT, Disposition.BREAK})
"""Rows that name no value to come: a person has to."""

By = Callable[[str], str]
"""Who ordered a run, by its id."""


def events(past: Iterable[PastRow], decisions: Iterable[PastDecision], by: By) -> tuple[Event, ...]:
    """Everything that is known of one person, oldest first; ``past`` may come in any order."""
    told = Telling(by)
    found = [one for each in sorted(past, key=_when) for one in told.of(each)]
    found += [_decided(each) for each in decisions]
    return tuple(sorted(found, key=lambda one: (one.at, ORDER.index(one.what))))


def _when(past: PastRow) -> datetime:
    return past.at


@dataclass(slots=True)
class Telling:
    """Goes through the rows of a person; an edit is told when it is first seen."""

    by: By
    _seen: set[str] = field(default_factory=set)
    _done: defaultdict[Field, set[str]] = field(default_factory=lambda: defaultdict(set))

    def of(self, past: PastRow) -> Iterator[Event]:
        """What one row of one run tells."""
        row = past.row
        if row.key not in self._seen:
            yield from _edits(past)
        self._seen.add(row.key)
        if row.outcome is Outcome.APPLIED:
            yield _wrote(past, self.by(past.run_id))
            self._remember(row)
        elif row.outcome is Outcome.FAILED:
            why = row.error or row.reason
            yield _event(past, What.FAILED, by=self.by(past.run_id), why=why)

    def _remember(self, row: Row) -> None:
        """After an undo the same rows are due again, and no edit is behind that."""
        if is_undo(row):
            self._seen |= self._done[row.field]
        else:
            self._seen.discard(row.key)
            self._done[row.field].add(row.key)


def _event(past: PastRow, what: What, *, by: str = "", why: str = "") -> Event:
    row = past.row
    return Event(past.at, what, row.field, row.side, row.before, row.after, by, past.run_id, why)


def _wrote(past: PastRow, by: str) -> Event:
    what = What.LINK if past.row.kind in (Kind.LINK, Kind.MOVE_LINK) else What.WRITE
    return _event(past, what, by=by, why=past.row.reason)


def _edits(past: PastRow) -> Iterator[Event]:
    """Edits on either side that a row follows from: what is not as both had agreed."""
    row = past.row
    base = base_then(row) if _compares(row) else None
    if base is None:
        return
    for side in Side:
        was, now = base.of(side), _shown(row.field, row.expect, side)
        if not _same(row.field, side, was, now):
            yield Event(past.at, What.EDIT, row.field, side, was, now, run=past.run_id)


def _compares(row: Row) -> bool:
    """Whether a row stands for the difference to what was agreed, and tells both."""
    linked = None not in (row.whop_id, row.affihub_id)
    plain = not takes_back(row) and row.rule not in (RESOLVED, *NO_QUESTION)
    compared = row.field in (Field.STATUS, Field.COMMISSION) and row.kind.value != "create-partner"
    return linked and plain and compared and had_base(row)


def _shown(what: Field, expect: Expect, side: Side) -> str | None:
    if what is Field.COMMISSION:
        return expect.whop_rate if side is Side.WHOP else expect.affihub_rate
    whop = expect.whop_status or "gone"
    return whop if side is Side.WHOP else expect.affihub_status


def _same(what: Field, side: Side, was: str | None, now: str | None) -> bool:
    """Whether a value is as it was: a status by its meaning, a rate within 0.01 of a point."""
    if what is Field.COMMISSION:
        one, other = (None if rate is None else Decimal(rate) for rate in (was, now))
        return was_kept(one, other)
    return _means(side, was) == _means(side, now)


def _means(side: Side, status: str | None) -> str | None:
    if side is Side.AFFIHUB:
        return affihub_meaning(affihub_state(status or ""))
    return whop_meaning(whop_state("deleted" if status == "gone" else status))


def _decided(past: PastDecision) -> Event:
    one, row = past.decision, past.decision.row
    fate = f" ({past.fate}{_on(past.fate_at)})" if past.fate else ""
    why = sentence(one) + fate
    proposed = row.before if row.disposition in NOTHING_PROPOSED else row.after
    return Event(
        one.at, What.DECISION, row.field, row.side, row.before, proposed, one.by, None, why
    )


def _on(at: datetime | None) -> str:
    return f" on {at:%Y-%m-%d}" if at else ""
