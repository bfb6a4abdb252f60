"""The rows of a pair that wait for a person, out of what the state keeps; no side is asked."""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from sync.core.cases import Case
from sync.core.deciding import Words
from sync.core.decision import Decision
from sync.core.plan import Disposition, Outcome, Row
from sync.core.ports import OpenRow, Store
from sync.core.report import Mode, Report, RunStatus

LOOKED_AT: Final = 50
"""Runs looked through for one that came to a plan."""


def cases(
    store: Store, pair: str, now: datetime, two_people: Iterable[str] = ()
) -> tuple[Case, ...]:
    """Every row of a pair that waits for a person, quiet ones too, longest waiting first.

    Rows that rest after a failed try are among them: a person may want another one now.
    """
    known, twice = store.known(pair, now), frozenset(two_people)
    words, found = Words(known.decisions, known.lately), []
    for one in pending(store, pair, known.parked):
        about = tuple(word.decision for word in words.about(one.row))
        needs, parked = 1 + (one.row.kind in twice), one.row.key in known.parked
        found.append(Case(pair, one.row, _since(one, about), about, needs, parked))
    return tuple(sorted(found, key=lambda case: (case.since, case.id)))


def _since(one: OpenRow, about: Iterable[Decision]) -> datetime:
    """Since when it waits; nobody keeps that of a quiet row, but it was there when decided on."""
    if not one.row.quiet:
        return one.since
    return min((one.since, *(decision.at for decision in about)))


def pending(store: Store, pair: str, resting: Container[str] = ()) -> tuple[OpenRow, ...]:
    """The rows that wait for a person now, quiet ones too, and those ``resting`` by their keys.

    They are those of the latest look, apply or dry run, whichever is newer: a pair's first writes
    are held before it ever applied anything, and have to be approved all the same. What the last
    apply left open and that look could not see is still open; what an earlier apply saw first has
    been open since then.
    """
    left = {one.row.key: one for one in store.open_rows(pair)}
    look = latest_look(store, pair)
    if look is None:
        return tuple(left.values())
    told = {one.row.key: one for one in _waiting(look, left, resting)}
    if look.run.mode is Mode.APPLY or not look.complete:
        told = left | told
    return tuple(told.values())


def _waiting(
    look: Report, left: Mapping[str, OpenRow], resting: Container[str]
) -> Iterator[OpenRow]:
    for row in look.rows:
        if _waits(row) or (row.disposition is Disposition.WAITING and row.key in resting):
            first = look.news.since.get(row.key, look.run.started_at)
            yield OpenRow(row, left[row.key].since if row.key in left else first)


def _waits(row: Row) -> bool:
    """Whether a person is needed, or would be had nobody decided."""
    failed = row.outcome is Outcome.FAILED and row.disposition is not Disposition.WAITING
    return failed or row.disposition.needs_person


def latest_look(store: Store, pair: str) -> Report | None:
    """The report of the latest run that came to a plan.

    A dry run under waived guards is none: it tells what would be if somebody had said yes.
    """
    for entry in store.runs(pair, LOOKED_AT):
        head = entry.head
        unfinished = head.status in (RunStatus.RUNNING, RunStatus.FAILED)
        if not unfinished and not (head.mode is Mode.DRY_RUN and head.allowed):
            return store.report(head.id, pair)
    return None
