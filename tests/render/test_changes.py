"""What is new, what is ageing, what went away; and silence where nobody knows."""

from dataclasses import replace
from datetime import timedelta

from sync.core.plan import Outcome
from sync.core.report import News
from sync.render.changes import changes, is_before, oldest
from tests.render.reports import ALL, BEFORE, DONE, EVERYTHING, FOLDED, NEW, QUIET, STARTED, row


def test_a_report_without_news_says_nothing_of_it() -> None:
    assert [changes(report) for report in ALL if report is not FOLDED] == [()] * 4


def test_new_rows_are_counted_the_oldest_named_with_their_age_and_the_gone_named() -> None:
    assert changes(FOLDED) == (
        ("New", "2 held, 1 conflict"),
        (
            "Ageing",
            (
                "3 as before, the oldest: محمد علي, Set commission on Whop, for 3 d; "
                "José da Silva Santos de Oliveira, Deactivate partner on Affihub, for 2 d; "
                "no.name@example.com, Deactivate partner on Affihub, for 1 d"
            ),
        ),
        ("Gone", "1 that needed a person: no.name@example.com, Deactivate partner on Affihub"),
    )


def test_nothing_new_is_said_and_what_is_not_there_is_not() -> None:
    since = {each.key: STARTED for each in BEFORE}
    report = replace(FOLDED, rows=BEFORE, news=News(since=since))

    assert [word for word, _ in changes(report)] == ["New", "Ageing"]
    assert changes(report)[0] == ("New", "nothing that needs a person")


def test_of_many_that_went_away_some_are_named() -> None:
    gone = tuple(row(number=number) for number in range(5))
    (_, (word, says)) = changes(replace(EVERYTHING, rows=(), news=News(gone=gone)))

    assert word == "Gone"
    assert says.startswith("5 that needed a person: María Lopez, Deactivate partner on Affihub; ")
    assert says.endswith("; and 2 more")


def test_as_before_is_what_needed_a_person_then_and_still_does() -> None:
    news = FOLDED.news
    told = {each.key: STARTED for each in FOLDED.rows}

    assert all(is_before(each, news) for each in BEFORE)
    assert not any(is_before(each, news) for each in NEW)
    assert not any(is_before(each, replace(news, since=told)) for each in (*QUIET, DONE))


def test_a_failed_row_may_be_as_before() -> None:
    failed = row(outcome=Outcome.FAILED)

    assert is_before(failed, News(since={failed.key: STARTED}))


def test_age_is_that_of_the_oldest_at_the_end_of_the_run() -> None:
    late = replace(FOLDED.run, finished_at=STARTED + timedelta(hours=5))

    assert oldest(FOLDED.rows, FOLDED) == "3 d"
    assert oldest(BEFORE[:1], replace(FOLDED, run=late)) == "1 d 5 h"
    assert oldest(BEFORE[:1], replace(FOLDED, run=replace(late, finished_at=None))) == "1 d"
    assert oldest(NEW, FOLDED) == ""
