"""What is recorded of an undo once it is applied, so that no later run does again what it undid.

The bases are put back, which makes the rows of that run due again; so each of them is rejected in
the name of who undid it, and stays quiet until something about it changes.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sync.core.commission import AddOverride, DropOverride, SetPercent, edits
from sync.core.decision import Decision, Verb
from sync.core.inverse import is_undo, restored
from sync.core.people import linked_people
from sync.core.plan import Disposition, Field, Link, Outcome, Row
from sync.core.policy import Slot
from sync.core.ports import Settlement
from sync.core.record import Gathered, Override, Side
from sync.core.undo import Now


def with_undone(done: Settlement, now: Now, by: str, at: datetime) -> Settlement:
    """The settlement of a row with all that an undo leaves; of any other row as it is.

    ``by`` is who asked for the undo, ``at`` the moment in UTC.
    """
    row, link = done.row, done.link or now.links.get(done.row.whop_id or "")
    if not is_undo(row) or row.outcome is not Outcome.APPLIED or link is None:
        return done
    link, why = restored(link, row), f"undone: {row.reason[:1].lower()}{row.reason[1:]}"
    rejected = (
        Decision(now.policy.pair, Verb.REJECT, again, by, at, why)
        for again in due_again(row, link, now)
    )
    return replace(done, link=link, decisions=tuple(rejected))


def due_again(row: Row, link: Link, now: Now) -> Iterator[Row]:
    """The rows by which the next run would do again what an applied row undid."""
    seen = after(row, link, _of_user(link.user_id, now.gathered), now.policy.commission.slot)
    others = (one for one in now.links.values() if one.user_id == link.user_id)
    links = (link, *(one for one in others if one.affihub_id != link.affihub_id))
    for again in linked_people(seen, links, now.policy).rows:
        mine = again.affihub_id == link.affihub_id and again.field is row.field
        if mine and again.disposition is Disposition.APPLY:
            yield again


def _of_user(user_id: str, gathered: Gathered) -> Gathered:
    """What was read of one Whop user: nobody else makes a difference."""
    records = {i: one for i, one in gathered.whop.records.items() if one.user_id == user_id}
    return replace(gathered, whop=replace(gathered.whop, records=records))


def after(row: Row, link: Link, gathered: Gathered, slot: Slot) -> Gathered:
    """What was read, as it is once the row is applied."""
    match row.field, row.side:
        case Field.STATUS, Side.WHOP:
            records = dict(gathered.whop.records)
            if affiliate := records.get(link.whop_id):
                records[link.whop_id] = replace(affiliate, status=row.after)
            return replace(gathered, whop=replace(gathered.whop, records=records))
        case Field.COMMISSION, Side.WHOP:
            held = _edited(gathered.overrides.get(link.whop_id, ()), slot, _rate(row))
            return replace(gathered, overrides={**gathered.overrides, link.whop_id: held})
        case Field.STATUS | Field.COMMISSION, _:
            partners = dict(gathered.affihub.records)
            if partner := partners.get(link.affihub_id):
                status = partner.status if row.field is Field.COMMISSION else str(row.after)
                rate = _rate(row) if row.field is Field.COMMISSION else partner.commission
                partners[link.affihub_id] = replace(partner, status=status, commission=rate)
            return replace(gathered, affihub=replace(gathered.affihub, records=partners))
        case _:
            return gathered


def _rate(row: Row) -> Decimal | None:
    return None if row.after is None else Decimal(row.after)


def _edited(
    overrides: tuple[Override, ...], slot: Slot, percent: Decimal | None
) -> tuple[Override, ...]:
    """The overrides once a slot holds this percentage."""
    held = {override.id: override for override in overrides}
    for edit in edits(overrides, slot, percent):
        match edit:
            case SetPercent(override_id=i, percent=new):
                held[i] = replace(held[i], commission_value=new)
            case DropOverride(override_id=i):
                del held[i]
            case AddOverride(percent=new, plan_id=plan):
                held[f"new {plan}"] = _new(slot, new, plan)
    return tuple(held.values())


def _new(slot: Slot, percent: Decimal, plan: str | None) -> Override:
    return Override(
        id=f"new {plan}",
        override_type=slot.kind.value,
        commission_type="percentage",
        commission_value=percent,
        plan_id=plan,
        product_id=slot.product_id,
    )
