"""The inbox: what waits for a person, the most important first, with what can be done about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sync.core.cases import Case, same_name
from sync.core.plan import Disposition, Field, Outcome
from sync.core.policy import Hold
from sync.core.totals import Totals, by_money, totals


@dataclass(frozen=True, slots=True)
class HeldBy:
    """The rows of a pair that one guard holds, folded to what there is to know of them."""

    pair: str
    guard: str
    cases: tuple[Case, ...]

    @property
    def since(self) -> datetime:
        """When the first of them was held."""
        return min(case.since for case in self.cases)

    @property
    def approved(self) -> int:
        """Those that need nobody's yes any more: the next run applies them."""
        return sum(not case.missing for case in self.cases)

    @property
    def money(self) -> Totals:
        """What they touch."""
        return totals(case.row for case in self.cases)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Conflicts, breaks and failed rows one by one, held ones by guard, at one moment (UTC).

    ``quiet`` counts what somebody rejected, put off or left alone, where that is not shown.
    """

    at: datetime
    cases: tuple[Case, ...]
    held: tuple[HeldBy, ...]
    quiet: int = 0


def inbox(
    cases: Iterable[Case], at: datetime, *, owner: str | None = None, everything: bool = False
) -> Inbox:
    """What there is to see to; of one owner only that. Quiet rows only with ``everything``."""
    mine = [case for case in cases if _is_of(case, owner) and not _rests(case)]
    shown = [case for case in mine if everything or not case.quiet]
    single = [case for case in shown if not is_held(case)]
    return Inbox(
        at,
        tuple(by_importance(single)),
        by_guard([case for case in shown if is_held(case)]),
        len(mine) - len(shown),
    )


def is_held(case: Case) -> bool:
    """Whether it waits for a yes or a no."""
    return case.row.disposition is Disposition.HELD and case.row.guard != Hold.IGNORED


def awaits_word(case: Case) -> bool:
    """Whether it is held, and nobody said no."""
    return is_held(case) and not case.quiet


def may_retry(case: Case) -> bool:
    """Whether it failed before and could be tried again."""
    return case.parked or case.row.outcome is Outcome.FAILED


def is_open(case: Case) -> bool:
    """Whether somebody has to look, and nobody said that it can wait."""
    return not (is_held(case) or _rests(case) or case.quiet)


def _rests(case: Case) -> bool:
    return case.row.disposition is Disposition.WAITING


def _is_of(case: Case, owner: str | None) -> bool:
    if owner is None:
        return True
    who = case.assigned
    return who is not None and same_name(who.value or "") == same_name(owner)


def by_importance(cases: Iterable[Case]) -> list[Case]:
    """Where the most money is at stake first; among equals what waits longest."""
    return sorted(cases, key=lambda case: (by_money(case.row), case.since, case.id))


def by_guard(cases: Iterable[Case]) -> tuple[HeldBy, ...]:
    """Held rows by what holds them, the most money first."""
    groups: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.pair, case.row.guard or Hold.TWO_PEOPLE].append(case)
    found = (
        HeldBy(pair, guard, tuple(by_importance(each))) for (pair, guard), each in groups.items()
    )
    return tuple(sorted(found, key=_weight))


def _weight(held: HeldBy) -> tuple[Decimal, str, str]:
    return -(held.money.monthly_usd or Decimal()), held.pair, held.guard


def evidence(case: Case) -> tuple[str | None, str | None] | None:
    """What Whop and Affihub showed of the field; None where the row kept nothing of it."""
    expect = case.row.expect
    match case.row.field:
        case Field.STATUS | Field.RECORD:
            return expect.whop_status, expect.affihub_status
        case Field.COMMISSION:
            return expect.whop_rate, expect.affihub_rate
        case _:
            return None


def state(case: Case) -> Disposition | Outcome:
    """Why it waits: held, conflict, break or failed."""
    return case.row.outcome or case.row.disposition
