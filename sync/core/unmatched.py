"""Who is alone on either side, who on the other side each may be, and in which order to look."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from sync.core.likeness import Likeness
from sync.core.plan import Alone
from sync.core.record import Side
from sync.core.status import AffihubState, WhopState, affihub_state, whop_state

MOST_SUGGESTED: Final = 3
"""People suggested to one; whoever is none of them is not found by guessing on."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An affiliate and a partner, both alone, who may be one person.

    ``mutual``: neither has anybody who looks more alike, and nobody else as alike.
    """

    whop: Alone
    affihub: Alone
    likeness: Likeness
    mutual: bool = False

    def of(self, side: Side) -> Alone:
        """The one of the two on this side."""
        return self.whop if side is Side.WHOP else self.affihub

    @property
    def ids(self) -> tuple[str, str]:
        """Affiliate id and partner id."""
        return self.whop.id, self.affihub.id


@dataclass(frozen=True, slots=True)
class Lonely:
    """Somebody alone, with the best candidates first: at most three."""

    alone: Alone
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Everybody alone in a pair as seen at a time (UTC), in the order in which to look at them.

    ``run`` is the kept run they were read from, None where both sides were asked. ``candidates``
    are best first: whoever goes through them in order meets each only after both have been asked
    about everybody who looks more alike.
    """

    pair: str
    at: datetime
    people: Mapping[Side, tuple[Lonely, ...]]
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()
    run: str | None = None

    def only(self, side: Side) -> "Unmatched":
        """The same of one side alone."""
        return replace(self, people={side: self.people.get(side, ())})


def may_earn(side: Side, alone: Alone) -> bool:
    """Whether somebody alone may earn: not off, as far as the status says."""
    if side is Side.WHOP:
        return whop_state(alone.status) not in (WhopState.ARCHIVED, WhopState.DELETED)
    return affihub_state(alone.status or "") is not AffihubState.DEACTIVATED


def weightiest_first(side: Side, people: Iterable[Alone]) -> list[Alone]:
    """Who may earn first, then by monthly recurring revenue; unknown money counts as none."""

    def weight(alone: Alone) -> tuple[bool, Decimal, str]:
        return not may_earn(side, alone), -(alone.person.monthly_usd or Decimal(0)), alone.id

    return sorted(people, key=weight)


def best_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The most alike first; the same order whatever order they come in."""
    return tuple(sorted(candidates, key=_rank))


def _rank(candidate: Candidate) -> tuple[int, bool, tuple[str, str]]:
    return -candidate.likeness.score, not candidate.mutual, candidate.ids


def marked_mutual(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, told which of them are each other's best without an equal."""
    scores: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for candidate in candidates:
        for each in candidate.ids:
            scores[each][candidate.likeness.score] += 1
    alone_at_top = {i: (max(told), told[max(told)] == 1) for i, told in scores.items()}
    return tuple(
        replace(c, mutual=all(alone_at_top[i] == (c.likeness.score, True) for i in c.ids))
        for c in candidates
    )


def by_person(candidates: Iterable[Candidate], side: Side) -> Mapping[str, Sequence[Candidate]]:
    """The candidates of everybody on one side, by id, best first: at most three each."""
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in best_first(candidates):
        of_one = found[candidate.of(side).id]
        if len(of_one) < MOST_SUGGESTED:
            of_one.append(candidate)
    return found


def with_candidates(
    side: Side, people: Iterable[Alone], candidates: Iterable[Candidate]
) -> tuple[Lonely, ...]:
    """The people of one side in the order to look at them, each with the best candidates."""
    found = by_person(candidates, side)
    return tuple(
        Lonely(alone, tuple(found.get(alone.id, ()))) for alone in weightiest_first(side, people)
    )
