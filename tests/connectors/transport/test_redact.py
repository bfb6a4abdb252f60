import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.redact import EXCERPT_MAX, LOOKED_AT, Redactor
from tests.connectors.surroundings import KEY

REDACTOR = Redactor(KEY)


@pytest.mark.parametrize(
    "text, secret",
    [
        (f"key {KEY} is wrong", KEY),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("bad key apik_live_77aBc", "apik_live_77aBc"),
        ("bad key ak_1234", "ak_1234"),
        ("sk_test_99", "sk_test_99"),
        ("secret ws_0123abc", "ws_0123abc"),
        ("hash " + "0af3" * 8, "0af3" * 8),
        ("token eyJhbGciOi.eyJzdWIi.c2ln", "eyJzdWIi"),
        ("user jane.doe+x@example.org exists", "jane.doe+x@example.org"),
        ("search=jane%40example.org", "jane%40example.org"),
        ('{"payout_email":"pay@x.io","payout_method":"paypal"}', "paypal"),
        ('{\\"payout_method\\": \\"crypto\\"}', "crypto"),
        ("stripe_account_id: acct_1N", "acct_1N"),
    ],
)
def test_no_secret_or_address_shows_in_an_excerpt(text: str, secret: str) -> None:
    assert secret not in REDACTOR.excerpt(text)


def test_what_is_no_secret_stays_readable() -> None:
    text = "The marketplace affiliate aff_12 cannot be archived."
    assert REDACTOR.excerpt(text) == text


def test_an_excerpt_is_short_and_one_line() -> None:
    excerpt = REDACTOR.excerpt("a\x00b\x1b[31mc\r\nd " * 100)
    assert len(excerpt) <= EXCERPT_MAX
    assert excerpt.isprintable()


def test_a_secret_cut_in_half_by_the_limit_does_not_show() -> None:
    filler = "x@example.org " * ((LOOKED_AT - 10) // 14)
    text = filler + "somebody-else@example.org"
    assert "somebody" not in REDACTOR.excerpt(text)


def test_the_key_does_not_show_by_the_repr() -> None:
    assert KEY not in repr(REDACTOR)


@pytest.mark.parametrize(
    "headers, shown",
    [
        ({"x-request-id": "req_1", "cf-ray": "ray"}, "req_1"),
        ({"cf-ray": "8f1a2b3c4d5e6f70-FRA"}, "8f1a2b3c4d5e6f70-FRA"),
        ({"x-request-id": "a b\x1b[31m", "cf-ray": "ray"}, "ray"),
        ({"x-request-id": KEY}, None),
        ({}, None),
    ],
)
def test_the_request_id_is_the_servers_own_where_it_is_fit_to_show(
    headers: dict[str, str], shown: str | None
) -> None:
    assert REDACTOR.request_id(headers) == shown


@given(st.text(), st.text())
def test_whatever_stands_around_it_the_key_does_not_show(before: str, after: str) -> None:
    excerpt = REDACTOR.excerpt(f"{before}{KEY}{after}")
    assert KEY not in excerpt
    assert len(excerpt) <= EXCERPT_MAX
