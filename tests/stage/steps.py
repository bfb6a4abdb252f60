"""What can happen to a pair, one step each: people, edits, settings, time, decisions, runs.

People are called by a name of the story ("Ana"); ids, addresses, usernames and slugs derive from
it. Values are text as the sides say them: a status, a rate in percent, ``NONE`` for no rate of
their own, ``NULL`` for a status that Whop tells as null.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from sync.core.record import Side

NONE: Final = "none"
NULL: Final = "null"

Setting = bool | int | Decimal | str | list[Any] | dict[str, Any]
"""A value as a configuration file may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One override of an affiliate beside the company-wide share, or one of odd terms."""

    value: str
    type: Literal["rev_share", "standard"] = "rev_share"
    kind: Literal["percentage", "flat_fee"] = "percentage"
    plan: str | None = None
    product: str | None = None
    basis: str | None = None
    payments: str | None = None


Place = Literal["enrollment", "member", "nowhere"]
"""Where Whop lets an address be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Somebody appears, on one side, on both, or as a mere account at Whop.

    ``whop`` and ``affihub`` are statuses, None = no record there. ``shown`` is where Whop lets the
    address be read. ``user`` names the person whose Whop account this affiliate has as well.
    ``email`` is the address on both sides, ``affihub_email`` another one there, ``other_email`` a
    second one that Whop shows for the same user. ``full_name`` is
    the name at Whop, ``partner_name`` the one at Affihub, the same where None, "" = never filled.
    ``monthly`` is what Whop says a month is worth, in dollars.
    """

    name: str
    whop: str | None = None
    affihub: str | None = None
    whop_rate: str | None = None
    affihub_rate: str | None = None
    account: bool = True
    shown: Place = "enrollment"
    user: str | None = None
    email: str | None = None
    affihub_email: str | None = None
    other_email: str | None = None
    username: str | None = None
    slug: str | None = None
    full_name: str | None = None
    partner_name: str | None = None
    monthly: str | None = None
    terms: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One side's record of a person is changed by somebody; what is None stays.

    A rate of ``NONE`` takes it away, a name of "" empties it. ``terms`` replace all overrides.
    ``stamp`` puts the stamp of that person's affiliate on the partner.
    """

    who: str
    side: Side
    status: str | None = None
    rate: str | None = None
    name: str | None = None
    email: str | None = None
    username: str | None = None
    stamp: str | None = None
    terms: tuple[Terms, ...] | None = None


Vanishing = Literal["erased", "unlisted", "listed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanish:
    """A record is erased (404), or no longer listed though it can be read, or listed again."""

    who: str
    side: Side
    how: Vanishing = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A setting of the pair is changed: a key as under [pairs.main], or ``approvals.KEY``."""

    key: str
    value: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The sides answer otherwise from now on, where their documents leave it open (``Gaps``)."""

    key: str
    value: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Time passes."""

    hours: int = 0
    minutes: int = 0


Verdict = Literal["approve", "reject", "use", "retry", "ignore-field", "snooze", "assign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A person decides about what waits: about one kind of row of somebody, or about all of both.

    ``value`` is the side or value to use, or who sees to it. What does not accept the decision
    refuses it, as ``affisync`` does.
    """

    verdict: Verdict
    who: str | None = None
    kind: str | None = None
    value: str | None = None
    by: str = "kim"
    why: str = "as agreed"
    hours: int = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A person's word about who is who: ``link``, ``unlink`` or ``keep-apart``.

    ``partner`` names whose partner is meant, the person's own where None.
    """

    word: Literal["link", "unlink", "keep-apart"]
    who: str
    partner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What goes wrong with the ``nth`` request of an operation, and the ``times`` - 1 after it.

    ``fault`` is a profile of the sandbox, ``lost`` (the server acted, the answer never comes),
    ``lie`` (the server says yes and keeps the old value), or a status such as ``403``.
    ``on`` None counts every request.
    """

    fault: str
    on: str | None = None
    side: Side | None = None
    nth: int = 1
    times: int = 1


Moment = Literal["request", "write", "re-read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Something happens while a run runs, right before its nth request, write or re-read.

    A re-read is a request for one record of the person that is edited.
    """

    step: Edit | Vanish | Join
    before: Moment = "write"
    nth: int = 1


Shape = Literal["partial", "drifting", "empty", "thinned"]
"""``partial``: the second half never comes, and the paging gives it away. ``drifting``: rows move
while they are paged. ``empty``: nobody, as if that were all. ``thinned``: every second row is
missing, as if that were all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """One run, and all that goes wrong during it.

    ``faults`` are shares from 0 to 1 by profile, drawn from ``seed``. ``crash`` is the step, a
    request or a verb of the state, before which the process dies; ``crash_after`` the write after
    which it dies, before the answer arrives; ``stop`` the request before which
    it is asked to stop. ``beside``: a second run starts at the same time. ``dead_lease``: a process
    that died held the pair. ``patient``: what failed lately rests, as in a daemon's run.
    """

    dry: bool = False
    allow: tuple[str, ...] = ("first-run",)
    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    hits: tuple[Hit, ...] = ()
    listing: Mapping[Side, Shape] = field(default_factory=dict)
    meanwhile: tuple[Meanwhile, ...] = ()
    crash: int | None = None
    crash_after: int | None = None
    stop: int | None = None
    beside: bool = False
    dead_lease: bool = False
    patient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What the latest apply that wrote did is taken back; ``back`` names an earlier one, from 1.

    ``who`` and ``kind`` name one row of it.
    """

    back: int = 1
    who: str | None = None
    kind: str | None = None
    dry: bool = False
    allow: tuple[str, ...] = ("all",)


Step = Edit | Vanish | Join | Set | Gap | Wait | Decide | Tie | Sync | Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is to come of a run; None = not looked at, everything else exact and complete.

    ``rows`` are texts as ``telling.row`` writes them, link rows apart, in the report's order;
    ``links`` are the link rows; ``writes`` are texts as ``telling.write`` writes them, in the order
    in which the sides saw them; ``status`` is the run's.
    """

    rows: tuple[str, ...] | None = None
    links: tuple[str, ...] | None = None
    writes: tuple[str, ...] | None = None
    exit: int | None = None
    status: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One step, with what is to come of it."""

    step: Step
    expected: Expected = Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole story: the settings and people it begins with, what happens, and how it ends.

    ``then`` tells both sides of a person at the end (``telling.standing``).
    """

    title: str
    why: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    sandbox: Mapping[str, Setting] = field(default_factory=dict)
    people: tuple[Join, ...] = ()
    scenes: tuple[Scene, ...] = ()
    then: Mapping[str, str] = field(default_factory=dict)
