"""What a statement takes for an explanation: rows of the plan, people it lists, what was not seen.

An explanation is only looked up here, by the ids of a record; whether one is needed is found out
without the plan (``sync.core.accounts``), so that a row the plan forgot is missed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.core.plan import Alone, Base, Field, Kind, Link, Plan, Row
from sync.core.record import Gathered, Side

PROMISE: Final = "to be created"
"""What the plan says of somebody for whom it has a create row; without the row it says nothing."""


class By(StrEnum):
    """What explains a difference."""

    ROW = "row"
    """A row of the plan."""
    UNMATCHED = "unmatched"
    """The plan lists this person as alone, and says why."""
    REMEMBERED = "remembered"
    """Both sides agree; the next sync that writes remembers it."""
    LISTING = "listing"
    """A listing is incomplete, so that an absence means nothing."""
    GONE = "gone"
    """Whop has no such affiliate any more, and the partner is off."""
    ROUNDED = "rounded"
    """A server rounded what it was given, and both were agreed on as they are."""
    SETTING = "setting"
    """The configuration leaves it alone."""
    OFF = "off"
    """Nobody who is off, or not seen on both sides, has a rate to compare."""
    UNREAD = "unread"
    """This run could not read it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a difference is there; ``row`` is the line of the plan that says so."""

    by: By
    text: str
    row: Row | None = None


REMEMBERED: Final = Reason(
    By.REMEMBERED, "Both sides agree and the mapping is behind; the next sync remembers it."
)


class Grounds:
    """The explanations of one plan, found by the ids of those they are about."""

    def __init__(self, plan: Plan, gathered: Gathered) -> None:
        self._linked = {(row.whop_id, row.affihub_id, row.field): row for row in plan.rows}
        self._alone = dict(_rows_by_record(plan.rows))
        self._listed: Mapping[tuple[Side, str], Alone] = {
            (side, one.id): one for side, ones in plan.unmatched.items() for one in ones
        }
        self._refreshed = {(link.whop_id, link.affihub_id): link for link in plan.refreshed}
        self._gathered = gathered

    def row(self, link: Link, *fields: Field) -> Reason | None:
        """The row about one of these fields of a linked person."""
        found = (self._linked.get((link.whop_id, link.affihub_id, field)) for field in fields)
        return next((Reason(By.ROW, row.reason, row) for row in found if row), None)

    def refreshed(self, link: Link, status: str) -> Reason | None:
        """That the plan remembers what both sides mean, where it does."""
        now = self._refreshed.get((link.whop_id, link.affihub_id))
        return REMEMBERED if now and now.status and now.status.value == status else None

    def refreshed_rate(self, link: Link, rate: Base) -> Reason | None:
        """That the plan remembers what both sides pay, where it does."""
        now = self._refreshed.get((link.whop_id, link.affihub_id))
        return REMEMBERED if now and now.commission == rate else None

    def alone(self, side: Side, record_id: str) -> Reason | None:
        """Why nobody is linked to this record."""
        if row := self._alone.get((side, record_id)):
            return Reason(By.ROW, row.reason, row)
        one = self._listed.get((side, record_id))
        return Reason(By.UNMATCHED, one.reason) if one and one.reason != PROMISE else None

    def unseen(self, side: Side, record_id: str) -> Reason | None:
        """That a linked record is not seen because its side's listing is incomplete."""
        snapshot = self._gathered.whop if side is Side.WHOP else self._gathered.affihub
        if snapshot.complete or record_id in snapshot.gone or record_id in self._gathered.broken:
            return None
        return Reason(By.LISTING, f"{side.brand}'s listing is incomplete: {snapshot.note or '?'}")

    def unread(self, record_id: str) -> Reason:
        """Why a rate could not be read, as far as anything was said about it."""
        notes = (n for n in self._gathered.notes if n.startswith(f"The rate of {record_id} "))
        return Reason(By.UNREAD, next(notes, "Not read in this run."))


def _rows_by_record(rows: Iterable[Row]) -> Iterator[tuple[tuple[Side, str], Row]]:
    """The rows about who is alone; of several about a record the last one counts: its link's."""
    ranked = sorted(rows, key=lambda row: row.field is Field.LINK)
    for row in ranked:
        if row.field not in (Field.RECORD, Field.LINK):
            continue
        for side, record_id in _named(row):
            yield (side, record_id), row


def _named(row: Row) -> Iterator[tuple[Side, str]]:
    if row.whop_id:
        yield Side.WHOP, row.whop_id
    if row.affihub_id:
        yield Side.AFFIHUB, row.affihub_id
    if row.kind is Kind.MOVE_LINK and row.after:
        yield Side.WHOP, row.after
    if row.kind is Kind.LINK and row.after is None:
        # Nobody can tell these apart; who they are beside the first two stands in the sentence.
        for word in row.reason.split():
            for side in Side:
                yield side, word.strip(",;.")
