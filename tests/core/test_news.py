"""News go by states: told once, never twice, never lost, whatever fails in between."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.news import Digest, Facts, Mended, News, delivered, news, unsaid
from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.ports import OpenRow, Tally, Told
from sync.core.report import Trouble
from sync.core.standing import Standing
from tests.render.reports import PEOPLE, row

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = Standing("main", last_started=NOON, last_good=NOON)


def failing(trouble: Trouble = Trouble.UNREACHABLE, failures: int = 3) -> Standing:
    return Standing(
        "main",
        last_started=NOON - HOUR,
        last_good=NOON - 5 * HOUR,
        failures=failures,
        trouble=trouble,
        reason="Whop did not answer.",
        since=NOON - 4 * HOUR,
        not_before=NOON + HOUR,
    )


def open_rows(*rows: Row) -> tuple[OpenRow, ...]:
    return tuple(OpenRow(row, NOON - HOUR) for row in rows)


def keyed(key: str, **changes: object) -> Row:
    return replace(row(disposition=Disposition.CONFLICT), key=key, **changes)  # type: ignore[arg-type]


def facts(standing: Standing = GOOD, *rows: Row, now: datetime = NOON) -> Facts:
    return Facts(now, standing, open_rows(*rows))


def told_rows(found: News | None) -> list[str]:
    return [each.key for each in found.needs.rows] if found and found.needs else []


# --- rows that need a person ---


def test_rows_that_newly_need_a_person_are_told_once() -> None:
    seen = facts(GOOD, keyed("a"), keyed("b"))
    found = news(seen, Told())
    assert set(told_rows(found)) == {"a", "b"}
    assert news(seen, delivered(seen, Told())) is None


def test_only_the_new_ones_are_told_and_all_are_counted() -> None:
    found = news(facts(GOOD, keyed("a"), keyed("b")), Told(frozenset("a")))
    assert found is not None
    assert found.needs is not None
    assert (told_rows(found), found.needs.in_all) == (["b"], 2)


def test_a_row_that_went_away_says_nothing_and_is_news_when_it_returns() -> None:
    told = Told(frozenset("a"))
    assert news(facts(), told) is None
    assert told_rows(news(facts(GOOD, keyed("a")), unsaid(facts(), told))) == ["a"]


def test_rows_nobody_can_see_are_neither_news_nor_forgotten() -> None:
    unseen = Facts(NOON, failing(Trouble.STATE), open=None)
    told = delivered(unseen, Told(frozenset("a")))
    assert told.needs == frozenset("a")
    assert told.failing == "state"


def test_money_comes_first_then_what_failed_then_what_is_held() -> None:
    rich = replace(PEOPLE[0], monthly_usd=Decimal("10.5"))
    poor = replace(PEOPLE[0], monthly_usd=None)
    broken = replace(row(disposition=Disposition.BREAK, person=rich), key="1")
    held = replace(row(disposition=Disposition.HELD, person=poor), key="4")
    conflict = replace(row(disposition=Disposition.CONFLICT, person=poor), key="2")
    failed = replace(row(outcome=Outcome.FAILED, person=poor), key="3")
    found = news(facts(GOOD, conflict, held, failed, broken), Told())
    assert told_rows(found) == ["1", "3", "4", "2"]


# --- failing ---


def test_failing_is_told_when_it_lasts_and_only_once() -> None:
    tolerated = replace(failing(), not_before=None)
    assert news(facts(tolerated), Told()) is None
    found = news(facts(failing()), Told())
    assert found is not None
    assert found.failing == failing()
    told = delivered(facts(failing()), Told())
    assert (told.failing, told.failing_since) == ("api-unreachable", NOON - 4 * HOUR)
    assert news(facts(failing(failures=9)), told) is None


def test_another_reason_is_news_where_only_a_person_can_mend_it() -> None:
    told = delivered(facts(failing()), Told())
    assert news(facts(failing(Trouble.LISTING_INCOMPLETE)), told) is None
    found = news(facts(failing(Trouble.KEY_REFUSED)), told)
    assert found is not None
    assert found.failing == failing(Trouble.KEY_REFUSED)
    assert delivered(facts(failing(Trouble.KEY_REFUSED)), told).failing == "key-refused"


def test_a_pair_that_only_waits_for_a_person_does_not_fail() -> None:
    seen = facts(failing(Trouble.GUARD_HELD), keyed("a"))
    found = news(seen, Told())
    assert found is not None
    assert found.failing is None
    assert told_rows(found) == ["a"]


def test_the_end_of_failing_tells_how_long_it_was_and_what_was_done() -> None:
    told = Told(failing="api-unreachable", failing_since=NOON - 4 * HOUR)
    done = Tally(applied={"deactivate-partner": 2})
    seen = replace(facts(GOOD), since_failing=done)
    found = news(seen, told)
    assert found is not None
    assert found.mended is not None
    assert (found.mended.since, found.mended.at) == (NOON - 4 * HOUR, NOON)
    assert found.mended.done == done
    after = delivered(seen, told)
    assert (after.failing, after.failing_since) == (None, None)
    assert news(seen, after) is None


def test_the_news_of_an_end_are_complete() -> None:
    told = Told(failing="api-unreachable", failing_since=NOON - 4 * HOUR)
    good = replace(GOOD, last_good=NOON - HOUR)

    found = news(Facts(NOON, good, since_failing=Tally(runs={"applied": 1})), told)

    assert found == News(
        "main",
        NOON,
        mended=Mended("api-unreachable", NOON - 4 * HOUR, NOON - HOUR, Tally(runs={"applied": 1})),
    )


def test_the_end_is_told_where_it_was_good_at_the_very_moment_the_failing_began() -> None:
    began = Told(failing="api-unreachable", failing_since=NOON)
    later = replace(began, failing_since=NOON + HOUR)

    assert news(facts(GOOD), began) is not None
    assert news(facts(GOOD), later) is None


def test_a_pair_that_was_good_for_a_moment_and_fails_again_is_not_mended() -> None:
    told = Told(failing="api-unreachable", failing_since=NOON - 6 * HOUR)

    assert news(facts(failing()), told) is None


def test_a_pair_in_quarantine_after_one_failure_is_told_like_any_other() -> None:
    refused = failing(Trouble.KEY_REFUSED, failures=1)
    held = replace(failing(Trouble.GUARD_HELD, failures=1), last_started=NOON)

    found = news(facts(refused), Told())
    again = news(facts(held), Told(failing="key-refused", failing_since=NOON - HOUR))

    assert found == News("main", NOON, failing=refused)
    assert again is not None
    assert again.mended is not None
    assert again.mended.at == NOON


def test_what_only_a_person_can_mend_is_told_once_too() -> None:
    refused = facts(failing(Trouble.KEY_REFUSED))

    assert news(refused, delivered(refused, Told())) is None


def test_a_pair_whose_rows_are_held_is_reached_again() -> None:
    told = Told(failing="api-unreachable", failing_since=NOON - 4 * HOUR)
    found = news(facts(failing(Trouble.GUARD_HELD)), told)
    assert found is not None
    assert found.mended is not None
    assert found.mended.at == NOON - HOUR


@pytest.mark.parametrize(
    "standing",
    [
        Standing("main"),
        Standing("main", last_good=NOON - 5 * HOUR),
        failing(),
        replace(failing(Trouble.DEADLINE), not_before=None),
    ],
    ids=["never ran", "good before", "fails", "failed a little"],
)
def test_failing_ends_with_a_good_run_and_nothing_less(standing: Standing) -> None:
    told = Told(failing="api-unreachable", failing_since=NOON - 4 * HOUR)
    assert news(facts(standing), told) is None
    assert delivered(facts(standing), told).failing == "api-unreachable"


def test_a_failure_that_ended_before_it_could_be_told_is_not_told() -> None:
    told = unsaid(facts(failing()), Told())
    assert news(facts(GOOD), told) is None


# --- digests ---


def test_the_first_digest_comes_a_turn_after_somebody_wanted_one() -> None:
    first = replace(facts(), turn=NOON - HOUR)
    told = unsaid(first, Told())
    assert told.digest_at == NOON
    assert news(first, told) is None
    done = Tally(runs={"in-sync": 96})
    later = Facts(NOON + 24 * HOUR, GOOD, turn=NOON + 23 * HOUR, links=7, since_digest=done)
    found = news(later, told)
    assert found is not None
    assert found.digest is not None
    assert (found.digest.since, found.digest.done, found.digest.links) == (NOON, done, 7)
    after = delivered(later, told)
    assert after.digest_at == NOON + 24 * HOUR
    assert news(later, after) is None


def test_who_wants_no_digest_any_more_and_then_again_waits_for_the_next() -> None:
    off = unsaid(facts(), Told(digest_at=NOON - 99 * HOUR))
    assert off.digest_at is None
    assert news(replace(facts(), turn=NOON - HOUR), off) is None


def test_several_news_are_one_message() -> None:
    told = Told(digest_at=NOON - 24 * HOUR)
    seen = replace(facts(failing(), keyed("a")), turn=NOON - HOUR)
    found = news(seen, told)
    assert found is not None
    assert found.failing
    assert found.needs
    assert found.digest
    assert delivered(seen, told).at == NOON


# --- laws ---

KEYS = st.frozensets(st.sampled_from("abcdef"))
STANDINGS = st.one_of(
    st.just(GOOD),
    st.builds(failing, st.sampled_from(Trouble), st.integers(1, 9)),
    st.just(replace(failing(), not_before=None, failures=1)),
    st.just(Standing("main")),
)
SEEN = st.one_of(st.none(), KEYS.map(lambda keys: open_rows(*(keyed(key) for key in sorted(keys)))))
WORLDS = st.builds(
    Facts,
    st.just(NOON),
    STANDINGS,
    open=SEEN,
    turn=st.one_of(st.none(), st.just(NOON - HOUR)),
)
MEMORIES = st.builds(
    Told,
    needs=KEYS,
    failing=st.one_of(st.none(), st.sampled_from([trouble.value for trouble in Trouble])),
    failing_since=st.sampled_from([None, NOON - 9 * HOUR, NOON]),
    at=st.one_of(st.none(), st.just(NOON - HOUR)),
    digest_at=st.sampled_from([None, NOON - 9 * HOUR, NOON - HOUR]),
)


@given(WORLDS, MEMORIES)
@settings(max_examples=300)
def test_what_was_told_is_no_news(seen: Facts, told: Told) -> None:
    after = delivered(seen, told)
    assert news(seen, after) is None
    assert delivered(seen, after) == after
    assert (news(seen, told) is None) == (after == unsaid(seen, told))


@given(WORLDS, MEMORIES)
@settings(max_examples=300)
def test_what_is_not_said_changes_no_news(seen: Facts, told: Told) -> None:
    assert news(seen, unsaid(seen, told)) == news(seen, told)
    assert unsaid(seen, unsaid(seen, told)) == unsaid(seen, told)


def _at(step: int, seen: Facts) -> Facts:
    return replace(seen, now=NOON + step * HOUR)


@given(st.lists(st.tuples(WORLDS, st.booleans()), min_size=1, max_size=12))
@settings(max_examples=300)
def test_every_row_is_told_once_for_each_time_it_came(steps: list[tuple[Facts, bool]]) -> None:
    told = Told()
    untold: set[str] = set()
    known: set[str] = set()
    for step, (seen, arrives) in enumerate(steps):
        now = _at(step, seen)
        found = news(now, told)
        if now.open is not None:
            there = {one.row.key for one in now.open}
            known &= there
            untold = there - known
            assert set(told_rows(found)) == untold
        told = delivered(now, told) if arrives else unsaid(now, told)
        if arrives and now.open is not None:
            known |= untold


@given(st.lists(st.tuples(STANDINGS, st.booleans()), min_size=1, max_size=12))
@settings(max_examples=300)
def test_failing_begins_and_ends_in_turn(steps: list[tuple[Standing, bool]]) -> None:
    told = Told()
    heard: list[str] = []
    for standing, arrives in steps:
        found = news(facts(standing), told)
        if arrives:
            heard += _heads(found)
            told = delivered(facts(standing), told)
    assert all(not (a == b == "mended") for a, b in pairwise(heard))
    assert heard[:1] != ["mended"]


def _heads(found: News | None) -> Iterable[str]:
    if found and found.failing:
        yield "failing"
    if found and found.mended:
        yield "mended"


def test_kinds_do_not_matter_only_keys_do() -> None:
    one = replace(row(Kind.SET_COMMISSION, Disposition.HELD), key="a")
    assert news(facts(GOOD, one), Told(frozenset("a"))) is None


def test_a_digest_says_everything_there_is_to_say() -> None:
    done = Tally(runs={"applied": 3}, applied={"deactivate-partner": 2})
    rows = open_rows(keyed("a"))
    good = replace(GOOD, last_good=NOON - HOUR)
    seen = Facts(NOON, good, rows, turn=NOON - HOUR, links=7, since_digest=done)

    found = news(seen, Told(frozenset("a"), digest_at=NOON - 25 * HOUR))

    digest = Digest(NOON - 25 * HOUR, done, rows, 7, NOON - HOUR)
    assert found == News("main", NOON, digest=digest)


def test_a_digest_that_went_out_at_its_turn_is_not_due_again() -> None:
    seen = replace(facts(), turn=NOON)

    assert news(seen, Told(digest_at=NOON)) is None
    assert news(seen, Told(digest_at=NOON - timedelta(seconds=1))) is not None


def test_rows_that_are_neither_failed_nor_waiting_for_a_person_come_last() -> None:
    stale = replace(keyed("1"), outcome=Outcome.STALE)
    held = replace(keyed("2"), disposition=Disposition.HELD)

    assert told_rows(news(facts(GOOD, stale, held), Told())) == ["2", "1"]
