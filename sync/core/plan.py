"""A plan is a value: links as they are remembered, rows that say what would be done and why.

A row describes; it never does. The same rows serve the dry run, the approval, the apply, the
report and the history.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from decimal import Decimal
from enum import StrEnum

from sync.core.record import Side


class Field(StrEnum):
    """What a row is about."""

    LINK = "link"
    RECORD = "record"
    STATUS = "status"
    COMMISSION = "commission"
    NAME = "name"


class Kind(StrEnum):
    """The write a row makes or, for a row that only tells, the write it stands in the way of."""

    LINK = "link"
    CREATE_PARTNER = "create-partner"
    CREATE_AFFILIATE = "create-affiliate"
    ACTIVATE_PARTNER = "activate-partner"
    DEACTIVATE_PARTNER = "deactivate-partner"
    UNARCHIVE_AFFILIATE = "unarchive-affiliate"
    ARCHIVE_AFFILIATE = "archive-affiliate"
    SET_COMMISSION = "set-commission"
    REMOVE_COMMISSION = "remove-commission"
    FILL_NAME = "fill-name"
    MOVE_LINK = "move-link"

    @property
    def is_local(self) -> bool:
        """Whether the row writes the mapping only, and neither side."""
        return self in (Kind.LINK, Kind.MOVE_LINK)


class Disposition(StrEnum):
    """What is to become of a row (design section 2)."""

    APPLY = "apply"
    HELD = "held"
    CONFLICT = "conflict"
    WAITING = "waiting"
    BREAK = "break"

    @property
    def needs_person(self) -> bool:
        """Whether a person has to do something before the row can go away."""
        return self in (Disposition.HELD, Disposition.CONFLICT, Disposition.BREAK)


class Outcome(StrEnum):
    """What came of a row that was to be applied."""

    APPLIED = "applied"
    FAILED = "failed"
    STALE = "stale"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Person:
    """Who a row is about, as far as either side told; money in US dollars, None = unknown."""

    name: str | None = None
    email: str | None = None
    username: str | None = None
    slug: str | None = None
    user_id: str | None = None
    monthly_usd: Decimal | None = None
    earnings_usd: Decimal | None = None

    @property
    def label(self) -> str:
        """The best short name for a person in a sentence."""
        return self.name or self.username or self.email or self.slug or "somebody without a name"


@dataclass(frozen=True, slots=True)
class Base:
    """What both sides last agreed on for one field, with what each of them said then."""

    value: str | None
    whop: str | None
    affihub: str | None

    def of(self, side: Side) -> str | None:
        """What one side said when they agreed."""
        return self.whop if side is Side.WHOP else self.affihub


class Acceptance(StrEnum):
    """What we ever saw of a partner's own acceptance of the invitation."""

    UNSEEN = "unseen"
    INVITED = "invited"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Link:
    """An affiliate and a partner known to be the same person, and what they last agreed on.

    A base of None means the two never agreed on that field. ``activation_owed``: we created the
    partner under ``create.activate`` and have not made it active yet.
    """

    whop_id: str
    user_id: str
    affihub_id: str
    evidence: str
    status: Base | None = None
    commission: Base | None = None
    name: Base | None = None
    acceptance: Acceptance = Acceptance.UNSEEN
    activation_owed: bool = False


@dataclass(frozen=True, slots=True)
class Expect:
    """The values a row was decided on; a record that shows others has moved: the row is stale.

    Statuses are the sides' own words (Whop: null = None); rates are text, None = no own rate.
    """

    whop_status: str | None = None
    affihub_status: str | None = None
    whop_rate: str | None = None
    affihub_rate: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """A field as both sides last agreed on it, as it is on the written side, as it is to be."""

    base: str | None = None
    before: str | None = None
    after: str | None = None


NO_VALUES = Values()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the plan: a person, a field, before, base, after, the rule, a disposition.

    ``decided`` is the sentence about what people decided, ``quiet`` that they need no reminder;
    ``effect_usd`` is what the row changes in what is paid a month, None = unknown or nothing.

    ``side`` is the side the row writes to. ``whop_id`` or ``affihub_id`` is None for a create and
    for rows that follow one. For ``move-link``, ``before`` and ``after`` are affiliate ids.
    """

    key: str
    kind: Kind
    side: Side
    person: Person
    whop_id: str | None
    affihub_id: str | None
    field: Field
    base: str | None
    before: str | None
    after: str | None
    disposition: Disposition
    rule: str
    reason: str
    expect: Expect = default(default_factory=Expect)
    guard: str | None = None
    outcome: Outcome | None = None
    error: str | None = None
    decided: str | None = None
    quiet: bool = False
    effect_usd: Decimal | None = None

    @property
    def needs_person(self) -> bool:
        """Whether a person has to decide about it, and nobody has."""
        return self.disposition.needs_person and not self.quiet

    @property
    def is_reactivation(self) -> bool:
        """Whether this brings back somebody who was off; activating an invited one does not."""
        if self.kind is Kind.ACTIVATE_PARTNER:
            return self.before == "deactivated"
        return self.kind is Kind.UNARCHIVE_AFFILIATE

    @property
    def identity(self) -> str:
        """One text per person, the same for all rows of that person in one plan."""
        return self.whop_id or self.affihub_id or self.person.email or self.key


def row_key(
    pair: str,
    kind: Kind,
    ids: tuple[str | None, str | None],
    email: str | None,
    values: tuple[Field, str | None, str | None],
    rule: str,
) -> str:
    """The same text in every run while nothing changed: a hash of who, what, before, after, rule.

    ``email`` stands for the person only in creates, where one of the ids is not known yet.
    """
    who = (*ids, email if None in ids else None)
    text = json.dumps([pair, kind, *who, *values, rule], ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody without a counterpart; ``suggestion`` is never more than a hint for people."""

    person: Person
    id: str
    status: str | None
    reason: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """What one guard counted and held, with the exact command that lets its rows pass."""

    guard: str
    counted: int
    limit: int
    held: int
    message: str
    command: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows of one run, and the links that only need remembering; nothing is done yet.

    ``links`` counts the links after this run's matching; ``in_sync`` those of them without a row.
    ``refreshed`` are new links and links whose base is behind what both sides already say.
    ``carries`` are the numbers of the decisions that rows carry out, by key: they are spent once
    all their rows are applied. ``spent`` were carried out before, the rows of ``dropped`` changed.
    """

    rows: tuple[Row, ...] = ()
    refreshed: tuple[Link, ...] = ()
    links: int = 0
    in_sync: int = 0
    unmatched: Mapping[Side, tuple[Alone, ...]] = default(default_factory=dict)
    verdicts: tuple[GuardVerdict, ...] = ()
    notes: tuple[str, ...] = ()
    carries: Mapping[str, tuple[int, ...]] = default(default_factory=dict)
    spent: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
