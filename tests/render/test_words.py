"""People read words: what happened, before and after, and who."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sync.core.plan import Disposition, Field, Kind, Outcome, Person
from sync.core.record import Side
from sync.core.report import SnapshotNote
from sync.core.totals import Totals
from sync.render import words
from tests.render import reports
from tests.render.reports import PEOPLE, row


def test_a_run_that_has_not_ended_took_no_time_yet() -> None:
    assert words.took(replace(reports.HEAD, finished_at=None)) == ""


@pytest.mark.parametrize(
    "field, before, after, shown",
    [
        (Field.COMMISSION, "20", "25", "20 % → 25 %"),
        (Field.COMMISSION, None, "12.5", "default rate → 12.5 %"),
        (Field.COMMISSION, "20", None, "20 % → default rate"),
        (Field.STATUS, "active", "deactivated", "active → deactivated"),
        (Field.STATUS, None, "active", "no status → active"),
        (Field.RECORD, None, "invited", "nobody → invited"),
        (Field.NAME, "", "Ann Lee", "no name → Ann Lee"),
        (Field.STATUS, "frozen", "frozen", "frozen"),
        (Field.NAME, None, "\u202eexe", "no name → �exe"),
    ],
)
def test_a_change_is_told_in_peoples_words(
    field: Field, before: str | None, after: str | None, shown: str
) -> None:
    assert words.change(replace(row(), field=field, before=before, after=after)) == shown


@pytest.mark.parametrize("disposition", [Disposition.CONFLICT, Disposition.BREAK])
def test_what_nobody_has_decided_is_not_told_as_a_change(disposition: Disposition) -> None:
    undecided = replace(row(Kind.SET_COMMISSION, disposition), after=None)

    assert words.change(undecided) == "20 %"
    assert words.change(row(Kind.LINK, disposition)) == "not linked"


def test_a_link_row_says_that_two_are_linked() -> None:
    assert words.change(row(Kind.LINK)) == "not linked → linked"
    assert words.change(replace(row(Kind.LINK), after="par_1")) == "not linked → linked"


def test_the_last_agreement_is_told_only_where_a_person_decides() -> None:
    assert words.agreed(row(disposition=Disposition.CONFLICT)) == "last agreed: on"
    assert words.agreed(row(Kind.SET_COMMISSION, Disposition.HELD)) == "last agreed: 20 %"
    assert words.agreed(row()) == ""


@pytest.mark.parametrize(
    "person, label, contacts",
    [
        (Person("Ann", "a@x.example", "ann", "an"), "Ann", ("a@x.example", "@ann")),
        (Person("Ann", None, None, "an"), "Ann", ("/an",)),
        (Person("\u200b", "a@x.example"), "a@x.example", ()),
        (Person(), "somebody without a name", ()),
    ],
)
def test_a_person_has_the_best_name_there_is(
    person: Person, label: str, contacts: tuple[str, ...]
) -> None:
    assert words.label(person) == label
    assert words.contacts(person) == contacts


def test_tasks_name_the_side_they_write_to() -> None:
    assert words.task(Kind.SET_COMMISSION, Side.WHOP) == "Set commission on Whop"
    assert words.task(Kind.MOVE_LINK, Side.WHOP) == "Move link"


@pytest.mark.parametrize(
    "amount, shown",
    [
        (None, ""),
        (Decimal(0), "$0.00"),
        (Decimal("1234.5"), "$1,234.50"),
        (Decimal("-3.10"), "-$3.10"),
    ],
)
def test_money_is_in_dollars(amount: Decimal | None, shown: str) -> None:
    assert words.money(amount) == shown


def test_an_incomplete_listing_says_why() -> None:
    assert words.completeness(SnapshotNote(complete=True)) == "complete"
    assert words.completeness(SnapshotNote(note="no last page")) == "incomplete: no last page"
    assert words.completeness(SnapshotNote()) == "incomplete"


def test_a_long_run_is_told_in_minutes() -> None:
    head = replace(reports.HEAD, finished_at=reports.STARTED + timedelta(seconds=125))

    assert words.took(head) == "2 min 5 s"


def test_every_mark_has_a_sign_of_its_own() -> None:
    assert set(words.SIGNS) == {*Disposition, *Outcome}
    assert len({sign.shape for sign in words.SIGNS.values()}) == len(words.SIGNS)


@pytest.mark.parametrize(
    "amount, shown",
    [
        (None, ""),
        (Decimal(0), "$0.00"),
        (Decimal("0.00"), "$0.00"),
        (Decimal("12.5"), "+$12.50"),
        (Decimal("-1234.5"), "-$1,234.50"),
    ],
)
def test_a_change_in_money_has_its_sign(amount: Decimal | None, shown: str) -> None:
    assert words.signed(amount) == shown


def test_a_row_says_what_is_known_of_what_it_touches() -> None:
    rich = replace(PEOPLE[0], monthly_usd=Decimal(5), earnings_usd=Decimal(98765))

    assert words.worth(row()) == ()
    assert words.worth(replace(row(person=rich), effect_usd=Decimal(-1))) == (
        "$5.00 a month",
        "$98,765.00 earned",
        "-$1.00 paid a month",
    )


@pytest.mark.parametrize(
    "told, sentence",
    [
        (Totals(), ""),
        (Totals(3, None, None, 3), ""),
        (Totals(1, Decimal(0)), "$0.00 a month at stake"),
        (Totals(2, Decimal(5), None, 1), "$5.00 a month at stake, 1 unknown"),
        (Totals(1, None, Decimal(2), 1), "1 unknown, +$2.00 paid a month"),
    ],
)
def test_what_is_at_stake_is_told_where_anything_is_known(told: Totals, sentence: str) -> None:
    assert words.stake(told) == sentence


def test_rows_are_counted_by_where_they_stand() -> None:
    marks: list[words.Mark] = [Disposition.CONFLICT, Outcome.FAILED, Disposition.HELD]
    marks.append(Disposition.CONFLICT)

    assert words.counted(marks) == "1 failed, 1 held, 2 conflicts"
    assert words.counted([Disposition.APPLY]) == ""


def test_only_what_would_need_a_person_is_quiet() -> None:
    assert words.is_quiet(replace(row(disposition=Disposition.BREAK), quiet=True))
    assert not words.is_quiet(replace(row(), quiet=True))
    assert not words.is_quiet(row(disposition=Disposition.BREAK))
