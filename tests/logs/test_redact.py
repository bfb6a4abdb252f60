"""A secret that is known never shows in a line, however it got there and whatever it looks like."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Final
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from sync.logs import configure
from sync.logs.plain import LARGEST, plain
from sync.logs.redact import Redactor
from sync.logs.render import WITHHELD
from tests.logs.conftest import KEY, Page, started

LOG = logging.getLogger("affisync.transport")

CANARIES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=5).map(
    "Zq9{}".format
)
"""Anything a key may be, with a beginning that stands nowhere else."""
AROUND = st.text(max_size=20)


def raise_from(canary: str) -> None:
    """An error with the canary in its arguments, its cause, its notes and its locals."""
    cause = LookupError({"key": canary})
    cause.add_note(canary)
    try:
        refuse(canary, cause)
    except ValueError:
        LOG.exception("oh")


def refuse(local: str, cause: Exception) -> None:
    raise ValueError(f"refused {local}", local.encode()) from cause


def in_context(canary: str) -> None:
    with bound_contextvars(pair=canary, row=[canary]):
        LOG.info("x")


def basic(user: str, canary: str) -> str:
    return base64.b64encode(f"{user}:{canary}".encode()).decode()


PLANTED: Final[dict[str, Callable[[str], None]]] = {
    "event": LOG.info,
    "argument": lambda c: LOG.info("key %s!", c),
    "split over arguments": lambda c: LOG.info("%s%s", c[:4], c[4:]),
    "URL": lambda c: LOG.info("GET https://host/path/%s?q=%s&r=1", c, c),
    "percent-encoded": lambda c: LOG.info("/x?q=%s&p=%s", quote(c, safe=""), quote_plus(c)),
    "every character percent-encoded": lambda c: LOG.info(
        "/".join(("".join(f"%{ord(x):02x}" for x in c), "".join(f"%{ord(x):02X}" for x in c)))
    ),
    "headers": lambda c: LOG.info("sent", extra={"headers": {"X-Custom": c}}),
    "headers as tuples": lambda c: LOG.info("sent", extra={"headers": [("x-custom", c)]}),
    "headers as bytes": lambda c: LOG.info("sent %r", [(b"x-custom", c.encode())]),
    "bytes": lambda c: LOG.info("sent", extra={"raw": c.encode(), "more": bytearray(c, "ascii")}),
    "JSON body": lambda c: LOG.info("got %s", json.dumps({"told": {"text": f"no {c}"}})),
    "JSON in JSON": lambda c: LOG.info("got", extra={"body": json.dumps({"a": json.dumps([c])})}),
    "repr": lambda c: LOG.info("got %r", {"a": [c]}),
    "Basic auth": lambda c: LOG.info(
        "sent", extra={"auth": [basic(user, c) for user in ("", "a", "ab", "abc")]}
    ),
    "exception": raise_from,
    "error as a value": lambda c: LOG.info("failed", extra={"error": ValueError(c)}),
    "error as a message": lambda c: LOG.error(ValueError(c)),
    "context": in_context,
    "name of a field": lambda c: LOG.info("x", extra={f"about {c}": 1}),
    "key of a dict": lambda c: LOG.info("x", extra={"seen": {c: {c.encode(): 1}}}),
    "object": lambda c: LOG.info("x", extra={"settings": SimpleNamespace(where=c)}),
    "set": lambda c: LOG.info("x", extra={"all": {c}, "frozen": frozenset({c})}),
    "arguments that do not fit": lambda c: LOG.info(c + "%d", "x"),  # noqa: G003 - the case
    "name of a logger": lambda c: logging.getLogger(f"affisync.{c}").error("x"),
}


def texts(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    match value:
        case str():
            yield value
        case dict():
            for name, below in value.items():
                yield name
                yield from texts(below)
        case list():
            for below in value:
                yield from texts(below)


def shown(page: Page, canary: str, *, readable: bool) -> set[str]:
    """The texts of a page in which the canary can be read, also by somebody who decodes them."""
    told = [page.text] if readable else [page.text, *texts(page.records())]
    told += [unquote(text) for text in told]
    ways = {canary, json.dumps(canary)[1:-1], repr(canary)[1:-1]}
    return {text for text in told if any(way in text for way in ways)}


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("where", PLANTED)
@settings(max_examples=25, deadline=None)
@given(canary=CANARIES)
def test_a_known_secret_never_shows(where: str, readable: bool, canary: str) -> None:
    page = started(readable=readable, secrets=[canary])

    PLANTED[where](canary)

    assert page.lines()
    assert all(line.isprintable() for line in page.lines())
    assert shown(page, canary, readable=readable) == set()


@pytest.mark.parametrize("where", PLANTED)
def test_without_the_filter_each_of_these_would_show_it(where: str) -> None:
    """The proof that the test above can fail."""
    page = started(secrets=())

    PLANTED[where](KEY)

    encoded = {basic(user, KEY) for user in ("", "a", "ab", "abc")}
    assert shown(page, KEY, readable=False) or any(way in page.text for way in encoded)


@settings(deadline=None)
@given(canary=CANARIES, before=AROUND, after=AROUND)
def test_whatever_stands_around_it_a_known_secret_does_not_show(
    canary: str, before: str, after: str
) -> None:
    page = started(secrets=[canary])

    LOG.info("%s", before + canary + after, extra={"field": before + canary, canary + after: 1})

    assert shown(page, canary, readable=False) == set()


def test_what_base64_makes_of_a_secret_does_not_show_whatever_stands_before_it(page: Page) -> None:
    for user in ("", "u", "us", "use"):
        LOG.info("sent", extra={"value": basic(user, KEY), "safe": _urlsafe(user)})

    core = base64.b64encode(KEY.encode()).decode()[4:-4]
    assert core not in page.text
    for record in page.records():
        assert "[redacted]" in str(record["value"])
        assert "[redacted]" in str(record["safe"])


def _urlsafe(user: str) -> str:
    return base64.urlsafe_b64encode(f"{user}:{KEY}:?>".encode()).decode()


SECRET_LOOKING: Final[dict[str, dict[str, object]]] = {
    "authorization": {"headers": {"Authorization": "Bearer canary1x"}},
    "x-api-key": {"headers": [["x-api-key", "canary 1x"], ("X-API-KEY", b"canary")]},
    "bytes": {"headers": [(b"x-api-key", b"canary")]},
    "named field": {"password": "canary", "api_key": "canary", "token": ["canary"]},
    "url": {"url": "https://u:canary@host/x?access_token=canary&signature=canary"},
    "payout": {"partner": {"payout_email": "canary@x.io", "payout_method": "canary"}},
    "stripe": {"row": "acct_canary1 and stripe_account_id=canary"},
    "jwt": {"says": "eyJcanary.eyJcanary.canary"},
    "prefix": {"says": "got sk_live_canary and apik_canary1 and whsec_canary"},
    "apprise": {"says": "slack://canary/canary/canary could not be reached"},
    "body": {"body": '{"token": "ca\\"nary canary", "x": 1}'},
}


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("where", SECRET_LOOKING)
def test_what_looks_like_a_secret_does_not_show_though_nobody_knows_it(
    where: str, readable: bool
) -> None:
    page = started(readable=readable, secrets=())

    LOG.info("%s", SECRET_LOOKING[where], extra=SECRET_LOOKING[where])

    assert len(page.lines()) == 1
    assert "canary" not in page.text
    assert "[redacted]" in page.text


@pytest.mark.parametrize("value", [{"deep": ["canary"]}, 4242424242, b"canary", ["a", "canary"]])
def test_a_field_named_like_a_secret_holds_one_whatever_it_is(page: Page, value: object) -> None:
    LOG.info("x", extra={"whop_api_key": value, "below": {"Cookie": value}})

    record = page.record()
    assert record["whop_api_key"] == "[redacted]"
    assert record["below"] == {"Cookie": "[redacted]"}


@pytest.mark.parametrize("value", [None, True, False])
def test_that_a_secret_is_there_or_not_may_be_told(page: Page, value: object) -> None:
    LOG.info("x", extra={"api_key": value})

    assert page.record()["api_key"] is value


@pytest.mark.parametrize("readable", [True, False])
def test_ids_and_hashes_stay(readable: bool) -> None:
    page = started(readable=readable)
    kept = [
        *("aff_1a", "par_2b", "biz_3c", "req_4d", "user_5e", "20261121T134100-abcdef"),
        *("0123456789abcdef", "sha256:" + "0f" * 32, "ana@example.org", "deactivate-partner"),
    ]

    LOG.info("about %s", " ".join(kept), extra={"ids": kept, "key": kept[6]})

    assert all(page.text.count(each) >= 2 for each in kept)
    assert "[redacted]" not in page.text


def test_a_new_key_counts_from_the_next_line_on_and_the_old_one_still_does() -> None:
    page, keys = Page(), ["old-key-0001"]
    configure(page.stream, secrets=lambda: tuple(keys))
    LOG.info("old-key-0001 new-key-0002")

    keys[:] = ["new-key-0002"]
    LOG.info("old-key-0001 new-key-0002")

    events = [record["event"] for record in page.records()]
    assert events == ["[redacted] new-key-0002", "[redacted] [redacted]"]


def test_a_short_secret_is_blanked_where_its_name_stands_and_not_in_every_word() -> None:
    page = started(secrets=["abc"])

    LOG.info("abcdef", extra={"password": "abc"})

    assert (page.record()["event"], page.record()["password"]) == ("abcdef", "[redacted]")


def test_the_longer_of_two_secrets_goes_first() -> None:
    page = started(secrets=["canary", "canary-and-more"])

    LOG.info("canary-and-more")

    assert page.record()["event"] == "[redacted]"


ADDRESS = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/general"
WEBHOOK = "https://chat.example.org/notifications/98fa3b77?auth=1f2e3d4c5b"


@pytest.mark.parametrize(
    "address, says, left",
    [
        (ADDRESS, ADDRESS, "[redacted]"),
        (
            ADDRESS,
            "POST /services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ: general failure",
            "POST /services/[redacted]/[redacted]/[redacted]: general failure",
        ),
        (
            WEBHOOK,
            "POST chat.example.org /notifications/98fa3b77 by 1f2e3d4c5b",
            "POST chat.example.org /notifications/[redacted] by [redacted]",
        ),
        (
            "json://ann:hunter-22@127.0.0.1:9000/hook",
            "pages at http://127.0.0.1:8620, ann is hunter-22",
            "pages at http://127.0.0.1:8620, ann is [redacted]",
        ),
        ("ntfys://127.0.0.1:9000/topic-77", "127.0.0.1:9000 topic-77", "127.0.0.1:9000 [redacted]"),
        (
            "gotify://[fd00::1234:5678]:9000/x",
            "at [fd00::1234:5678]:9000",
            "at [fd00::1234:5678]:9000",
        ),
        (
            "gotify://push24.example.org:8443/AbC-dE_fG9",
            "AbC-dE_fG9 to push24.example.org:8443",
            "[redacted] to push24.example.org:8443",
        ),
        ("apprise2://tok.En.x1y2z3/general", "with tok.En.x1y2z3", "with [redacted]"),
        ("jsons://hooks2.example.org/x", "to hooks2.example.org", "to hooks2.example.org"),
        ("mailto://ann:pass%20word@mail.io", "login with pass word", "login with [redacted]"),
        ("tgram://12345678:AbC-dE_fG9/77", "bot 12345678 AbC-dE_fG9", "bot [redacted] [redacted]"),
    ],
)
def test_a_part_of_a_secret_address_that_may_be_a_token_is_a_secret_too(
    address: str, says: str, left: str
) -> None:
    page = started(secrets=[address])

    LOG.info(says)

    assert page.record()["event"] == left


def test_a_line_that_blanking_would_break_is_withheld() -> None:
    page = started(secrets=['":"affisync.'])

    LOG.info("x")

    assert page.lines() == [WITHHELD]


def test_half_a_secret_does_not_show_where_a_long_text_is_cut(page: Page) -> None:
    half = KEY[: len(KEY) // 2]

    LOG.info("%s", "x " * ((LARGEST - len(half)) // 2) + KEY)
    LOG.info("x", extra={"raw": b"y" * (LARGEST - len(half)) + KEY.encode()})

    assert half not in page.text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | CANARIES | st.just(f"%41{KEY}"),
    lambda below: st.lists(below) | st.dictionaries(st.text() | st.just("api_key"), below),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), VALUES), st.sampled_from([KEY, 'a"b\\c{}d', "%2541%-key"]))
def test_the_quick_look_misses_nothing_the_filter_would_find(
    fields: dict[str, object], canary: str
) -> None:
    redactor = Redactor(lambda: (canary,))
    redactor.learn()
    told = plain({**fields, "more": fields})
    rendered = json.dumps(told)

    assert redactor.suspects(rendered) or redactor.fields(told) == told
