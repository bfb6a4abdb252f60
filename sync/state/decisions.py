"""What people decided: kept for ever, and what became of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from sync.core.decision import Decision, Verb
from sync.core.ports import Fate, PastDecision
from sync.state import codecs, log, memory, records
from sync.state.tables import DECISIONS

OVERRULES: Final = {
    Verb.APPROVE: (Verb.REJECT,),
    Verb.REJECT: (Verb.APPROVE,),
    Verb.USE: (Verb.USE,),
    Verb.IGNORE_FIELD: (Verb.IGNORE_FIELD,),
    Verb.SNOOZE: (Verb.SNOOZE,),
    Verb.ASSIGN: (Verb.ASSIGN,),
    Verb.RETRY: (),
}
"""Whose decisions about the same row a later one withdraws, whoever made them.

Those of the same kind by the same person it always does.
"""


def decide(
    connection: Connection, decided: Sequence[Decision], now: datetime
) -> tuple[Decision, ...]:
    """Record decisions in their order, and withdraw what they overrule; answers them numbered."""
    kept = _keep(connection, decided)
    overruled: dict[int, datetime] = {}
    for pair in {one.pair for one in kept}:
        mine = [one for one in kept if one.pair == pair]
        overruled |= _overruled(mine, _about_the_same(connection, pair, mine))
        # Without the lease: a run under way has read the lessons before, or learns this one anew;
        # either is what would have come of deciding a moment earlier or later.
        memory.unpark(connection, pair, [one.row.key for one in mine if one.verb is Verb.RETRY])
    log.append(connection, records.decisions(connection, [number(one) for one in kept]), now)
    _end(connection, overruled, Fate.WITHDRAWN, now)
    return kept


def number(decision: Decision) -> int:
    """The number of a decision that was kept."""
    if decision.number is None:
        raise ValueError("A decision has a number only after it was kept.")
    return decision.number


def _keep(connection: Connection, decided: Sequence[Decision]) -> tuple[Decision, ...]:
    if not decided:
        return ()
    added = insert(DECISIONS).returning(DECISIONS.c.number, sort_by_parameter_order=True)
    numbers = connection.execute(added, [_columns(one) for one in decided]).scalars()
    return tuple(replace(one, number=given) for one, given in zip(decided, numbers, strict=True))


def _columns(decision: Decision) -> dict[str, Any]:
    return {
        "pair": decision.pair,
        "verb": decision.verb.value,
        "key": decision.row.key,
        "row": codecs.row_document(decision.row),
        "by": decision.by,
        "at": decision.at,
        "why": decision.why,
        "until": decision.until,
        "value": decision.value,
    }


def _about_the_same(
    connection: Connection, pair: str, decided: Sequence[Decision]
) -> dict[str, list[Decision]]:
    """What is in force about the same rows by their keys, oldest first; these are among it."""
    keys, since = {one.row.key for one in decided}, min(one.at for one in decided)
    found: dict[str, list[Decision]] = {}
    for one in _found(connection, *_in_force(pair, since), DECISIONS.c.key.in_(keys)):
        found.setdefault(one.row.key, []).append(one)
    return found


def _overruled(
    decided: Sequence[Decision], standing: Mapping[str, Sequence[Decision]]
) -> dict[int, datetime]:
    """The decisions that later ones overrule, and when they did."""
    ended: dict[int, datetime] = {}
    for one in decided:
        for other in standing.get(one.row.key, ()):
            if number(other) < number(one) and _overrules(one, other):
                ended.setdefault(number(other), one.at)
    return ended


def _overrules(one: Decision, earlier: Decision) -> bool:
    same = (one.verb, one.by) == (earlier.verb, earlier.by)
    unexpired = earlier.until is None or earlier.until > one.at
    return unexpired and (same or earlier.verb in OVERRULES[one.verb])


def _in_force(pair: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    unexpired = or_(DECISIONS.c.until.is_(None), DECISIONS.c.until > now)
    return DECISIONS.c.pair == pair, DECISIONS.c.fate.is_(None), unexpired


def end(
    connection: Connection, pair: str, numbers: Collection[int], fate: Fate, at: datetime
) -> None:
    """Take decisions of a pair out of force; what became of one already stays as it is."""
    mine = select(DECISIONS.c.number).where(DECISIONS.c.pair == pair, DECISIONS.c.fate.is_(None))
    open_ones = connection.execute(mine.where(DECISIONS.c.number.in_(numbers))).scalars()
    _end(connection, dict.fromkeys(open_ones, at), fate, at)


def _end(connection: Connection, ended: Mapping[int, datetime], fate: Fate, now: datetime) -> None:
    if ended:
        one = update(DECISIONS).where(DECISIONS.c.number == bindparam("ended"))
        times = [{"ended": ended_one, "fate_at": at} for ended_one, at in ended.items()]
        connection.execute(one.values(fate=fate.value, fate_at=bindparam("fate_at")), times)
    log.append(connection, records.fates(connection, ended), now)


def in_force(connection: Connection, pair: str, now: datetime) -> tuple[Decision, ...]:
    """What counts now, oldest first."""
    return tuple(_found(connection, *_in_force(pair, now)))


def expired(connection: Connection, pair: str, now: datetime) -> tuple[Decision, ...]:
    """The approvals whose time is over, oldest first, but for those a run has told of."""
    ours = (DECISIONS.c.pair == pair, DECISIONS.c.fate.is_(None))
    yes = DECISIONS.c.verb == Verb.APPROVE.value
    return tuple(_found(connection, *ours, yes, DECISIONS.c.until <= now))


def _found(connection: Connection, *conditions: ColumnElement[bool]) -> Iterator[Decision]:
    chosen = select(DECISIONS).where(*conditions).order_by(DECISIONS.c.number)
    return (_decision(row) for row in connection.execute(chosen).mappings())


def every(connection: Connection, pair: str) -> tuple[PastDecision, ...]:
    """Everything that was ever decided about a pair's rows, oldest first."""
    mine = select(DECISIONS).where(DECISIONS.c.pair == pair).order_by(DECISIONS.c.number)
    return tuple(_past(row) for row in connection.execute(mine).mappings())


def _past(columns: RowMapping) -> PastDecision:
    fate = Fate(columns["fate"]) if columns["fate"] else None
    return PastDecision(_decision(columns), fate, columns["fate_at"])


def _decision(columns: RowMapping) -> Decision:
    kept: dict[str, Any] = {name: columns[name] for name in _AS_IT_IS}
    row = codecs.row_from_document(columns["row"])
    return Decision(verb=Verb(columns["verb"]), row=row, **kept)


_AS_IT_IS: Final = ("pair", "by", "at", "why", "until", "value", "number")
