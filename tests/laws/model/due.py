"""What may be due for a person, and how far one run can see."""

from dataclasses import dataclass
from enum import Enum

from sync.core.record import Side

Shown = tuple[str | None, str | None]
Mark = tuple[str, Shown, str]
"""What a failure is remembered by: the write, what it was about, and why it was due."""


class Does(Enum):
    """What becomes of a row."""

    APPLY = "apply"
    HELD = "held"
    CONFLICT = "conflict"
    WAITING = "waiting"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due: the field, what becomes of it, and the write it is or stands before.

    ``guards`` are those whose class the write counts in, ``gate`` the one that holds it.
    ``follows``: it comes right after a create of the same person. ``shown`` is what Whop and
    Affihub show of the field, ``side`` the one that is written to. ``lesson``: the answer teaches
    not to send it again. ``freed``: a person said yes to it. ``swings``: left alone for going to
    and fro. ``why``: in a word, what made it due. ``chosen``: somebody said which side is right.
    """

    field: str
    does: Does
    kind: str = ""
    after: str | None = None
    guards: tuple[str, ...] = ()
    gate: str | None = None
    follows: bool = False
    shown: Shown = (None, None)
    side: Side = Side.AFFIHUB
    lesson: bool = False
    freed: bool = False
    swings: bool = False
    why: str = ""
    chosen: bool = False

    @property
    def limited(self) -> bool:
        """Whether a guard holds it, and no word of anybody."""
        return self.does is Does.HELD and self.gate in self.guards

    @property
    def mark(self) -> Mark:
        """What an earlier failure is remembered by."""
        match self.field:
            case "record":
                shown: Shown = (None, None)
            case "name":  # another name is another row
                shown = (self.after, None)
            case "status":  # whichever way the other side says what it means
                shown = (self.shown[list(Side).index(self.side)], None)
            case _:
                shown = self.shown
        return self.kind, shown, "chosen" if self.chosen else self.why


@dataclass(frozen=True, slots=True)
class Look:
    """What a run could see, what it was allowed, and when it was (POSIX seconds).

    ``whole`` are the sides whose listing is complete; ``emails``: at least one address can be read.
    """

    whole: frozenset[Side] = frozenset(Side)
    emails: bool = True
    dry: bool = False
    allowed: frozenset[str] = frozenset()
    now: float = 0.0

    @property
    def all(self) -> bool:
        """Whether nothing was hidden from the run."""
        return len(self.whole) == len(Side) and self.emails

    def allows(self, guard: str) -> bool:
        """Whether a guard is waived in this run."""
        return bool({guard, "all"} & self.allowed)
