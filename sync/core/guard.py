"""Guards: named limits that turn rows into held ones, and say so in numbers (design section 5).

Each guard counts the rows of its class; beyond its limit all rows of the class are held and the
rest of the plan goes on. What a limit once held stays held until a person says yes or no, or it
changes or goes away: leftovers never slip under the limit later.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sync.core.diff import Cause
from sync.core.plan import Disposition, GuardVerdict, Kind, Row
from sync.core.policy import GuardClass, Guards, Limit, Share
from sync.core.ports import Spent
from sync.core.sequence import wait_for_others

CLASS_OF_KIND: Final[Mapping[Kind, GuardClass]] = {
    Kind.CREATE_PARTNER: GuardClass.CREATE_PARTNER,
    Kind.CREATE_AFFILIATE: GuardClass.CREATE_AFFILIATE,
    Kind.DEACTIVATE_PARTNER: GuardClass.DEACTIVATE,
    Kind.ARCHIVE_AFFILIATE: GuardClass.DEACTIVATE,
    Kind.ACTIVATE_PARTNER: GuardClass.REACTIVATE,
    Kind.UNARCHIVE_AFFILIATE: GuardClass.REACTIVATE,
    Kind.SET_COMMISSION: GuardClass.COMMISSION,
    Kind.REMOVE_COMMISSION: GuardClass.REMOVE_COMMISSION,
    Kind.MOVE_LINK: GuardClass.MISSING,
}

WAIVE_ALL: Final = "all"
"""The word that waives every guard by name."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards need beside the rows: links after matching, and what earlier runs did.

    ``held`` are the keys of rows a limit held earlier; ``reactivate`` is ``status.reactivate``.
    """

    pair: str
    links: int
    reactivate: bool = False
    first_run_done: bool = True
    held: Mapping[str, str] = field(default_factory=dict)
    spent: Mapping[GuardClass, Spent] = field(default_factory=dict)


def classes(row: Row) -> tuple[GuardClass, ...]:
    """The classes a row counts in; () for rows no limit counts.

    The activation of a partner we just invited counts as part of its create.
    """
    missing = (GuardClass.MISSING,) if row.rule == Cause.WHOP_GONE else ()
    of_kind = CLASS_OF_KIND.get(row.kind)
    if of_kind is None or (of_kind is GuardClass.REACTIVATE and not row.is_reactivation):
        return missing
    return (*missing, of_kind)


def allowance(limit: Limit, facts: Facts, floor: int, spent: Spent) -> int:
    """How many rows of a class may go now: the least that run, day and week leave."""
    left = [_rows(limit.per_run, facts.links, floor)]
    if limit.per_day is not None:
        left.append(_rows(limit.per_day, facts.links, floor) - spent.day)
    if limit.per_week is not None:
        left.append(_rows(limit.per_week, facts.links, floor) - spent.week)
    return max(0, min(left))


def _rows(amount: int | Share, links: int, floor: int) -> int:
    match amount:
        case Share(percent=percent):
            return max(floor, int(percent * links / 100))
        case number:
            return number


def hold(
    rows: Iterable[Row], guards: Guards, facts: Facts, waived: Collection[str] = ()
) -> tuple[tuple[Row, ...], tuple[GuardVerdict, ...]]:
    """The rows with those beyond a limit held, and a verdict for each guard that held any."""
    rows = tuple(rows)
    verdicts = []
    for name in GuardClass:
        if name in waived or WAIVE_ALL in waived:
            continue
        rows, verdict = _hold_class(name, rows, guards, facts)
        if verdict:
            verdicts.append(verdict)
            rows = wait_for_others(rows)  # what hangs on a held row uses up no other limit
    return rows, tuple(verdicts)


def lasting(rows: Iterable[Row], guards: Guards, facts: Facts) -> dict[str, str]:
    """Which held rows stay held in later runs, key to guard; also those that wait for another now.

    A policy (a limit of 0, ``first-run``) holds afresh in every run and needs no memory; it must
    let go as soon as the setting does.
    """
    waiting = Disposition.WAITING
    told = {r.key: facts.held.get(r.key) if r.disposition is waiting else r.guard for r in rows}
    return {k: name for k, name in told.items() if name and not _is_policy(name, guards, facts)}


def _is_policy(name: str, guards: Guards, facts: Facts) -> bool:
    guard = GuardClass(name)
    return guard is GuardClass.FIRST_RUN or _limit(guard, guards, facts).per_run == 0


def _limit(name: GuardClass, guards: Guards, facts: Facts) -> Limit:
    if name is GuardClass.REACTIVATE and not facts.reactivate:
        return Limit(0)
    return guards.limits[name]


def _hold_class(
    name: GuardClass, rows: tuple[Row, ...], guards: Guards, facts: Facts
) -> tuple[tuple[Row, ...], GuardVerdict | None]:
    if name is GuardClass.FIRST_RUN:
        return _hold_first_run(rows, guards, facts)
    counted = {row.key for row in rows if _is_open(row) and name in classes(row)}
    limit = _limit(name, guards, facts)
    allowed = allowance(limit, facts, guards.floor, facts.spent.get(name, Spent()))
    over = counted if len(counted) > allowed else {k for k in counted if facts.held.get(k) == name}
    if not over:
        return rows, None
    verdict = _verdict(name, len(counted), allowed, len(over), facts)
    return _held(rows, over, verdict), verdict


def _hold_first_run(
    rows: tuple[Row, ...], guards: Guards, facts: Facts
) -> tuple[tuple[Row, ...], GuardVerdict | None]:
    over = {row.key for row in rows if _is_open(row) and not row.kind.is_local}
    if not over or facts.first_run_done or not guards.first_run:
        return rows, None
    verdict = _verdict(GuardClass.FIRST_RUN, len(over), 0, len(over), facts)
    return _held(rows, over, verdict), verdict


def _is_open(row: Row) -> bool:
    return row.disposition is Disposition.APPLY


def _held(rows: tuple[Row, ...], over: set[str], verdict: GuardVerdict) -> tuple[Row, ...]:
    return tuple(
        replace(row, disposition=Disposition.HELD, guard=verdict.guard)
        if row.key in over and _is_open(row)
        else row
        for row in rows
    )


def _verdict(name: GuardClass, counted: int, allowed: int, held: int, facts: Facts) -> GuardVerdict:
    return GuardVerdict(
        guard=name,
        counted=counted,
        limit=allowed,
        held=held,
        message=_message(name, counted, allowed, held, facts),
        command=f"affisync sync --pair {facts.pair} --allow {name}",
    )


def _message(name: GuardClass, counted: int, allowed: int, held: int, facts: Facts) -> str:
    if name is GuardClass.FIRST_RUN:
        return f"The first writes of this pair wait for a person: {held} held."
    if counted > allowed == 0 and not facts.spent.get(name):
        return f"{counted} rows of {name} wait for a person: this guard lets none pass by itself."
    if counted > allowed:
        return f"{counted} rows of {name}, {allowed} may go with {facts.links} links: {held} held."
    return f"{held} rows of {name} were held by this limit before and still wait for a person."
