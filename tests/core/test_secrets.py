"""What looks like a secret is blanked wherever it stands; what only resembles one stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.secrets import GONE, HINTS, LOOKS, _look, blank, may_hold_secret, names_secret


@pytest.mark.parametrize(
    "text, left",
    [
        ("Authorization: Bearer abc.def-1 was refused", f"Authorization: {GONE} was refused"),
        ("authorization: Token a1b2", f"authorization: {GONE}"),
        ("{'Authorization': 'Digest a, b'}", f"{{'Authorization': '{GONE}'}}"),
        ("[('x-api-key', 'two words')]", f"[('x-api-key', '{GONE}')]"),
        ("[(b'X-Api-Key', b'v')]", f"[(b'X-Api-Key', b'{GONE}')]"),
        ('{"x-api-key": ["v"]}', f'{{"x-api-key": ["{GONE}"]}}'),
        (r'{"api_key": "with \" in it", "n": 1}', f'{{"api_key": "{GONE}", "n": 1}}'),
        (r"{\"api_key\": \"a b\", \"n\": 1}", rf"{{\"api_key\": \"{GONE}\", \"n\": 1}}"),
        ("Set-Cookie: sid=1; Path=/\r\nx: y", f"Set-Cookie: {GONE}\r\nx: y"),
        ("WHOP_API_KEY=abc rest", f"WHOP_API_KEY={GONE} rest"),
        ("accessToken: 'x'", f"accessToken: '{GONE}'"),
        ("bearer abc!", f"bearer {GONE}"),
        ("Bearer%20abc", f"Bearer%20{GONE}"),
        ("Basic dXNlcjpwYXNz", f"Basic {GONE}"),
        ("got apik_live_77aBc there", f"got {GONE} there"),
        ("sk_test_99, key_a1b2c3d4", f"{GONE}, {GONE}"),
        ("jwt eyJhbGciOi.eyJzdWIi.c2ln!", f"jwt {GONE}!"),
        ("paid to acct_1Nx", f"paid to {GONE}"),
        ("payout_email: a@b.io", f"payout_email: {GONE}"),
        ('"payout_method":"paypal"', f'"payout_method":"{GONE}"'),
        ("stripe_account_id='1N'", f"stripe_account_id='{GONE}'"),
        ("https://u:p@host/path", f"https://{GONE}@host/path"),
        ("https://token@host", f"https://{GONE}@host"),
        ("/x?limit=1&api_key=a&page=2", f"/x?limit=1&api_key={GONE}&page=2"),
        ("/x?access_token=a", f"/x?access_token={GONE}"),
        ("/x?access_token%3Da", f"/x?access_token%3D{GONE}"),
        ("/x?token=a&password=b&signature=c", f"/x?token={GONE}&password={GONE}&signature={GONE}"),
        ("slack://A/B/C failed", f"slack://{GONE} failed"),
        ("to mailtos://ann:pw@mail", f"to mailtos://{GONE}"),
        ("https://hooks.slack.com/services/T0/B0/x", f"https://hooks.slack.com/{GONE}"),
        ("https://discord.com/api/webhooks/1/ab", f"https://discord.com/api/webhooks/1/{GONE}"),
    ],
)
def test_what_looks_like_a_secret_is_blanked_and_its_surroundings_stay(
    text: str, left: str
) -> None:
    assert blank(text) == left
    assert may_hold_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "aff_1 par_2 biz_3 req_4 user_9a8b7c6d5e4f user_1",
        "run 20261121T134100-abcdef, row 0123456789abcdef",
        "config sha256:" + "0f" * 32,
        "https://api.whop.com/api/v1/affiliates?first=100&after=x",
        "sqlite:////var/lib/affisync/state.db",
        "the key in api_key_env, api_key_file; key_source and token_ttl",
        "Whop refused the key (list_affiliates, 401)",
        "basic check, a bypass, a signal, 5 tokens",
        "ana@example.org",
        '{"api_key": null, "token": true}',
    ],
)
def test_ids_and_plain_words_stay(text: str) -> None:
    assert blank(text) == text


@pytest.mark.parametrize(
    "name", ["api_key", "X-API-Key", "whop_api_key", "accessToken", "password", "Cookie", "secret"]
)
def test_a_name_tells_that_a_secret_is_kept_there(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name", ["key", "api_key_env", "tokens", "passed", "design", "authorized", "", "row"]
)
def test_other_names_tell_no_such_thing(name: str) -> None:
    assert not names_secret(name)


def test_every_hint_of_a_look_is_covered_by_the_quick_question() -> None:
    assert all(any(hint in whole for hint in HINTS) for look in LOOKS for whole in look.hints)


PIECES = st.sampled_from(
    [
        *(
            "Authorization",
            "x-api-key",
            "token",
            "Bearer ",
            "key_a1b2c3d4",
            "eyJab.c",
            "://",
            "a@b",
        ),
        *(
            "'",
            '"',
            "\\",
            ": ",
            "=",
            ", ",
            "(",
            "[",
            "b'",
            "https",
            "hooks.",
            "&",
            "%3D",
            " ",
            "null",
        ),
        *("Cookie", GONE),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    clean = blank(text)

    assert blank(clean) == clean


@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_the_quick_question_is_right_when_it_says_no(text: str) -> None:
    assert may_hold_secret(text) or blank(text) == text


@given(
    st.text("abcXYZ019-._~+/", min_size=1).filter(lambda text: text.strip("-._~+/")),
    st.sampled_from(["Bearer {}", "x-api-key: {}", "'token': '{}'", "?api_key={}", "ftp://{}@h"]),
)
def test_no_value_shows_beside_a_name_that_tells_of_it(value: str, form: str) -> None:
    planted = f"canary{value}"

    assert "canary" not in blank(form.format(planted))


def test_a_look_has_words_for_hints_and_is_the_same_in_capitals() -> None:
    look = _look("key token", "(a)b")

    assert look.hints == ("key", "token")
    assert look.shape.sub(r"\g<1>", "xABy") == "xAy"


def test_any_other_sign_can_stand_where_a_secret_stood() -> None:
    assert blank("token=abc", "***") == "token=***"


def test_only_the_end_of_a_long_name_is_looked_at() -> None:
    assert names_secret("x" * 200 + "_token")
    assert names_secret("." * 94 + "_token")
    assert not names_secret("token_" + "x" * 200)


def test_a_text_without_any_hint_holds_no_secret() -> None:
    assert not may_hold_secret("")
    assert not may_hold_secret("two people were linked")
