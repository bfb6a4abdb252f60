"""Who is alone and who they may be, asked afresh or as last kept; a person's walk through it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync.core.plan import Alone
from sync.core.policy import CommissionPolicy
from sync.core.ports import Clock, Known, Store
from sync.core.reconcile import reconcile
from sync.core.record import Gathered, Side
from sync.core.report import Report, RunStatus
from sync.core.unmatched import Candidate, Unmatched, with_candidates
from sync.errors import UsageError
from sync.runs.foresee import foresee
from sync.runs.gather import gather
from sync.runs.linking import Two, keep_apart, known_of, link
from sync.runs.pair import Pair
from sync.runs.seeing import Seeing
from sync.runs.suggest import suggest

NO_EMAILS: Final = "Whop lets this key read no email at all, so no address speaks for anybody."
RUNS_BACK: Final = 100
"""Kept runs among which one that saw both sides is looked for."""

People = Mapping[Side, Sequence[Alone]]


@dataclass(frozen=True, slots=True)
class Look:
    """Who is alone now, and the records behind them."""

    unmatched: Unmatched
    gathered: Gathered

    def two(self, candidate: Candidate) -> Two:
        """Both records of a candidate."""
        whop_id, affihub_id = candidate.ids
        return Two(self.gathered.whop.records[whop_id], self.gathered.affihub.records[affihub_id])


async def look(pair: Pair) -> Look:
    """Ask both sides who is alone; like a dry run it records nothing but read caches."""
    known = await known_of(pair)
    # Rates say nothing about who is who, and reading them is most of a run's requests.
    pair = replace(pair, policy=replace(pair.policy, commission=CommissionPolicy()))
    at = Seeing(pair, await gather(pair, known))
    known, gathered = await foresee(at, known), at.gathered
    plan = reconcile(gathered, known, pair.policy, pair.texts)
    people = {side: plan.unmatched.get(side, ()) for side in Side}
    found = suggest(people, known.apart)
    unmatched = Unmatched(
        pair=pair.name,
        at=pair.clock(),
        people={s: with_candidates(s, ones, found.candidates) for s, ones in people.items()},
        candidates=found.candidates,
        notes=(*_doubts(gathered), *found.notes),
    )
    return Look(unmatched, gathered)


def _doubts(gathered: Gathered) -> Iterator[str]:
    for snapshot in (gathered.whop, gathered.affihub):
        if not snapshot.complete:
            yield _incomplete(snapshot.side, snapshot.note)
    if not gathered.emails_readable:
        yield NO_EMAILS


def _incomplete(side: Side, why: str | None) -> str:
    because = f" ({why})" if why else ""
    return (
        f"{side.brand}'s listing is incomplete{because}: some who seem to be alone are not, "
        "and some who are alone are missing here."
    )


def kept(store: Store, pair: str, clock: Clock) -> Unmatched:
    """Who was alone in the latest run that saw both sides, and is not linked since; asks nobody.

    ``UsageError`` where no kept run did.
    """
    known, report = store.known(pair, clock()), _latest(store, pair)
    people = _still_alone(report.unmatched, known)
    found = suggest(people, known.apart)
    doubts = (_incomplete(s, n.note) for s, n in report.snapshots.items() if not n.complete)
    return Unmatched(
        pair=pair,
        at=report.run.finished_at or report.run.started_at,
        people={s: with_candidates(s, ones, found.candidates) for s, ones in people.items()},
        candidates=found.candidates,
        notes=(*doubts, *found.notes),
        run=report.run.id,
    )


def _latest(store: Store, pair: str) -> Report:
    for entry in store.runs(pair, RUNS_BACK):
        if entry.head.status in (RunStatus.FAILED, RunStatus.RUNNING):
            continue
        if report := store.report(entry.head.id, pair):
            return report
    raise UsageError("No kept run saw both sides; leave out --kept to ask them now.")


def _still_alone(people: People, known: Known) -> People:
    linked = {i for each in known.links for i in (each.whop_id, each.affihub_id)}
    return {side: [one for one in people.get(side, ()) if one.id not in linked] for side in Side}


class Review:
    """A person's way through the candidates, best first; each answer is recorded at once.

    Nobody linked on the way comes again. Who is kept apart comes in no later look either, so that
    a review can be left at any time and begun anew.
    """

    def __init__(self, seen: Look, store: Store, clock: Clock) -> None:
        self.linked: list[Two] = []
        self.parted: list[Two] = []
        self._seen, self._store, self._clock = seen, store, clock
        self._open = list(seen.unmatched.candidates)

    def __iter__(self) -> Iterator[Candidate]:
        """The candidates nothing was said about yet."""
        while self._open:
            yield self._open.pop(0)

    def __len__(self) -> int:
        """How many are still to come."""
        return len(self._open)

    def put_back(self, candidate: Candidate) -> None:
        """A person leaves without a word about these two."""
        self._open.insert(0, candidate)

    @property
    def pair(self) -> str:
        """The pair's name."""
        return self._seen.unmatched.pair

    def two(self, candidate: Candidate) -> Two:
        """Both records of a candidate."""
        return self._seen.two(candidate)

    def link(self, candidate: Candidate) -> None:
        """They are the same person. ``UsageError`` where one is linked meanwhile; ``PairBusy``."""
        link(self._store, self.pair, [self.two(candidate)], self._clock())
        self.linked.append(self.two(candidate))
        taken = set(candidate.ids)
        self._open = [each for each in self._open if not taken.intersection(each.ids)]

    def keep_apart(self, candidate: Candidate) -> None:
        """They are two people. ``UsageError`` where they are linked meanwhile; ``PairBusy``."""
        two = self.two(candidate)
        keep_apart(self._store, self.pair, two, self._clock())
        self.parted.append(two)
        self._open = [each for each in self._open if self.two(each).apart != two.apart]
