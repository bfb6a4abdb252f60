"""Of whom nothing is to be said: both sides still say what they last agreed on.

That is nearly everybody in nearly every run. ``decide`` would come to the same, no row and the link
as it is; this only sees it sooner, without making anything for anybody.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sync.core.linked import accepted
from sync.core.plan import Link
from sync.core.policy import CommissionSync, Policy
from sync.core.rates import is_as_agreed
from sync.core.record import Affiliate, Override, Partner
from sync.core.status import MATRIX, Cell, Meaning, WhopState, affihub_state

_MEANINGS: Final = {Cell.AGREE_ON: Meaning.ON, Cell.AGREE_OFF: Meaning.OFF}

AGREED: Final[Mapping[tuple[str | None, str], Meaning]] = MappingProxyType(
    {
        (whop.value, affihub.value): _MEANINGS[cell]
        for (whop, affihub), cell in MATRIX.items()
        if cell in _MEANINGS and whop is not WhopState.DELETED
    }
)
"""What both sides' words mean where the matrix says that they agree.

Not of a deleted affiliate: its user may have another one, to which the link is to move.
"""


def is_settled(
    link: Link,
    affiliate: Affiliate,
    partner: Partner,
    overrides: tuple[Override, ...] | None,
    policy: Policy,
) -> bool:
    """Whether ``decide`` has nothing to say of a linked person, and nothing to remember.

    Where it is not sure it says no: it may be wrong in that direction only.
    """
    base, meaning = link.status, AGREED.get((affiliate.status, partner.status))
    if base is None or meaning is None or link.activation_owed:
        return False
    if base.value != meaning or base.whop != affiliate.status or base.affihub != partner.status:
        return False
    if meaning is Meaning.OFF:
        return True  # neither rates nor names matter of somebody who is off
    return (
        (link.name is not None or partner.name is None)
        and accepted(link.acceptance, affihub_state(partner.status)) is link.acceptance
        and (
            policy.commission.sync is CommissionSync.OFF
            or is_as_agreed(link.commission, partner, overrides, policy.commission.slot)
        )
    )
