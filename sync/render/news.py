"""News as a message to people: a short title, a few plain lines, nothing in them that acts.

It goes to mail and chats alike, so nothing from outside may mention, link or mark anything up.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sync.core.news import Digest, Mended, Needs, News
from sync.core.plan import Outcome, Person, Row
from sync.core.ports import Tally
from sync.core.report import Trouble
from sync.core.secrets import blank
from sync.core.standing import Standing
from sync.render.clean import clean
from sync.render.spans import moment_near, span
from sync.render.words import NAME_LIMIT, change, mark, money, number, task, title

SHOWN: Final = 3
"""Rows told one by one; the report has them all."""
REASON_LIMIT: Final = 300
ROW_REASON_LIMIT: Final = 140
LOOKED_AT: Final = 5_000
"""Characters of a text that are looked at; what follows is never shown."""

Hide = Callable[[str], str]
"""Answers with the text without secrets."""

_ADDRESS: Final = re.compile(r"[^\s\"'<>(){}\[\],;:=&?/@]{1,128}@[^\s\"'<>(){}\[\],;:&?/@]+")
_ACTIVE: Final = re.compile(r"://|\]\(|(?<=www)\.|(?<!\w)@|[<>]", re.IGNORECASE)
_INERT: Final = MappingProxyType(
    {"://": ": //", "](": "] (", ".": " .", "@": "＠", "<": "‹", ">": "›"}  # noqa: RUF001
)
"""What stands for links and mentions: it reads the same and does nothing."""


@dataclass(frozen=True, slots=True)
class Message:
    """A title of one line, and the text below it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A trouble in a few words, and what to do about it; {pair} is the pair's name."""

    words: str
    advice: str


_DOCTOR: Final = "affisync doctor --pair {pair}"
CASES: Final[Mapping[Trouble, _Case]] = MappingProxyType(
    {
        Trouble.KEY_REFUSED: _Case(
            "key refused", f"Put a valid key where the configuration names it, then: {_DOCTOR}"
        ),
        Trouble.PERMISSION_MISSING: _Case(
            "permission missing", f"Give the key what it lacks; what that is tells: {_DOCTOR}"
        ),
        Trouble.UNREACHABLE: _Case(
            "API unreachable", f"It is tried again by itself. If it lasts, look with: {_DOCTOR}"
        ),
        Trouble.LISTING_INCOMPLETE: _Case(
            "listing incomplete",
            "It is read again by itself; until then nobody is created or removed for being absent.",
        ),
        Trouble.GUARD_HELD: _Case("held", "Look and decide: affisync held --pair {pair}"),
        Trouble.DEADLINE: _Case(
            "runs take too long", "Raise pairs.{pair}.deadline, or requests_per_minute if you may."
        ),
        Trouble.CONFIGURATION: _Case(
            "configuration wrong", f"Mend what it says in the configuration, then: {_DOCTOR}"
        ),
        Trouble.STATE: _Case(
            "state file unusable", "Look at the disk and the file: affisync state check"
        ),
        Trouble.FAILED: _Case("runs fail", "See the last run: affisync report --pair {pair}"),
    }
)


def message(news: News, hide: Hide = blank, log: str | None = None) -> Message:
    """Everything new, as one message of some twenty lines at most; ``hide`` knows the secrets.

    ``log`` is the head of the log: kept outside, it convicts a state that was changed.
    """
    news = _without_secrets(news, hide)
    parts = [
        list(part)
        for part in (
            _failing(news.failing, news.at) if news.failing else (),
            _needs(news.pair, news.needs) if news.needs else (),
            _mended(news.pair, news.mended) if news.mended else (),
            _digest(news, news.digest) if news.digest else (),
            (f"Log {clean(log)}",) if log else (),
        )
    ]
    text = "\n\n".join("\n".join(lines) for lines in parts if lines)
    return Message(f"affisync: {news.pair} {'; '.join(_titles(news))}", text)


def _without_secrets(news: News, hide: Hide) -> News:
    """Before anything is cut short: half a secret is one that nobody recognises."""
    if news.failing:
        news = replace(news, failing=replace(news.failing, reason=hide(news.failing.reason)))
    if news.needs:
        shown = tuple(_row_without_secrets(row, hide) for row in news.needs.rows[:SHOWN])
        news = replace(news, needs=replace(news.needs, rows=shown + news.needs.rows[SHOWN:]))
    return news


def _row_without_secrets(row: Row, hide: Hide) -> Row:
    def hidden(text: str | None) -> str | None:
        return text and hide(text)

    named = replace(
        row.person,
        name=hidden(row.person.name),
        username=hidden(row.person.username),
        slug=hidden(row.person.slug),
        email=hidden(row.person.email),
    )
    values = (hidden(row.before), hidden(row.after))
    told = replace(row, reason=hide(row.reason), error=hidden(row.error), person=named)
    return replace(told, before=values[0], after=values[1])


def _titles(news: News) -> Iterator[str]:
    if news.failing:
        yield f"is failing ({_words(news.failing.trouble)})"
    if news.mended:
        yield "works again"
    if news.needs:
        rows = len(news.needs.rows)
        yield f"has {number(rows, 'new row')} that {'needs' if rows == 1 else 'need'} a person"
    if news.digest and not (news.failing or news.mended or news.needs):
        yield "in a digest"


def _failing(standing: Standing, now: datetime) -> Iterator[str]:
    yield f"{standing.pair} is failing: {_words(standing.trouble)}."
    yield inert(standing.reason, REASON_LIMIT)
    times = "once" if standing.failures == 1 else f"{standing.failures:,} times in a row"
    since = f", since {moment_near(standing.since, now)}" if standing.since else ""
    again = standing.not_before
    then = f" Tried again from {moment_near(again, now)}." if again and again > now else ""
    yield f"It failed {times}{since}.{then}"
    if standing.trouble:
        yield CASES[standing.trouble].advice.format(pair=standing.pair)


def _needs(pair: str, needs: Needs) -> Iterator[str]:
    in_all = f", {needs.in_all:,} in all" if needs.in_all > len(needs.rows) else ""
    verb = "needs" if len(needs.rows) == 1 else "need"
    yield f"{number(len(needs.rows), 'row')} newly {verb} a person{in_all}: {_kinds(needs.rows)}."
    if len(needs.rows) > SHOWN:
        yield f"The {SHOWN} most important:"
    yield from (f"- {_row(row)}" for row in needs.rows[:SHOWN])
    yield f"Look and decide: affisync inbox --pair {pair}"


def _kinds(rows: tuple[Row, ...]) -> str:
    counts = Counter(map(_where, rows))
    return ", ".join(f"{count:,} {where}" for where, count in counts.most_common())


def _where(row: Row) -> str:
    """Where a row stands: held by guard deactivate, conflict."""
    if row.guard and row.outcome is not Outcome.FAILED:
        return f"held by guard {inert(row.guard, NAME_LIMIT)}"
    return title(mark(row)).lower()


def _row(row: Row) -> str:
    worth = row.person.monthly_usd
    paid = f" ({money(worth)} a month)" if worth else ""
    why = inert(row.error or row.reason, ROW_REASON_LIMIT)
    changed = inert(change(row), NAME_LIMIT)
    told = f"{_who(row.person)}{paid}: {task(row.kind, row.side)}, {changed}; {_where(row)}"
    return f"{told}. {why}".rstrip()


def _who(person: Person) -> str:
    """Somebody's name; the address only where nothing else names them."""
    names = (person.name, person.username, person.slug)
    named = next(filter(None, (_deaf(clean(name, NAME_LIMIT)) for name in names)), None)
    return named or clean(person.email, NAME_LIMIT) or "somebody without a name"


def _mended(pair: str, mended: Mended) -> Iterator[str]:
    lasted = f" for {span(mended.at - mended.since)}" if mended.since else ""
    why = _words(Trouble(mended.trouble))
    yield f"{pair} works again since {mended.at:%Y-%m-%d %H:%M} UTC; it failed{lasted} ({why})."
    yield f"Since it began to fail: {_done(mended.done)}."


def _digest(news: News, digest: Digest) -> Iterator[str]:
    runs = sum(digest.done.runs.values())
    by = f" ({_counted(digest.done.runs)})" if runs else ""
    yield f"{news.pair} since {digest.since:%Y-%m-%d %H:%M} UTC: {number(runs, 'run')}{by}."
    yield f"Done: {_done(digest.done)}."
    if digest.done.applied:
        yield f"Applied: {_counted(digest.done.applied)}."
    if digest.done.failed:
        yield f"Failed: {_counted(digest.done.failed)}."
    yield _open(news, digest)
    yield f"Last good run: {_ago(digest.last_good, news.at)}."
    if digest.links is not None:
        yield f"{number(digest.links, 'person is', 'people are')} linked."


def _open(news: News, digest: Digest) -> str:
    if digest.open is None:
        return "What is open cannot be read now."
    if not digest.open:
        return "Nothing needs a person."
    oldest = min(one.since for one in digest.open)
    verb = "needs" if len(digest.open) == 1 else "need"
    told = f"{number(len(digest.open), 'row')} {verb} a person, the oldest for"
    return f"{told} {span(news.at - oldest)}: affisync report --pair {news.pair}"


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{span(now - at)} ago, {moment_near(at, now)}" if at else "never yet"


def _done(tally: Tally) -> str:
    applied, failed = sum(tally.applied.values()), sum(tally.failed.values())
    told = f"{number(applied, 'row')} applied" if applied else "nothing applied"
    return f"{told}, {failed:,} failed" if failed else told


def _counted(counts: Mapping[str, int]) -> str:
    listed = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in listed)


def _words(trouble: Trouble | None) -> str:
    return CASES[trouble or Trouble.FAILED].words


def inert(text: str | None, limit: int) -> str:
    """A text from outside without addresses, and with nothing in it that acts."""
    return _deaf(clean(_ADDRESS.sub("[address]", clean(text, LOOKED_AT)), limit))


def _deaf(text: str) -> str:
    return _ACTIVE.sub(lambda found: _INERT[found[0]], text)
