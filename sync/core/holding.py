"""What every guard needs: the facts it decides on, whose yes a row has, and how rows are held."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sync.core.decision import Decision
from sync.core.plan import Disposition, GuardVerdict, Row
from sync.core.policy import GuardClass, Guards, Hold
from sync.core.ports import Spent

NOBODY: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards need beside the rows: links after matching, and what earlier runs did.

    ``held`` are the keys of rows a limit held earlier; ``reactivate`` is ``status.reactivate``.
    ``approvals`` are the decisions that let a row pass, by its key; ``two_people`` and ``freeze``
    are those of the policy. ``today`` is the day in the pair's time zone, None = not asked about.
    """

    pair: str
    links: int
    reactivate: bool = False
    first_run_done: bool = True
    held: Mapping[str, str] = field(default_factory=dict)
    spent: Mapping[GuardClass, Spent] = field(default_factory=dict)
    approvals: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)
    two_people: frozenset[str] = frozenset()
    freeze: tuple[date | int, ...] = ()
    today: date | None = None

    def names(self, row: Row) -> int:
        """How many different people approved a row."""
        return len({_name(decision) for decision in self.approvals.get(row.key, NOBODY)})

    def needed(self, row: Row) -> int:
        """How many people have to approve a row that is held."""
        return 2 if row.kind in self.two_people else 1

    def is_approved(self, row: Row) -> bool:
        """Whether enough people approved a row; guards let it pass then, and still count it."""
        return self.names(row) >= self.needed(row)

    def is_freed(self, row: Row) -> bool:
        """Whether enough people approved a row although they saw that it is frozen."""
        knowing = [d for d in self.approvals.get(row.key, NOBODY) if d.row.guard == Hold.FREEZE]
        return len({_name(decision) for decision in knowing}) >= self.needed(row)


def _name(decision: Decision) -> str:
    """Nobody is two people by writing in capitals."""
    return " ".join(decision.by.split()).casefold()


@dataclass(frozen=True, slots=True)
class Beyond:
    """The rows one guard holds, and what it says about them."""

    keys: frozenset[str]
    verdict: GuardVerdict


Check = Callable[[Collection[Row], Guards, Facts], Beyond | None]
"""Looks at the rows that are still to be applied; None where it holds none of them."""


def is_open(row: Row) -> bool:
    """Whether nothing holds the row so far."""
    return row.disposition is Disposition.APPLY


def counts(row: Row, facts: Facts) -> bool:
    """Whether a limit counts the row: it is to be applied, or was until somebody said no to it.

    Else a no to one of many would let the others pass, which nobody has seen to. Once a run that
    writes has remembered what it held, a no counts no more.
    """
    refused = row.guard in (Hold.REJECTED, Hold.IGNORED) and row.key not in facts.held
    return is_open(row) or refused


def held(rows: Collection[Row], beyond: Beyond) -> tuple[Row, ...]:
    """The rows with those held that a guard does not let pass."""
    return tuple(
        replace(row, disposition=Disposition.HELD, guard=beyond.verdict.guard)
        if row.key in beyond.keys and is_open(row)
        else row
        for row in rows
    )


def approve_command(facts: Facts, guard: str) -> str:
    """The command by which a person lets the rows of a guard pass, all or by name."""
    return f"affisync approve --pair {facts.pair} --guard {guard}"
