"""What is new among the rows that need a person, since when each does, and what went away."""

from collections.abc import Iterable
from datetime import datetime

from sync.core.decision import subject
from sync.core.plan import Row
from sync.core.ports import OpenRow
from sync.core.report import News, awaits_person


def news_of(
    rows: Iterable[Row], before: Iterable[OpenRow], now: datetime, *, all_seen: bool
) -> News:
    """A report's rows against those that needed a person before it.

    Gone is what nobody is asked about any more: it went away by itself, or somebody decided that
    it can wait. What was applied, or is about to be, and what only looks different now, is not
    gone; neither is anything a run could not see.
    """
    rows, before = tuple(rows), tuple(before)
    since = {one.row.key: one.since for one in before}
    open_ = {row.key: since.get(row.key, now) for row in rows if awaits_person(row)}
    quiet = {row.key: row for row in rows if row.quiet}
    there = {subject(row) for row in rows if not row.quiet}
    left = [one.row for one in before if subject(one.row) not in there] if all_seen else []
    return News(
        since=open_,
        new=frozenset(open_.keys() - since.keys()),
        gone=tuple(quiet.get(row.key, row) for row in left),
    )
