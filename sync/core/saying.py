"""What people decided, in sentences: beside a row, and of rows that are not there any more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sync.core.decision import Decision, Verb, subject
from sync.core.plan import Row

SAID: Final[Mapping[Verb, str]] = {
    Verb.APPROVE: "approved by {by} on {at}",
    Verb.REJECT: "rejected by {by} on {at}",
    Verb.USE: "{by} chose {value} on {at}",
    Verb.RETRY: "to be tried again by the word of {by} on {at}",
    Verb.IGNORE_FIELD: "left alone by the word of {by} on {at}",
    Verb.SNOOZE: "put off by {by} until {until}",
    Verb.ASSIGN: "assigned to {value} by {by} on {at}",
}
MOST_TOLD: Final = 20
"""So many dropped decisions are told one by one; of the others only how many there are."""


def sentence(decision: Decision) -> str:
    """Who decided what and when, with the reason given."""
    until = f"{decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else "further notice"
    told = SAID[decision.verb].format(
        by=decision.by, at=f"{decision.at:%Y-%m-%d}", value=decision.value, until=until
    )
    return f"{told}: {decision.why}" if decision.why else told


def drop_notes(dropped: Iterable[Decision], rows: Iterable[Row]) -> Iterator[str]:
    """Who is to decide again: whom it was about, what the row was, and what it is now.

    Nobody has to be told of an assignment that came to its end.
    """
    now = defaultdict(list)
    for row in rows:
        now[subject(row)].append(row)
    told = [one for one in dropped if one.verb is not Verb.ASSIGN]
    for decision in told[:MOST_TOLD]:
        yield _drop_note(decision, now.get(subject(decision.row), []))
    if len(told) > MOST_TOLD:
        yield f"{len(told) - MOST_TOLD} more decisions are dropped, as their rows changed too."


def _drop_note(decision: Decision, now: Iterable[Row]) -> str:
    is_now = " and ".join(_brief(row) for row in now) or "nothing to be done any more"
    person = decision.row.person.label
    said = sentence(decision)
    return f"Dropped, as the row changed: {person}, {_brief(decision.row)}, {said}. Now: {is_now}."


def _brief(row: Row) -> str:
    change = f" {row.before or 'none'} -> {row.after or 'none'}" if row.after or row.before else ""
    return f"{row.kind}{change} ({row.disposition}, {row.rule})"
