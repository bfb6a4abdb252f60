"""Which rows a person means: named one by one, by what they have in common, or all of them."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sync.core.cases import Case
from sync.core.plan import Field, Kind, Person
from sync.errors import UsageError

MOST_TOLD: Final = 10
"""Rows, or sorts of rows, named in one message."""

Fits = Callable[[Case], bool]
"""Whether what is asked can be asked of a case at all; None of them is meant by a filter."""

Gone = Callable[[str], str]
"""What to say of an id that no waiting row has."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for; everything given has to fit. ``ids`` may be unique starts.

    ``person`` is an id, email, username, slug or name or, where nobody has it, part of one.
    """

    ids: tuple[str, ...] = ()
    kind: Kind | None = None
    field: Field | None = None
    guard: str | None = None
    rule: str | None = None
    person: str | None = None
    all: bool = False

    @property
    def filters(self) -> Mapping[str, str]:
        """What rows are to have in common, by the name of its option."""
        names = ("kind", "field", "guard", "rule", "person")
        given = {name: getattr(self, name) for name in names}
        return MappingProxyType({name: str(text) for name, text in given.items() if text})


def choose(cases: Sequence[Case], choice: Choice, fits: Fits, gone: Gone) -> tuple[Case, ...]:
    """The cases a person means, each once; ``UsageError`` where nothing was named, or is there.

    An id names whatever waits; what rows have in common picks only among those that fit.
    """
    if not (choice.ids or choice.filters or choice.all):
        raise UsageError(f"Say which rows: by id, by a filter, or --all. {_there(cases, fits)}")
    named = _named(cases, choice.ids, gone) if choice.ids else filter(fits, cases)
    found = filtered(named, choice)
    if not found:
        asked = " ".join(f"--{name} {text}" for name, text in choice.filters.items())
        nothing = f"Nothing fits {asked}." if asked else "There is nothing to decide."
        raise UsageError(f"{nothing} {_there(cases, fits)}".strip())
    return found


def filtered(cases: Iterable[Case], choice: Choice) -> tuple[Case, ...]:
    """The cases that have everything in common that was asked for, in their order."""
    found = [case for case in cases if _has_all(case, choice)]
    return tuple(_of_person(found, choice.person) if choice.person else found)


def _has_all(case: Case, choice: Choice) -> bool:
    row = case.row
    asked = (
        (choice.kind, row.kind),
        (choice.field, row.field),
        (choice.guard, row.guard),
        (choice.rule, row.rule),
    )
    return all(wanted is None or wanted == has for wanted, has in asked)


def _of_person(cases: Sequence[Case], wanted: str) -> Sequence[Case]:
    """The cases of who is called exactly so, else of who has it in a name or an id."""
    text = _folded(wanted)
    exactly = [case for case in cases if text.lstrip("@/") in map(_folded, _names(case))]
    return exactly or [case for case in cases if any(text in _folded(n) for n in _names(case))]


def _names(case: Case) -> Iterator[str]:
    row, person = case.row, case.row.person
    ids = (row.whop_id, row.affihub_id, person.user_id)
    yield from filter(None, (*ids, *_told(person)))


def _told(person: Person) -> tuple[str | None, ...]:
    return person.name, person.email, person.username, person.slug


def _folded(name: str) -> str:
    """A name without accents and case: nobody types them when asking for somebody."""
    decomposed = unicodedata.normalize("NFKD", name.strip())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _named(cases: Sequence[Case], ids: Iterable[str], gone: Gone) -> tuple[Case, ...]:
    """The one case behind each id; ``UsageError`` tells every id that names none or several."""
    found: dict[str, Case] = {}
    problems = []
    for wanted in ids:
        meant = _meant(cases, wanted)
        if len(meant) == 1:
            found[meant[0].id] = meant[0]
        else:
            problems.append(_several(wanted, meant) if meant else gone(wanted))
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(found.values())


def _meant(cases: Sequence[Case], wanted: str) -> Sequence[Case]:
    exact = [case for case in cases if case.id == wanted]
    return exact or [case for case in cases if wanted and case.id.startswith(wanted)]


def _several(wanted: str, cases: Sequence[Case]) -> str:
    return f"{wanted or 'An empty id'} may mean {len(cases)} rows; give more of the id."


def _there(cases: Iterable[Case], fits: Fits) -> str:
    """What could have been chosen, sort by sort."""
    sorts = Counter(_sort(case) for case in cases if fits(case))
    if not sorts:
        return "Nothing waits for that."
    told = [f"{count} x {sort}" for sort, count in sorts.most_common(MOST_TOLD)]
    more = [f"{len(sorts) - MOST_TOLD} more sorts"] if len(sorts) > MOST_TOLD else []
    return f"There are: {'; '.join((*told, *more))}."


def _sort(case: Case) -> str:
    row = case.row
    return f"{row.kind} ({f'guard {row.guard}' if row.guard else f'rule {row.rule}'})"
