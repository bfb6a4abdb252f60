"""What is due for one person, by the tables of design section 5."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from sync.core.record import Side
from tests.laws.model.due import Does, Due, Look
from tests.laws.model.mind import NEVER, Mind
from tests.laws.model.sides import ABSENT, MEANS, Sides, Terms
from tests.laws.model.words import chosen, heeded, swinging

SETS: Final[Mapping[str, tuple[Side, str]]] = {
    "activate-partner": (Side.AFFIHUB, "active"),
    "deactivate-partner": (Side.AFFIHUB, "deactivated"),
    "unarchive-affiliate": (Side.WHOP, "active"),
    "archive-affiliate": (Side.WHOP, "archived"),
}
"""What a write of a status sets, and where."""
SWITCHING_ON: Final = ("activate-partner", "unarchive-affiliate")


def judged(mind: Mind, sides: Sides, terms: Terms, look: Look) -> tuple[tuple[Due, ...], Mind]:
    """What is due, and what is remembered of the look itself."""
    if not mind.linked and _pairs(mind, sides):
        mind = replace(mind, linked=True)
    if not mind.linked:
        return tuple(_alone(mind, sides, terms, look)), mind
    if not _seen(sides, look):
        return (), mind
    if not sides.has(Side.AFFIHUB):
        return (Due("record", Does.BREAK, shown=(sides.whop, sides.affihub)),), mind
    mind = mind.seeing(sides, rates=terms.rates != "off")
    return _linked(mind, sides, terms, look)


def _pairs(mind: Mind, sides: Sides) -> bool:
    """Whether two records are one person: equal address, and nobody said otherwise."""
    both = all(sides.has(side) and side in sides.listed for side in Side)
    return both and sides.shown and not mind.apart


def _seen(sides: Sides, look: Look) -> bool:
    """Whether a linked person's records were both listed, read directly, or known to be gone."""
    return all(side in look.whole or (sides.has(side) and side in sides.listed) for side in Side)


# On one side only


def _alone(mind: Mind, sides: Sides, terms: Terms, look: Look) -> Iterator[Due]:
    if sides.whop == "active" and Side.WHOP in sides.listed and terms.create_partners:
        yield from _new_partner(mind, sides, terms, look)
    if sides.affihub == "active" and Side.AFFIHUB in sides.listed and terms.create_affiliates:
        yield from _new_affiliate(mind, sides, terms, look)


def _new_partner(mind: Mind, sides: Sides, terms: Terms, look: Look) -> Iterator[Due]:
    shown = (sides.whop, sides.affihub)
    if len(look.whole) < len(Side) or not sides.shown:
        yield Due("record", Does.WAITING, "create-partner", shown=shown)
        return
    make = Due("record", Does.APPLY, "create-partner", None, ("create-partner",), shown=shown)
    yield from _standing(mind, [make], terms, look)
    rate = sides.whop_rate
    told = terms.rates != "off" and terms.rates_first_link == "whop" and rate is not None
    if told:
        yield from _standing(mind, [_rate_after(rate, Side.AFFIHUB)], terms, look)
    if terms.activate and (told or terms.rates == "off" or rate is None):
        shown = (sides.whop, "invited")  # as both will be, once the partner is made
        yield Due(
            "status",
            Does.APPLY,
            "activate-partner",
            "active",
            follows=True,
            shown=shown,
            why="owed",
        )


def _rate_after(rate: Decimal | None, side: Side) -> Due:
    """The rate that is given to a record right after it was made."""
    shown = (text(rate), None) if side is Side.AFFIHUB else (None, text(rate))
    due = Due("commission", Does.APPLY, "set-commission", text(rate), ("commission",), shown=shown)
    return replace(due, follows=True, side=side, why=f"first-{side.other}")


def _new_affiliate(mind: Mind, sides: Sides, terms: Terms, look: Look) -> Iterator[Due]:
    shown = (sides.whop, sides.affihub)
    if len(look.whole) < len(Side) or not look.emails:
        yield Due("record", Does.WAITING, "create-affiliate", shown=shown)
        return
    make = Due("record", Does.APPLY, "create-affiliate", None, ("create-affiliate",), shown=shown)
    make = heeded(mind, _taught(mind, make, _refusal(sides)), look)
    yield _answered(_gated(make, terms, look), sides, look)
    rate = sides.affihub_rate
    if terms.rates != "off" and terms.rates_first_link == "affihub" and holds(Side.WHOP, rate):
        yield from _standing(mind, [_rate_after(rate, Side.WHOP)], terms, look)


def _answered(due: Due, sides: Sides, look: Look) -> Due:
    """What a create comes to that Whop answers otherwise: it knows nobody, or somebody off."""
    refused = not sides.account or sides.whop not in (ABSENT, "active")
    if due.does is Does.APPLY and refused and not look.dry:
        return replace(due, does=_refusal(sides), lesson=True)
    return due


def _refusal(sides: Sides) -> Does:
    return Does.CONFLICT if sides.has(Side.WHOP) else Does.WAITING


# On both


def _linked(mind: Mind, sides: Sides, terms: Terms, look: Look) -> tuple[tuple[Due, ...], Mind]:
    due = _status(mind, sides, terms)
    status = chosen(mind, _learnt(mind, due), look, lambda s: _led(sides, Side(s)))
    goes = any(one is not None and one.does is Does.APPLY for one in (due, status))
    on = MEANS.get(sides.whop) == MEANS.get(sides.affihub) == "on"
    if not on and not (goes and status and "reactivate" in status.guards):
        return _standing(mind, [status], terms, look), mind
    rate = None
    if terms.rates != "off" and sides.whop_rate == sides.affihub_rate:
        mind = replace(mind, rate=sides.whop_rate)
    elif terms.rates != "off":
        rate = _learnt(mind, _rate(mind, sides, terms))
        rate = chosen(mind, rate, look, lambda s: _taken(sides, Side(s)))
    name = _name(mind, sides)
    mind = replace(mind, named=mind.named or bool(sides.partner_name))
    return _in_turn(_standing(mind, [rate, status, name], terms, look)), mind


def _name(mind: Mind, sides: Sides) -> Due | None:
    """An empty name is filled once; one that is cleared later stays so."""
    if mind.named or sides.partner_name or not sides.whop_name:
        return None
    return Due("name", Does.APPLY, "fill-name", sides.whop_name)


def _standing(mind: Mind, dues: Iterable[Due | None], terms: Terms, look: Look) -> tuple[Due, ...]:
    """What is due after earlier failures, people's words and guards."""
    taught = (_taught(mind, due, Does.BREAK) for due in dues if due)
    swung = (swinging(mind, due, look) for due in taught)
    return tuple(_gated(heeded(mind, due, look), terms, look) for due in swung)


def _in_turn(dues: Sequence[Due]) -> tuple[Due, ...]:
    """The rate first: nobody comes back at the old one, and nobody who is off gets one."""
    rate = next((due for due in dues if due.field == "commission"), None)
    status = next((due for due in dues if due.kind in SWITCHING_ON), None)
    waits, may = _behind(rate, status)
    return tuple(
        replace(due, does=Does.WAITING, gate=None)
        if due is waits and (due.does is Does.APPLY or (due.limited and may))
        else due
        for due in dues
    )


def _behind(rate: Due | None, status: Due | None) -> tuple[Due | None, bool]:
    """Which of the two waits for the other, and whether even where a guard would hold it."""
    if rate and status and status.does is not Does.APPLY and "reactivate" in status.guards:
        return rate, status.limited
    if rate and rate.does is not Does.APPLY and rate.gate != "ignored":
        return status, False
    return None, False


def _status(mind: Mind, sides: Sides, terms: Terms) -> Due | None:
    gone = not sides.has(Side.WHOP)
    whop = "off" if gone else MEANS.get(sides.whop)
    affihub = MEANS.get(sides.affihub)
    shown = (None if gone or sides.whop == "null" else sides.whop, sides.affihub)
    if whop is None or affihub is None:
        return Due("status", Does.BREAK, shown=shown, why="unknown")
    if whop == affihub:
        if whop == "on" and mind.owed and terms.activate and sides.affihub == "invited":
            return Due("status", Does.APPLY, "activate-partner", "active", shown=shown, why="owed")
        return None
    leader = _leader(mind, whop, terms)
    if leader is None:
        return Due("status", Does.CONFLICT, shown=shown, why="first-ask")
    first = mind.status is None
    due = _because(_led(sides, leader), f"first-{terms.first_link}" if first else leader)
    if due.kind == "activate-partner" and mind.never_accepted and not terms.activate:
        due = replace(due, does=Does.BREAK, why="never accepted")
    if gone and due.does is Does.APPLY:
        due = replace(due, guards=("missing", *due.guards), why="gone")
    return replace(due, shown=shown)


def _because(due: Due, why: str) -> Due:
    """The due with the reason that holds where it has none of its own."""
    return due if due.why else replace(due, why=why)


def _leader(mind: Mind, whop: str, terms: Terms) -> Side | None:
    """Who moved since both agreed; where they never did, whom the settings name."""
    if mind.status is not None:
        return Side.WHOP if whop != mind.status else Side.AFFIHUB
    match terms.first_link:
        case "restrictive":
            return Side.WHOP if whop == "off" else Side.AFFIHUB
        case "whop" | "affihub":
            return Side(terms.first_link)
        case _:
            return None


def _led(sides: Sides, leader: Side) -> Due:
    """What it takes that the other side follows."""
    if leader is Side.WHOP:
        if MEANS.get(sides.whop) == "on":
            return _write("activate-partner", "reactivate")
        return _write("deactivate-partner", "deactivate")
    if MEANS.get(sides.affihub) == "off":
        return _write("archive-affiliate", "deactivate")
    if sides.whop in ("deleted", ABSENT):
        return Due("status", Does.CONFLICT, why="deleted stays")
    if sides.affihub == "invited":
        return Due("status", Does.WAITING, why="not yet")
    return _write("unarchive-affiliate", "reactivate")


def _write(kind: str, guard: str) -> Due:
    side, word = SETS[kind]
    return Due("status", Does.APPLY, kind, word, (guard,), side=side)


def _rate(mind: Mind, sides: Sides, terms: Terms) -> Due:
    whop, affihub = sides.whop_rate, sides.affihub_rate
    shown = (text(whop), text(affihub))
    if mind.rate == NEVER:
        first = terms.rates_first_link
        rate = whop if first == "whop" else affihub
        if first == "ask" or (mind.created and rate is None):
            return Due("commission", Does.CONFLICT, shown=shown, why=f"first-{first}")
        return _because(replace(_pushed(rate, Side(first)), shown=shown), f"first-{first}")
    if whop != mind.rate != affihub:
        return Due("commission", Does.CONFLICT, shown=shown, why="both")
    mover = Side.WHOP if whop != mind.rate else Side.AFFIHUB
    if terms.rates == mover.other:
        return Due("commission", Does.BREAK, shown=shown, why="against")
    rate = whop if mover is Side.WHOP else affihub
    return _because(replace(_pushed(rate, mover), shown=shown), mover)


def _taken(sides: Sides, mover: Side) -> Due:
    """One side's rate on both, because a person chose it."""
    return _pushed(sides.whop_rate if mover is Side.WHOP else sides.affihub_rate, mover)


def _pushed(rate: Decimal | None, mover: Side) -> Due:
    """The other side gets the rate, if it can hold it exactly."""
    kind = "remove-commission" if rate is None else "set-commission"
    guard = "remove-commission" if rate is None else "commission"
    if rate is not None and not holds(mover.other, rate):
        return Due("commission", Does.BREAK, why="cannot hold")
    return Due("commission", Does.APPLY, kind, text(rate), (guard,), side=mover.other)


def holds(side: Side, rate: Decimal | None) -> bool:
    """Whether a side can hold a rate as it is; nothing is ever rounded."""
    if rate is None:
        return False
    if side is Side.WHOP:
        return rate == int(rate) and 1 <= rate <= 100
    return 0 <= rate <= 100 and rate == round(rate, 2)


# What stands in the way


def _gated(due: Due, terms: Terms, look: Look) -> Due:
    """Held, where a guard lets none of its class pass by itself and nobody said yes."""
    if due.does is not Does.APPLY or due.freed:
        return due
    for guard in due.guards:
        if terms.limit(guard) == 0 and not look.allows(guard):
            return replace(due, does=Does.HELD, gate=guard)
    return due


def _taught(mind: Mind, due: Due, as_: Does) -> Due:
    """Not sent again as it is, where it failed for a reason of its own."""
    if due.does is Does.APPLY and due.mark in mind.taught:
        return replace(due, does=as_)
    return due


def _learnt(mind: Mind, due: Due | None) -> Due | None:
    return due and _taught(mind, due, Does.BREAK)


def text(rate: Decimal | None) -> str | None:
    """A rate as rows tell it."""
    if rate is None:
        return None
    return format(rate.normalize(), "f")
