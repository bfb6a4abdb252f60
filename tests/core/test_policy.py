"""What a pair's settings are when nobody says anything: the careful choice each time."""

from decimal import Decimal

import pytest

from sync.core.policy import (
    CommissionSync,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Share,
    Slot,
    SlotKind,
)
from sync.core.record import Side


def test_nobody_is_brought_back_activated_or_paid_otherwise_without_asking() -> None:
    default = Policy("main")

    assert (default.create_partners, default.create_affiliates) == (True, True)
    assert (default.activate, default.reactivate) == (False, False)
    assert default.status_on_first_link is OnFirstLink.ASK
    assert default.commission.sync is CommissionSync.OFF
    assert default.commission.on_first_link is OnFirstLink.ASK


def test_the_default_slot_is_the_company_wide_share_after_fees() -> None:
    assert Slot() == Slot(SlotKind.REV_SHARE, None, (), "all_payments", "post_fees")


@pytest.mark.parametrize(
    "sync, follower",
    [
        (CommissionSync.OFF, None),
        (CommissionSync.TWO_WAY, None),
        (CommissionSync.WHOP, Side.AFFIHUB),
        (CommissionSync.AFFIHUB, Side.WHOP),
    ],
)
def test_the_side_that_is_not_named_follows(sync: CommissionSync, follower: Side | None) -> None:
    assert sync.follower is follower


def test_limits_of_one_pair_are_not_those_of_another() -> None:
    with pytest.raises(TypeError):
        Guards().limits["deactivate"] = Limit(Share(Decimal(100)))  # type: ignore[index]
