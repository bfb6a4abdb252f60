"""Base against both sides: one rule for everything two sides can have done."""

from itertools import product

import pytest

from sync.core.diff import CAUSES, Cause, Change, cause, change
from sync.core.plan import Base


def test_there_is_exactly_one_rule_for_whatever_both_sides_did() -> None:
    assert CAUSES.keys() == set(product(Change, Change))


@pytest.mark.parametrize("side_that_is_not_seen", [0, 1])
def test_nothing_follows_from_a_side_that_was_not_seen(side_that_is_not_seen: int) -> None:
    causes = {why for did, why in CAUSES.items() if did[side_that_is_not_seen] is Change.UNSEEN}

    assert causes == {Cause.UNSEEN}


def test_a_partner_that_is_gone_is_never_a_reason_to_follow_whop() -> None:
    seen = set(Change) - {Change.UNSEEN}

    assert {CAUSES[whop, Change.GONE] for whop in seen} == {Cause.PARTNER_GONE}


def test_an_affiliate_that_is_gone_counts_as_gone_whatever_affihub_did() -> None:
    assert CAUSES[Change.GONE, Change.SAME] is Cause.WHOP_GONE
    assert CAUSES[Change.GONE, Change.EDITED] is Cause.WHOP_GONE


def test_every_cause_but_the_first_link_has_a_place_in_the_table() -> None:
    assert set(CAUSES.values()) == set(Cause) - {Cause.FIRST_LINK}


@pytest.mark.parametrize(
    "base, now, did",
    [
        ("20", "20", Change.SAME),
        ("20", "25", Change.EDITED),
        (None, None, Change.SAME),
        (None, "20", Change.EDITED),
        ("20", None, Change.EDITED),
        (None, "", Change.EDITED),
    ],
)
def test_a_value_that_is_not_what_it_was_is_an_edit(
    base: str | None, now: str | None, did: Change
) -> None:
    assert change(base, now) is did


@pytest.mark.parametrize(
    "whop, affihub, why",
    [
        ("20", "20.5", Cause.AGREE),
        ("25", "20.5", Cause.WHOP_MOVED),
        ("20", "25", Cause.AFFIHUB_MOVED),
        ("25", "25", Cause.BOTH_MOVED),
        (None, "20.5", Cause.WHOP_MOVED),
    ],
)
def test_each_side_is_compared_with_what_it_said_itself(
    whop: str | None, affihub: str | None, why: Cause
) -> None:
    base = Base("20", "20", "20.5")

    assert cause(base, whop, affihub) is why


def test_without_a_base_it_is_the_first_link_whatever_they_say() -> None:
    assert cause(None, "20", "20") is Cause.FIRST_LINK
    assert cause(None, "20", "25") is Cause.FIRST_LINK
