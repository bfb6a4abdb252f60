"""The report as Markdown for chats and pull requests, with nothing of a partner's left active."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sync.core.plan import Row
from sync.core.record import Side
from sync.core.report import Mode, Report, SnapshotNote
from sync.render.changes import TITLE, changes, oldest
from sync.render.clean import clean
from sync.render.headline import headline
from sync.render.outline import Group, Section, sections, waits
from sync.render.words import (
    NOTHING_WRITTEN,
    SENTENCE_LIMIT,
    SIGNS,
    agreed,
    alone,
    change,
    completeness,
    contacts,
    decided,
    facts,
    label,
    number,
    short,
    task,
    why,
    worth,
)

MENTIONS_NOBODY: Final = "\N{FULLWIDTH COMMERCIAL AT}"

ROWS: Final = 50
"""Rows of one table: chats and pull requests cut long messages off."""

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Markup anywhere; links that need no markup; what begins a block where a list item begins.
_ACTIVE: Final = re.compile(
    r"[\\`*_{}\[\]|~$]|:(?=\S)|(?<=www)\.|^[#+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]", re.IGNORECASE
)
_MENTION: Final = re.compile(r"(?<!\w)@")
_CODE: Final = re.compile(r"[\w.@+/:=,%' -]+")


def render(report: Report, config: Path | None = None) -> str:
    """The report as GitHub-flavoured Markdown; ``config`` is the file its commands need, if any."""
    read = sections(report, config)
    blocks = [*_top(report), *_middle(read), *_before(read, report), *_bottom(report)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escape(text: str) -> str:
    """Cleaned text that Markdown shows as it is: no markup, link, mention or HTML."""
    text = "".join(_ENTITIES.get(char, char) for char in _ACTIVE.sub(r"\\\g<0>", text))
    # No escape stops a mention; the full-width sign reads the same and mentions nobody.
    return _MENTION.sub(MENTIONS_NOBODY, text)


def code(text: str) -> str:
    """Cleaned text to be copied, as a code span where it cannot break out of one."""
    return f"`{text}`" if _CODE.fullmatch(text) else escape(text)


def _top(report: Report) -> Iterator[str]:
    run = report.run
    dry = f" {NOTHING_WRITTEN}" if run.mode is Mode.DRY_RUN else ""
    yield f"## {escape(headline(report))}"
    told = (f"Run {code(clean(run.id))}", *map(escape, facts(run)))
    yield f"{' · '.join(told)}.{dry}"
    yield _list(_listing(side, note) for side, note in report.snapshots.items())
    news = changes(report)
    yield f"### {TITLE}" if news else ""
    yield _list(f"**{word}**: {escape(says)}" for word, says in news)


def _listing(side: Side, note: SnapshotNote) -> str:
    how = f"{number(note.records, 'record')}, {completeness(note)}"
    return f"**{side.brand}**: {escape(how)}, {number(note.requests, 'request')}"


def _middle(read: Iterable[Section]) -> Iterator[str]:
    for section in read:
        yield f"### {SIGNS[section.mark].shape} {section.title} ({section.count:,})"
        yield _closer(section)
        yield escape(section.money)
        for group in section.groups:
            yield from _group(group)


def _before(read: Iterable[Section], report: Report) -> Iterator[str]:
    """What needs a person as it did in the last report: told last, and whole."""
    groups = [group for section in read for group in section.groups if group.before]
    yield f"### As before ({sum(len(group.before) for group in groups):,})" if groups else ""
    for group in groups:
        age = oldest(group.before, report)
        yield f"**{escape(group.title)}** ({len(group.before):,}), the oldest for {age}"
        yield from _table(group.before, group)


def _closer(section: Section) -> str:
    meaning = SIGNS[section.mark].meaning
    return f"{meaning} Look closer: {code(section.command)}" if section.command else meaning


def _group(group: Group) -> Iterator[str]:
    yield f"**{escape(group.title)}** ({group.count:,})"
    yield escape(group.says)
    yield f"```sh\n{group.command}\n```" if group.command else ""
    yield from _table(group.rows, group)
    yield f"{len(group.before):,} as before, see below." if group.before else ""
    yield escape(group.silence)


def _table(rows: tuple[Row, ...], group: Group) -> Iterator[str]:
    if not rows:
        return
    lines = ["| Person | Change | Why |", "| --- | --- | --- |"]
    lines += [_row(row, group) for row in rows[:ROWS]]
    yield "\n".join(lines)
    left = len(rows) - ROWS
    yield f"… and {left:,} more, see the report." if left > 0 else ""


def _row(row: Row, group: Group) -> str:
    what = () if group.task else (task(row.kind, row.side),)
    person = [f"**{escape(label(row.person))}**", *map(code, contacts(row.person))]
    told = [*what, change(row), agreed(row), *worth(row)]
    reasons = [*why(row), decided(row)]
    cells = (person, map(escape, filter(None, told)), map(escape, filter(None, reasons)))
    return f"| {' | '.join('<br>'.join(cell) for cell in cells)} |"


def _bottom(report: Report) -> Iterator[str]:
    waiting = waits(report)
    yield f"### ○ Waiting ({sum(wait.count for wait in waiting):,})" if waiting else ""
    yield _list(f"**{wait.count:,}** {code(wait.rule)}: {escape(wait.reason)}" for wait in waiting)
    yield "### Notes" if report.notes else ""
    yield _list(escape(clean(note, SENTENCE_LIMIT)) for note in report.notes)
    yield alone(report)
    yield f"Log {code(short(report.run.log))}" if report.run.log else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
