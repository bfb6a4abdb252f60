import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from connectors.transport.answer import Answer, dumps, loads, whole
from connectors.transport.redact import Redactor
from sync.core.record import Side
from sync.errors import Malformed
from tests.connectors.surroundings import KEY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def answer(body: bytes) -> Answer:
    return Answer(Side.WHOP, "list", 200, body, "req_1", Redactor(KEY))


@given(JSON)
def test_json_comes_back_as_it_went_out(value: object) -> None:
    assert loads(dumps(value).encode()) == value


def test_numbers_keep_every_digit() -> None:
    raw = b'{"rate": 12.50, "much": 1234567890123456.78}'
    assert loads(raw) == {"rate": Decimal("12.50"), "much": Decimal("1234567890123456.78")}
    assert dumps(loads(raw)) == '{"rate":12.50,"much":1234567890123456.78}'


@pytest.mark.parametrize(
    "number, text",
    [
        ("25", "25"),
        ("25.00", "25"),
        ("2.5E+1", "25"),
        ("12.50", "12.5"),
        ("0", "0"),
        ("0.01", "0.01"),
    ],
)
def test_a_rate_goes_out_as_people_would_write_it(number: str, text: str) -> None:
    assert dumps(whole(Decimal(number))) == text


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"data": [', b"NaN", b"Infinity", b"\xff\xfe", b"[" * 100_000, b"9" * 5_000],
)
def test_what_is_no_json_is_the_servers_fault(body: bytes) -> None:
    with pytest.raises(Malformed, match="Whop's answer to list is not JSON"):
        answer(body).json()


def test_another_shape_is_told_without_its_values() -> None:
    with pytest.raises(Malformed) as caught:
        answer(b'{"id": 5, "email": "a@b.c"}').shaped(TypeAdapter(dict[str, str]))
    assert "unknown shape (id: Input should be a valid string)" in str(caught.value)
    assert (caught.value.status, caught.value.request_id) == (200, "req_1")


@pytest.mark.parametrize(
    "body, told",
    [
        ({"error": {"type": "x", "message": "No such thing."}}, "No such thing."),
        ({"error": "slug taken"}, "slug taken"),
        ({"message": "slug taken"}, "slug taken"),
        ({"detail": "slug taken"}, "slug taken"),
        ({"error": None}, '{"error": null}'),
        (["odd"], '["odd"]'),
    ],
)
def test_the_servers_own_words_are_found_in_any_envelope(body: object, told: str) -> None:
    assert answer(json.dumps(body).encode()).told == told


def test_a_web_page_is_no_success() -> None:
    answer(b"").acknowledged()
    answer(b'{"ok": tru').acknowledged()
    with pytest.raises(Malformed):
        answer(b"\n<!doctype html>").acknowledged()
