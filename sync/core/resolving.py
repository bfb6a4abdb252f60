"""What a choice makes of a row that asks for one: the rows that carry it out, or why it cannot be.

A choice is a side, ``on`` or ``off`` for a status, or a rate in percent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sync.core.commission import WHOLE, cannot_hold, rate_text, show_rate
from sync.core.decision import Decision
from sync.core.linked import UNKNOWN_STATUS
from sync.core.money import parse_number
from sync.core.plan import Disposition, Expect, Field, Kind, Row, row_key
from sync.core.policy import Hold
from sync.core.record import Side
from sync.core.status import (
    DELETED_STAYS,
    NOT_ACCEPTED,
    RULINGS,
    AffihubState,
    Leader,
    Meaning,
    WhopState,
    affihub_meaning,
    affihub_state,
    whop_meaning,
    whop_state,
)
from sync.core.subject import SIDE_OF_KIND, STATUS_AFTER

RESOLVED: Final = "resolved"
"""The rule of a row that does what a person chose."""
VALUE: Final = "VALUE"
"""Stands for any rate from 0 to 100 among the values a row accepts."""
SIDES: Final = tuple(side.value for side in Side)
MEANINGS: Final = tuple(meaning.value for meaning in Meaning)

NO_QUESTION: Final = (
    UNKNOWN_STATUS,
    "unreadable",
    "not-one-rate",
    "unreadable-rate",
    "stamp-contradicts",
)
"""Rules of rows that no choice settles: what is there cannot be read, or is somebody else's."""

CANNOT: Final = {
    NOT_ACCEPTED: "nobody can accept the invitation for this person",
    DELETED_STAYS: "Whop's API cannot bring back a deleted affiliate",
}


@dataclass(frozen=True, slots=True)
class Write:
    """One write a choice comes to, and what both sides show right before it."""

    kind: Kind
    side: Side
    before: str | None
    after: str | None
    expect: Expect


Rates = dict[Side, Decimal | None]


def can_use(row: Row) -> tuple[str, ...]:
    """The values that settle a row, ``VALUE`` for any rate; () where no choice does."""
    if not asks(row):
        return ()
    fit = tuple(word for word in (*SIDES, *MEANINGS) if why_not(row, word) is None)
    return (*fit, VALUE) if row.field is Field.COMMISSION else fit


def why_not(row: Row, value: str) -> str | None:
    """Why this value does not settle the row, as the end of a sentence; None where it does."""
    if not asks(row):
        return "no choice settles it"
    writes = _writes(row, value)
    return writes if isinstance(writes, str) else None


def asks(row: Row) -> bool:
    """Whether a row waits for a choice that can be made."""
    open_ = row.disposition in (Disposition.CONFLICT, Disposition.BREAK)
    return (open_ or row.guard == Hold.IGNORED) and _is_choice(row)


def _is_choice(row: Row) -> bool:
    """Whether both sides show something of the field that one can choose between."""
    linked = None not in (row.whop_id, row.affihub_id)
    return linked and row.field in (Field.STATUS, Field.COMMISSION) and row.rule not in NO_QUESTION


def resolved(decision: Decision, row: Row) -> tuple[Row, ...] | str:
    """The rows that carry out a choice, in the order of their writes, or why it cannot be done."""
    value = decision.value or ""
    if not (asks(decision.row) and _is_choice(row)):
        return "no choice settles it"
    writes = _writes(row, value)
    if isinstance(writes, str):
        return writes
    return tuple(_row(decision.pair, row, write, value) for write in writes)


def continues(decision: Decision, row: Row) -> bool:
    """Whether a choice of a rate for both sides was carried out on one of them only.

    Its row is another one then, and the choice still means it: each side shows what it showed
    when the choice was made, or what was chosen.
    """
    rate = _rate(decision.value or "")
    if rate is None or row.field is not Field.COMMISSION or not _is_choice(row):
        return False
    then, now = _rates(decision.row), _rates(row)
    done = [side for side in Side if now[side] == rate != then[side]]
    left = done[0].other if len(done) == 1 else None
    return left is not None and now[left] == then[left] != rate


def _row(pair: str, row: Row, write: Write, value: str) -> Row:
    ids, said = (row.whop_id, row.affihub_id), (row.field, write.before, write.after)
    return replace(
        row,
        key=row_key(pair, write.kind, ids, row.person.email, said, RESOLVED),
        kind=write.kind,
        side=write.side,
        base=row.base if write.side is row.side else None,
        before=write.before,
        after=write.after,
        disposition=Disposition.APPLY,
        rule=RESOLVED,
        reason=f"A person chose {_shown(row, value)}; {_both(row)}.",
        expect=write.expect,
    )


def _shown(row: Row, value: str) -> str:
    if value in SIDES:
        return f"{Side(value).brand}'s"
    return f"{value} %" if row.field is Field.COMMISSION else value


def _both(row: Row) -> str:
    expect = row.expect
    if row.field is Field.STATUS:
        whop, affihub = expect.whop_status or "gone", str(expect.affihub_status)
    else:
        whop, affihub = show_rate(expect.whop_rate), show_rate(expect.affihub_rate)
    return f"before, it was {whop} on Whop and {affihub} on Affihub"


def _writes(row: Row, value: str) -> tuple[Write, ...] | str:
    return _of_status(row, value) if row.field is Field.STATUS else _of_rate(row, value)


def _of_status(row: Row, value: str) -> tuple[Write, ...] | str:
    """What it takes to bring the other side to the status of the chosen one."""
    side = _side_of_status(row, value)
    if side is None:
        return f"neither side says {value}" if value in MEANINGS else "that is no status"
    ruling = RULINGS.get((*_states(row), Leader(side.value)))
    if ruling is None:
        return "both sides mean the same already"
    if ruling.disposition is not Disposition.APPLY:
        return CANNOT[str(ruling.rule)]
    target = SIDE_OF_KIND[ruling.kind] or Side.AFFIHUB
    expect = row.expect
    before = expect.whop_status if target is Side.WHOP else expect.affihub_status
    return (Write(ruling.kind, target, before, STATUS_AFTER[ruling.kind], expect),)


def _side_of_status(row: Row, value: str) -> Side | None:
    """The side that is meant, by its name or by what its status means."""
    if value in SIDES:
        return Side(value)
    whop, affihub = _states(row)
    means = {whop_meaning(whop): Side.WHOP, affihub_meaning(affihub): Side.AFFIHUB}
    return means.get(Meaning(value)) if value in MEANINGS else None


def _states(row: Row) -> tuple[WhopState, AffihubState]:
    """Both states; where Whop shows no status at all the affiliate is gone, which is deleted."""
    told = row.expect.whop_status
    whop = WhopState.DELETED if told is None else whop_state(told)
    return whop, affihub_state(row.expect.affihub_status or "")


def _of_rate(row: Row, value: str) -> tuple[Write, ...] | str:
    """What it takes to have the chosen rate on both sides."""
    rates = _rates(row)
    wanted = rates[Side(value)] if value in SIDES else _rate(value)
    if wanted is None and value not in SIDES:
        return "a rate is a number from 0 to 100"
    targets = [side for side in (Side.AFFIHUB, Side.WHOP) if rates[side] != wanted]
    if not targets:
        return "both sides pay that already"
    faults = (wanted is not None and cannot_hold(side, wanted) for side in targets)
    if fault := next(filter(None, faults), None):
        return str(fault)
    return tuple(_rate_writes(row.expect, rates, targets, wanted))


def _rate_writes(
    expect: Expect, rates: Rates, targets: list[Side], wanted: Decimal | None
) -> Iterator[Write]:
    """One write for each side; the later one is decided on what the earlier one leaves."""
    after = rate_text(wanted)
    for side in targets:
        kind = Kind.REMOVE_COMMISSION if wanted is None else Kind.SET_COMMISSION
        yield Write(kind, side, rate_text(rates[side]), after, expect)
        if side is Side.AFFIHUB:
            expect = replace(expect, affihub_rate=after)


def _rates(row: Row) -> Rates:
    told = {Side.WHOP: row.expect.whop_rate, Side.AFFIHUB: row.expect.affihub_rate}
    return {side: None if text is None else Decimal(text) for side, text in told.items()}


def _rate(value: str) -> Decimal | None:
    """A rate as a person wrote it; None for what is none."""
    rate = parse_number(value)
    return rate if rate is not None and 0 <= rate <= WHOLE else None
