"""News as people get them: short, plain, with the next command, and with nothing that acts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sync.core.news import Digest, Mended, Needs, News
from sync.core.plan import Disposition, Kind, Outcome, Person, Row
from sync.core.ports import OpenRow, Tally
from sync.core.report import Trouble
from sync.core.standing import Standing
from sync.render.news import CASES, message
from tests.render.reports import HOSTILE, PEOPLE, row

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAILING = Standing(
    "main",
    failures=4,
    trouble=Trouble.KEY_REFUSED,
    reason="Whop refused the key (the variable WHOP_API_KEY).",
    since=NOON - HOUR,
    not_before=NOON + HOUR,
)


def held(number: int, person: Person) -> Row:
    return row(Kind.DEACTIVATE_PARTNER, Disposition.HELD, person=person, guard="deactivate")


def needs(*rows: Row, in_all: int | None = None) -> News:
    return News("main", NOON, needs=Needs(rows, in_all or len(rows)))


def test_rows_are_counted_and_the_first_three_told_with_the_command() -> None:
    rich = replace(PEOPLE[0], monthly_usd=Decimal("1234.5"))
    rows = [held(n, rich) for n in range(4)]
    rows.append(row(Kind.SET_COMMISSION, Disposition.CONFLICT, person=PEOPLE[1]))
    told = message(needs(*rows, in_all=9))
    line = (
        "- María Lopez ($1,234.50 a month): Deactivate partner on Affihub, "
        "active → deactivated; held by guard deactivate. Whop archived this affiliate."
    )
    assert told.title == "affisync: main has 5 new rows that need a person"
    assert told.text.splitlines() == [
        "5 rows newly need a person, 9 in all: 4 held by guard deactivate, 1 conflict.",
        "The 3 most important:",
        *[line] * 3,
        "Look and decide: affisync inbox --pair main",
    ]


def test_one_row_is_told_as_one() -> None:
    told = message(needs(row(Kind.SET_COMMISSION, Disposition.BREAK)))
    assert told.title == "affisync: main has 1 new row that needs a person"
    assert told.text.startswith("1 row newly needs a person: 1 break.\n- María Lopez: ")


def test_a_failed_row_tells_its_error() -> None:
    told = message(needs(row(outcome=Outcome.FAILED, error="Affihub kept 12.35.")))
    assert "1 failed." in told.text
    assert "Affihub kept 12.35." in told.text


def test_failing_tells_why_since_when_how_often_and_what_to_do() -> None:
    told = message(News("main", NOON, failing=FAILING))
    assert told.title == "affisync: main is failing (key refused)"
    assert told.text.splitlines() == [
        "main is failing: key refused.",
        "Whop refused the key (the variable WHOP_API_KEY).",
        "It failed 4 times in a row, since 11:00 UTC. Tried again from 13:00 UTC.",
        ("Put a valid key where the configuration names it, then: affisync doctor --pair main"),
    ]


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_words_and_says_what_to_do(trouble: Trouble) -> None:
    told = message(News("eu-1", NOON, failing=replace(FAILING, pair="eu-1", trouble=trouble)))
    assert f"({CASES[trouble].words})" in told.title
    assert "{" not in told.text
    assert told.text.splitlines()[-1] == CASES[trouble].advice.format(pair="eu-1")


def test_the_end_of_failing_tells_how_long_it_was_and_what_was_done() -> None:
    done = Tally(applied={"deactivate-partner": 11, "link": 1}, failed={"set-commission": 1})
    mended = Mended("api-unreachable", NOON - timedelta(hours=3, minutes=20), NOON, done)
    told = message(News("main", NOON, mended=mended))
    assert told.title == "affisync: main works again"
    assert told.text.splitlines() == [
        "main works again since 2026-11-20 12:00 UTC; it failed for 3 h 20 min (API unreachable).",
        "Since it began to fail: 12 rows applied, 1 failed.",
    ]
    short = message(News("main", NOON, mended=replace(mended, since=None, done=Tally())))
    assert "it failed (API unreachable)." in short.text
    assert short.text.endswith("nothing applied.")


def test_a_digest_tells_what_was_done_and_what_is_open() -> None:
    done = Tally(
        runs={"in-sync": 90, "applied": 6},
        applied={"create-partner": 3, "deactivate-partner": 2},
        failed={"set-commission": 1},
    )
    seen = (OpenRow(row(), NOON - 26 * HOUR), OpenRow(row(), NOON - HOUR))
    digest = Digest(NOON - 24 * HOUR, done, seen, 1234, NOON - HOUR / 4)
    told = message(News("main", NOON, digest=digest))
    assert told.title == "affisync: main in a digest"
    assert told.text.splitlines() == [
        "main since 2026-11-19 12:00 UTC: 96 runs (90 in-sync, 6 applied).",
        "Done: 5 rows applied, 1 failed.",
        "Applied: 3 create-partner, 2 deactivate-partner.",
        "Failed: 1 set-commission.",
        "2 rows need a person, the oldest for 1 d 2 h: affisync report --pair main",
        "Last good run: 15 min ago, 11:45 UTC.",
        "1,234 people are linked.",
    ]


def test_a_digest_of_nothing_says_so() -> None:
    told = message(News("main", NOON, digest=Digest(NOON - HOUR, Tally(), (), None, None)))
    assert told.text.splitlines() == [
        "main since 2026-11-20 11:00 UTC: 0 runs.",
        "Done: nothing applied.",
        "Nothing needs a person.",
        "Last good run: never yet.",
    ]
    unseen = message(News("main", NOON, digest=Digest(NOON - HOUR, Tally(), None, None, None)))
    assert "What is open cannot be read now." in unseen.text


def everything(*people: Person, reason: str = "why") -> News:
    rows = tuple(replace(held(1, person), reason=reason) for person in people)
    done = Tally(runs={"failed": 1}, applied={"link": 1}, failed={"link": 1})
    return News(
        "main",
        NOON,
        failing=replace(FAILING, reason=reason),
        needs=Needs(rows, 99),
        mended=Mended("state", NOON - HOUR, NOON, done),
        digest=Digest(NOON - HOUR, done, (OpenRow(row(), NOON),), 5, NOON),
    )


def test_everything_at_once_is_still_short() -> None:
    told = message(everything(*PEOPLE, reason="word " * 1000))
    assert len(told.text.splitlines()) <= 25
    assert max(map(len, told.text.splitlines())) < 450
    assert len(told.title) < 120
    assert told.title == (
        "affisync: main is failing (key refused); works again; has 7 new rows that need a person"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_acts(text: str) -> None:
    told = message(everything(Person(text, text, text, text), reason=text))
    plain = message(everything(Person("A", "a@b.c", "a", "a"), reason="A"))
    assert len(told.text.splitlines()) == len(plain.text.splitlines())
    assert all(char.isprintable() or char == "\n" for char in told.text)
    for active in ("<", ">", "://", "](", " @", "www."):
        assert active not in told.text
    assert "\u202e" not in told.text


@pytest.mark.parametrize(
    "person, name",
    [
        (Person(None, "ann@example.com", "ann", "slug"), "ann"),
        (Person(None, "ann@example.com", None, "slug"), "slug"),
        (Person("\u3164", "ann@example.com"), "ann@example.com"),
        (Person(), "somebody without a name"),
    ],
)
def test_an_address_is_shown_only_where_nothing_else_names_somebody(
    person: Person, name: str
) -> None:
    text = message(needs(replace(held(1, person), reason="ann@example.com wrote"))).text
    assert f"- {name}: Deactivate" in text
    assert "[address] wrote" in text
    assert text.count("ann@example.com") == name.count("ann@example.com")


def test_secrets_are_taken_out_before_anything_is_cut_short() -> None:
    key = "canary" * 20
    reason = "x" * 250 + key
    rows = everything(replace(PEOPLE[0], name=key), replace(PEOPLE[0], name=None, username=key))
    told = message(
        replace(rows, failing=replace(FAILING, reason=reason)),
        lambda text: text.replace(key, "[redacted]"),
    )
    assert "canary" not in told.text
    assert told.text.count("[redacted]") == 3


@pytest.mark.parametrize(
    "leak",
    [
        "api_key=sk_live_canary123",
        "Bearer canary-123456789",
        "payout_email: canary@example.com",
        "acct_canary123",
        "json://hook.example/canary/token",
    ],
)
def test_what_looks_like_a_secret_is_one(leak: str) -> None:
    assert "canary" not in message(everything(PEOPLE[0], reason=f"It said: {leak}")).text


def test_the_head_of_the_log_ends_the_message() -> None:
    news = needs(held(1, PEOPLE[0]))

    assert message(news, log="ab" * 32).text == f"{message(news).text}\n\nLog {'ab' * 32}"
