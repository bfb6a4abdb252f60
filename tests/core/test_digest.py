"""When a digest is due: on every day, whatever its night does, exactly once."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.digest import Rhythm, latest_turn, next_turn

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(8)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds of aware ones
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Tehran"])
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_a_daily_digest_is_due_at_its_hour_of_the_zone() -> None:
    assert latest_turn(Rhythm.DAILY, EIGHT, BERLIN, utc(2026, 7, 2, 5, 59)) == utc(2026, 7, 1, 6)
    assert latest_turn(Rhythm.DAILY, EIGHT, BERLIN, utc(2026, 7, 2, 6)) == utc(2026, 7, 2, 6)
    assert next_turn(Rhythm.DAILY, EIGHT, BERLIN, utc(2026, 7, 2, 6)) == utc(2026, 7, 3, 6)


def test_a_weekly_digest_is_due_on_mondays() -> None:
    assert latest_turn(Rhythm.WEEKLY, EIGHT, BERLIN, utc(2026, 7, 5, 22)) == utc(2026, 6, 29, 6)
    assert next_turn(Rhythm.WEEKLY, EIGHT, BERLIN, utc(2026, 7, 5, 22)) == utc(2026, 7, 6, 6)


def test_nobody_who_wants_none_gets_one() -> None:
    assert latest_turn(Rhythm.OFF, EIGHT, BERLIN, utc(2026, 7, 2)) is None
    assert next_turn(Rhythm.OFF, EIGHT, BERLIN, utc(2026, 7, 2)) is None


@pytest.mark.parametrize(
    "night, due",
    [
        (date(2026, 3, 29), utc(2026, 3, 29, 1, 30)),  # 02:30 is left out: it is 03:30 then
        (date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first one
    ],
)
def test_in_the_night_of_a_moved_clock_a_digest_is_due_once(night: date, due: datetime) -> None:
    start = datetime.combine(night, time(), BERLIN).astimezone(UTC)
    minutes = (start + timedelta(minutes=n) for n in range(25 * 60))
    turns = {latest_turn(Rhythm.DAILY, time(2, 30), BERLIN, now) for now in minutes}
    assert due in turns
    assert len([turn for turn in turns if turn and turn >= start]) <= 2  # it, and that of next day
    local = [turn.astimezone(BERLIN).date() for turn in turns if turn]
    assert len(local) == len(set(local))


@given(MOMENTS, ZONES, TIMES, st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]))
def test_turns_follow_each_other_without_a_gap(
    now: datetime, zone: str, at: time, rhythm: Rhythm
) -> None:
    last = latest_turn(rhythm, at, ZoneInfo(zone), now)
    following = next_turn(rhythm, at, ZoneInfo(zone), now)
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert next_turn(rhythm, at, ZoneInfo(zone), last) == following
    assert latest_turn(rhythm, at, ZoneInfo(zone), following) == following


def test_turns_are_told_in_utc_wherever_people_live() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    for turn in (latest_turn, next_turn):
        told = turn(Rhythm.DAILY, time(8), ZoneInfo("Asia/Tokyo"), now)
        assert told is not None
        assert told.tzinfo is UTC
