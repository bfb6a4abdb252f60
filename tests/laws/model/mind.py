"""What the program may remember of one person after what it lived through."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from tests.laws.model.due import Mark
from tests.laws.model.sides import ABSENT, MEANS, Meaning, Sides

NEVER: Final = "never"
"""In the place of a rate that both sides never agreed on."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody decided about a row: its kind, its reason, what both sides showed."""

    verdict: str
    field: str
    kind: str
    shown: tuple[str | None, str | None]
    value: str | None
    why: str
    until: float
    at: float


@dataclass(frozen=True, slots=True)
class Sent:
    """One write that was applied: when, to which field, and the value before and after."""

    at: float
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Mind:
    """One person's link, and what both sides last agreed on.

    ``created``: the program made one of the two records. ``accepted``: the partner was seen active;
    ``invited``: seen as invited before that. ``owed``: we made the partner to be active.
    ``named``: the partner had a name once. ``taught`` are rows that failed so that they are not
    sent again as they are. ``words`` are what people decided,
    ``sent`` what was applied lately, oldest first.
    """

    linked: bool = False
    created: bool = False
    status: Meaning | None = None
    rate: Decimal | Literal["never"] | None = NEVER
    accepted: bool = False
    invited: bool = False
    owed: bool = False
    named: bool = False
    apart: bool = False
    taught: frozenset[Mark] = frozenset()
    words: tuple[Word, ...] = ()
    sent: tuple[Sent, ...] = ()

    @property
    def never_accepted(self) -> bool:
        """Whether the partner was only ever seen as invited."""
        return self.invited and not self.accepted

    def seeing(self, sides: Sides, *, rates: bool) -> "Mind":
        """The same after a look at both records: what agrees is what both sides agree on now."""
        mind = replace(
            self,
            accepted=self.accepted or sides.affihub == "active",
            invited=self.invited or sides.affihub == "invited",
        )
        gone = sides.whop == ABSENT  # which is as good as deleted
        whop, affihub = "off" if gone else MEANS.get(sides.whop), MEANS.get(sides.affihub)
        if whop is None or whop != affihub:
            return mind
        mind = replace(mind, status=whop, owed=mind.owed and sides.affihub == "invited")
        if whop == "off":
            return mind
        mind = replace(mind, named=mind.named or bool(sides.partner_name))
        if rates and sides.whop_rate == sides.affihub_rate:
            mind = replace(mind, rate=sides.whop_rate)
        return mind
