"""A row that fails is tried again, later and later, and becomes a break in the end."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.plan import Disposition
from sync.core.ports import Parked
from sync.core.tries import (
    AGAIN,
    FIRST_PAUSE,
    GAVE_UP,
    LONGEST_PAUSE,
    after_failure,
    is_about_tries,
    pause,
    still_parked,
)

NOW: Final = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WHY: Final = "Affihub is out of order (update_partner, 503). Run again later."
FOR_GOOD: Final = Parked(Disposition.CONFLICT, "found-off", "Because.", NOW)
MOST: Final = 8


def tried(times: int, *, refused: bool = False, most: int = MOST) -> Parked:
    """What so many failed tries in a row leave."""
    parked = after_failure(None, WHY, NOW, most, refused=refused)
    for _ in range(times - 1):
        parked = after_failure(parked, WHY, NOW, most, refused=refused)
    return parked


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize(
    "times, minutes", [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64)]
)
def test_a_failed_row_waits_twice_as_long_each_time(
    times: int, minutes: int, refused: bool
) -> None:
    parked = tried(times, refused=refused)

    assert (parked.disposition, parked.rule) == (Disposition.WAITING, AGAIN)
    assert (parked.tries, parked.at) == (times, NOW)
    assert parked.until == NOW + timedelta(minutes=minutes)


def test_it_says_how_often_when_again_and_why() -> None:
    assert tried(1).reason == f"Tried once, tried again after 2026-11-20 12:01 UTC; {WHY}"
    assert tried(2).reason == f"Tried 2 times, tried again after 2026-11-20 12:02 UTC; {WHY}"


def test_what_was_refused_too_often_is_given_up_for_good() -> None:
    parked = tried(MOST, refused=True)

    assert (parked.disposition, parked.rule) == (Disposition.BREAK, GAVE_UP)
    assert (parked.tries, parked.until) == (MOST, None)
    assert parked.reason == f"Tried 8 times and given up; the last error was: {WHY}"


def test_what_was_never_answered_is_a_break_and_still_tried_now_and_then() -> None:
    """A server that was out of order for hours must not leave everybody given up."""
    parked = tried(MOST)

    assert (parked.disposition, parked.rule) == (Disposition.BREAK, GAVE_UP)
    assert parked.until == NOW + pause(MOST)
    assert "Tried 8 times and given up until 2026-11-20 14:08 UTC;" in parked.reason


@pytest.mark.parametrize("refused", [True, False])
def test_a_row_that_is_given_up_says_since_when(refused: bool) -> None:
    assert tried(MOST, refused=refused).at == NOW


def test_one_try_may_be_all_there_is() -> None:
    assert tried(1, refused=True, most=1).reason.startswith("Tried once and given up;")


def test_another_lesson_counts_no_tries() -> None:
    assert after_failure(FOR_GOOD, WHY, NOW, MOST, refused=False).tries == 1


@given(st.integers(1, 5000), st.booleans(), st.integers(1, 5000))
def test_pauses_grow_up_to_the_longest_however_often_a_row_fails(
    times: int, refused: bool, most: int
) -> None:
    before = Parked(Disposition.WAITING, AGAIN, WHY, NOW, times, NOW)
    parked = after_failure(before, WHY, NOW, most, refused=refused)

    assert parked.tries == times + 1
    assert (parked.disposition is Disposition.BREAK) is (parked.tries >= most)
    assert (parked.until is None) is (refused and parked.tries >= most)
    assert FIRST_PAUSE <= pause(times) <= pause(times + 1) <= LONGEST_PAUSE
    assert parked.until in (None, NOW + pause(times + 1))
    assert WHY in parked.reason


@pytest.mark.parametrize("seconds, parked", [(0, True), (59, True), (60, False), (3600, False)])
def test_a_patient_run_leaves_a_row_until_its_pause_is_over(seconds: int, parked: bool) -> None:
    known = {"row": tried(1)}

    assert bool(still_parked(known, NOW + timedelta(seconds=seconds))) is parked


def test_a_person_waits_for_no_pause_but_for_nothing_that_is_for_good() -> None:
    known = {"a": tried(1), "b": tried(MOST), "c": tried(MOST, refused=True), "d": FOR_GOOD}

    assert set(still_parked(known, None)) == {"c", "d"}
    assert still_parked(known, NOW) == known


def test_lessons_about_tries_are_told_from_those_about_people() -> None:
    lessons = [tried(1), tried(MOST), tried(MOST, refused=True), FOR_GOOD]

    assert [is_about_tries(lesson) for lesson in lessons] == [True, True, True, False]
