"""What the state will know once writes that a crash left open are settled, told before they are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sync.core.guard import classes
from sync.core.plan import Field, Outcome, Row
from sync.core.policy import GuardClass
from sync.core.ports import Intent, Known, PastRow, Settlement, Spent


def foreseen(known: Known, settled: Iterable[tuple[Intent, Settlement]], now: datetime) -> Known:
    """What will be known once each of these intents is recorded so, at this moment in UTC."""
    for intent, done in settled:
        known = _with_row(_settled(known, done), PastRow(intent.run_id, now, done.row))
    return known


def _settled(known: Known, done: Settlement) -> Known:
    links = {link.whop_id: link for link in known.links}
    if done.unlink:
        links.pop(done.unlink.whop_id, None)
    if done.link:
        links[done.link.whop_id] = done.link
    parked = {**known.parked}
    if done.park:
        parked[done.row.key] = done.park
    elif done.row.outcome is Outcome.APPLIED:
        parked.pop(done.row.key, None)
    decisions = (*known.decisions, *done.decisions)
    return replace(known, links=tuple(links.values()), parked=parked, decisions=decisions)


def _with_row(known: Known, past: PastRow) -> Known:
    """What counts rows that were applied: budgets, and fields that swing to and fro."""
    if past.row.outcome is not Outcome.APPLIED:
        return known
    swings = past.row.field in (Field.STATUS, Field.COMMISSION)
    lately = (*known.lately, past) if swings else known.lately
    return replace(known, lately=lately, spent=_spent(known, past.row))


def _spent(known: Known, row: Row) -> dict[GuardClass, Spent]:
    spent = dict(known.spent)
    for name in classes(row):
        before = spent.get(name, Spent())
        spent[name] = Spent(before.day + 1, before.week + 1)
    return spent
