"""What a report says is new, since when the rest waits, and what went away."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sync.core.arrivals import news_of
from sync.core.plan import Disposition, Field, Outcome, Row
from sync.core.ports import OpenRow
from sync.core.report import News
from tests.core.people import affiliate, link, only, partner, planned
from tests.core.words import MORNING

NOW: Final = MORNING + timedelta(hours=3)


def conflict(number: int = 1, affihub: str = "active") -> Row:
    """Somebody was just linked, and both sides differ."""
    return only(
        planned(
            [affiliate(number, "archived")],
            [partner(number, affihub)],
            [link(number, status=None)],
        ).rows
    )


def open_(row: Row) -> OpenRow:
    return OpenRow(row, MORNING)


def news(rows: list[Row], before: list[Row], *, all_seen: bool = True) -> News:
    return news_of(rows, map(open_, before), NOW, all_seen=all_seen)


def test_a_row_that_was_there_keeps_its_age_and_another_is_new() -> None:
    old, new = conflict(1), conflict(2)

    told = news([old, new], [old])

    assert told == News({old.key: MORNING, new.key: NOW}, frozenset({new.key}), ())


def test_what_nobody_is_asked_about_is_no_news() -> None:
    row = conflict()
    rows = [replace(row, quiet=True), replace(conflict(2), disposition=Disposition.APPLY)]

    assert news(rows, []) == News()


def test_a_row_that_failed_is_news() -> None:
    row = replace(conflict(), disposition=Disposition.APPLY, outcome=Outcome.FAILED)

    assert news([row], []).new == {row.key}


def test_what_went_away_by_itself_is_gone() -> None:
    row = conflict()

    assert news([], [row]).gone == (row,)


def test_what_somebody_put_off_is_gone_and_says_by_whom() -> None:
    row = conflict()
    quiet = replace(row, quiet=True, decided="rejected by ana on 2026-11-21")

    assert news([quiet], [row]).gone == (quiet,)


def test_what_was_applied_or_is_about_to_be_is_not_gone() -> None:
    row = conflict()
    going = replace(row, key="resolved", disposition=Disposition.APPLY)
    done = replace(going, outcome=Outcome.APPLIED)

    assert news([going], [row]).gone == ()
    assert news([done], [row]).gone == ()


def test_what_only_looks_different_now_is_new_and_not_gone() -> None:
    before, now = conflict(affihub="invited"), conflict()
    assert before.key != now.key

    told = news([now], [before])

    assert told.new == {now.key}
    assert told.gone == ()


def test_another_field_of_the_same_person_does_not_stand_in_for_it() -> None:
    row = conflict()
    other = replace(row, key="name", field=Field.NAME, disposition=Disposition.APPLY)

    assert news([other], [row]).gone == (row,)


def test_what_a_run_could_not_see_is_not_gone() -> None:
    assert news([], [conflict()], all_seen=False).gone == ()
