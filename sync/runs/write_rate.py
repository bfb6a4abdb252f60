"""Writing a person's rate: a partner's custom rate, or the overrides of a slot."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from sync.core.commission import (
    AddOverride,
    DropOverride,
    Edit,
    Inexpressible,
    SetPercent,
    edits,
    rate_text,
    slot_rate,
    was_kept,
)
from sync.core.plan import Base, Link, Row
from sync.core.policy import Slot, SlotKind
from sync.core.ports import NewOverride, Settlement
from sync.core.record import Override, Side
from sync.errors import Uncertain
from sync.runs.applying import Applying, applied, check_unmoved, not_kept, same

PAUSE_BEFORE_SECOND_LOOK: Final = 2.0
"""Seconds between two looks for an override whose creation got no answer."""


async def write_rate(at: Applying, row: Row, link: Link) -> Settlement:
    """Set or remove a person's rate on one side."""
    overrides = await _rates_unmoved(at, row, link)
    await at.intend(row)
    percent = None if row.after is None else Decimal(row.after)
    if row.side is Side.AFFIHUB:
        partner = await at.writers.affihub.set_commission(link.affihub_id, percent)
        kept = partner.commission if isinstance(partner.commission, Decimal | None) else None
        held = (row.expect.whop_rate, rate_text(kept))
    else:
        rate = await _write_overrides(at, link.whop_id, overrides, percent)
        kept = None if isinstance(rate, Inexpressible) else rate
        held = (rate_text(kept), row.expect.affihub_rate)
    if not was_kept(percent, kept):
        return await not_kept(at, row, rate_text(kept))
    return await applied(at, row, replace(link, commission=Base(row.after, *held)))


async def _rates_unmoved(at: Applying, row: Row, link: Link) -> tuple[Override, ...]:
    """The affiliate's overrides as they are now; ``MovedError`` where either rate is another.

    A record that this run has just created has nothing to compare with yet.
    """
    overrides = await at.pair.whop.overrides(link.whop_id)
    if None in (row.whop_id, row.affihub_id):
        return overrides
    now = await check_unmoved(at, row, link)
    rate = slot_rate(overrides, _slot(at))
    same("Whop's rate", row.expect.whop_rate, _rate(rate))
    same(
        "Affihub's rate",
        row.expect.affihub_rate,
        _rate(now.partner.commission if now.partner else None),
    )
    return overrides


def _rate(rate: object) -> str | None:
    return rate_text(rate) if isinstance(rate, Decimal) else None


def _slot(at: Applying) -> Slot:
    return at.pair.policy.commission.slot


async def _write_overrides(
    at: Applying, whop_id: str, overrides: tuple[Override, ...], percent: Decimal | None
) -> Decimal | Inexpressible | None:
    """Bring the slot to a percentage, edit by edit, and read what it is in the end.

    An override whose creation got no answer is looked for twice, with a pause, before it is sent
    once more (api/whop.md section 3: a second one for the same place may be a duplicate).
    """
    for edit in edits(overrides, _slot(at), percent):
        try:
            await _send(at, whop_id, edit)
        except Uncertain:
            await _send_again(at, whop_id, percent)
            break
    return slot_rate(await at.pair.whop.overrides(whop_id), _slot(at))


async def _send_again(at: Applying, whop_id: str, percent: Decimal | None) -> None:
    left = await _left(at, whop_id, percent)
    if left:
        await at.pair.sleep(PAUSE_BEFORE_SECOND_LOOK)
        left = await _left(at, whop_id, percent)
    for edit in left:
        await _send(at, whop_id, edit)


async def _left(at: Applying, whop_id: str, percent: Decimal | None) -> tuple[Edit, ...]:
    return edits(await at.pair.whop.overrides(whop_id), _slot(at), percent)


async def _send(at: Applying, whop_id: str, edit: Edit) -> None:
    whop = at.writers.whop
    match edit:
        case SetPercent(override_id=override, percent=percent):
            await whop.update_override(whop_id, override, percent)
        case DropOverride(override_id=override):
            await whop.delete_override(whop_id, override)
        case AddOverride(percent=percent, plan_id=plan):
            await whop.create_override(whop_id, _terms(_slot(at), percent, plan))


def _terms(slot: Slot, percent: Decimal, plan_id: str | None) -> NewOverride:
    if slot.kind is SlotKind.STANDARD:
        return NewOverride(
            slot.kind.value,
            percent,
            plan_id=plan_id,
            applies_to_payments=slot.applies_to_payments,
        )
    return NewOverride(
        slot.kind.value, percent, product_id=slot.product_id, revenue_basis=slot.revenue_basis
    )
