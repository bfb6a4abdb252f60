"""What happened in a run, in one sentence."""

from dataclasses import replace

import pytest

from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.record import Side
from sync.core.report import Mode, Report, RunStatus, SnapshotNote
from sync.render.headline import headline
from tests.render import reports
from tests.render.reports import row, worth


def _headline(mode: Mode, *rows: Row) -> str:
    return headline(Report(replace(reports.HEAD, mode=mode, status=RunStatus.HELD), rows=rows))


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

    assert headline(report) == sentence


def test_a_run_cut_short_says_what_was_done_and_why_no_more() -> None:
    head = replace(reports.HEAD, error="Stopped at its deadline of 1 h.")

    assert headline(Report(head, rows=(MADE, row(outcome=Outcome.SKIPPED)))) == (
        "main: 1 change was made; 1 left for the next run. Stopped at its deadline of 1 h."
    )


def test_a_failed_run_says_why_first() -> None:
    assert headline(reports.FAILED) == (
        "main: the run failed: Whop refused the key (401). Check WHOP_API_KEY."
    )


def test_a_run_that_has_not_ended_says_so() -> None:
    head = replace(reports.HEAD, status=RunStatus.RUNNING, finished_at=None)

    assert headline(Report(head)) == "main: the run has not ended."


def _held(number: int, monthly: str | None, effect: str | None = None) -> Row:
    return worth(row(disposition=Disposition.HELD, number=number), monthly, effect)


@pytest.mark.parametrize(
    "rows, money",
    [
        ((_held(0, None), _held(1, None)), ""),
        ((_held(0, "4310.5"),), ", $4,310.50 a month at stake"),
        (
            (_held(0, "4300"), _held(1, "10.50"), _held(2, None)),
            ", $4,310.50 a month at stake, 1 unknown",
        ),
        ((_held(0, "5", "-1.25"),), ", $5.00 a month at stake, -$1.25 paid a month"),
        ((_held(0, "5"), _held(0, "5")), ", $5.00 a month at stake"),
        ((_held(0, "0"),), ", $0.00 a month at stake"),
    ],
)
def test_the_headline_says_what_money_waits_for_a_person(rows: tuple[Row, ...], money: str) -> None:
    others = (worth(row(number=8), "99", "99"), worth(row(number=9, outcome=Outcome.FAILED), "9"))
    needs = "1 row needs" if len(rows) == 1 else f"{len(rows)} rows need"

    told = _headline(Mode.DRY_RUN, *rows, *others)

    assert f"; {needs} a person ({len(rows)} held){money}." in told


def test_quiet_rows_need_nobody_and_their_money_is_not_at_stake() -> None:
    quiet = [replace(_held(number, "100"), quiet=True) for number in (1, 2)]

    assert _headline(Mode.DRY_RUN, *quiet) == ("main, dry run: nothing would be written; 2 quiet.")
    assert _headline(Mode.DRY_RUN, _held(0, "5"), *quiet) == (
        "main, dry run: nothing would be written; "
        "1 row needs a person (1 held), $5.00 a month at stake; 2 quiet."
    )
