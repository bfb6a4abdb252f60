"""People read words: what happened, before and after, and who."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sync.core.plan import Disposition, Field, Kind, Outcome, Person, Row
from sync.core.record import Side
from sync.core.report import Mode, Report, RunStatus, SnapshotNote
from sync.render import words
from tests.render import reports
from tests.render.reports import row


def _headline(mode: Mode, *rows: Row) -> str:
    return words.headline(
        Report(replace(reports.HEAD, mode=mode, status=RunStatus.HELD), rows=rows)
    )


LINK = row(Kind.LINK)
MADE = row(outcome=Outcome.APPLIED)


@pytest.mark.parametrize(
    "mode, rows, sentence",
    [
        (Mode.DRY_RUN, (), "main, dry run: both sides agree, there is nothing to do."),
        (Mode.APPLY, (), "main: both sides agree, there is nothing to do."),
        (Mode.DRY_RUN, (row(), LINK, LINK), "main, dry run: 1 change and 2 links would be made."),
        (Mode.APPLY, (MADE,), "main: 1 change was made."),
        (Mode.APPLY, (MADE, MADE), "main: 2 changes were made."),
        (
            Mode.APPLY,
            (MADE, row(outcome=Outcome.FAILED), row(outcome=Outcome.STALE)),
            "main: 1 change was made; 1 failed; 1 left for the next run.",
        ),
        (
            Mode.APPLY,
            (row(disposition=Disposition.CONFLICT), row(disposition=Disposition.WAITING)),
            "main: nothing was written; 1 row needs a person (1 conflict); 1 waits.",
        ),
        (
            Mode.DRY_RUN,
            tuple(row(disposition=d) for d in Disposition if d.needs_person) * 2,
            (
                "main, dry run: nothing would be written; "
                "6 rows need a person (2 held, 2 conflicts, 2 breaks)."
            ),
        ),
    ],
)
def test_the_headline_says_what_happened(mode: Mode, rows: tuple[Row, ...], sentence: str) -> None:
    assert _headline(mode, *rows) == sentence


@pytest.mark.parametrize(
    "rows, sentence",
    [
        ((), "main: a listing is incomplete, so not everybody was seen."),
        ((MADE,), "main: 1 change was made; a listing is incomplete, so not everybody was seen."),
    ],
)
def test_nobody_is_told_that_all_agree_where_not_all_was_seen(
    rows: tuple[Row, ...], sentence: str
) -> None:
    report = replace(reports.IN_SYNC, rows=rows, snapshots={Side.WHOP: SnapshotNote()})

    assert words.headline(report) == sentence


def test_a_run_cut_short_says_what_was_done_and_why_no_more() -> None:
    head = replace(reports.HEAD, error="Stopped at its deadline of 1 h.")

    assert words.headline(Report(head, rows=(MADE, row(outcome=Outcome.SKIPPED)))) == (
        "main: 1 change was made; 1 left for the next run. Stopped at its deadline of 1 h."
    )


def test_a_failed_run_says_why_first() -> None:
    assert words.headline(reports.FAILED) == (
        "main: the run failed: Whop refused the key (401). Check WHOP_API_KEY."
    )


def test_a_run_that_has_not_ended_says_so() -> None:
    head = replace(reports.HEAD, status=RunStatus.RUNNING, finished_at=None)

    assert words.headline(Report(head)) == "main: the run has not ended."
    assert words.took(head) == ""


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
