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
    mine = [override for override in overrides if in_slot(override, slot)]
    for override in mine:
        if fault := _fault(override, slot):
            return Inexpressible(fault)
    if not mine:
        return None
    if len(mine) != _places(slot):
        return Inexpressible(_wrong_count(len(mine), slot))
    rates = {o.commission_value for o in mine if isinstance(o.commission_value, Decimal)}
    if len(rates) > 1:
        return Inexpressible(f"its plans pay different rates: {', '.join(map(str, sorted(rates)))}")
    return rates.pop()


def _places(slot: Slot) -> int:
    return len(slot.plan_ids) if slot.kind is SlotKind.STANDARD else 1


def _wrong_count(found: int, slot: Slot) -> str:
    if slot.kind is SlotKind.STANDARD and found < _places(slot):
        return f"only {found} of the {_places(slot)} listed plans have an override"
    return f"{found} overrides stand in one place"


def _fault(override: Override, slot: Slot) -> str | None:
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
    """What brings the slot to this percentage, or empties it; () when it is there already."""
    mine = [override for override in overrides if in_slot(override, slot)]
    if percent is None:
        return tuple(DropOverride(override.id) for override in mine)
    changed = [SetPercent(o.id, percent) for o in mine if o.commission_value != percent]
    return (*changed, *_additions(mine, slot, percent))


def _additions(mine: Sequence[Override], slot: Slot, percent: Decimal) -> tuple[AddOverride, ...]:
    if slot.kind is SlotKind.REV_SHARE:
        return () if mine else (AddOverride(percent, None),)
    taken = {override.plan_id for override in mine}
    return tuple(AddOverride(percent, plan) for plan in slot.plan_ids if plan not in taken)


def cannot_hold(side: Side, percent: Decimal) -> str | None:
    """Why a side cannot hold this rate, None where it can (api/whop.md 3, api/affihub.md 5)."""
    match side:
        case Side.WHOP if percent != percent.to_integral_value() or not 1 <= percent <= WHOLE:
            return "Whop holds whole percentages from 1 to 100"
        case Side.AFFIHUB if percent != percent.quantize(CENTIPOINT) or not 0 <= percent <= WHOLE:
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
    if rate is None:
        return None
    text = format(rate, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_rate(rate: str | None) -> str:
    """A rate in a sentence; None is what either side pays where nothing is set."""
    return "the default rate" if rate is None else f"{rate} %"
