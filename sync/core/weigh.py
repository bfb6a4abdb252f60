"""What a person wants decided about rows, weighed row by row: who accepts it, and who does not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final

from sync.core.cases import Case, same_name
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Field, Outcome
from sync.core.policy import Hold
from sync.core.resolving import can_use, why_not
from sync.errors import UsageError


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants decided: ``by`` whom, ``at`` when and ``until`` when in UTC, ``why``.

    ``value`` is that of ``Decision``. ``UsageError`` where what is said is not enough.
    """

    verb: Verb
    by: str
    at: datetime
    why: str = ""
    until: datetime | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be read in a log years from now."""
        if not self.by.strip():
            raise UsageError("A decision is somebody's: say whose, --as NAME.")
        is_enough, sentence = _NEEDED.get(self.verb, (_anything, ""))
        if not is_enough(self):
            raise UsageError(sentence)

    def about(self, case: Case) -> Decision:
        """The decision about one row."""
        by = " ".join(self.by.split())
        return Decision(
            case.pair, self.verb, case.row, by, self.at, self.why.strip(), self.until, self.value
        )


def _anything(_wish: Wish) -> bool:
    return True


def _has_why(wish: Wish) -> bool:
    return bool(wish.why.strip())


def _has_value(wish: Wish) -> bool:
    return bool((wish.value or "").strip())


def _has_time(wish: Wish) -> bool:
    return wish.until is not None and wish.until > wish.at


_NEEDED: Final[Mapping[Verb, tuple[Callable[[Wish], bool], str]]] = MappingProxyType(
    {
        Verb.REJECT: (_has_why, "Say why not: --reason TEXT."),
        Verb.ASSIGN: (_has_value, "Say who sees to it: a name."),
        Verb.USE: (_has_value, "Say what to use: --use whop|affihub|VALUE."),
        Verb.SNOOZE: (_has_time, "Say until when: --for 3d."),
    }
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that does not accept a decision, and why."""

    case: Case
    reason: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a decision comes to: ``accepted`` as they stand with it, and the rows that refuse it."""

    wish: Wish
    accepted: tuple[Case, ...]
    refused: tuple[Refused, ...] = ()
    repeated: tuple[Case, ...] = ()
    """Those of the accepted that the same person had approved before: that counts once."""


def weigh(cases: Iterable[Case], wish: Wish) -> Weighed:
    """What would become of each row; nothing is kept."""
    accepted, refused, repeated = [], [], []
    for case in cases:
        if reason := objection(case, wish):
            refused.append(Refused(case, reason))
            continue
        after = case.after(wish.about(case))
        accepted.append(after)
        if wish.verb is Verb.APPROVE and same_name(wish.by) in map(_approver, case.approvals):
            repeated.append(after)
    return Weighed(wish, tuple(accepted), tuple(refused), tuple(repeated))


def _approver(decision: Decision) -> str:
    return same_name(decision.by)


def objection(case: Case, wish: Wish) -> str:
    """Why a row does not accept a decision, as a sentence; empty where it does."""
    return _OBJECTIONS[wish.verb](case, wish)


def _not_held(case: Case, _wish: Wish) -> str:
    row = case.row
    if row.guard == Hold.IGNORED:
        return f"{_LEFT_ALONE}: affisync inbox --all says what would settle it"
    if row.disposition is Disposition.HELD:
        return ""
    if row.outcome is Outcome.FAILED:
        return f"it is not held, it failed; to try it again: affisync resolve {case.id} --retry"
    if row.disposition.needs_person:
        return f"a {row.disposition} is not held: affisync inbox says what would settle it"
    return "it is not held; it rests until its next try"


_LEFT_ALONE: Final = "somebody said to leave this field of this person alone"


def _no_value(case: Case, wish: Wish) -> str:
    value = wish.value or ""
    fault = why_not(case.row, value)
    if fault is None:
        return ""
    values = " or ".join(can_use(case.row))
    accepted = f"it accepts {values}" if values else _instead(case)
    return "; ".join(filter(None, (f"cannot use {value}: {fault}", accepted)))


def _instead(case: Case) -> str:
    ways = [f"--{way}" for way in accepts(case)]
    return f"it accepts {' or '.join(ways)}" if ways else ""


def _not_tried(case: Case, _wish: Wish) -> str:
    failed = case.row.outcome is Outcome.FAILED
    return "" if case.parked or failed else "it was never tried, so there is nothing to try again"


def _no_field(case: Case, _wish: Wish) -> str:
    if case.row.field in (Field.STATUS, Field.COMMISSION, Field.NAME):
        return ""
    return f"it is about the {case.row.field}, not about a field that could be left alone"


def _nothing(_case: Case, _wish: Wish) -> str:
    return ""


_OBJECTIONS: Final[Mapping[Verb, Callable[[Case, Wish], str]]] = MappingProxyType(
    {
        Verb.APPROVE: _not_held,
        Verb.REJECT: _not_held,
        Verb.USE: _no_value,
        Verb.RETRY: _not_tried,
        Verb.IGNORE_FIELD: _no_field,
        Verb.ASSIGN: _nothing,
        Verb.SNOOZE: _nothing,
    }
)


def accepts(case: Case) -> tuple[str, ...]:
    """What ``affisync resolve`` can do about a row: values for ``--use``, or a verb."""
    wish = partial(Wish, by="anybody", at=case.since)
    verbs = [verb for verb in (Verb.RETRY, Verb.IGNORE_FIELD) if not objection(case, wish(verb))]
    return (*can_use(case.row), *verbs)
