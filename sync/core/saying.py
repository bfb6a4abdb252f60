"""What people decided, in sentences: beside a row, and of rows that are not there any more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sync.core.decision import Decision, Verb, subject
from sync.core.inverse import takes_back
from sync.core.plan import Field, Row

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
    now, told = _by_subject(rows), [one for one in dropped if one.verb is not Verb.ASSIGN]
    for decision in told[:MOST_TOLD]:
        yield _drop_note(decision, now.get(subject(decision.row), []))
    if len(told) > MOST_TOLD:
        yield f"{len(told) - MOST_TOLD} more decisions are dropped, as their rows changed too."


def expiry_notes(
    expired: Iterable[Decision], again: Iterable[Decision], rows: Iterable[Row]
) -> Iterator[str]:
    """Whose yes came to its end before its row was applied, and how that row stands now.

    Nobody is told whose row was decided on ``again``.
    """
    now, decided = _by_subject(rows), {one.row.key for one in again}
    told = [one for one in expired if one.row.key not in decided]
    for decision in told[:MOST_TOLD]:
        yield _expiry_note(decision, now.get(subject(decision.row), []))
    if len(told) > MOST_TOLD:
        yield f"{len(told) - MOST_TOLD} more approvals expired before their rows were applied."


def _expiry_note(decision: Decision, now: Iterable[Row]) -> str:
    until = f"{decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else "further notice"
    who = _about(decision)
    # Rows of an undo are in no other plan: what is due now says nothing of them.
    after = "" if takes_back(decision.row) else f" Now: {_briefs(now)}."
    return f"Expired before it was applied: {who}. It held until {until}.{after}"


def _by_subject(rows: Iterable[Row]) -> Mapping[tuple[str, Field], list[Row]]:
    found: defaultdict[tuple[str, Field], list[Row]] = defaultdict(list)
    for row in rows:
        found[subject(row)].append(row)
    return found


def _drop_note(decision: Decision, now: Iterable[Row]) -> str:
    return f"Dropped, as the row changed: {_about(decision)}. Now: {_briefs(now)}."


def _about(decision: Decision) -> str:
    """Whom a decision was about, what, and who made it; without a full stop of its own."""
    row = decision.row
    return f"{row.person.label}, {_brief(row)}, {sentence(decision)}".rstrip(".")


def _briefs(rows: Iterable[Row]) -> str:
    return " and ".join(map(_brief, rows)) or "nothing to be done any more"


def _brief(row: Row) -> str:
    change = f" {row.before or 'none'} -> {row.after or 'none'}" if row.after or row.before else ""
    return f"{row.kind}{change} ({row.disposition}, {row.rule})"
