"""What a write makes of both sides, and of what is remembered, where it does what it says."""

from dataclasses import replace
from decimal import Decimal

from sync.core.record import Side
from tests.laws.model.due import Due
from tests.laws.model.mind import Mind
from tests.laws.model.sides import MEANS, Sides, Terms
from tests.laws.model.verdict import SETS
from tests.laws.model.words import turn


def done(due: Due, mind: Mind, sides: Sides, terms: Terms, now: float) -> tuple[Mind, Sides]:
    """The person after one write that was applied."""
    if due.field in ("status", "commission"):
        mind = replace(mind, sent=(*mind.sent, turn(due, now)))
    return _done(due, mind, sides, terms)


def _done(due: Due, mind: Mind, sides: Sides, terms: Terms) -> tuple[Mind, Sides]:
    match due.kind:
        case "create-partner":
            return _partner_made(mind, sides, terms)
        case "create-affiliate":
            return _affiliate_made(mind, sides)
        case "set-commission" | "remove-commission":
            return _rate_set(due, mind, sides)
        case "fill-name":
            name = " ".join(str(due.after).split())
            return replace(mind, named=True), replace(sides, partner_name=name)
        case _:
            return _status_set(due, mind, sides)


def _partner_made(mind: Mind, sides: Sides, terms: Terms) -> tuple[Mind, Sides]:
    name = " ".join(sides.whop_name.split())
    mind = Mind(
        linked=True,
        created=True,
        status="on",
        invited=True,
        owed=terms.activate,
        named=bool(name),
        words=mind.words,
        sent=mind.sent,
    )
    sides = replace(sides, affihub="invited", affihub_rate=None, partner_name=name)
    return mind, sides


def _affiliate_made(mind: Mind, sides: Sides) -> tuple[Mind, Sides]:
    """Made, or found where it was there already."""
    made = not sides.has(Side.WHOP)
    mind = Mind(
        linked=True,
        created=made,
        status="on" if made or sides.whop == "active" else None,
        accepted=True,
        named=bool(sides.partner_name),
        words=mind.words,
        sent=mind.sent,
    )
    return mind, replace(sides, whop="active", shown=False) if made else sides


def _status_set(due: Due, mind: Mind, sides: Sides) -> tuple[Mind, Sides]:
    side, word = SETS[due.kind]
    sides = sides.with_word(side, word)
    mind = replace(mind, status=MEANS[word])
    if due.kind == "activate-partner":
        mind = replace(mind, accepted=True, owed=False)
    return mind, sides


def _rate_set(due: Due, mind: Mind, sides: Sides) -> tuple[Mind, Sides]:
    rate = None if due.after is None else Decimal(due.after)
    if due.side is Side.AFFIHUB:
        sides = replace(sides, affihub_rate=rate)
    else:
        sides = replace(sides, whop_rate=rate)
    if sides.whop_rate == sides.affihub_rate:
        mind = replace(mind, rate=rate)
    return mind, sides
