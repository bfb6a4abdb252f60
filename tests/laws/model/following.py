"""Everybody's possible minds, followed from run to run and compared with what each run did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.core.plan import Kind, Outcome, Row
from sync.core.record import Side
from sync.core.report import Report
from tests.laws.model.due import Does, Due, Look
from tests.laws.model.effect import done
from tests.laws.model.limits import Limits
from tests.laws.model.mind import Mind, Word
from tests.laws.model.rows import Pairs, Rows
from tests.laws.model.shaking import Moment, Told, shaken
from tests.laws.model.sides import ABSENT, Sides, Terms, sides_of
from tests.laws.model.verdict import judged
from tests.laws.model.words import kept
from tests.stage.people import People
from tests.stage.steps import Decide, Join
from tests.stage.telling import whose

BOTH_ENDS = 2
"""A run in which nobody interfered has two moments: before it, and after it."""


class NotAsDesigned(AssertionError):
    """The program did something else than the design says."""


@dataclass
class Model:
    """What should happen to the people of one pair."""

    people: People
    joins: dict[str, Join] = field(default_factory=dict)
    minds: dict[str, set[Mind]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Of whom nothing is foretold any more: people tied or parted by hand, rows taken back."""
    seen: dict[str, Due] = field(default_factory=dict)
    """What the rows of the latest reports were, by their keys."""
    pairs: dict[str, Pairs] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    first_run: set[bool] = field(default_factory=lambda: {False})
    """Whether the pair's first writes were allowed already, as far as that can be told."""

    def join(self, join: Join) -> None:
        """Somebody appears whom the program has never seen."""
        self.joins[join.name] = join
        self.minds[join.name] = {Mind()}

    def sides(self) -> dict[str, Sides]:
        """Everybody as both sides have them now."""
        return {who: sides_of(self.people, join) for who, join in self.joins.items()}

    def due(self, terms: Terms, look: Look) -> set[str]:
        """The kinds of all rows that a run would write now, by some possible mind."""
        sides = self.sides()
        look = self.look(sides, look, terms)
        return {
            due.kind
            for who in sides.keys() - self.lost
            for mind in self.minds[who]
            for due in judged(mind, sides[who], terms, look)[0]
            if due.does is Does.APPLY
        }

    def doubt(self) -> int:
        """The most minds that anybody may be of."""
        return max((len(self.minds[who]) for who in self.joins.keys() - self.lost), default=0)

    def give_up_above(self, most: int) -> None:
        """Foretell nothing any more of people who may be of more minds than that."""
        self.lost |= {who for who in self.joins if len(self.minds[who]) > most}

    def surely_linked(self, who: str) -> bool:
        """Whether nobody can doubt that the program has linked this person."""
        return all(mind.linked for mind in self.minds[who])

    def look(self, sides: Mapping[str, Sides], look: Look, terms: Terms) -> Look:
        """What a run can see, where too many missing people or none at all cast doubt on it."""
        linked = [who for who in sides if self.surely_linked(who)]
        whole = {
            side
            for side in look.whole
            if len(gone := [who for who in linked if _missing(sides[who], side)])
            <= terms.limit("deactivate")
            and not (gone and len(gone) == len(linked) and not _any(sides, side))
        }
        affiliates = [one for one in sides.values() if one.has(Side.WHOP)]
        emails = not affiliates or any(one.shown for one in affiliates)
        return replace(look, whole=frozenset(whole), emails=emails)

    def decided(self, who: str, row: Row, step: Decide, when: tuple[float, float]) -> None:
        """Somebody decided about a row; ``when`` is from when until when that counts."""
        due = self.seen.get(row.key)
        chosen_value = step.verdict == "use" and step.value not in tuple(Side)
        if step.verdict in ("snooze", "assign"):
            return
        if due is None or due.follows or chosen_value or step.verdict == "retry":
            self.lost.add(who)
            return
        at, until = when
        kind = row.kind.value
        word = Word(step.verdict, due.field, kind, due.shown, step.value, due.why, until, at)
        self.minds[who] = {replace(mind, words=(*mind.words, word)) for mind in self.minds[who]}

    # A run during which nothing went wrong

    def follow(self, report: Report, before: Mapping[str, Sides], terms: Terms, look: Look) -> None:
        """Compare a run with what was due, person by person, and remember what it learnt.

        ``NotAsDesigned`` where no possible mind explains what it did.
        """
        look = self.look(before, look, terms)
        self.seen = {}
        whole = len(look.whole) == len(Side)
        if report.complete != whole and not self.lost:
            raise NotAsDesigned(f"L8: complete {report.complete}, though {look.whole} are whole")
        rows = self._rows(report)
        for who, row in ((who, row) for who, some in rows.items() for row in some):
            if who not in self.joins:
                raise NotAsDesigned(f"a row about nobody of the story: {row}")
        after, self.pairs = self.sides(), {}
        for who in self.joins.keys() - self.lost:
            self.minds[who] = self._followed(
                who, rows.get(who, []), before, after[who], terms, look
            )
        if not self.lost:
            self.limits.check([pair for some in self.pairs.values() for pair in some], terms, look)
        self.limits.after(report.rows, terms, look)
        self._first_run_after(report, look)

    def _rows(self, report: Report) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in report.rows:
            if row.kind is not Kind.LINK:
                found.setdefault(whose(self.people, row), []).append(row)
        return found

    def _followed(
        self,
        who: str,
        rows: Sequence[Row],
        before: Mapping[str, Sides],
        after: Sides,
        terms: Terms,
        look: Look,
    ) -> set[Mind]:
        told, found = [], set()
        told_rows = Rows(rows, look, first=False in self.first_run)
        for mind in self.minds[who]:
            dues, seen = judged(mind, before[who], terms, look)
            told.append((mind, dues))
            pairs = told_rows.pairs(dues)
            if pairs is None:
                continue
            self.seen |= {row.key: due for due, row in pairs}
            self.pairs[who] = pairs
            learnt, sides = _after(pairs, seen, before[who], terms, look)
            if sides == after:
                found.add(mind if look.dry else _heeding(learnt, pairs, look))
        if not found:
            raise NotAsDesigned(_told(who, before[who], after, rows, told, look))
        return found

    def _first_run_after(self, report: Report, look: Look) -> None:
        if any(row.guard == "first-run" for row in report.rows):
            self.first_run = {False}
        elif look.dry:
            return
        elif look.allows("first-run"):
            self.first_run = {True}
        else:
            self.first_run = {True, *self.first_run}

    # A run of which nobody can tell how far it came

    def shake(
        self,
        moments: Sequence[Mapping[str, Sides]],
        terms: Terms,
        look: Look,
        told: Mapping[str, Told] | None,
    ) -> dict[str, list[set[Due]]]:
        """What everybody may be remembered by after it, and the writes due at each moment.

        ``moments`` are both sides before the run and after each thing that happened during it;
        ``told`` is what its report says of those it has rows about, None where there is none.
        """
        self.seen = {}
        self.limits.shaken()
        due: dict[str, list[set[Due]]] = {who: [] for who in self.joins}
        minds: dict[str, set[Mind]] = {who: set() for who in self.joins}
        last = moments[-1] if len(moments) == BOTH_ENDS else {}
        for sides in moments:
            seen = self.look(sides, look, terms)
            for who, now in sides.items():
                says = None if told is None else told.get(who, Told())
                at = Moment(now, last.get(who), terms, seen)
                ends = [shaken(mind, at, says) for mind in self.minds[who]]
                due[who].append({one for end in ends for one in end.due})
                minds[who] |= {mind for end in ends for mind in end.minds}
        for who in last:
            if last[who].has(Side.AFFIHUB) and not moments[0][who].has(Side.AFFIHUB):
                # Nobody else made this partner; how far it came is found out by looking.
                minds[who] = {mind for mind in minds[who] if mind.created}
        wrong = {who for who in minds.keys() - self.lost if not minds[who]}
        if last and wrong:
            raise NotAsDesigned(f"L5: {wrong}: nothing due explains {told}, {last}")
        self.lost |= wrong
        self.minds = {who: some or self.minds[who] for who, some in minds.items()}
        self.first_run |= {True} if look.allows("first-run") else set()
        return due


def _heeding(mind: Mind, pairs: Pairs, look: Look) -> Mind:
    """The mind without the words that were carried out, or that are about nothing any more."""
    if not look.all:
        return mind
    applied = [due for due, row in pairs if row.outcome is Outcome.APPLIED]
    return kept(mind, [due for due, _ in pairs], applied, look)


def _after(pairs: Pairs, mind: Mind, sides: Sides, terms: Terms, look: Look) -> tuple[Mind, Sides]:
    """The person after everything that was applied."""
    for due, row in pairs:
        if row.outcome is Outcome.APPLIED:
            mind, sides = done(due, mind, sides, terms, look.now)
        elif due.lesson and row.disposition.value == due.does.value:
            mind = replace(mind, taught=mind.taught | {due.mark})
    return mind, sides


def _missing(sides: Sides, side: Side) -> bool:
    return not sides.has(side) or side not in sides.listed


def _any(sides: Mapping[str, Sides], side: Side) -> bool:
    return any(one.word(side) != ABSENT and side in one.listed for one in sides.values())


def _told(
    who: str,
    before: Sides,
    after: Sides,
    rows: Sequence[Row],
    told: Iterable[tuple[Mind, Sequence[Due]]],
    look: Look,
) -> str:
    lines = [f"{who} was {before}", f"{who} is  {after}", f"seen with {look}"]
    lines += [
        f"  row: {row.kind} {row.before} -> {row.after}: {row.disposition} {row.rule}"
        f" {row.outcome} {row.guard} {row.error}"
        for row in rows
    ]
    for mind, dues in told:
        lines += [f"  by {mind}:", *(f"    due: {due}" for due in dues)]
    return "\n".join(lines)
