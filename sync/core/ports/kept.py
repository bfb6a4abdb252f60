"""What the state tells of runs, decisions and notices that were."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync.core.decision import Decision
from sync.core.plan import Row
from sync.core.report import RunHead


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run as ``affisync runs`` lists it."""

    head: RunHead
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that needs a person, and since when it does."""

    row: Row
    since: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a pair now: a program, since when, and until when unless it renews."""

    program: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a pair's people were told last: by it, only changes of state are told.

    ``needs`` are the keys of the rows that need a person, ``failing`` is the trouble told and
    ``failing_since`` when it began. ``at`` and ``digest_at`` are when the last message and the last
    digest went out.
    """

    needs: frozenset[str] = frozenset()
    failing: str | None = None
    failing_since: datetime | None = None
    at: datetime | None = None
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to a pair over a time: runs by status, applied and failed rows by kind."""

    runs: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)


class Fate(StrEnum):
    """What became of a decision that is no longer in force."""

    SPENT = "spent"
    """Its row was applied."""
    DROPPED = "dropped"
    """Its row changed."""
    WITHDRAWN = "withdrawn"
    """Somebody decided otherwise later."""
    EXPIRED = "expired"
    """A yes whose time was over before its row was applied; a run told so."""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it is kept for ever; ``fate`` None = in force, or just expired."""

    decision: Decision
    fate: Fate | None = None
    fate_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of checking the log: how many entries, the head, and what is wrong, if anything.

    ``knows`` says whether the head that was asked about is one of its entries (None = not asked).
    ``forgotten`` is when the latest entry was made of a run that was pruned: of runs up to then
    nobody can tell any more whether they are all pruned ones.
    """

    entries: int
    head: str
    problems: tuple[str, ...] = ()
    knows: bool | None = None
    forgotten: datetime | None = None
