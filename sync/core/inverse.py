"""The inverse of one written row, what both sides agreed on before it, and why there may be none.

An undo writes back what was there. It also puts back what both sides had agreed on then, or the
next run would take its write for somebody's edit and carry it to the other side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from sync.core.commission import cannot_hold
from sync.core.plan import Base, Disposition, Expect, Field, Kind, Link, Person, Row, row_key
from sync.core.policy import CommissionSync, Policy
from sync.core.record import Side
from sync.core.resolving import RESOLVED
from sync.core.status import (
    Meaning,
    affihub_meaning,
    affihub_state,
    whop_meaning,
    whop_state,
)
from sync.core.subject import STATUS_AFTER

UNDO: Final = "undo"
"""The rule of a row that takes back what a run wrote."""
REDO: Final = "redo"
"""The rule of a row that takes back an undo: both sides agree again as they did before it."""
NO_BASE: Final = "-first-link"
"""Ends both rules where the two sides had agreed on nothing before."""

INVERSE: Final[Mapping[Kind, Kind]] = MappingProxyType(
    {
        Kind.ACTIVATE_PARTNER: Kind.DEACTIVATE_PARTNER,
        Kind.DEACTIVATE_PARTNER: Kind.ACTIVATE_PARTNER,
        Kind.ARCHIVE_AFFILIATE: Kind.UNARCHIVE_AFFILIATE,
        Kind.UNARCHIVE_AFFILIATE: Kind.ARCHIVE_AFFILIATE,
        Kind.SET_COMMISSION: Kind.SET_COMMISSION,
        Kind.REMOVE_COMMISSION: Kind.SET_COMMISSION,
        Kind.MOVE_LINK: Kind.MOVE_LINK,
    }
)
"""What takes back what; a rate that was not there before is removed."""

STAYS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.CREATE_PARTNER: "Affihub erases nobody, and the invitation may have been mailed",
        Kind.CREATE_AFFILIATE: "Whop's API cannot delete an affiliate",
        Kind.FILL_NAME: "it was empty before, and Affihub is not asked to forget a name",
        Kind.LINK: "a link writes to neither side; to part people: affisync unlink AFFILIATE",
    }
)
"""Kinds that cannot be undone, and why."""

_WORDS: Final = MappingProxyType(
    {Meaning.ON: ("active", "active"), Meaning.OFF: ("archived", "deactivated")}
)


def is_undo(row: Row) -> bool:
    """Whether a row takes back what a run wrote."""
    return row.rule.removesuffix(NO_BASE) == UNDO


def is_redo(row: Row) -> bool:
    """Whether a row takes back an undo."""
    return row.rule.removesuffix(NO_BASE) == REDO


def takes_back(row: Row) -> bool:
    """Whether a row is one of an undo, the undo of an undo included."""
    return is_undo(row) or is_redo(row)


def stays(row: Row, policy: Policy) -> str | None:
    """Why a written row cannot be undone, as a part of a sentence; None where it can."""
    if row.kind in STAYS:
        return STAYS[row.kind]
    match row.field:
        case Field.STATUS if STATUS_AFTER[INVERSE[row.kind]] != row.before:
            return f"nobody can be made {row.before} again"
        case Field.COMMISSION if policy.commission.sync is CommissionSync.OFF:
            return "no rate is read or written while commission.sync is off"
        case Field.COMMISSION if row.before is not None:
            return cannot_hold(row.side, Decimal(row.before))
        case _:
            return None


def inverse(done: Row, pair: str, person: Person, link: Link, reason: str) -> Row:
    """The row that takes back a written one, to be applied; ``link`` is the person's now."""
    kind, base, rule = _kind(done), done.base, UNDO
    if is_undo(done):
        agreed = base_of(link, done.field)
        base, rule = agreed.of(done.side) if agreed else None, REDO
        rule += "" if agreed or done.field is Field.LINK else NO_BASE
    elif not had_base(done):
        base, rule = None, UNDO + NO_BASE
    ids = (link.whop_id, link.affihub_id)
    said = (done.field, done.after, done.before)
    return Row(
        key=row_key(pair, kind, ids, person.email, said, rule),
        kind=kind,
        side=done.side,
        person=person,
        whop_id=ids[0],
        affihub_id=ids[1],
        field=done.field,
        base=base,
        before=done.after,
        after=done.before,
        disposition=Disposition.APPLY,
        rule=rule,
        reason=reason,
    )


def _kind(done: Row) -> Kind:
    to_default = done.field is Field.COMMISSION and done.before is None
    return Kind.REMOVE_COMMISSION if to_default else INVERSE[done.kind]


def had_base(row: Row) -> bool:
    """Whether the two sides had agreed on a row's field before it was written.

    A rate of None may be what they agreed on: then the rule has to tell.
    """
    if row.field is Field.LINK:
        return True
    if row.field is not Field.COMMISSION or row.rule == RESOLVED:
        return row.base is not None
    return not (row.rule.startswith("first-link") or row.rule.endswith(NO_BASE))


def with_one_base(done: Sequence[Row]) -> Sequence[Row]:
    """Rows that wrote one field to both sides, each with the base that one of them tells."""
    told = next((row for row in done if had_base(row)), None)
    if told is None or all(map(had_base, done)):
        return done
    return [replace(row, base=told.base, rule=told.rule) for row in done]


def base_of(link: Link, field: Field) -> Base | None:
    """What both sides of a link last agreed on for a field."""
    match field:
        case Field.STATUS:
            return link.status
        case Field.COMMISSION:
            return link.commission
        case Field.NAME:
            return link.name
        case _:
            return None


def restored(link: Link, row: Row) -> Link:
    """The link as it is to be remembered once an undo is applied: agreeing as before the run.

    What only the other side said then is known by its meaning, for a rate within 0.01 of a point.
    """
    base = None if row.rule.endswith(NO_BASE) else base_then(row)
    match row.field:
        case Field.STATUS:
            return replace(link, status=base)
        case Field.COMMISSION:
            return replace(link, commission=base)
        case _:
            return link


def base_then(row: Row) -> Base | None:
    """What both sides had agreed on before a row was written, as far as the row tells."""
    if row.field is not Field.STATUS:
        return Base(row.base, row.base, row.base)
    meaning = _meaning(row.side, row.base or "")
    if meaning is None:
        return None
    whop, affihub = _WORDS[meaning]
    said = {Side.WHOP: whop, Side.AFFIHUB: affihub, row.side: row.base}
    return Base(meaning, said[Side.WHOP], said[Side.AFFIHUB])


def _meaning(side: Side, status: str) -> Meaning | None:
    if side is Side.WHOP:
        return whop_meaning(whop_state(status))
    return affihub_meaning(affihub_state(status))


def left_behind(done: Iterable[Row]) -> Expect:
    """What both sides showed of a field right after a run wrote these rows about it."""
    expect = Expect()
    for number, row in enumerate(done):
        if None in (row.whop_id, row.affihub_id):  # it followed a create: the rate there was
            expect = Expect(whop_rate=row.after, affihub_rate=row.after)
        elif number == 0:
            expect = row.expect
        expect = wrote(expect, row)
    return expect


def wrote(expect: Expect, row: Row) -> Expect:
    """What both sides show after a row was applied."""
    match row.field, row.side:
        case Field.STATUS, Side.WHOP:
            return replace(expect, whop_status=row.after)
        case Field.STATUS, Side.AFFIHUB:
            return replace(expect, affihub_status=row.after)
        case Field.COMMISSION, Side.WHOP:
            return replace(expect, whop_rate=row.after)
        case Field.COMMISSION, Side.AFFIHUB:
            return replace(expect, affihub_rate=row.after)
        case _:
            return expect


def difference(then: Row, now: Expect) -> str | None:
    """What each side showed of a row's field and shows now, as a sentence; None where the same."""
    shown = zip(Side, _shown(then.field, then.expect), _shown(then.field, now), strict=False)
    what = "rate" if then.field is Field.COMMISSION else "status"
    told = [
        f"{side.brand}'s {what} was {was or 'none'} and is {is_now or 'none'} now."
        for side, was, is_now in shown
        if was != is_now
    ]
    return " ".join(told) or None


def _shown(field: Field, expect: Expect) -> tuple[str | None, ...]:
    """What Whop and Affihub show of a field; nothing of a field no row expects anything of."""
    match field:
        case Field.STATUS | Field.RECORD:
            return expect.whop_status, expect.affihub_status
        case Field.COMMISSION:
            return expect.whop_rate, expect.affihub_rate
        case _:
            return ()
