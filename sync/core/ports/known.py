"""What the state knows of a pair when a run begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.core.decision import Decision
from sync.core.plan import Disposition, Link, Row
from sync.core.policy import GuardClass
from sync.core.record import Override


@dataclass(frozen=True, slots=True)
class EmailReading:
    """Addresses of one Whop user as last read; () = Whop told none."""

    emails: tuple[str, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class OverrideReading:
    """Overrides of one affiliate as last read, with the marks that tell when to read again."""

    overrides: tuple[Override, ...]
    count: int | None
    updated_at: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """What an earlier try taught about a row: it is not sent again while its key is the same.

    ``until`` (None = for good) is when it may be sent again after all, ``tries`` how often it
    failed so far (``sync.core.tries``).
    """

    disposition: Disposition
    rule: str
    reason: str
    at: datetime
    tries: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Rows of one guard class applied in the last 24 hours and in the last 168."""

    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class PastRow:
    """A row of an earlier run, for a person's history."""

    run_id: str
    at: datetime
    row: Row


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the state knows of one pair, read once per run.

    ``apart`` holds (Whop user id, partner id) pairs that a person said are not the same.
    ``held`` holds the keys of rows a guard's limit held earlier, with the guard. ``decisions`` are
    those in force, oldest first; ``expired`` are the approvals whose time is over and that no run
    has told of yet. ``lately`` are the status and rate rows applied within the last
    24 hours, oldest first.
    """

    company_id: str | None = None
    links: tuple[Link, ...] = ()
    apart: frozenset[tuple[str, str]] = frozenset()
    emails: Mapping[str, EmailReading] = field(default_factory=dict)
    overrides: Mapping[str, OverrideReading] = field(default_factory=dict)
    parked: Mapping[str, Parked] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    spent: Mapping[GuardClass, Spent] = field(default_factory=dict)
    first_run_done: bool = False
    decisions: tuple[Decision, ...] = ()
    lately: tuple[PastRow, ...] = ()
    expired: tuple[Decision, ...] = ()
