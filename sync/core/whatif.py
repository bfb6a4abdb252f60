"""Two plans of the same people under two settings, and where they differ.

They differ by person and field, not by key: a key changes with the rule that made the row.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sync.core.decision import subject
from sync.core.plan import Alone, Disposition, Field, GuardVerdict, Link, Person, Plan, Row
from sync.core.record import Side


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row as it is in each of two plans; None where one of them has no such row."""

    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row as the second plan has it, or as the first one had it."""
        return next(row for row in (self.after, self.before) if row)

    @property
    def person(self) -> Person:
        """Whom it is about."""
        return self.row.person

    @property
    def turn(self) -> tuple[Disposition | None, Disposition | None]:
        """What was to become of it, and what is; None = it is not planned."""
        return _disposition(self.before), _disposition(self.after)


@dataclass(frozen=True, slots=True)
class GuardChange:
    """What one guard says in each of two plans; None where it holds nothing."""

    guard: str
    before: GuardVerdict | None
    after: GuardVerdict | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two plans differ.

    ``learnt`` are the links of which one plan would remember something else than the other, and
    ``listed`` the people without a counterpart of whom they say something else; by their ids.
    """

    before: Plan
    after: Plan
    rows: tuple[RowChange, ...] = ()
    guards: tuple[GuardChange, ...] = ()
    learnt: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both plans are the same."""
        same = counts(self.before) == counts(self.after)
        return same and not (self.rows or self.guards or self.learnt or self.listed)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A run's plan beside the one that other settings make of the same.

    ``at`` is when the run planned, in UTC. ``was`` and ``now`` are the fingerprints of the two
    settings; ``notes`` say how far the comparison reaches.
    """

    pair: str
    run: str
    at: datetime
    was: str
    now: str
    difference: Difference
    notes: tuple[str, ...] = ()


def compare(before: Plan, after: Plan) -> Difference:
    """Every row, guard, link and lonely person that is not the same in both plans."""
    return Difference(
        before,
        after,
        rows=tuple(_rows(before.rows, after.rows)),
        guards=tuple(_guards(before.verdicts, after.verdicts)),
        learnt=_otherwise(_by_id(before.refreshed), _by_id(after.refreshed)),
        listed=_otherwise(_alone(before), _alone(after)),
    )


def counts(plan: Plan) -> dict[str, int]:
    """A plan's counts, by the names of the report."""
    dispositions = Counter(row.disposition for row in plan.rows)
    return {
        "linked": plan.links,
        "in_sync": plan.in_sync,
        **{each.value: dispositions[each] for each in Disposition},
        **{f"unmatched_{side}": len(plan.unmatched.get(side, ())) for side in Side},
    }


def _disposition(row: Row | None) -> Disposition | None:
    return row.disposition if row else None


def _rows(before: Iterable[Row], after: Iterable[Row]) -> Iterator[RowChange]:
    """What differs, in the order of the second plan; what it has no more stands last."""
    was, now = _by_subject(before), _by_subject(after)
    for what in dict.fromkeys((*now, *was)):
        yield from _changes(was.get(what, ()), now.get(what, ()))


def _by_subject(rows: Iterable[Row]) -> Mapping[tuple[str, Field], Sequence[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[subject(row)].append(row)
    return found


def _changes(was: Sequence[Row], now: Sequence[Row]) -> Iterator[RowChange]:
    """Rows of one person's field that are not the same: each beside its like, if there is one."""
    old = [row for row in was if row not in now]
    new = [row for row in now if row not in was]
    for row in tuple(old):
        like = next((n for n in new if (n.kind, n.side) == (row.kind, row.side)), None)
        if like:
            old.remove(row)
            new.remove(like)
            yield RowChange(row, like)
    yield from (RowChange(*both) for both in zip_longest(old, new))


def _guards(before: Iterable[GuardVerdict], after: Iterable[GuardVerdict]) -> Iterator[GuardChange]:
    was, now = ({verdict.guard: verdict for verdict in each} for each in (before, after))
    for guard in dict.fromkeys((*was, *now)):
        if was.get(guard) != now.get(guard):
            yield GuardChange(guard, was.get(guard), now.get(guard))


def _by_id(links: Iterable[Link]) -> dict[str, Link]:
    return {link.whop_id: link for link in links}


def _alone(plan: Plan) -> dict[str, Alone]:
    return {alone.id: alone for each in plan.unmatched.values() for alone in each}


def _otherwise(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    ids = sorted({*before, *after})
    return tuple(each for each in ids if before.get(each) != after.get(each))
