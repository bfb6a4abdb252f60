"""Suggestions for people who are alone: a hint for whoever reviews, never a link.

Nobody is compared with everybody. Who shares an address, a handle or a name is found by it; who
is only similar is looked for among those whose words begin alike.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync.core.likeness import (
    LEAST_ALIKE,
    LEAST_SCORE,
    Traits,
    is_telling,
    likeness,
    traits,
)
from sync.core.plan import Alone, Plan
from sync.core.record import Side
from sync.core.unmatched import (
    MOST_SUGGESTED,
    Candidate,
    best_first,
    by_person,
    marked_mutual,
)
from sync.runs.texts import slug

MOST_COMPARISONS: Final = 20_000_000
"""Similar texts compared for one list, about a second; beyond it a note tells who was left out."""
MOST_ALIKE: Final = 20
"""Who shares a text with more people than this is not suggested for that alone."""
NEAREST: Final = 5
"""Similar texts looked at for one text of one block."""

Apart = Collection[tuple[str, str]]
Both = Mapping[Side, Sequence[Alone]]
Found = set[tuple[int, int]]
"""Places in the list of affiliates and in that of partners."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Who may be whom, most alike first, and what was not looked at."""

    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()


def with_suggestions(plan: Plan, apart: Apart = ()) -> Plan:
    """The plan with a hint beside those who look like somebody alone on the other side.

    ``apart`` are (user id, partner id) pairs that a person said are not the same.
    """
    found = suggest(plan.unmatched, apart)
    if not found.candidates and not found.notes:
        return plan
    hinted = {side: _hinted(side, ones, found) for side, ones in plan.unmatched.items()}
    return replace(plan, unmatched=hinted, notes=(*plan.notes, *found.notes))


def _hinted(side: Side, ones: Iterable[Alone], found: Suggestions) -> tuple[Alone, ...]:
    best = {i: candidates[0] for i, candidates in by_person(found.candidates, side).items()}
    return tuple(
        replace(one, suggestion=_hint(best[one.id], side.other)) if one.id in best else one
        for one in ones
    )


def _hint(candidate: Candidate, side: Side) -> str:
    likeness = candidate.likeness
    return f"{candidate.of(side).id}: {likeness.words} ({likeness.score} of 100)"


def suggest(unmatched: Both, apart: Apart = ()) -> Suggestions:
    """Who on one side may be whom on the other: for everybody the best few, if there are any."""
    # By id: of many who are equally similar, the same few are looked at in every run.
    whop, affihub = (sorted(unmatched.get(side, ()), key=_id) for side in Side)
    if not whop or not affihub:
        return Suggestions()
    ones = [traits(Side.WHOP, each.person, plain_words) for each in whop]
    others = [traits(Side.AFFIHUB, each.person, plain_words) for each in affihub]
    search = Search(ones, others)
    search.run()
    candidates = [
        Candidate(whop[i], affihub[j], told)
        for i, j in search.found
        if (whop[i].person.user_id or "", affihub[j].id) not in apart
        and (told := likeness(ones[i], others[j], alike)).score >= LEAST_SCORE
    ]
    return Suggestions(_best(candidates), tuple(search.notes()))


def _id(alone: Alone) -> str:
    return alone.id


def _best(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those who are among the best few of one of the two."""
    marked = marked_mutual(candidates)
    kept = {
        candidate.ids: candidate
        for side in Side
        for ones in by_person(marked, side).values()
        for candidate in ones[:MOST_SUGGESTED]
    }
    return best_first(kept.values())


def alike(one: str, other: str) -> int:
    """How alike two texts are, 0 to 100: 100 means equal."""
    from rapidfuzz import fuzz  # noqa: PLC0415  # only where two sides have people alone

    return int(fuzz.ratio(one, other))


def plain_words(text: str) -> str:
    """A text as small Latin words: accents folded, other scripts transliterated, signs dropped."""
    text = text[:100]  # nobody's name is longer
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    text = text if text.isascii() else slug(text)
    return " ".join(re.findall("[a-z0-9]+", text.casefold().replace("'", "")))


Keys = Callable[[Traits], Iterable[str]]
"""The texts of somebody by which others are found."""

SHARED: Final[tuple[Keys, ...]] = (
    lambda t: [t.address],
    lambda t: [t.name if t.outer else "", t.outer],
    lambda t: [t.plain, t.mailbox if is_telling(t.mailbox) else ""],
)
"""What two people may share."""


@dataclass(frozen=True, slots=True)
class Near:
    """A text in which two people may be similar, and the blocks to look for it in."""

    text: Callable[[Traits], str]
    blocks: Callable[[Traits], Iterable[str]]


SIMILAR: Final = (
    Near(lambda t: t.name if t.outer else "", lambda t: {word[:2] for word in t.name.split()}),
    Near(lambda t: t.plain if is_telling(t.plain) else "", lambda t: _ends(t.plain)),
    Near(lambda t: t.local, lambda t: [f"{end}@{t.domain}" for end in _ends(t.local)]),
)


def _ends(text: str) -> tuple[str, str]:
    """A slip of the pen is rarely at both."""
    return f"{text[:3]}...", f"...{text[-3:]}"


class Search:
    """Finds whom to look at; ``found`` are the places of both in their lists."""

    def __init__(self, ones: Sequence[Traits], others: Sequence[Traits]) -> None:
        self.found: Found = set()
        self._ones, self._others = ones, others
        self._compared = 0
        self._crowded: set[str] = set()
        self._left_out: set[int] = set()

    def run(self) -> None:
        """Everybody who shares a text, then everybody who has a similar one."""
        for keys in SHARED:
            self._share(keys)
        for near in SIMILAR:
            self._near(near)

    def notes(self) -> Iterator[str]:
        """What was not looked at, so that nobody takes silence for an answer."""
        if crowded := len(self._crowded):
            yield (
                f"{crowded} names or addresses are shared by more than {MOST_ALIKE} people; "
                "nobody is suggested for sharing one of those alone."
            )
        if left_out := len(self._left_out):
            yield (
                "Too many people are alone to compare all of them: who shares a text was looked "
                f"for, but not everybody with a similar one, for {left_out} of "
                f"{len(self._ones)} affiliates."
            )

    def _share(self, keys: Keys) -> None:
        by_text = _index(self._others, keys)
        for i, one in enumerate(self._ones):
            for text in _told(keys(one)):
                holders = by_text.get(text, ())
                if len(holders) > MOST_ALIKE:
                    self._crowded.add(text)
                else:
                    self.found |= {(i, j) for j in holders}

    def _near(self, near: Near) -> None:
        by_text = _index(self._others, lambda t: [near.text(t)])
        blocks: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for other in self._others:
            if text := near.text(other):
                for block in near.blocks(other):
                    blocks[block][text] = None
        listed = {block: list(texts) for block, texts in blocks.items()}
        for i, one in enumerate(self._ones):
            for text in self._nearest(i, near, one, listed):
                self.found |= {(i, j) for j in by_text[text][:MOST_ALIKE]}

    def _nearest(
        self, i: int, near: Near, one: Traits, blocks: Mapping[str, list[str]]
    ) -> Iterator[str]:
        """The similar texts of one person's blocks."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415  # see alike

        text = near.text(one)
        among = [blocks[block] for block in near.blocks(one) if block in blocks] if text else []
        self._compared += sum(map(len, among))
        if self._compared > MOST_COMPARISONS:
            self._left_out.add(i)
            return
        for block in among:
            hits = process.extract(
                text, block, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE, limit=NEAREST + 1
            )
            yield from (hit[0] for hit in hits if hit[0] != text)


def _index(people: Sequence[Traits], keys: Keys) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for j, one in enumerate(people):
        for text in _told(keys(one)):
            found[text].append(j)
    return found


def _told(texts: Iterable[str]) -> set[str]:
    return set(texts) - {""}
