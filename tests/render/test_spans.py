"""Spans of time and moments, as people say them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.render.spans import ago, ahead, span

NOW = datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "time, told",
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=-5), "0 s"),
        (timedelta(milliseconds=400), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=4, seconds=10), "4 min 10 s"),
        (timedelta(hours=1, minutes=20), "1 h 20 min"),
        (timedelta(hours=1, seconds=20), "1 h"),
        (timedelta(days=3), "3 d"),
        (timedelta(days=3, hours=2, minutes=50), "3 d 2 h"),
        (timedelta(days=3, minutes=50), "3 d"),
    ],
)
def test_a_span_is_told_in_its_two_greatest_units(time: timedelta, told: str) -> None:
    assert span(time) == told


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_a_span_is_off_by_less_than_its_second_unit(time: timedelta) -> None:
    sizes = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    words = span(time).split()
    pairs = list(zip(map(int, words[::2]), words[1::2], strict=True))

    least = sum(count * sizes[unit] for count, unit in pairs)

    below = {"d": 3_600, "h": 60, "min": 1, "s": 1}[pairs[0][1]]
    assert -0.5 <= time.total_seconds() - least < below


@pytest.mark.parametrize(
    "before, told",
    [
        (timedelta(0), "0 s ago, 09:15 UTC"),
        (timedelta(minutes=4, seconds=50), "4 min ago, 09:10 UTC"),
        (timedelta(hours=10), "10 h ago, 2026-11-19 23:15 UTC"),
        (timedelta(minutes=-1), "0 s ago, 09:16 UTC"),
    ],
)
def test_a_moment_that_was(before: timedelta, told: str) -> None:
    assert ", ".join(ago(NOW - before, NOW)) == told


@pytest.mark.parametrize(
    "later, told",
    [
        (timedelta(minutes=11), "in 11 min, 09:26 UTC"),
        (timedelta(hours=20), "in 20 h, 2026-11-21 05:15 UTC"),
        (timedelta(0), "due, 09:15 UTC"),
        (timedelta(minutes=-2), "due, 09:13 UTC"),
    ],
)
def test_a_moment_to_come(later: timedelta, told: str) -> None:
    assert ", ".join(ahead(NOW + later, NOW)) == told
