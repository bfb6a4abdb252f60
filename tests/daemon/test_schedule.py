"""When schedules fire: weekday numbers, days by number or weekday, and nights of moved clocks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.config.cron import checked
from sync.config.schedule import Pauses, next_after, pauses
from sync.config.values import Cron, Every

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
NIGHTS = ("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def firings(fields: str, zone: str, after: datetime) -> Iterator[datetime]:
    while True:
        after = next_after(Cron(fields), zone, after)
        yield after


def fired(fields: str, zone: str, first: str, last: str) -> list[str]:
    """Every firing of a span, in UTC."""
    times = []
    for time in firings(fields, zone, at(first)):
        if time > at(last):
            break
        times.append(f"{time:%d %H:%M}")
    return times


@pytest.mark.parametrize(
    "weekday, days",
    [
        ("0", ["02", "09"]),
        ("7", ["02", "09"]),
        ("sun", ["02", "09"]),
        ("1", ["03", "10"]),
        ("MON-wed", ["03", "04", "05", "10"]),
        ("5-7", ["01", "02", "07", "08", "09"]),
        ("fri-mon", ["01", "02", "03", "07", "08", "09", "10"]),
        ("1-5/2", ["03", "05", "07", "10"]),
        ("*/3", ["01", "02", "05", "08", "09"]),
        ("4/2", ["01", "06", "08"]),
    ],
)
def test_weekdays_count_from_sunday(weekday: str, days: list[str]) -> None:
    told = fired(f"0 9 * * {weekday}", "UTC", "2026-08-01", "2026-08-10T10:00")

    assert told == [f"{day} 09:00" for day in days]


def test_a_day_that_fits_by_number_or_by_weekday_counts() -> None:
    assert fired("0 0 13 * 5", "UTC", "2026-08-01", "2026-08-22") == [
        "07 00:00",
        "13 00:00",
        "14 00:00",
        "21 00:00",
    ]


def test_with_a_star_in_either_of_the_two_a_day_must_fit_both() -> None:
    assert fired("0 0 */2 * 1", "UTC", "2026-08-01", "2026-08-31T01:00") == [
        "03 00:00",
        "17 00:00",
        "31 00:00",
    ]


def test_months_have_names_and_a_leap_day_comes() -> None:
    first, second = islice(firings("0 12 29 feb *", "UTC", at("2026-01-01")), 2)

    assert (first, second) == (at("2028-02-29T12:00"), at("2032-02-29T12:00"))


@pytest.mark.parametrize(
    "fields, reason",
    [
        ("60 * * * *", "'60' is no minute"),
        ("* 24 * * *", "'24' is no hour"),
        ("* * 0 * *", "'0' is no day of a month"),
        ("* * * 13 *", "'13' is no month"),
        ("* * * * 8", "'8' is no weekday"),
        ("* * * monday *", "'monday' is no month"),
        ("*/0 * * * *", "a step is 1 to 59"),
        ("*/90 * * * *", "a step is 1 to 59"),
        ("0 22-2 * * *", "'22-2' runs backwards"),
        ("0 1,,2 * * *", "'' is no hour"),
        ("0 1- * * *", "'1-' is no hour"),
        ("0 0 31 2,4 *", "never run"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("*", r"\*")):
        checked(fields)


def test_a_day_that_never_comes_may_stand_beside_a_weekday() -> None:
    assert checked("0 0 31 2 mon") == "0 0 31 2 mon"


# Nights of moved clocks. Berlin: 2026-03-29 01:00 UTC, 2026-10-25 01:00 UTC.
# New York: 2026-03-08 07:00 UTC, 2026-11-01 06:00 UTC.
# Lord Howe, by half an hour: 2026-04-04 15:00 UTC (back), 2026-10-03 15:30 UTC (on).


@pytest.mark.parametrize(
    "zone, fields, first, last, times",
    [
        # a job of named hours in the hour left out runs once, later
        (
            "Europe/Berlin",
            "30 2 * * *",
            "2026-03-28",
            "2026-03-30T12:00",
            "28 01:30, 29 01:30, 30 00:30",
        ),
        (
            "America/New_York",
            "30 2 * * *",
            "2026-03-07",
            "2026-03-09T12:00",
            "07 07:30, 08 07:30, 09 06:30",
        ),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            "2026-10-02T12:00",
            "2026-10-05",
            "02 15:45, 03 15:45, 04 15:15",
        ),
        # and in the hour that comes twice, once, the first time
        (
            "Europe/Berlin",
            "30 2 * * *",
            "2026-10-24",
            "2026-10-26T12:00",
            "24 00:30, 25 00:30, 26 01:30",
        ),
        (
            "America/New_York",
            "30 1 * * *",
            "2026-10-31",
            "2026-11-02T12:00",
            "31 05:30, 01 05:30, 02 06:30",
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            "2026-04-03T12:00",
            "2026-04-06",
            "03 14:45, 04 14:45, 05 15:15",
        ),
        # the wall clock of other hours
        (
            "Europe/Berlin",
            "30 1 * * *",
            "2026-03-28T12:00",
            "2026-03-30T12:00",
            "29 00:30, 29 23:30",
        ),
        (
            "America/New_York",
            "30 1 * * *",
            "2026-03-07",
            "2026-03-09T12:00",
            "07 06:30, 08 06:30, 09 05:30",
        ),
        # every hour is every real hour
        (
            "Europe/Berlin",
            "0 * * * *",
            "2026-03-28T23:30",
            "2026-03-29T03:30",
            "29 00:00, 29 01:00, 29 02:00, 29 03:00",
        ),
        (
            "Europe/Berlin",
            "0 * * * *",
            "2026-10-24T23:30",
            "2026-10-25T03:30",
            "25 00:00, 25 01:00, 25 02:00, 25 03:00",
        ),
        (
            "America/New_York",
            "5 0-23 * * *",
            "2026-11-01T04:30",
            "2026-11-01T07:30",
            "01 05:05, 01 06:05, 01 07:05",
        ),
        (
            "America/New_York",
            "0 * * * *",
            "2026-03-08T05:30",
            "2026-03-08T08:30",
            "08 06:00, 08 07:00, 08 08:00",
        ),
        # and every second hour loses none
        (
            "America/New_York",
            "30 */2 * * *",
            "2026-03-08T05:00",
            "2026-03-08T09:00",
            "08 05:30, 08 07:30, 08 08:30",
        ),
        (
            "America/New_York",
            "30 1-23/2 * * *",
            "2026-11-01T03:00",
            "2026-11-01T09:00",
            "01 03:30, 01 05:30, 01 08:30",
        ),
        # an hour of Lord Howe is on the half real hour in winter
        (
            "Australia/Lord_Howe",
            "0 * * * *",
            "2026-04-04T13:30",
            "2026-04-04T17:00",
            "04 14:00, 04 15:30, 04 16:30",
        ),
        (
            "Australia/Lord_Howe",
            "0 * * * *",
            "2026-10-03T14:00",
            "2026-10-03T17:00",
            "03 14:30, 03 15:30, 03 16:00, 03 17:00",
        ),
    ],
)
def test_nights_of_moved_clocks(zone: str, fields: str, first: str, last: str, times: str) -> None:
    assert ", ".join(fired(fields, zone, first, last)) == times


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("night", NIGHTS)
def test_a_quarter_of_an_hour_is_one_in_every_night(zone: str, night: str) -> None:
    times = islice(firings("*/15 * * * *", zone, at(night) - DAY), 4 * 48)

    assert {b - a for a, b in pairwise(times)} == {15 * MINUTE}


moments = st.integers(0, 42 * 366 * 24 * 60).map(
    lambda minutes: datetime(1995, 1, 1, tzinfo=UTC) + minutes * MINUTE
)


@given(st.sampled_from(ZONES[:3]), st.integers(0, 23), st.integers(0, 59), moments)
def test_a_daily_job_runs_once_a_day(zone: str, hour: int, minute: int, start: datetime) -> None:
    times = list(islice(firings(f"{minute} {hour} * * *", zone, start), 40))

    assert all(start < time for time in times)
    assert all(23 * HOUR <= b - a <= 25 * HOUR for a, b in pairwise(times))


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(["*", "*/2", "0-3", "1,2,3", "23"]), moments)
def test_the_next_firing_does_not_depend_on_who_asks_when(
    zone: str, hours: str, start: datetime
) -> None:
    fields = f"7,30,52 {hours} * * *"
    times = list(islice(firings(fields, zone, start), 30))

    assert times == sorted(set(times))
    for earlier, later in pairwise(times):
        asked = earlier + (later - earlier) / 2
        assert next_after(Cron(fields), zone, asked) == later


def test_nobody_misses_a_day_that_a_whole_island_left_out() -> None:
    assert fired("0 10 * * *", "Pacific/Apia", "2011-12-28T21:00", "2011-12-31T21:00") == [
        "29 20:00",
        "30 20:00",
        "31 20:00",
    ]


def test_a_pause_counts_from_its_anchor_and_knows_no_zone() -> None:
    every = Every(15 * MINUTE)
    start = at("2026-10-24T23:58")

    assert next_after(every, "Europe/Berlin", start) == start + 15 * MINUTE
    assert next_after(every, "Europe/Berlin", start + 5 * HOUR + MINUTE, anchor=start) == (
        start + 5 * HOUR + 15 * MINUTE
    )
    assert next_after(every, "UTC", start + 15 * MINUTE, anchor=start) == start + 30 * MINUTE
    assert next_after(every, "UTC", start - 20 * MINUTE, anchor=start) == start - 15 * MINUTE


@pytest.mark.parametrize(
    "schedule, expected",
    [
        (Every(90 * MINUTE), Pauses(90 * MINUTE, 90 * MINUTE)),
        (Cron("*/15 * * * *"), Pauses(15 * MINUTE, 15 * MINUTE)),
        (Cron("30 2 * * *"), Pauses(DAY, DAY)),
        (Cron("0 9-17 * * mon-fri"), Pauses(HOUR, 2 * DAY + 16 * HOUR)),
        (Cron("0 0,1 1 * *"), Pauses(HOUR, 31 * DAY - HOUR)),
        (Cron("0 0 29 2 *"), Pauses(1461 * DAY, 1461 * DAY)),
    ],
)
def test_how_far_apart_a_schedule_fires(schedule: Every | Cron, expected: Pauses) -> None:
    assert pauses(schedule, "Europe/Berlin", at("2026-01-15")) == expected
