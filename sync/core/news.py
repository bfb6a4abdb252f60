"""What is new for a pair's people: how things are now, against what they were told last.

It goes by states, never by events: the same state again is no news, however often it is seen, and
what could not be told stays news for as long as it lasts. So nothing is lost where telling fails,
and nothing that ended before it could be told is told any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from sync.core.plan import Disposition, Outcome, Row
from sync.core.ports import OpenRow, Tally, Told
from sync.core.report import Trouble
from sync.core.standing import Standing

PEOPLE_MEND: Final = frozenset(
    {Trouble.KEY_REFUSED, Trouble.PERMISSION_MISSING, Trouble.CONFIGURATION, Trouble.STATE}
)
"""Troubles that no next run mends: such a one is news also to who knows that the pair fails."""

_WEIGHT: Final[Mapping[Disposition | Outcome, int]] = MappingProxyType(
    {Outcome.FAILED: 0, Disposition.HELD: 1, Disposition.CONFLICT: 2, Disposition.BREAK: 3}
)
"""What people look at first among rows of equal money."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How one pair is doing now.

    ``open`` are the rows that need a person; None where nobody can see them now. ``turn`` is the
    last moment at which a digest was due, None where nobody wants one. The tallies are of the time
    since the last digest and since the failing began, as far as they were told.
    """

    now: datetime
    standing: Standing
    open: tuple[OpenRow, ...] | None = ()
    turn: datetime | None = None
    links: int | None = None
    since_digest: Tally = field(default_factory=Tally)
    since_failing: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Needs:
    """Rows that newly need a person, the most important first, and how many do in all."""

    rows: tuple[Row, ...]
    in_all: int


@dataclass(frozen=True, slots=True)
class Mended:
    """The failing that was told is over, since ``at``; ``since`` it began, this was done."""

    trouble: str
    since: datetime | None
    at: datetime
    done: Tally


@dataclass(frozen=True, slots=True)
class Digest:
    """How things went since the last one; ``open`` is None where nobody can see the rows."""

    since: datetime
    done: Tally
    open: tuple[OpenRow, ...] | None
    links: int | None
    last_good: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """Everything new at once, for one message; ``failing`` is the standing of a pair that fails."""

    pair: str
    at: datetime
    failing: Standing | None = None
    needs: Needs | None = None
    mended: Mended | None = None
    digest: Digest | None = None


def news(facts: Facts, told: Told) -> News | None:
    """What to tell now; None where all was told."""
    found = News(
        facts.standing.pair,
        facts.now,
        failing=_failing(facts, told),
        needs=_needs(facts, told),
        mended=_mended(facts, told),
        digest=_digest(facts, told),
    )
    return found if found != News(found.pair, found.at) else None


def delivered(facts: Facts, told: Told) -> Told:
    """What people know once they were told the news of these facts."""
    told, found = unsaid(facts, told), news(facts, told)
    if found is None:
        return told
    if found.failing is not None:
        since = facts.standing.since or facts.now
        told = replace(told, failing=facts.standing.trouble, failing_since=since)
    if found.mended is not None:
        told = replace(told, failing=None, failing_since=None)
    if found.digest is not None:
        told = replace(told, digest_at=facts.now)
    return replace(told, needs=told.needs | _keys(facts, told), at=facts.now)


def unsaid(facts: Facts, told: Told) -> Told:
    """What people know without being told: rows that went away are forgotten.

    They are news when they return. The first digest comes a turn after somebody first wanted one.
    """
    digest_at = None if facts.turn is None else told.digest_at or facts.now
    return replace(told, needs=told.needs & _keys(facts, told), digest_at=digest_at)


def _keys(facts: Facts, told: Told) -> frozenset[str]:
    """The rows that need a person now; of rows nobody can see, those that did when last seen."""
    return told.needs if facts.open is None else frozenset(one.row.key for one in facts.open)


def _failing(facts: Facts, told: Told) -> Standing | None:
    trouble = _trouble(facts.standing)
    if trouble is None or trouble == told.failing:
        return None
    return facts.standing if told.failing is None or trouble in PEOPLE_MEND else None


def _trouble(standing: Standing) -> Trouble | None:
    """Why a pair fails for longer than it may; rows that are held were told as such."""
    lasts = standing.failures > 0 and standing.quarantined
    return standing.trouble if lasts and standing.trouble is not Trouble.GUARD_HELD else None


def _mended(facts: Facts, told: Told) -> Mended | None:
    standing = facts.standing
    held = standing.failures > 0 and standing.trouble is Trouble.GUARD_HELD
    good = standing.failures == 0 and standing.last_good is not None
    if told.failing is None or not (held or good):
        return None
    at = standing.last_started if held else standing.last_good
    if at is None or (told.failing_since and at < told.failing_since):
        return None  # the last good run we know of was before
    return Mended(told.failing, told.failing_since, at, facts.since_failing)


def _needs(facts: Facts, told: Told) -> Needs | None:
    rows = [one.row for one in facts.open or () if one.row.key not in told.needs]
    return Needs(tuple(sorted(rows, key=_weight)), len(facts.open or ())) if rows else None


def _weight(row: Row) -> tuple[Decimal, int, str]:
    money = row.person.monthly_usd or Decimal()
    return -money, _WEIGHT.get(row.outcome or row.disposition, len(_WEIGHT)), row.key


def _digest(facts: Facts, told: Told) -> Digest | None:
    if facts.turn is None or told.digest_at is None or told.digest_at >= facts.turn:
        return None
    done, last_good = facts.since_digest, facts.standing.last_good
    return Digest(told.digest_at, done, facts.open, facts.links, last_good)
