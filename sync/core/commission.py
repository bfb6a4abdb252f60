"""Overrides <-> one commission: what a slot says, what it cannot say, and how to change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from sync.core.policy import Slot, SlotKind
from sync.core.record import Override, Side, Untold

CENTIPOINT: Final = Decimal("0.01")
"""Affihub keeps rates to two decimals (api/affihub.md section 5, 17)."""
WHOLE: Final = Decimal(100)
"""All of the revenue, in percent: more cannot be paid."""


@dataclass(frozen=True, slots=True)
class Inexpressible:
    """The slot holds terms that no single percentage can stand for; a person has to look."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetPercent:
    """Change the percentage of one override."""

    override_id: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AddOverride:
    """Add an override with the slot's terms, on one plan where the slot is made of plans."""

    percent: Decimal
    plan_id: str | None


@dataclass(frozen=True, slots=True)
class DropOverride:
    """Delete one override."""

    override_id: str


Edit = SetPercent | AddOverride | DropOverride


def in_slot(override: Override, slot: Slot) -> bool:
    """Whether an override belongs to the slot; all others are listed and never touched."""
    if override.override_type != slot.kind:
        return False
    match slot.kind:
        case SlotKind.REV_SHARE:
            return override.product_id == slot.product_id
        case SlotKind.STANDARD:
            return override.plan_id in slot.plan_ids
        case _:
            assert_never(slot.kind)


def slot_rate(overrides: Sequence[Override], slot: Slot) -> Decimal | Inexpressible | None:
    """The one percentage the slot stands for; None where the slot is empty."""
    mine = _mine(overrides, slot)
    if not mine:
        return None
    if fault := _fault(mine, slot):
        return Inexpressible(fault)
    if missing := len(_places(slot)) - len(mine):
        places = len(mine) + missing
        return Inexpressible(f"only {len(mine)} of the {places} listed plans have an override")
    rates = {o.commission_value for o in mine if isinstance(o.commission_value, Decimal)}
    if len(rates) > 1:
        return Inexpressible(f"its plans pay different rates: {', '.join(map(str, sorted(rates)))}")
    return rates.pop()


def _mine(overrides: Sequence[Override], slot: Slot) -> list[Override]:
    mine = [override for override in overrides if in_slot(override, slot)]
    mine.sort(key=_id)
    return mine


def _id(override: Override) -> str:
    return override.id


def _places(slot: Slot) -> tuple[str | None, ...]:
    """Where a slot has an override each: its plans, or the one place of a share."""
    return tuple(dict.fromkeys(slot.plan_ids)) if slot.kind is SlotKind.STANDARD else (None,)


def _place(override: Override, slot: Slot) -> str | None:
    return override.plan_id if slot.kind is SlotKind.STANDARD else None


def _fault(mine: Sequence[Override], slot: Slot) -> str | None:
    """Why these overrides are for a person to look at and never to be edited, if they are."""
    for override in mine:
        if fault := _other_terms(override, slot):
            return fault
    places = [_place(override, slot) for override in mine]
    crowd = max(map(places.count, places), default=0)
    return f"{crowd} overrides stand in one place" if crowd > 1 else None


def _other_terms(override: Override, slot: Slot) -> str | None:
    if override.commission_type != "percentage":
        return f"override {override.id} pays {override.commission_type}, not a percentage"
    if isinstance(override.commission_value, Untold):
        return f"override {override.id} has a rate that cannot be read"
    match slot.kind:
        case SlotKind.REV_SHARE:
            told, wanted = override.revenue_basis, slot.revenue_basis
        case SlotKind.STANDARD:
            told, wanted = override.applies_to_payments, slot.applies_to_payments
        case _:
            assert_never(slot.kind)
    # Null is not told: the exact rule is open (api/whop.md section 3).
    if told is not None and told != wanted:
        return f"override {override.id} applies to {told}, the slot to {wanted}"
    return None


def edits(overrides: Sequence[Override], slot: Slot, percent: Decimal | None) -> tuple[Edit, ...]:
    """What brings the slot to this percentage, or empties it; () when it is there already.

    Also () where the slot holds other terms: they are a person's, and a fee of 5 dollars must
    not become one of 25. A change that was cut off in the middle is brought to its end.
    """
    mine = _mine(overrides, slot)
    if _fault(mine, slot):
        return ()
    if percent is None:
        return tuple(DropOverride(override.id) for override in mine)
    taken = {_place(override, slot) for override in mine}
    return (
        *(SetPercent(o.id, percent) for o in mine if o.commission_value != percent),
        *(AddOverride(percent, place) for place in _places(slot) if place not in taken),
    )


def cannot_hold(side: Side, percent: Decimal) -> str | None:
    """Why a side cannot hold this rate, None where it can (api/whop.md 3, api/affihub.md 5)."""
    match side:
        case Side.WHOP if not 1 <= percent <= WHOLE or percent != percent.to_integral_value():
            return "Whop holds whole percentages from 1 to 100"
        case Side.AFFIHUB if not 0 <= percent <= WHOLE or percent != percent.quantize(CENTIPOINT):
            return "Affihub holds percentages from 0 to 100 with two decimals"
        case _:
            return None


def same_rate(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two rates are the same money: equal once both are rounded to 0.01 of a point."""
    if one is None or other is None:
        return one is other
    return one.quantize(CENTIPOINT) == other.quantize(CENTIPOINT)


def was_kept(asked: Decimal | None, kept: Decimal | None) -> bool:
    """Whether a read-back is what was asked for; a server may round within 0.01 of a point."""
    if asked is None or kept is None:
        return asked is kept
    return abs(asked - kept) <= CENTIPOINT


def rate_text(rate: Decimal | None) -> str | None:
    """A rate as it stands in rows and bases: the shortest exact decimal; None stays None."""
    if not rate:
        return None if rate is None else "0"  # zero may come with a sign
    text = format(rate, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_rate(rate: str | None) -> str:
    """A rate in a sentence; None is what either side pays where nothing is set."""
    return "the default rate" if rate is None else f"{rate} %"
