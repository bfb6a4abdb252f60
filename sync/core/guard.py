"""Guards: named limits that turn rows into held ones, and say so in numbers (design section 5).

Each guard counts the rows of its class; beyond its limit all rows of the class are held and the
rest of the plan goes on. What a limit once held stays held until a person says yes or no, or it
changes or goes away: leftovers never slip under the limit later.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sync.core.diff import Cause
from sync.core.holding import Beyond, Check, Facts, approve_command, counts, held, is_open
from sync.core.money_guards import monthly_effect, rate_jump
from sync.core.plan import Disposition, GuardVerdict, Kind, Row
from sync.core.policy import GuardClass, Guards, Hold, Limit, Share
from sync.core.policy_holds import freeze, two_people
from sync.core.ports import Spent
from sync.core.sequence import wait_for_others

__all__ = ["CLASS_OF_KIND", "WAIVE_ALL", "Facts", "allowance", "classes", "hold", "lasting"]

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


def classes(row: Row) -> tuple[GuardClass, ...]:
    """The classes a row counts in; () for rows no limit counts.

    The activation of a partner we just invited counts as part of its create.
    """
    missing = (GuardClass.MISSING,) if row.rule == Cause.WHOP_GONE else ()
    of_kind = CLASS_OF_KIND.get(row.kind)
    if of_kind is None or (of_kind is GuardClass.REACTIVATE and not row.is_reactivation):
        return missing
    return (*missing, of_kind)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many rows of a class may go now: what is left ``of`` a limit for a run or a span."""

    of: int
    span: str = ""
    spent: int = 0

    @property
    def rows(self) -> int:
        """Never less than none."""
        return max(0, self.of - self.spent)


def allowance(limit: Limit, facts: Facts, floor: int, spent: Spent) -> Allowance:
    """The least that run, day and week leave of a class."""
    spans = (
        (limit.per_run, "", 0),
        (limit.per_day, "24 hours", spent.day),
        (limit.per_week, "7 days", spent.week),
    )
    allowed = [
        Allowance(_rows(amount, facts.links, floor), span, gone)
        for amount, span, gone in spans
        if amount is not None
    ]
    return min(allowed, key=lambda each: each.rows)


def _rows(amount: int | Share, links: int, floor: int) -> int:
    match amount:
        case Share(percent=percent):
            return max(floor, int(percent * links / 100))
        case number:
            return number


def hold(
    rows: Iterable[Row], guards: Guards, facts: Facts, waived: Collection[str] = ()
) -> tuple[tuple[Row, ...], tuple[GuardVerdict, ...]]:
    """The rows with those beyond a limit held, and a verdict for each guard that held any.

    Approved rows count and pass. ``waived`` are guard classes, or all of them; what needs two
    people, limits in money and days of freeze are never waived.
    """
    rows = tuple(rows)
    verdicts = []
    for name, check in CHECKS.items():
        if isinstance(name, GuardClass) and (name in waived or WAIVE_ALL in waived):
            continue
        if beyond := check(rows, guards, facts):
            verdicts.append(beyond.verdict)
            # What hangs on a held row uses up no other limit.
            rows = wait_for_others(held(rows, beyond), beyond.keys)
    return rows, tuple(verdicts)


def lasting(rows: Iterable[Row], guards: Guards, facts: Facts) -> dict[str, str]:
    """Which held rows stay held in later runs, key to guard; also those that wait for another now.

    A policy (a limit of 0, ``first-run``, a freeze) holds afresh in every run and needs no memory;
    it must let go as soon as the setting does. What a limit held before it is remembered still.
    """
    told = {row.key: _memory(row, facts) for row in rows}
    return {k: name for k, name in told.items() if name and not _is_policy(name, guards, facts)}


def _memory(row: Row, facts: Facts) -> str | None:
    """The limit that holds a row, or held it until something else did, or counted it at a no."""
    if row.guard in LIMITS:
        return row.guard
    if counts(row, facts) and not is_open(row):
        return next(iter(classes(row)), None)
    hidden = row.disposition in (Disposition.WAITING, Disposition.HELD)
    return facts.held.get(row.key) if hidden else None


def _is_policy(name: str, guards: Guards, facts: Facts) -> bool:
    if name == Hold.MONTHLY_EFFECT:
        return guards.max_monthly_effect_usd is None
    guard = GuardClass(name)
    return guard is GuardClass.FIRST_RUN or _limit(guard, guards, facts).per_run == 0


def _limit(name: GuardClass, guards: Guards, facts: Facts) -> Limit:
    if name is GuardClass.REACTIVATE and not facts.reactivate:
        return Limit(0)
    return guards.limits[name]


def _beyond_limit(
    name: GuardClass, rows: Collection[Row], guards: Guards, facts: Facts
) -> Beyond | None:
    counted = [row for row in rows if counts(row, facts) and name in classes(row)]
    limit = _limit(name, guards, facts)
    allowed = allowance(limit, facts, guards.floor, facts.spent.get(name, Spent()))
    over = frozenset(
        row.key
        for row in counted
        if is_open(row)
        and not facts.is_approved(row)
        and (len(counted) > allowed.rows or facts.held.get(row.key) == name)
    )
    return Beyond(over, _verdict(name, len(counted), allowed, len(over), facts)) if over else None


def _first_run(rows: Collection[Row], guards: Guards, facts: Facts) -> Beyond | None:
    if facts.first_run_done or not guards.first_run:
        return None
    counted = [row for row in rows if is_open(row) and not row.kind.is_local]
    over = frozenset(row.key for row in counted if not facts.is_approved(row))
    name = GuardClass.FIRST_RUN
    return (
        Beyond(over, _verdict(name, len(counted), Allowance(0), len(over), facts)) if over else None
    )


CHECKS: Final[Mapping[GuardClass | Hold, Check]] = {
    # Row by row first, then what counts rows, then what holds all that is left.
    Hold.TWO_PEOPLE: two_people,
    Hold.RATE_JUMP: rate_jump,
    **{
        name: partial(_beyond_limit, name)
        for name in GuardClass
        if name is not GuardClass.FIRST_RUN
    },
    Hold.MONTHLY_EFFECT: monthly_effect,
    GuardClass.FIRST_RUN: _first_run,
    Hold.FREEZE: freeze,
}

LIMITS: Final = frozenset({*(name.value for name in GuardClass), Hold.MONTHLY_EFFECT.value})
"""Guards whose held rows are remembered, so that leftovers never slip under them."""


def _verdict(
    name: GuardClass, counted: int, allowed: Allowance, held: int, facts: Facts
) -> GuardVerdict:
    told = _message(name, counted, allowed, held, facts)
    return GuardVerdict(
        guard=name,
        counted=counted,
        limit=allowed.rows,
        held=held,
        message=f"{told} Row by row: {approve_command(facts, name)}.",
        command=f"affisync sync --pair {facts.pair} --allow {name}",
    )


def _message(name: GuardClass, counted: int, allowed: Allowance, held: int, facts: Facts) -> str:
    if name is GuardClass.FIRST_RUN:
        return f"The first writes of this pair wait for a person: {held} held."
    rows, wait, were = _rows_of(held, name), "wait", "were"
    if held == 1:
        wait, were = "waits", "was"
    if counted > allowed.of == 0:
        return f"{rows} {wait} for a person: this guard lets none pass by itself."
    if counted > allowed.rows:
        may_go = f"{allowed.rows} may go with {facts.links} links{_spent(allowed)}"
        return f"{_rows_of(counted, name)}, {may_go}: {held} held."
    return f"{rows} {were} held by this limit before and still {wait} for a person."


def _rows_of(count: int, name: GuardClass) -> str:
    return f"{count} {'row' if count == 1 else 'rows'} of {name}"


def _spent(allowed: Allowance) -> str:
    if not allowed.span:
        return ""
    return f" ({allowed.of} in {allowed.span}, {allowed.spent} of them gone)"
