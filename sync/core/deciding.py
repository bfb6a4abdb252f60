"""What people decided, as one plan heeds it: which decisions are about a row, and what they say.

A decision is bound to a row as it was seen (its seal). Only to leave a field alone, or whom a row
is assigned to, goes for a person's field whatever becomes of it. The later word counts: a yes
after a no is a yes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sync.core.decision import Decision, Verb, seal, subject
from sync.core.inverse import takes_back
from sync.core.plan import Disposition, Field, Kind, Row, row_key
from sync.core.policy import Hold
from sync.core.ports import PastRow
from sync.core.resolving import asks, continues, resolved
from sync.core.saying import sentence
from sync.core.sequence import CREATES

OF_THE_FIELD: Final = (Verb.IGNORE_FIELD, Verb.ASSIGN)
"""Said of a person's field, not of one row about it."""
NO: Final[Mapping[Verb, Hold]] = {Verb.REJECT: Hold.REJECTED, Verb.IGNORE_FIELD: Hold.IGNORED}
YES: Final = (Verb.APPROVE, Verb.USE, Verb.RETRY)


@dataclass(frozen=True, slots=True)
class Word:
    """A decision in force, and what it is bound to; ``makes`` are the keys of its rows, if any.

    ``place`` is that among all decisions, oldest first.
    """

    decision: Decision
    place: int
    seal: str
    makes: frozenset[str] = frozenset()

    @property
    def verb(self) -> Verb:
        return self.decision.verb

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the rows that carry it out."""
        return self.makes or frozenset({self.decision.row.key})

    def is_about(self, row: Row, row_seal: str) -> bool:
        """Whether it means this row, whose subject is that of its own."""
        if self.verb in OF_THE_FIELD or self.seal == row_seal:
            return True
        if self.verb is Verb.USE:
            return row.key in self.makes or continues(self.decision, row)
        return self.verb is Verb.REJECT and _became(self.decision, row)


class Words:
    """The decisions in force, found by the rows they are about; ``spent`` were carried out."""

    def __init__(self, decisions: Iterable[Decision], lately: Iterable[PastRow] = ()) -> None:
        self.spent: list[int] = []
        self._by_subject: defaultdict[tuple[str, Field], list[Word]] = defaultdict(list)
        applied = {past.row.key: past.at for past in lately}  # the latest of each key
        for place, decision in enumerate(decisions):
            word = _word(decision, place)
            if _is_spent(word, applied):
                self.spent += _number(word)
            else:
                self._by_subject[subject(decision.row)].append(word)

    def about(self, row: Row) -> Sequence[Word]:
        """Everything that was said about this row, oldest first."""
        words = self._by_subject.get(subject(row), [])
        if row.whop_id and row.affihub_id:  # what was said before there was an affiliate
            before = self._by_subject.get((row.affihub_id, row.field), [])
            words = sorted((*words, *before), key=_place) if before else words
        mine = seal(row) if words else ""
        return [word for word in words if word.is_about(row, mine)]

    def refusal(self, row: Row) -> Word | None:
        """The no that nobody has taken back by a yes."""
        said = [word for word in self.about(row) if word.verb in NO or word.verb in YES]
        return said[-1] if said and said[-1].verb in NO else None

    def yes(self, row: Row) -> Sequence[Word]:
        """Every yes since the last no: approvals, choices that made this row, other tries."""
        return [w for w in self._since_no(row) if w.verb in YES and _is_yes_to(w, row)]

    def approvals(self, row: Row) -> tuple[Decision, ...]:
        """The decisions by which this row may pass a guard."""
        return tuple(w.decision for w in self.yes(row) if w.verb is not Verb.RETRY)

    def insists(self, row: Row, since: datetime, *verbs: Verb) -> bool:
        """Whether somebody wanted it done after that moment, knowing what spoke against it."""
        return any(w.verb in verbs and w.decision.at > since for w in self.yes(row))

    def choose(self, row: Row) -> tuple[Row, ...]:
        """What a choice makes of a row; the row itself where nobody chose."""
        said = [word.decision for word in self._since_no(row) if word.verb is Verb.USE]
        uses = [decision for decision in said if asks(decision.row)]
        if not uses:
            return (row,)
        made = resolved(uses[-1], row)
        return (_impossible(row, uses[-1], made),) if isinstance(made, str) else made

    def silenced(self, row: Row) -> Row:
        """The row held, where somebody said no to it or to its field.

        A question about a rate is none any more once the field is left alone: nobody waits for it.
        """
        no = self.refusal(row)
        if no is None or row.kind is Kind.LINK:
            return row
        ignored = no.verb is Verb.IGNORE_FIELD and row.field is Field.COMMISSION
        if row.disposition is Disposition.APPLY or (ignored and row.disposition.needs_person):
            return replace(row, disposition=Disposition.HELD, guard=NO[no.verb])
        return row

    def told(self, row: Row) -> Row:
        """The row with what people decided about it, quiet where they need no reminder."""
        no, words = self.refusal(row), self.about(row)
        snoozes = [word for word in words if word.verb is Verb.SNOOZE][-1:]
        heeded = [*([no] if no else self.yes(row)), *snoozes]
        if not heeded:
            return row
        decided = "; ".join(sentence(word.decision) for word in heeded)
        return replace(row, decided=decided, quiet=bool(no or snoozes))

    def _since_no(self, row: Row) -> Sequence[Word]:
        words = self.about(row)
        last = max((i for i, word in enumerate(words) if word.verb in NO), default=-1)
        return words[last + 1 :]

    def carries(self, rows: Iterable[Row]) -> dict[str, tuple[int, ...]]:
        """The numbers of the decisions that are spent by applying each row, by its key."""
        found = {
            row.key: [word for word in self.about(row) if word.verb not in OF_THE_FIELD]
            for row in rows
            if row.disposition is Disposition.APPLY
        }
        return {
            k: tuple(n for w in words for n in _number(w)) for k, words in found.items() if words
        }

    def dropped(self, rows: Iterable[Row]) -> list[Decision]:
        """Decisions whose row is not there any more as it was, oldest first.

        Rows of an undo are in no other plan: what was said of them waits for the next undo.
        """
        met = {word.place for row in rows for word in self.about(row)}
        words = sorted((w for ones in self._by_subject.values() for w in ones), key=_place)
        gone = [word.decision for word in words if word.place not in met]
        return [d for d in gone if d.verb is not Verb.IGNORE_FIELD and not takes_back(d.row)]


def _place(word: Word) -> int:
    return word.place


def _word(decision: Decision, place: int) -> Word:
    made = resolved(decision, decision.row) if decision.verb is Verb.USE else ()
    keys = () if isinstance(made, str) else (row.key for row in made)
    return Word(decision, place, decision.seal, frozenset(keys))


def _became(decision: Decision, row: Row) -> bool:
    """Whether it is the same row, now that the record it was to follow is created."""
    was = decision.row
    ids = (was.whop_id, was.affihub_id)
    if None not in ids or was.kind in CREATES:
        return False
    said = (row.field, row.before, row.after)
    return was.key == row_key(decision.pair, row.kind, ids, was.person.email, said, row.rule)


def _is_spent(word: Word, applied: Mapping[str, datetime]) -> bool:
    """Whether its rows were applied since, though nobody could record that it is spent."""
    if word.verb in OF_THE_FIELD:
        return False
    return all(key in applied and applied[key] > word.decision.at for key in word.keys)


def _is_yes_to(word: Word, row: Row) -> bool:
    """A choice is a yes to what it made, not to what was there before it."""
    return word.verb is not Verb.USE or row.key in word.makes


def _number(word: Word) -> Iterator[int]:
    if word.decision.number is not None:
        yield word.decision.number


def _impossible(row: Row, use: Decision, why: str) -> Row:
    """The row as it was, for a person still: what was chosen cannot be done."""
    open_ = row.disposition in (Disposition.CONFLICT, Disposition.BREAK)
    return replace(
        row,
        disposition=row.disposition if open_ else Disposition.CONFLICT,
        reason=f"{row.reason} {use.by} chose {use.value}, but {why}.",
    )
