"""The status matrix as data: who may earn, in the words of both sides (design section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never

from sync.core.diff import Cause
from sync.core.plan import Disposition, Kind
from sync.core.policy import OnFirstLink
from sync.core.record import Side


class WhopState(StrEnum):
    """What an affiliate's status comes to; ``UNKNOWN`` is null or a word nobody has heard of."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"
    UNKNOWN = "unknown"
    NONE = "none"
    """No affiliate, never linked."""


class AffihubState(StrEnum):
    """What a partner's status comes to."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    UNKNOWN = "unknown"
    NONE = "none"
    """No partner, never linked."""


class Meaning(StrEnum):
    """What a status means for a person's earnings: the value of the status base."""

    ON = "on"
    OFF = "off"


class Cell(StrEnum):
    """What the matrix says of two statuses side by side."""

    AGREE_ON = "agree: on"
    AGREE_OFF = "agree: off"
    DIFFER = "differ"
    BREAK = "break"
    CREATE_PARTNER = "create partner"
    CREATE_AFFILIATE = "create affiliate"
    NOTHING = "nothing"
    NOT_ACCEPTED_YET = "nothing (not accepted yet)"
    LISTED = "listed"
    NOBODY = "-"


_W, _A, _C = WhopState, AffihubState, Cell

MATRIX: Final[Mapping[tuple[WhopState, AffihubState], Cell]] = MappingProxyType(
    {
        (whop, affihub): cell
        for whop, cells in {
            #         invited      active       deactivated  unknown   no partner
            _W.ACTIVE: (_C.AGREE_ON, _C.AGREE_ON, _C.DIFFER, _C.BREAK, _C.CREATE_PARTNER),
            _W.ARCHIVED: (_C.DIFFER, _C.DIFFER, _C.AGREE_OFF, _C.BREAK, _C.NOTHING),
            _W.DELETED: (_C.DIFFER, _C.DIFFER, _C.AGREE_OFF, _C.BREAK, _C.NOTHING),
            _W.UNKNOWN: (_C.BREAK, _C.BREAK, _C.BREAK, _C.BREAK, _C.LISTED),
            _W.NONE: (
                _C.NOT_ACCEPTED_YET,
                _C.CREATE_AFFILIATE,
                _C.NOTHING,
                _C.LISTED,
                _C.NOBODY,
            ),
        }.items()
        for affihub, cell in zip(AffihubState, cells, strict=True)
    }
)
"""The first table of design section 5, cell by cell."""


class Leader(StrEnum):
    """Who decides where two statuses differ."""

    WHOP = "whop"
    AFFIHUB = "affihub"
    PERSON = "a person"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to be done where statuses differ; ``rule`` replaces the cause's name where set."""

    kind: Kind
    disposition: Disposition = Disposition.APPLY
    rule: str | None = None


ASK: Final = "first-link-ask"
NOT_ACCEPTED: Final = "not-accepted-yet"
DELETED_STAYS: Final = "deleted-stays-deleted"

_K, _D, _L = Kind, Disposition, Leader

RULINGS: Final[Mapping[tuple[WhopState, AffihubState, Leader], Ruling]] = MappingProxyType(
    {
        (_W.ACTIVE, _A.DEACTIVATED, _L.WHOP): Ruling(_K.ACTIVATE_PARTNER),
        (_W.ACTIVE, _A.DEACTIVATED, _L.AFFIHUB): Ruling(_K.ARCHIVE_AFFILIATE),
        (_W.ACTIVE, _A.DEACTIVATED, _L.PERSON): Ruling(_K.ARCHIVE_AFFILIATE, _D.CONFLICT, ASK),
        (_W.ARCHIVED, _A.ACTIVE, _L.WHOP): Ruling(_K.DEACTIVATE_PARTNER),
        (_W.ARCHIVED, _A.ACTIVE, _L.AFFIHUB): Ruling(_K.UNARCHIVE_AFFILIATE),
        (_W.ARCHIVED, _A.ACTIVE, _L.PERSON): Ruling(_K.DEACTIVATE_PARTNER, _D.CONFLICT, ASK),
        (_W.ARCHIVED, _A.INVITED, _L.WHOP): Ruling(_K.DEACTIVATE_PARTNER),
        (_W.ARCHIVED, _A.INVITED, _L.AFFIHUB): Ruling(
            _K.UNARCHIVE_AFFILIATE, _D.WAITING, NOT_ACCEPTED
        ),
        (_W.ARCHIVED, _A.INVITED, _L.PERSON): Ruling(_K.DEACTIVATE_PARTNER, _D.CONFLICT, ASK),
        (_W.DELETED, _A.ACTIVE, _L.WHOP): Ruling(_K.DEACTIVATE_PARTNER),
        (_W.DELETED, _A.ACTIVE, _L.AFFIHUB): Ruling(
            _K.DEACTIVATE_PARTNER, _D.CONFLICT, DELETED_STAYS
        ),
        (_W.DELETED, _A.ACTIVE, _L.PERSON): Ruling(_K.DEACTIVATE_PARTNER, _D.CONFLICT, ASK),
        (_W.DELETED, _A.INVITED, _L.WHOP): Ruling(_K.DEACTIVATE_PARTNER),
        (_W.DELETED, _A.INVITED, _L.AFFIHUB): Ruling(
            _K.DEACTIVATE_PARTNER, _D.CONFLICT, DELETED_STAYS
        ),
        (_W.DELETED, _A.INVITED, _L.PERSON): Ruling(_K.DEACTIVATE_PARTNER, _D.CONFLICT, ASK),
    }
)
"""The second table: for every cell that says *differ*, what each possible leader brings about."""


_WHOP_WORDS: Final[Mapping[str | None, WhopState]] = {
    state.value: state for state in (_W.ACTIVE, _W.ARCHIVED, _W.DELETED)
}
_AFFIHUB_WORDS: Final[Mapping[str, AffihubState]] = {
    state.value: state for state in (_A.INVITED, _A.ACTIVE, _A.DEACTIVATED)
}


def whop_state(status: str | None) -> WhopState:
    """Whop's word as a state; null and unknown words are ``UNKNOWN``, never a guess."""
    return _WHOP_WORDS.get(status, WhopState.UNKNOWN)


def affihub_state(status: str) -> AffihubState:
    """Affihub's word as a state."""
    return _AFFIHUB_WORDS.get(status, AffihubState.UNKNOWN)


def whop_meaning(state: WhopState) -> Meaning | None:
    """Whether an affiliate in this state may earn; None where that cannot be said."""
    match state:
        case WhopState.ACTIVE:
            return Meaning.ON
        case WhopState.ARCHIVED | WhopState.DELETED:
            return Meaning.OFF
        case WhopState.UNKNOWN | WhopState.NONE:
            return None
        case _:
            assert_never(state)


def affihub_meaning(state: AffihubState) -> Meaning | None:
    """Whether a partner in this state may earn, now or on accepting; None where unknown."""
    match state:
        case AffihubState.ACTIVE | AffihubState.INVITED:
            return Meaning.ON
        case AffihubState.DEACTIVATED:
            return Meaning.OFF
        case AffihubState.UNKNOWN | AffihubState.NONE:
            return None
        case _:
            assert_never(state)


def leader(cause: Cause, on_first_link: OnFirstLink, off: Side) -> Leader:
    """Who decides a difference; ``off`` is the side that says off."""
    match cause:
        case Cause.WHOP_MOVED | Cause.WHOP_GONE:
            return Leader.WHOP
        case Cause.AFFIHUB_MOVED:
            return Leader.AFFIHUB
        case _:
            return _first_leader(on_first_link, off)


def _first_leader(on_first_link: OnFirstLink, off: Side) -> Leader:
    match on_first_link:
        case OnFirstLink.ASK:
            return Leader.PERSON
        case OnFirstLink.RESTRICTIVE:
            return Leader(off.value)
        case OnFirstLink.WHOP:
            return Leader.WHOP
        case OnFirstLink.AFFIHUB:
            return Leader.AFFIHUB
        case _:
            assert_never(on_first_link)
