"""A row that waits for a person, with what people decided about it so far."""

from dataclasses import dataclass, replace
from datetime import datetime

from sync.core.deciding import Words
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Row
from sync.core.policy import Hold


@dataclass(frozen=True, slots=True)
class Case:
    """A row that waits for a person, since when (UTC), and the decisions in force about it.

    ``needs`` is how many people have to approve it, ``decisions`` are oldest first; a ``parked``
    row is not sent again as it is, because of what an earlier try taught.
    """

    pair: str
    row: Row
    since: datetime
    decisions: tuple[Decision, ...] = ()
    needs: int = 1
    parked: bool = False

    @property
    def id(self) -> str:
        """What people type to name it."""
        return self.row.key

    @property
    def refused(self) -> Decision | None:
        """The no to it, or to its field, that nobody has taken back."""
        word = Words(self.decisions).refusal(self.row)
        return word.decision if word else None

    @property
    def approvals(self) -> tuple[Decision, ...]:
        """One yes of each name since the last no, the latest of each, as far as it counts here.

        Of a frozen row only a yes counts that was said in view of the freeze.
        """
        found = Words(self.decisions).approvals(self.row)
        if self.row.guard == Hold.FREEZE:
            found = tuple(yes for yes in found if yes.row.guard == Hold.FREEZE)
        return tuple({same_name(yes.by): yes for yes in found}.values())

    @property
    def missing(self) -> int:
        """How many more people have to approve it; nobody, where it is not held."""
        is_held = self.row.disposition is Disposition.HELD
        return max(0, self.needs - len(self.approvals)) if is_held else 0

    @property
    def resolved(self) -> Decision | None:
        """What was said last about a row that no approval helps: a value, or another try."""
        return self._last(Verb.USE, Verb.RETRY)

    @property
    def snoozed(self) -> Decision | None:
        """Who put it off; an expired snooze is not in force."""
        return self._last(Verb.SNOOZE)

    @property
    def assigned(self) -> Decision | None:
        """Who sees to it (``value``), with a note (``why``)."""
        return self._last(Verb.ASSIGN)

    @property
    def quiet(self) -> bool:
        """Whether people need no reminder: somebody said no, later, or never."""
        return bool(self.refused or self.snoozed)

    def after(self, decision: Decision) -> "Case":
        """The same with one decision more."""
        return replace(self, decisions=(*self.decisions, decision))

    def _last(self, *verbs: Verb) -> Decision | None:
        return next((one for one in reversed(self.decisions) if one.verb in verbs), None)


def same_name(name: str) -> str:
    """Names that are one person's: nobody is two people by writing in capitals."""
    return " ".join(name.split()).casefold()
