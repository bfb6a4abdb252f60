"""Writing a person's rate: a partner's custom rate, or the overrides of a slot."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sync.core.commission import (
    AddOverride,
    DropOverride,
    Edit,
    Inexpressible,
    SetPercent,
    edits,
    in_slot,
    rate_text,
    slot_rate,
    was_kept,
)
from sync.core.plan import Base, Link, Outcome, Row
from sync.core.policy import Slot, SlotKind
from sync.core.ports import NewOverride, Settlement
from sync.core.record import Override, Rate, Side
from sync.errors import Uncertain
from sync.runs.applying import (
    Applying,
    LessonError,
    MovedError,
    applied,
    check_unmoved,
    follows_create,
    not_kept,
    overrides_now,
    same,
)

PAUSE_BEFORE_SECOND_LOOK: Final = 2.0
"""Seconds between two looks for an override whose creation got no answer."""
NO_ONE_RATE: Final = "no single rate that can be read"


@dataclass(frozen=True, slots=True)
class Held:
    """What both sides hold for a person right before the write; rates as text."""

    overrides: tuple[Override, ...]
    whop: str | None
    affihub: str | None


async def write_rate(at: Applying, row: Row, link: Link) -> Settlement:
    """Set or remove a person's rate on one side."""
    now = await _rates_unmoved(at, row, link)
    await at.intend(row)
    percent = _percent(row)
    kept: Rate | Inexpressible
    if row.side is Side.AFFIHUB:
        kept = (await at.writers.affihub.set_commission(link.affihub_id, percent)).commission
        base = Base(row.after, now.whop, _text(kept))
    else:
        kept = await _write_overrides(at, link.whop_id, now.overrides, percent)
        base = Base(row.after, _text(kept), now.affihub)
    if not is_rate(row, kept):
        return await not_kept(at, row, _text(kept))
    return await applied(at, row, _agreed(link, row, base))


def _agreed(link: Link, row: Row, base: Base) -> Link:
    """The link with what both sides agree on now.

    Of a rate chosen for both sides the first write leaves the base as it is: the other side holds
    another rate still, and that must be seen should the second write not come about.
    """
    return replace(link, commission=base) if base.of(row.side.other) == row.after else link


async def finish_rate(
    at: Applying, row: Row, link: Link, overrides: tuple[Override, ...]
) -> Settlement | None:
    """Bring a change of several overrides that was cut off in the middle to its end.

    None where it is not known to be that: then the next plan decides.
    """
    if not _is_cut_off(row, overrides, _slot(at)):
        return None
    try:
        now = await check_unmoved(at, row, link)
        rate = now.partner.commission if now.partner else None
        same("Affihub's rate", _expected(row)[Side.AFFIHUB], _text(rate))
    except (MovedError, LessonError):
        return None
    kept = await _write_overrides(at, link.whop_id, overrides, _percent(row))
    if not is_rate(row, kept):
        return None
    base = Base(row.after, _text(kept), _text(rate))
    done = replace(row, outcome=Outcome.APPLIED)
    return Settlement(done, link=_agreed(link, row, base))


def _is_cut_off(row: Row, overrides: tuple[Override, ...], slot: Slot) -> bool:
    """Whether some plans of the slot are as the row wants them, and all others as they were."""
    if slot.kind is not SlotKind.STANDARD:
        return False
    told = {o.plan_id: o.commission_value for o in overrides if in_slot(o, slot)}
    before = None if row.before is None else Decimal(row.before)
    return {told.get(plan) for plan in slot.plan_ids} == {before, _percent(row)}


async def _rates_unmoved(at: Applying, row: Row, link: Link) -> Held:
    """Both rates as they are now; ``MovedError`` where either is not what was decided on."""
    overrides = await overrides_now(at, row, link)
    now = await check_unmoved(at, row, link)
    rate = slot_rate(overrides, _slot(at))
    held = Held(overrides, _text(rate), _text(now.partner.commission if now.partner else None))
    expected = _expected(row)
    same("Whop's rate", expected[Side.WHOP], held.whop)
    same("Affihub's rate", expected[Side.AFFIHUB], held.affihub)
    return held


def _expected(row: Row) -> dict[Side, str | None]:
    """The rates a row was decided on; after a create the new side has none, the other one ours."""
    if follows_create(row):
        return {row.side: row.before, row.side.other: row.after}
    return {Side.WHOP: row.expect.whop_rate, Side.AFFIHUB: row.expect.affihub_rate}


def _percent(row: Row) -> Decimal | None:
    return None if row.after is None else Decimal(row.after)


def is_rate(row: Row, kept: Rate | Inexpressible) -> bool:
    """Whether a side holds the rate a row asks for; what cannot be read as one is not it."""
    return isinstance(kept, Decimal | None) and was_kept(_percent(row), kept)


def _text(rate: Rate | Inexpressible) -> str | None:
    return rate_text(rate) if isinstance(rate, Decimal | None) else NO_ONE_RATE


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
        except Uncertain as lost:
            await _send_again(at, whop_id, percent, lost)
            break
    return slot_rate(await at.pair.whop.overrides(whop_id), _slot(at))


async def _send_again(at: Applying, whop_id: str, percent: Decimal | None, lost: Uncertain) -> None:
    left = await _left(at, whop_id, percent)
    if left:
        await at.pair.sleep(PAUSE_BEFORE_SECOND_LOOK)
        if at.pair.stop.wanted:
            raise lost  # a stop ends pauses: too soon to send again, so the next run looks
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
