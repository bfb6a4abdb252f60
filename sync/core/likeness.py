"""How alike two people look: clues, each with a weight, and one score; a hint, never a link."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync.core.plan import Person
from sync.core.record import Side, email_key

Alike = Callable[[str, str], int]
"""How alike two texts are, 0 to 100; handed in, since it takes a library."""


class Clue(StrEnum):
    """One way in which two people can look like one, strongest first within each group."""

    SAME_EMAIL = "same-email"
    TAGGED_EMAIL = "tagged-email"
    SIMILAR_EMAIL = "similar-email"
    LOCAL_PART = "local-part"

    HANDLE = "username-slug"
    PLAIN_HANDLE = "plain-username-slug"
    HANDLE_IN_EMAIL = "handle-in-email"
    SIMILAR_HANDLE = "similar-username-slug"

    NAME = "same-name"
    OUTER_NAME = "first-and-last-name"
    SIMILAR_NAME = "similar-name"
    ONE_WORD = "one-word-name"


@dataclass(frozen=True, slots=True)
class Weight:
    """How sure a clue alone makes anybody, of 100, and how people are told of it."""

    points: int
    words: str


WEIGHTS: Final[Mapping[Clue, Weight]] = {
    Clue.SAME_EMAIL: Weight(97, "same email"),
    Clue.TAGGED_EMAIL: Weight(92, "same email but for a plus tag or dots"),
    Clue.SIMILAR_EMAIL: Weight(60, "similar email at the same domain"),
    Clue.LOCAL_PART: Weight(40, "same email name at another domain"),
    Clue.HANDLE: Weight(75, "username equals slug"),
    Clue.PLAIN_HANDLE: Weight(65, "username equals slug but for signs and accents"),
    Clue.HANDLE_IN_EMAIL: Weight(45, "username or slug equals the email name"),
    Clue.SIMILAR_HANDLE: Weight(40, "similar username and slug"),
    Clue.NAME: Weight(60, "same name"),
    Clue.OUTER_NAME: Weight(50, "same first and last name"),
    Clue.SIMILAR_NAME: Weight(50, "similar name"),
    Clue.ONE_WORD: Weight(25, "same one-word name"),
}
OTHER_EMAIL: Final = 15
"""Points a name loses where both emails are known and are not alike."""
LEAST_ALIKE: Final = 85
"""How alike two texts must be, of 100, to count; each point short of 100 costs one of weight."""
LEAST_SCORE: Final = 30
"""Below this nobody's time is worth it."""
SHORT: Final = 5
"""A handle or email name with fewer characters is nobody's own."""
ROLES: Final = frozenset(
    {
        *("admin", "affiliate", "affiliates", "contact", "hello", "marketing"),
        *("office", "partner", "partners", "sales", "support"),
    }
)
"""Email names that say what somebody does, and not who it is."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of somebody, in the form it is compared in; empty = not known.

    ``address`` is the email without plus tag and, at Gmail, without dots; ``local`` and ``domain``
    are its halves. ``plain`` is the handle as letters and digits alone, ``mailbox`` likewise the
    local part. ``name`` has its words sorted, ``outer`` is its first and last word.
    """

    email: str = ""
    address: str = ""
    local: str = ""
    domain: str = ""
    mailbox: str = ""
    handle: str = ""
    plain: str = ""
    name: str = ""
    outer: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """A clue that two people show: its weight here, of 100, and how alike two texts are."""

    clue: Clue
    weight: int
    words: str
    alike: int | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Everything that makes two people look like one; ``score`` is 0 to 99: none is ever sure."""

    score: int = 0
    hints: tuple[Hint, ...] = ()

    @property
    def words(self) -> str:
        """The evidence in one line."""
        return ", ".join(hint.words for hint in self.hints)


def traits(side: Side, person: Person, words: Callable[[str], str]) -> Traits:
    """What there is to compare of somebody on one side.

    ``words`` makes a text plain: its words in Latin letters and digits, small, one space between.
    """
    email, address = email_key(person.email or ""), _address(person.email or "")
    local, _, domain = address.rpartition("@")
    # The slug of an affiliate is one that nobody has yet.
    handle = ((person.username if side is Side.WHOP else person.slug) or "").casefold()
    name = words(person.name or "")
    in_order = name.split()
    return Traits(
        email=email,
        address=address,
        local=local,
        domain=domain if local else "",
        mailbox=words(local).replace(" ", ""),
        handle=handle,
        plain=words(handle).replace(" ", ""),
        name=" ".join(sorted(in_order)),
        outer=f"{in_order[0]} {in_order[-1]}" if len(in_order) > 1 else "",
    )


_GMAIL: Final = ("gmail.com", "googlemail.com")


def _address(email: str) -> str:
    """Where mail to this address ends up, as far as the address tells; empty where it is none."""
    local, _, domain = email_key(email).rpartition("@")
    local = local.partition("+")[0]
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), _GMAIL[0]
    return f"{local}@{domain}" if local and domain else ""


def likeness(one: Traits, other: Traits, alike: Alike) -> Likeness:
    """How much two people look like one: of each group of clues the strongest counts.

    The same whichever comes first, provided that ``alike`` is.
    """
    emails = _strongest(_emails(one, other, alike))
    apart = bool(one.email and other.email) and not emails
    hints = (
        *emails,
        *_strongest(_handles(one, other, alike)),
        *_strongest(_names(one, other, alike, OTHER_EMAIL if apart else 0)),
    )
    doubt = 100
    for hint in hints:
        doubt = -(-doubt * (100 - hint.weight) // 100)  # rounded up: some doubt always remains
    return Likeness(100 - doubt, hints)


def _strongest(hints: Iterator[Hint]) -> tuple[Hint, ...]:
    best = max(hints, key=lambda hint: hint.weight, default=None)
    return (best,) if best and best.weight > 0 else ()


def _hint(clue: Clue, alike: int = 100, less: int = 0) -> Hint:
    weight, exact = WEIGHTS[clue], alike == 100  # noqa: PLR2004  # of 100
    words = weight.words if exact else f"{weight.words} ({alike} % alike)"
    words += ", different email" if less else ""
    return Hint(clue, weight.points - (100 - alike) - less, words, None if exact else alike)


def _similar(clue: Clue, alike: int, less: int = 0) -> Iterator[Hint]:
    """A hint where two texts that are not equal are alike enough."""
    if alike >= LEAST_ALIKE:
        yield _hint(clue, min(alike, 99), less)


def _emails(one: Traits, other: Traits, alike: Alike) -> Iterator[Hint]:
    if not one.address or not other.address:
        return
    if one.email == other.email:
        yield _hint(Clue.SAME_EMAIL)
    elif one.address == other.address:
        yield _hint(Clue.TAGGED_EMAIL)
    elif one.domain == other.domain:
        yield from _similar(Clue.SIMILAR_EMAIL, alike(one.local, other.local))
    elif one.mailbox == other.mailbox and is_telling(one.mailbox):
        yield _hint(Clue.LOCAL_PART)


def is_telling(text: str) -> bool:
    """Whether a handle or email name says who somebody is."""
    return len(text) >= SHORT and text not in ROLES


def _handles(one: Traits, other: Traits, alike: Alike) -> Iterator[Hint]:
    if one.handle and one.handle == other.handle:
        yield _hint(Clue.HANDLE)
    elif one.plain and one.plain == other.plain:
        yield _hint(Clue.PLAIN_HANDLE)
    elif is_telling(one.plain) and is_telling(other.plain):
        yield from _similar(Clue.SIMILAR_HANDLE, alike(one.plain, other.plain))
    crossed = ((one.plain, other.mailbox), (other.plain, one.mailbox))
    if any(handle == mailbox and is_telling(handle) for handle, mailbox in crossed):
        yield _hint(Clue.HANDLE_IN_EMAIL)


def _names(one: Traits, other: Traits, alike: Alike, less: int) -> Iterator[Hint]:
    if not one.name or not other.name:
        return
    if one.name == other.name:
        yield _hint(Clue.NAME if one.outer else Clue.ONE_WORD, less=less)
        return
    if not one.outer or not other.outer:
        return
    if one.outer == other.outer:
        yield _hint(Clue.OUTER_NAME, less=less)
    yield from _similar(Clue.SIMILAR_NAME, alike(one.name, other.name), less)
