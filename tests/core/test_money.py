"""Amounts and numbers: read exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.money import Money, parse_cents, parse_money, parse_number, read_money


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
        ("-12.00", "-12.00"),
        ("$-12.00", "-12.00"),
        ("($12.00)", "-12.00"),
        ("(12.00)", "-12.00"),
        ("($1,234.56)", "-1234.56"),
        ("\N{MINUS SIGN}$12.00", "-12.00"),
        ("$\N{MINUS SIGN}12.00", "-12.00"),
        ("-$0.00", "0.00"),
        ("($0.00)", "0.00"),
        ("US$12.00", "12.00"),
        ("$12.00 USD", "12.00"),
        ("US$12.00 USD", "12.00"),
        ("12.00 usd", "12.00"),
        ("USD 12.00", "12.00"),
        ("-USD\N{NO-BREAK SPACE}12.00", "-12.00"),
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
        "($5.00",
        "$5.00)",
        "(-$5.00)",
        "-($5.00)",
        "-$-5.00",
        "$5.00-",
        "+$5.00",
        "()",
        "(0",
        "$$5",
        "$1 234.00",
        "$1'234.00",
        "$1.234,56",
        "5 US$ CAD",
        "5.00 percent",
        "5 x",
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
        "9" * 40,
    ],
)
def test_what_is_no_amount_is_unknown_and_never_zero(text: str) -> None:
    assert parse_money(text) is None


AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
NEGATIVE = ["-{}{}", "{}-{}", "({}{})", "\N{MINUS SIGN}{}{}", "{}\N{MINUS SIGN}{}", "-{} {}"]


@given(AMOUNTS, st.sampled_from(NEGATIVE), st.sampled_from(["$", "US$", "USD", "usd", ""]))
def test_every_amount_in_dollars_is_read_back_exactly_in_every_form(
    amount: Decimal, negative: str, sign: str
) -> None:
    form = negative if amount < 0 and (sign or " " not in negative) else "{}{}"
    text = form.format(sign, f"{abs(amount):,.2f}")

    assert parse_money(text) == (-abs(amount) if form == negative else abs(amount))


@pytest.mark.parametrize(
    "text, number, currency",
    [
        ("€1.234,56", "1234.56", "EUR"),
        ("€1,234.56", "1234.56", "EUR"),
        ("1,234.56 EUR", "1234.56", "EUR"),
        ("1.234,56 €", "1234.56", "EUR"),
        ("1\N{NARROW NO-BREAK SPACE}234,56 €", "1234.56", "EUR"),
        ("CHF 1'234.50", None, "CHF"),
        ("CHF 1'234,50", "1234.50", "CHF"),
        ("£5", "5", "GBP"),
        ("-£5.50", "-5.50", "GBP"),
        ("(£5.50)", "-5.50", "GBP"),
        ("CA$12.00", "12.00", "CAD"),
        ("ca$12.00", "12.00", "CAD"),
        ("$12.00 CAD", "12.00", "CAD"),
        ("A$1,000,000", "1000000", "AUD"),
        ("R$ 12,00", "12.00", "BRL"),
        ("¥1200", "1200", "JPY"),
        ("12.00 xyz", "12.00", "XYZ"),
        ("€1,234", None, "EUR"),
        ("€1.234", None, "EUR"),
        ("€1,2,3", None, "EUR"),
    ],
)
def test_another_currency_says_so_and_is_never_dollars(
    text: str, number: str | None, currency: str
) -> None:
    assert read_money(text) == Money(Decimal(number) if number else None, currency)
    assert parse_money(text) is None


@given(AMOUNTS, st.sampled_from(["€", "£", "CA$", "A$", "EUR", "CAD", "gbp", "kr", "zł", "₿"]))
def test_no_amount_with_another_sign_is_taken_for_dollars(amount: Decimal, sign: str) -> None:
    american = f"{abs(amount):,.2f}"
    german = american.translate(str.maketrans(",.", ".,"))
    minus = "-" if amount < 0 else ""

    for number in (american, german):
        for text in (f"{minus}{sign}{number}", f"{minus}{number} {sign}", f"({sign}{number})"):
            assert parse_money(text) is None
            told = read_money(text)
            assert told is None or told.currency != "USD"
            assert told is None or told.number is None or abs(told.number) == abs(amount)


def test_dollars_are_dollars() -> None:
    assert read_money("$12") == Money(Decimal(12), "USD")
    assert Money(Decimal(12), "USD").usd == 12
    assert Money(Decimal(12), "EUR").usd is None


@pytest.mark.parametrize("text", ["US$12 CAD", "€12 USD", "€12 GBP", "£5 €"])
def test_an_amount_in_two_currencies_is_in_none(text: str) -> None:
    assert read_money(text) is None


@given(st.integers(min_value=-(10**14), max_value=10**14), st.booleans())
def test_cents_become_exact_units(cents: int, as_text: bool) -> None:
    told = parse_cents(str(cents) if as_text else cents)

    assert told is not None
    assert told * 100 == cents
    assert told.as_tuple().exponent == -2


@pytest.mark.parametrize(
    "value, units",
    [
        (0, "0.00"),
        ("1234", "12.34"),
        (Decimal(-5), "-0.05"),
        (Decimal("100.0"), "1.00"),
        ("12.5", None),
        (Decimal("0.1"), None),
        (12.0, None),
        (None, None),
        (True, None),
        ("", None),
        ("$12", None),
        ("1,234", None),
        ([1], None),
    ],
)
def test_what_is_no_whole_number_of_cents_is_unknown_and_never_zero(
    value: object, units: str | None
) -> None:
    assert parse_cents(value) == (Decimal(units) if units else None)


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
    parse_cents(text)


@given(st.floats())
def test_a_float_is_never_taken_for_a_rate(value: float) -> None:
    assert parse_number(value) is None
