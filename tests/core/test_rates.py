"""The rate of one person: who moved, who leads, and what is asked instead of done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import pytest

from sync.core.plan import Base, Disposition, Kind, Link, Plan, Row
from sync.core.policy import CommissionSync, OnFirstLink, Policy, Slot, SlotKind
from sync.core.record import Override, Rate, Side, Untold
from tests.core.people import (
    affiliate,
    brief,
    commission,
    email,
    link,
    only,
    override,
    partner,
    plan_override,
    planned,
    policy,
)

TWENTY: Final = Base("20", "20", "20")
EMPTY: Final = Base(None, None, None)

FOLLOWED: Final = [
    (CommissionSync.WHOP, Side.WHOP),
    (CommissionSync.AFFIHUB, Side.AFFIHUB),
    (CommissionSync.TWO_WAY, Side.WHOP),
    (CommissionSync.TWO_WAY, Side.AFFIHUB),
]


def rates(
    on_whop: int | str | Sequence[Override] | None,
    on_affihub: int | str | Rate,
    base: Base | None,
    settings: Policy | None = None,
    **told: Any,
) -> Plan:
    """The plan over one linked person who is on, with these rates."""
    shares = on_whop if isinstance(on_whop, Sequence) and not isinstance(on_whop, str) else None
    if shares is None:
        shares = () if on_whop is None else (override(Decimal(str(on_whop))),)
    custom = Decimal(on_affihub) if isinstance(on_affihub, int | str) else on_affihub
    return planned(
        [affiliate()],
        [partner(commission=custom)],
        [link(commission=base, **told)],
        overrides={"aff_1": tuple(shares)},
        settings=settings or policy(commission=commission()),
    )


def values(row: Row) -> tuple[Side, str | None, str | None, str | None]:
    return row.side, row.base, row.before, row.after


def refreshed(plan: Plan) -> Link:
    (fresh,) = plan.refreshed
    return fresh


def test_nothing_is_said_of_rates_while_they_are_not_synced() -> None:
    plan = rates(20, 25, None, policy())

    assert plan.rows == ()
    assert plan.refreshed == ()


@pytest.mark.parametrize("sync, mover", FOLLOWED)
def test_the_side_that_moved_is_followed(sync: CommissionSync, mover: Side) -> None:
    rate_on = {mover: 25, mover.other: 20}
    settings = policy(commission=commission(sync))

    plan = rates(rate_on[Side.WHOP], rate_on[Side.AFFIHUB], TWENTY, settings)

    row = only(plan.rows)
    assert (row.kind, row.disposition) == (Kind.SET_COMMISSION, Disposition.APPLY)
    assert row.rule == f"{mover}-moved"
    assert values(row) == (mover.other, "20", "20", "25")
    assert row.reason == f"{mover.brand} moved since both agreed; {mover.other.brand} follows."


@pytest.mark.parametrize(
    "sync, mover",
    [(CommissionSync.WHOP, Side.AFFIHUB), (CommissionSync.AFFIHUB, Side.WHOP)],
)
@pytest.mark.parametrize("edited_to", [25, None])
def test_an_edit_on_the_side_that_follows_is_a_break_and_not_overwritten(
    sync: CommissionSync, mover: Side, edited_to: int | None
) -> None:
    rate_on = {mover: edited_to, mover.other: 20}

    plan = rates(
        rate_on[Side.WHOP], rate_on[Side.AFFIHUB], TWENTY, policy(commission=commission(sync))
    )

    row = only(plan.rows)
    assert (row.disposition, row.rule) == (Disposition.BREAK, "follower-edited")
    assert row.after is None
    assert f"{mover.other.brand} leads on rates" in row.reason


@pytest.mark.parametrize("sync", [s for s in CommissionSync if s is not CommissionSync.OFF])
def test_two_edits_to_different_rates_are_a_conflict_whoever_leads(sync: CommissionSync) -> None:
    row = only(rates(25, 30, TWENTY, policy(commission=commission(sync))).rows)

    assert (row.disposition, row.rule) == (Disposition.CONFLICT, "both-moved")
    assert row.reason == "Both sides changed the rate: 25 % on Whop, 30 % on Affihub. Choose one."
    assert (row.base, row.after) == ("20", None)


def test_two_edits_to_the_same_rate_are_agreed_on() -> None:
    plan = rates(25, "25.00", TWENTY)

    assert plan.rows == ()
    assert refreshed(plan).commission == Base("25", "25", "25")


def test_equal_rates_become_the_base_on_the_first_link() -> None:
    assert refreshed(rates(20, 20, None)).commission == TWENTY


def test_no_rate_on_either_side_counts_as_agreed() -> None:
    plan = rates(None, None, None)

    assert plan.rows == ()
    assert refreshed(plan).commission == EMPTY


def test_what_the_sides_agree_on_already_is_not_remembered_again() -> None:
    assert rates(20, 20, TWENTY).refreshed == ()


def test_rates_equal_to_a_hundredth_of_a_point_agree() -> None:
    plan = rates(20, "20.004", None)

    assert plan.rows == ()
    assert refreshed(plan).commission == Base("20", "20", "20.004")


def test_a_rate_a_server_rounded_when_both_agreed_starts_no_write_loop() -> None:
    plan = rates(12, "12.01", Base("12", "12", "12.01"))

    assert plan.rows == ()
    assert plan.refreshed == ()


def test_a_default_rate_is_not_the_same_as_a_rate_of_nothing() -> None:
    row = only(rates(None, 0, EMPTY).rows)

    assert (row.disposition, row.rule) == (Disposition.BREAK, "cannot-hold")


@pytest.mark.parametrize(
    "on_whop, on_affihub, text",
    [(20, 25, "20 % on Whop, 25 % on Affihub"), (None, 25, "the default rate on Whop")],
)
def test_a_first_link_with_different_rates_is_a_conflict(
    on_whop: int | None, on_affihub: int, text: str
) -> None:
    row = only(rates(on_whop, on_affihub, None).rows)

    assert (row.disposition, row.rule) == (Disposition.CONFLICT, "first-link-ask")
    assert text in row.reason
    assert row.reason.endswith("Choose one.")


def test_off_wins_means_nothing_for_rates() -> None:
    settings = policy(commission=commission(on_first_link=OnFirstLink.RESTRICTIVE))

    assert brief(rates(20, 25, None, settings).rows) == [
        ("set-commission", "conflict", "first-link-ask")
    ]


@pytest.mark.parametrize("side, after", [(OnFirstLink.WHOP, "20"), (OnFirstLink.AFFIHUB, "25")])
def test_a_first_link_takes_the_rate_of_the_side_the_setting_names(
    side: OnFirstLink, after: str
) -> None:
    settings = policy(commission=commission(on_first_link=side))

    row = only(rates(20, 25, None, settings).rows)

    assert (row.disposition, row.rule) == (Disposition.APPLY, f"first-link-{side}")
    assert (row.side, row.after) == (Side(side.value).other, after)


@pytest.mark.parametrize("mover", Side)
def test_an_emptied_side_asks_to_remove_the_others_rate(mover: Side) -> None:
    rate_on = {mover: None, mover.other: 20}

    row = only(rates(rate_on[Side.WHOP], rate_on[Side.AFFIHUB], TWENTY).rows)

    assert (row.kind, row.rule) == (Kind.REMOVE_COMMISSION, f"{mover}-moved")
    assert values(row) == (mover.other, "20", "20", None)


@pytest.mark.parametrize("rate", ["12.5", "0", "0.5", "100.01", "101"])
def test_a_rate_whop_cannot_hold_is_a_break_and_never_rounded(rate: str) -> None:
    row = only(rates(20, rate, TWENTY).rows)

    assert (row.disposition, row.rule) == (Disposition.BREAK, "cannot-hold")
    assert row.side is Side.WHOP
    assert row.after is None
    assert f"{rate} % is not rounded" in row.reason


def test_a_rate_affihub_cannot_hold_is_a_break_and_never_rounded() -> None:
    row = only(rates("12.345", 20, TWENTY).rows)

    assert (row.disposition, row.rule, row.side) == (
        Disposition.BREAK,
        "cannot-hold",
        Side.AFFIHUB,
    )


def test_a_slot_that_is_no_single_rate_is_a_break_whatever_affihub_says() -> None:
    flat = override(20, commission_type="flat_fee")

    row = only(rates([flat], 25, TWENTY).rows)

    assert (row.disposition, row.rule) == (Disposition.BREAK, "not-one-rate")
    assert row.reason == "The Whop slot: override affov_1 pays flat_fee, not a percentage."


def test_a_slot_of_plans_is_one_rate() -> None:
    plans = Slot(SlotKind.STANDARD, plan_ids=("plan_1", "plan_2"))
    both = [plan_override("plan_1", 25), plan_override("plan_2", 25)]
    settings = policy(commission=commission(slot=plans))

    assert values(only(rates(both, 20, TWENTY, settings).rows)) == (
        Side.AFFIHUB,
        "20",
        "20",
        "25",
    )
    assert brief(rates(both[:1], 20, TWENTY, settings).rows) == [
        ("set-commission", "break", "not-one-rate")
    ]


def test_a_rate_of_affihub_that_cannot_be_read_is_a_break() -> None:
    plan = rates(20, Untold.UNREADABLE, TWENTY)

    assert brief(plan.rows) == [("set-commission", "break", "unreadable-rate")]
    assert plan.refreshed == ()


def test_a_rate_affihub_did_not_tell_is_never_compared() -> None:
    plan = rates(20, Untold.ABSENT, Base("25", "25", "25"))

    assert plan.rows == ()
    assert plan.refreshed == ()


def test_overrides_that_were_not_read_are_never_compared() -> None:
    plan = planned(
        [affiliate()],
        [partner(commission=Decimal(25))],
        [link(commission=TWENTY)],
        settings=policy(commission=commission()),
    )

    assert plan.rows == ()
    assert plan.refreshed == ()


def test_a_row_remembers_both_rates_it_was_decided_on() -> None:
    row = only(rates(25, 20, TWENTY).rows)

    assert (row.expect.whop_rate, row.expect.affihub_rate) == ("25", "20")


@pytest.mark.parametrize(
    "whop_status, affihub_status",
    [("archived", "deactivated"), ("deleted", "deactivated"), ("archived", "active")],
)
def test_nobody_who_is_off_gets_a_rate(whop_status: str, affihub_status: str) -> None:
    plan = planned(
        [affiliate(status=whop_status)],
        [partner(status=affihub_status, commission=Decimal(25))],
        [link(commission=TWENTY)],
        overrides={"aff_1": (override(20),)},
        settings=policy(commission=commission()),
    )

    assert [row.kind for row in plan.rows if row.field == "commission"] == []
    assert {one.commission for one in plan.refreshed} <= {TWENTY}


def test_an_invited_partner_is_on_and_its_rate_is_compared() -> None:
    plan = planned(
        [affiliate()],
        [partner(status="invited", commission=Decimal(20))],
        [link(commission=TWENTY)],
        overrides={"aff_1": (override(25),)},
        settings=policy(commission=commission()),
    )

    assert values(only(plan.rows)) == (Side.AFFIHUB, "20", "20", "25")


def returning(**told: Any) -> Plan:
    """The plan over somebody who comes back on Whop, with 25 % there and 20 % on Affihub."""
    return planned(
        [affiliate()],
        [partner(status="deactivated", commission=told.pop("affihub", Decimal(20)))],
        [link(status=Base("off", "archived", "deactivated"), commission=told.pop("base", TWENTY))],
        overrides=told.pop("overrides", {"aff_1": (override(25),)}),
        settings=policy(commission=commission(), **told),
    )


def test_who_comes_back_gets_the_new_rate_first() -> None:
    assert brief(returning().rows) == [
        ("set-commission", "apply", "whop-moved"),
        ("activate-partner", "apply", "whop-moved"),
    ]


def test_who_may_not_come_back_yet_gets_no_rate_either() -> None:
    assert brief(returning(reactivate=False).rows) == [
        ("set-commission", "waiting", "after-return"),
        ("activate-partner", "held", "whop-moved"),
    ]


def test_who_comes_back_waits_while_the_rate_is_in_conflict() -> None:
    plan = returning(affihub=Decimal(30))

    assert brief(plan.rows) == [
        ("set-commission", "conflict", "both-moved"),
        ("activate-partner", "waiting", "rate-first"),
    ]


@pytest.mark.parametrize("unseen", [{"overrides": {}}, {"affihub": Untold.ABSENT}])
def test_who_comes_back_waits_while_the_rate_cannot_be_compared(unseen: dict[str, Any]) -> None:
    """Somebody who comes back must not earn at the old rate."""
    assert brief(returning(**unseen).rows) == [("activate-partner", "waiting", "rate-first")]


def test_who_comes_back_waits_for_no_rate_while_rates_are_not_synced() -> None:
    plan = planned(
        [affiliate()],
        [partner(status="deactivated", commission=Untold.ABSENT)],
        [link(status=Base("off", "archived", "deactivated"))],
    )

    assert brief(plan.rows) == [("activate-partner", "apply", "whop-moved")]


def created(
    on_whop: int | None, sync: CommissionSync, first: OnFirstLink, **told: Any
) -> list[tuple[str, str, str]]:
    """The plan over an affiliate with this rate who becomes a partner."""
    plan = planned(
        [affiliate()],
        emails={"user_1": (email(),)},
        overrides={"aff_1": () if on_whop is None else (override(on_whop),)},
        settings=policy(commission=commission(sync, first), **told),
    )
    return brief(plan.rows)


@pytest.mark.parametrize("unseen", [{}, {"overrides": {}}])
def test_an_activation_we_owe_waits_while_the_rate_cannot_be_compared(
    unseen: dict[str, Any],
) -> None:
    rate = Untold.ABSENT if not unseen else Decimal(20)

    plan = planned(
        [affiliate()],
        [partner(status="invited", commission=rate)],
        [link(activation_owed=True, commission=TWENTY)],
        overrides=unseen.get("overrides", {"aff_1": (override(20),)}),
        settings=policy(activate=True, commission=commission()),
    )

    assert brief(plan.rows) == [("activate-partner", "waiting", "rate-first")]


SYNCED: Final = [sync for sync in CommissionSync if sync is not CommissionSync.OFF]
CREATED: Final = ("create-partner", "apply", "no-partner")


@pytest.mark.parametrize("sync", SYNCED)
def test_a_new_partner_gets_the_affiliates_rate_where_the_settings_name_whop(
    sync: CommissionSync,
) -> None:
    assert created(20, sync, OnFirstLink.WHOP) == [
        CREATED,
        ("set-commission", "apply", "first-link-whop"),
    ]


@pytest.mark.parametrize("first", [OnFirstLink.ASK, OnFirstLink.AFFIHUB])
@pytest.mark.parametrize("sync", SYNCED)
def test_a_new_partner_keeps_the_default_rate_where_no_setting_says_else(
    sync: CommissionSync, first: OnFirstLink
) -> None:
    assert created(20, sync, first) == [CREATED]


@pytest.mark.parametrize("first", OnFirstLink)
def test_a_new_partner_gets_no_rate_while_rates_are_not_synced(first: OnFirstLink) -> None:
    assert created(20, CommissionSync.OFF, first) == [CREATED]


def test_a_new_partner_of_an_affiliate_without_a_rate_gets_none() -> None:
    assert created(None, CommissionSync.TWO_WAY, OnFirstLink.WHOP) == [CREATED]


ACTIVATED: Final = ("activate-partner", "apply", "activation-owed")


@pytest.mark.parametrize(
    "on_whop, sync, first, follows",
    [
        (20, CommissionSync.OFF, OnFirstLink.ASK, [ACTIVATED]),
        (None, CommissionSync.TWO_WAY, OnFirstLink.ASK, [ACTIVATED]),
        (20, CommissionSync.TWO_WAY, OnFirstLink.ASK, []),
        (20, CommissionSync.TWO_WAY, OnFirstLink.AFFIHUB, []),
        (
            20,
            CommissionSync.TWO_WAY,
            OnFirstLink.WHOP,
            [("set-commission", "apply", "first-link-whop"), ACTIVATED],
        ),
    ],
)
def test_a_new_partner_is_not_made_active_at_a_rate_in_doubt(
    on_whop: int | None, sync: CommissionSync, first: OnFirstLink, follows: list[tuple[str, ...]]
) -> None:
    assert created(on_whop, sync, first, activate=True) == [CREATED, *follows]


def test_a_new_partner_is_not_made_active_while_the_affiliates_rate_was_not_read() -> None:
    plan = planned(
        [affiliate()],
        emails={"user_1": (email(),)},
        settings=policy(activate=True, commission=commission()),
    )

    assert brief(plan.rows) == [CREATED]


def test_a_new_affiliate_gets_the_partners_rate_where_the_settings_name_affihub() -> None:
    settings = policy(commission=commission(CommissionSync.TWO_WAY, OnFirstLink.AFFIHUB))

    plan = planned(partners=[partner(commission=Decimal(20))], settings=settings)

    row = only(plan.rows, Kind.SET_COMMISSION)
    assert [one.kind for one in plan.rows] == [Kind.CREATE_AFFILIATE, Kind.SET_COMMISSION]
    assert values(row) == (Side.WHOP, None, None, "20")
    assert (row.whop_id, row.affihub_id) == (None, "par_1")


@pytest.mark.parametrize("rate", [None, Decimal("12.5"), Untold.ABSENT, Untold.UNREADABLE])
def test_a_new_affiliate_gets_no_rate_that_whop_cannot_hold_or_nobody_told(rate: Rate) -> None:
    settings = policy(commission=commission(CommissionSync.TWO_WAY, OnFirstLink.AFFIHUB))

    plan = planned(partners=[partner(commission=rate)], settings=settings)

    assert [row.kind for row in plan.rows] == [Kind.CREATE_AFFILIATE]


@pytest.mark.parametrize("on_whop, on_affihub", [(None, 20), (20, None)])
def test_a_record_we_just_created_without_a_rate_never_takes_the_others_away(
    on_whop: int | None, on_affihub: int | None
) -> None:
    """Naming a side means to take its rates, not the default of a record made a minute ago."""
    side = OnFirstLink.WHOP if on_whop is None else OnFirstLink.AFFIHUB
    settings = policy(commission=commission(on_first_link=side))

    plan = rates(on_whop, on_affihub, None, settings, evidence="created")

    assert brief(plan.rows) == [("set-commission", "conflict", "first-link-ask")]


def test_a_first_link_with_an_empty_rate_on_the_named_side_asks_to_remove_the_other() -> None:
    settings = policy(commission=commission(on_first_link=OnFirstLink.WHOP))

    assert brief(rates(None, 20, None, settings).rows) == [
        ("remove-commission", "apply", "first-link-whop")
    ]
