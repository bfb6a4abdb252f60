"""Base against both sides: what each side did to a field, and what that makes of it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sync.core.plan import Base


class Change(StrEnum):
    """What one side did to a field since the base.

    ``GONE`` is a record its side answered with 404; ``UNSEEN`` one this run could not see:
    absent from a partial listing, or in a shape nobody can read. Nothing follows from it.
    """

    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    UNSEEN = "unseen"


class Cause(StrEnum):
    """Why two fields stand as they do; the name of the rule in a row's ``rule``."""

    AGREE = "agree"
    WHOP_MOVED = "whop-moved"
    AFFIHUB_MOVED = "affihub-moved"
    BOTH_MOVED = "both-moved"
    WHOP_GONE = "whop-gone"
    PARTNER_GONE = "partner-gone"
    UNSEEN = "unseen"
    FIRST_LINK = "first-link"


CAUSES: Final[Mapping[tuple[Change, Change], Cause]] = MappingProxyType(
    {
        # Whop        , Affihub
        (Change.SAME, Change.SAME): Cause.AGREE,
        (Change.EDITED, Change.SAME): Cause.WHOP_MOVED,
        (Change.SAME, Change.EDITED): Cause.AFFIHUB_MOVED,
        (Change.EDITED, Change.EDITED): Cause.BOTH_MOVED,
        (Change.GONE, Change.SAME): Cause.WHOP_GONE,
        (Change.GONE, Change.EDITED): Cause.WHOP_GONE,
        (Change.SAME, Change.GONE): Cause.PARTNER_GONE,
        (Change.EDITED, Change.GONE): Cause.PARTNER_GONE,
        (Change.GONE, Change.GONE): Cause.PARTNER_GONE,
        **{(Change.UNSEEN, affihub): Cause.UNSEEN for affihub in Change},
        **{(whop, Change.UNSEEN): Cause.UNSEEN for whop in Change},
    }
)
"""The decision table: what Whop did and what Affihub did since the base -> the rule.

``FIRST_LINK`` is not in it: it is the rule wherever there is no base at all.
"""


def change(base: str | None, now: str | None) -> Change:
    """What a side did to a value it still shows."""
    return Change.SAME if base == now else Change.EDITED


def cause(base: Base | None, whop: str | None, affihub: str | None) -> Cause:
    """The rule for two values that can be seen, each compared with what its side said before."""
    if base is None:
        return Cause.FIRST_LINK
    return CAUSES[change(base.whop, whop), change(base.affihub, affihub)]
