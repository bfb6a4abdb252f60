"""What is new since the last report, what is ageing, what went away; nothing where nobody knows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sync.core.plan import Row
from sync.core.report import NO_NEWS, News, Report, awaits_person
from sync.render.spans import span
from sync.render.words import counted, label, mark, task

TITLE: Final = "Since the last report"

SHOWN: Final = 3
"""People who are named; the rest is counted."""


def changes(report: Report) -> tuple[tuple[str, str], ...]:
    """What changed, as a word and what there is to say of it; empty without news."""
    if report.news == NO_NEWS:
        return ()
    open_now = [row for row in report.rows if awaits_person(row)]
    new = [row for row in open_now if not is_before(row, report.news)]
    before = [row for row in open_now if is_before(row, report.news)]
    told = (("New", _new(new)), ("Ageing", _ageing(before, report)), ("Gone", _gone(report.news)))
    return tuple((word, says) for word, says in told if says)


def is_before(row: Row, news: News) -> bool:
    """Whether a row needs a person as it did in the last report."""
    return awaits_person(row) and row.key in news.since and row.key not in news.new


def oldest(rows: Iterable[Row], report: Report) -> str:
    """For how long the first of the rows as before needs a person; empty where none is."""
    since = [report.news.since[row.key] for row in rows if is_before(row, report.news)]
    return _age(min(since), report) if since else ""


def _age(since: datetime, report: Report) -> str:
    return span((report.run.finished_at or report.run.started_at) - since)


def _new(rows: Iterable[Row]) -> str:
    return counted(map(mark, rows)) or "nothing that needs a person"


def _ageing(rows: list[Row], report: Report) -> str:
    if not rows:
        return ""
    since = report.news.since
    first = sorted(rows, key=lambda row: (since[row.key], row.key))[:SHOWN]
    told = "; ".join(f"{_about(row)}, for {_age(since[row.key], report)}" for row in first)
    return f"{len(rows):,} as before, the oldest: {told}"


def _gone(news: News) -> str:
    if not news.gone:
        return ""
    left = len(news.gone) - SHOWN
    named = "; ".join(map(_about, news.gone[:SHOWN]))
    more = f"; and {left:,} more" if left > 0 else ""
    return f"{len(news.gone):,} that needed a person: {named}{more}"


def _about(row: Row) -> str:
    return f"{label(row.person)}, {task(row.kind, row.side)}"
