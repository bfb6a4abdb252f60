from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.whop.wire import AFFILIATES, OVERRIDES, money
from sync.core.money import parse_money
from sync.core.record import Affiliate, Untold
from tests.connectors.whop.rows import affiliate


def only(row: object) -> Affiliate:
    rows = AFFILIATES.read([row])
    assert not rows.incidents
    return rows.read[0].record()


def test_an_affiliate_is_read_whole() -> None:
    assert only(affiliate(7)) == Affiliate(
        id="aff_7",
        user_id="user_7",
        status="active",
        name="Jane Smith",
        username="jane7",
        created_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
        updated_at="2026-01-02T03:04:05.678Z",
        overrides_count=2,
        earnings_usd=Decimal("1157.79"),
        monthly_usd=Decimal("75.00"),
    )


@pytest.mark.parametrize("status", [None, "archived", "deleted", "frozen by moonlight"])
def test_a_status_nobody_heard_of_is_kept_as_it_is(status: str | None) -> None:
    assert only(affiliate(1, status=status)).status == status


@pytest.mark.parametrize(
    "money, amount",
    [
        ("0.00", Decimal("0.00")),
        ("-$12.00", Decimal("-12.00")),
        ("$-12.00", Decimal("-12.00")),
        ("($12.00)", Decimal("-12.00")),
        ("€12", None),
        ("€1.234,56", None),
        ("1,234.56 EUR", None),
        ("CA$12.00", None),
        ("$12.00 CAD", None),
        (True, None),
        (12.5, None),
        (Decimal("NaN"), None),
        ({"amount": "12.00", "currency": "eur"}, None),
        ("a lot", None),
        (None, None),
        (12, Decimal(12)),
        (["$1"], None),
    ],
)
def test_money_that_cannot_be_read_is_unknown_never_zero(
    money: object, amount: Decimal | None
) -> None:
    assert only(affiliate(1, total_referral_earnings_usd=money)).earnings_usd == amount


@pytest.mark.parametrize("moment", [None, "yesterday", "0001-01-01T00:00:00+14:00", {"at": 1}])
def test_a_time_that_cannot_be_read_is_unknown(moment: object) -> None:
    assert only(affiliate(1, created_at=moment)).created_at is None


def test_a_time_without_a_zone_is_utc() -> None:
    told = only(affiliate(1, created_at="2026-01-02T03:04:05"))
    assert told.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_what_is_only_shown_may_be_missing() -> None:
    row = {"id": "aff_1", "status": "active", "user": {"id": "user_1"}}
    assert only(row) == Affiliate(id="aff_1", user_id="user_1", status="active")


def test_halves_of_characters_in_a_name_are_replaced() -> None:
    told = only(affiliate(1, user={"id": "user_1", "name": "Zo\ud83d", "username": None}))
    assert told.name == "Zo?"


def test_an_id_with_half_a_character_is_never_mended_into_another_one() -> None:
    rows = AFFILIATES.read([affiliate(1, id="aff_\ud83d"), affiliate(1, user={"id": "u\ud83d"})])
    assert [incident.id for incident in rows.incidents] == [None, "aff_1"]


@given(st.from_regex(r"\$[0-9]{1,4}(,[0-9]{3}){0,11}(\.[0-9]{1,12})?", fullmatch=True))
def test_money_as_whop_writes_it_is_read_the_short_way_as_the_long_one(text: str) -> None:
    assert money(text) == parse_money(text)


@pytest.mark.parametrize(
    "told, number", [(3, 3), ("3", 3), (Decimal("3.0"), 3), (Decimal("3.5"), None), (True, None)]
)
def test_a_count_is_a_whole_number_however_it_is_written(told: object, number: int | None) -> None:
    assert only(affiliate(1, total_overrides_count=told)).overrides_count == number


def test_a_mark_of_change_that_cannot_be_kept_is_none() -> None:
    assert only(affiliate(1, updated_at="2026\ud83d")).updated_at == ""
    assert only(affiliate(1, updated_at=5)).updated_at == ""


def test_a_name_of_any_length_and_with_any_sign_is_kept() -> None:
    name = "x" * 10_000 + "\x00"
    assert only(affiliate(1, user={"id": "u", "name": name})).name == name


@pytest.mark.parametrize(
    "row, id_",
    [
        ({"id": "aff_1", "user": {"id": "user_1"}}, "aff_1"),
        (affiliate(1, user=None), "aff_1"),
        (affiliate(1, user={"name": "x"}), "aff_1"),
        (affiliate(1, status=5), "aff_1"),
        (affiliate(1, id=5), None),
        (affiliate(1, id=""), None),
        ({}, None),
        (None, None),
        ("aff_1", None),
    ],
)
def test_a_row_in_another_shape_is_an_incident_and_the_rest_is_read(
    row: object, id_: str | None
) -> None:
    rows = AFFILIATES.read([affiliate(1), row, affiliate(2)])
    assert [one.id for one in rows.read] == ["aff_1", "aff_2"]
    assert [incident.id for incident in rows.incidents] == [id_]


def test_an_incident_tells_the_fault_and_not_the_value() -> None:
    (incident,) = AFFILIATES.read([affiliate(1, status={"email": "a@b.c"})]).incidents
    assert incident.reason == "unreadable: status: Input should be a valid string"


OVERRIDE: dict[str, Any] = {
    "id": "affov_1",
    "override_type": "rev_share",
    "commission_type": "percentage",
    "commission_value": 25,
    "product_id": None,
    "revenue_basis": "post_fees",
    "total_referral_earnings_usd": 12.5,
}


@pytest.mark.parametrize(
    "value, percent",
    [
        (25, Decimal(25)),
        (Decimal("6.9"), Decimal("6.9")),
        ("12.50", Decimal("12.50")),
        ("25%", Untold.UNREADABLE),
        (None, Untold.UNREADABLE),
        (True, Untold.UNREADABLE),
        ([25], Untold.UNREADABLE),
    ],
)
def test_an_overrides_value_is_exact_or_unreadable(
    value: object, percent: Decimal | Untold
) -> None:
    (row,) = OVERRIDES.read([OVERRIDE | {"commission_value": value}]).read
    assert row.record().commission_value == percent


def test_an_override_without_a_value_says_so() -> None:
    row = {name: value for name, value in OVERRIDE.items() if name != "commission_value"}
    (told,) = OVERRIDES.read([row]).read
    assert told.record().commission_value is Untold.ABSENT
