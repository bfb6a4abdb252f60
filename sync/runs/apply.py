"""Apply: work through a plan's rows, people side by side, one person's rows in order.

One bad row never stops the others. A refused key, a lost lease or a broken client stops them all;
a missing permission stops its kind.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from types import MappingProxyType
from typing import Final

from sync.core.plan import Disposition, Kind, Link, Outcome, Plan, Row
from sync.core.ports import Parked, Settlement
from sync.core.record import Side
from sync.core.sequence import CREATES, in_order, stage
from sync.core.tries import after_failure
from sync.errors import (
    AffisyncError,
    ApiError,
    ClientBroken,
    KeyRefused,
    LeaseLost,
    PermissionMissing,
    StateError,
    Unavailable,
    Uncertain,
)
from sync.runs import logbook
from sync.runs.applying import Applying, LessonError, MovedError
from sync.runs.create import create_affiliate, create_partner
from sync.runs.write import move_link, write_name, write_status
from sync.runs.write_rate import write_rate

CREATE_ROW: Final[Mapping[Kind, Callable[[Applying, Row], Awaitable[Settlement]]]] = (
    MappingProxyType({Kind.CREATE_PARTNER: create_partner, Kind.CREATE_AFFILIATE: create_affiliate})
)

WRITE_ROW: Final[Mapping[Kind, Callable[[Applying, Row, Link], Awaitable[Settlement]]]] = (
    MappingProxyType(
        {
            Kind.ACTIVATE_PARTNER: write_status,
            Kind.DEACTIVATE_PARTNER: write_status,
            Kind.ARCHIVE_AFFILIATE: write_status,
            Kind.UNARCHIVE_AFFILIATE: write_status,
            Kind.SET_COMMISSION: write_rate,
            Kind.REMOVE_COMMISSION: write_rate,
            Kind.FILL_NAME: write_name,
            Kind.MOVE_LINK: move_link,
        }
    )
)

RATES: Final = (Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION)
ENDS_THE_RUN: Final = (KeyRefused, ClientBroken, LeaseLost, StateError)


@dataclass(slots=True)
class Course:
    """How an apply is going: what is done, whom it stumbled over, and what ended it.

    ``barred`` are kinds this key may not write to a side; ``stumbled`` are people one of whose
    rows did not go through, so that their later rows are not sent.
    """

    total: int
    done: list[Row] = field(default_factory=list)
    stumbled: set[str] = field(default_factory=set)
    barred: dict[tuple[Side, Kind], str] = field(default_factory=dict)
    fatal: AffisyncError | None = None


async def apply(at: Applying, plan: Plan) -> tuple[tuple[Row, ...], AffisyncError | None]:
    """Every row of the plan with its outcome, and the error that ended the apply early, if any."""
    store = at.pair.store
    await asyncio.to_thread(store.save_links, at.fence, plan.refreshed)
    for link in plan.refreshed:
        at.remember(link)
    todo = [row for row in plan.rows if _is_sent(row)]
    course = Course(total=len(todo))
    for _, rows in groupby(todo, key=stage):
        await _apply_stage(at, course, list(rows))
    by_key = {row.key: row for row in course.done}
    rows = (by_key.get(row.key, _linked(row)) for row in plan.rows)
    return in_order(rows), course.fatal


def _is_sent(row: Row) -> bool:
    return row.disposition is Disposition.APPLY and row.kind is not Kind.LINK


def _linked(row: Row) -> Row:
    """Link rows are done as soon as the links are saved; other rows were not to be applied."""
    mine = row.kind is Kind.LINK and row.disposition is Disposition.APPLY
    return replace(row, outcome=Outcome.APPLIED) if mine else row


async def _apply_stage(at: Applying, course: Course, rows: Iterable[Row]) -> None:
    """All people of one stage side by side; nobody is ever cancelled in the middle of a row."""
    people: dict[str, list[Row]] = {}
    for row in rows:
        people.setdefault(row.identity, []).append(row)
    gate = asyncio.Semaphore(at.pair.people_at_once)
    async with asyncio.TaskGroup() as group:
        for own in people.values():
            group.create_task(_apply_person(at, course, own, gate))


async def _apply_person(
    at: Applying, course: Course, rows: Iterable[Row], gate: asyncio.Semaphore
) -> None:
    async with gate:
        for row in rows:
            with logbook.about_row(row):
                done = _skipped(at, course, row) or await _try(at, course, row)
                logbook.row_ended(done)
            course.done.append(done)
            if done.outcome is not Outcome.APPLIED:
                course.stumbled.add(row.identity)
            at.pair.progress.applied(len(course.done), course.total)


def _skipped(at: Applying, course: Course, row: Row) -> Row | None:
    """The row as skipped, where something before it says that it must not be sent now."""
    if course.fatal:
        return _not_sent(row, Outcome.SKIPPED, "The run ended before this row's turn.")
    if at.pair.stop.wanted:
        return _not_sent(row, Outcome.SKIPPED, f"{at.pair.stop.why} before this row's turn.")
    if row.identity in course.stumbled:
        text = "An earlier row of this person did not go through; the next run sees to it."
        return _not_sent(row, Outcome.SKIPPED, text)
    if why := course.barred.get((row.side, row.kind)):
        return _not_sent(row, Outcome.FAILED, why)
    return None


def _not_sent(row: Row, outcome: Outcome, why: str) -> Row:
    return replace(row, outcome=outcome, error=why)


async def _try(at: Applying, course: Course, row: Row) -> Row:
    """Write one row; whatever goes wrong is an outcome, never an end of the other rows."""
    try:
        return (await _write(at, row)).row
    except ENDS_THE_RUN as error:
        course.fatal = course.fatal or error
        return _not_sent(row, Outcome.FAILED, str(error))
    except MovedError as moved:
        done = Settlement(replace(row, outcome=Outcome.STALE, error=str(moved)))
        return await _record(at, course, done)
    except LessonError as lesson:
        return await _record(at, course, _parked(at, row, lesson))
    except ApiError as error:
        if isinstance(error, PermissionMissing):
            course.barred[row.side, row.kind] = str(error)
        done = _failed(at, row, error)
        return await _record(at, course, done, close=not _may_have_happened(row, error))


async def _write(at: Applying, row: Row) -> Settlement:
    create = CREATE_ROW.get(row.kind)
    if create:
        return await create(at, row)
    link = at.link_of(row)
    if link is None:
        raise MovedError("This person is not linked any more.")
    return await WRITE_ROW[row.kind](at, row, link)


def _may_have_happened(row: Row, error: ApiError) -> bool:
    """Whether the intent stays open, for the next run to settle by looking.

    So where a create may have taken effect, or a change of several overrides a part of it.
    """
    in_doubt = row.kind in CREATES or (row.kind in RATES and row.side is Side.WHOP)
    return in_doubt and isinstance(error, Uncertain | Unavailable)


def _failed(at: Applying, row: Row, error: ApiError) -> Settlement:
    """The row as failed and, where that was its own failure, parked until its next try."""
    unanswered = isinstance(error, Unavailable | Uncertain)
    if unanswered and at.pair.stop.wanted:  # a stop ends pauses and keeps requests from being sent
        return Settlement(_not_sent(row, Outcome.SKIPPED, str(error)))
    told = _not_sent(row, Outcome.FAILED, str(error))
    if isinstance(error, PermissionMissing):
        return Settlement(told)
    before, now, most = at.lessons.get(row.key), at.pair.clock(), at.pair.row_tries
    park = after_failure(before, str(error), now, most, refused=not unanswered)
    return Settlement(replace(told, disposition=park.disposition), park=park)


def _parked(at: Applying, row: Row, lesson: LessonError) -> Settlement:
    park = None
    if lesson.lasting:
        park = Parked(lesson.disposition, lesson.rule, lesson.reason, at.pair.clock())
    told = replace(
        row,
        disposition=lesson.disposition,
        rule=lesson.rule,
        reason=lesson.reason,
        outcome=lesson.outcome,
        error=lesson.reason if lesson.outcome else None,
    )
    return Settlement(told, park=park)


async def _record(at: Applying, course: Course, done: Settlement, *, close: bool = True) -> Row:
    """Record an outcome that is not a success; the state itself may fail, which ends the run."""
    try:
        await at.settle(done, close=close)
    except (LeaseLost, StateError) as error:
        course.fatal = course.fatal or error
    return done.row
