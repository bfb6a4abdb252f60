"""Amounts and numbers: read exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.money import parse_money, parse_number


@pytest.mark.parametrize(
    "text, amount",
    [
        ("$0.00", "0.00"),
        ("$1,157.79", "1157.79"),
        ("$9,556.36", "9556.36"),
        ("$1,000,000", "1000000"),
        ("0.00", "0.00"),
        ("-$5.10", "-5.10"),
        ("$1157.79", "1157.79"),
        ("$12", "12"),
        ("1234567.5", "1234567.5"),
    ],
)
def test_amounts_are_read_as_whop_shows_them(text: str, amount: str) -> None:
    assert parse_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        "-",
        "57.94%",
        "€5.00",
        "$1,15.79",
        "$1,1577",
        "$,157.79",
        "1.157,79",
        "$5.",
        "$.50",
        "($5.00)",
        "$5.00 ",
        "five",
        "NaN",
        "Infinity",
        "1e3",
        "$٣",
        "$5.00\n",
        " $1",
        "1,23",
        "12,345,6",
        "$1.2k",
        "--1",
        "$-1",
        "9" * 40,
    ],
)
def test_what_is_no_amount_is_unknown_and_never_zero(text: str) -> None:
    assert parse_money(text) is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_in_dollars_and_cents_is_read_back_exactly(amount: Decimal) -> None:
    sign = "-" if amount < 0 else ""

    assert parse_money(f"{sign}${abs(amount):,.2f}") == amount


@pytest.mark.parametrize(
    "value, number",
    [
        (20, "20"),
        (0, "0"),
        (-1, "-1"),
        (Decimal("12.345"), "12.345"),
        ("12.5", "12.5"),
        ("-12.5", "-12.5"),
        ("007", "7"),
    ],
)
def test_numbers_are_read_from_numbers_and_from_texts(value: object, number: str) -> None:
    assert parse_number(value) == Decimal(number)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0.1,
        float("nan"),
        "",
        " 1",
        "1e3",
        "1,5",
        "12.5%",
        "٣",
        "1_000",
        "+25",
        "NaN",
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
        Decimal(10) ** 15,
        Decimal("1E+999999"),
        10**15,
        10**400,
        [20],
        {"value": 20},
    ],
)
def test_what_is_no_exact_number_is_refused(value: object) -> None:
    assert parse_number(value) is None


@given(st.text())
def test_no_text_is_ever_an_error(text: str) -> None:
    parse_money(text)
    parse_number(text)


@given(st.floats())
def test_a_float_is_never_taken_for_a_rate(value: float) -> None:
    assert parse_number(value) is None
