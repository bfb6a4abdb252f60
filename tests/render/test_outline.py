"""What needs a person comes first; what waits is folded."""

from dataclasses import replace

from sync.core.plan import Disposition, Kind, Outcome
from sync.core.report import Mode
from sync.render.outline import Wait, folds, ordered, sections, waits
from tests.render import reports
from tests.render.reports import (
    BEFORE,
    DONE,
    DRY,
    EVERYTHING,
    FOLDED,
    NEW,
    PEOPLE,
    QUIET,
    row,
    worth,
)


def test_sections_come_in_the_order_people_act() -> None:
    assert [section.title for section in sections(EVERYTHING)] == [
        "Failed",
        "Held for a person",
        "Conflicts",
        "Breaks",
        "Not reached",
        "Applied",
        "Stale",
        "Skipped",
    ]


def test_a_dry_run_tells_what_would_be_applied() -> None:
    titles = [section.title for section in sections(DRY)]

    assert titles == ["Held for a person", "Conflicts", "Breaks", "Would be applied"]


def test_every_row_stands_in_one_place() -> None:
    shown = sum(section.count for section in sections(EVERYTHING))
    folded = sum(wait.count for wait in waits(EVERYTHING))

    assert shown + folded == len(EVERYTHING.rows)


def test_held_rows_stand_under_their_guard_with_its_numbers_and_command() -> None:
    held = next(s for s in sections(EVERYTHING) if s.mark is Disposition.HELD)
    (group,) = held.groups

    assert (group.title, group.task) == ("deactivate", "")
    assert group.says == "25 rows of deactivate, 14 may go with 290 links: 25 held."
    assert group.command == "affisync sync --pair main --allow deactivate"


def test_a_row_held_by_policy_needs_no_verdict() -> None:
    report = replace(DRY, rows=(row(disposition=Disposition.HELD),), guards=())
    (group,) = sections(report)[0].groups

    assert (group.title, group.says, group.command) == ("policy", "", "")
    assert group.task == "Deactivate partner on Affihub"


def test_other_rows_stand_under_their_task() -> None:
    report = replace(DRY, rows=(row(Kind.SET_COMMISSION), row(), row(person=PEOPLE[1])))
    (section,) = sections(report)

    assert [(g.title, len(g.rows)) for g in section.groups] == [
        ("Deactivate partner on Affihub", 2),
        ("Set commission on Whop", 1),
    ]


def test_conflicts_and_breaks_say_how_to_look_closer() -> None:
    commands = {section.mark: section.command for section in sections(DRY)}

    assert commands[Disposition.CONFLICT] == "affisync explain EMAIL --pair main"
    assert commands[Disposition.BREAK] == commands[Disposition.CONFLICT]
    assert commands[Disposition.HELD] == ""


def test_waiting_rows_are_folded_by_rule_the_most_frequent_first() -> None:
    waiting = row(disposition=Disposition.WAITING)
    other = replace(waiting, rule="no-email", reason="No address is known.")
    report = replace(DRY, rows=(other, waiting, waiting))

    assert waits(report) == (
        Wait("not-accepted-yet", 2, "The invitation has not been accepted yet."),
        Wait("no-email", 1, "No address is known."),
    )


def test_the_order_of_the_rows_given_changes_nothing() -> None:
    assert ordered(EVERYTHING.rows) == ordered(reversed(EVERYTHING.rows))


def test_rows_to_apply_of_a_stopped_run_were_not_reached() -> None:
    stopped = replace(DRY, run=replace(reports.HEAD, mode=Mode.APPLY))
    titles = {section.mark: section.title for section in sections(stopped)}

    assert titles[Disposition.APPLY] == "Not reached"
    assert Outcome.APPLIED not in titles


def test_within_a_group_the_most_money_comes_first_and_the_unknown_last() -> None:
    known = [worth(row(number=n), monthly) for n, monthly in enumerate(("5", "700", None, "60"))]
    changing = worth(row(number=9), "1", "-3")
    (section,) = sections(replace(DRY, rows=(*known, changing)))
    (group,) = section.groups

    assert [one.whop_id for one in group.rows] == [
        "aff_0009",
        "aff_0001",
        "aff_0003",
        "aff_0000",
        "aff_0002",
    ]


def test_money_orders_held_rows_of_a_guard_whatever_they_do() -> None:
    held = [
        worth(row(kind, Disposition.HELD, number=n, guard="first-run"), monthly)
        for n, (kind, monthly) in enumerate(
            [(Kind.ARCHIVE_AFFILIATE, "1"), (Kind.SET_COMMISSION, "3"), (Kind.FILL_NAME, "2")]
        )
    ]
    (section,) = sections(replace(DRY, rows=tuple(held)))

    assert [one.person.monthly_usd for one in section.groups[0].rows] == [3, 2, 1]


def test_a_section_totals_its_money_but_not_that_of_quiet_rows() -> None:
    told = {section.mark: section.money for section in sections(FOLDED)}

    assert told == {
        Disposition.HELD: "$4,310.50 a month at stake, 2 unknown",
        Disposition.CONFLICT: "$5.00 a month at stake, -$1.25 paid a month",
        Disposition.BREAK: "$7.00 a month at stake, +$2.00 paid a month",
        Outcome.APPLIED: "$1,234.50 a month touched, +$12.50 paid a month",
    }
    assert [section.money for section in sections(replace(DRY, rows=(row(),)))] == [""]


def test_rows_as_before_and_quiet_ones_are_parted_from_those_to_read_now() -> None:
    held, conflict, broken, applied = sections(FOLDED)
    (group,) = held.groups

    assert (group.rows, group.before, group.quiet) == (
        (NEW[0], NEW[1]),
        (BEFORE[0], BEFORE[1]),
        (QUIET[0], QUIET[1], QUIET[2]),
    )
    assert [section.count for section in (held, conflict, broken, applied)] == [4, 1, 1, 1]
    assert broken.groups[0].rows == ()
    assert applied.groups[0].rows == (DONE,)


def test_without_news_nothing_is_as_before() -> None:
    parted = folds(FOLDED.rows)

    assert (len(parted.now), parted.before, parted.quiet) == (7, (), QUIET)


def test_every_row_is_in_one_fold_and_in_its_order() -> None:
    parted = folds(FOLDED.rows, FOLDED.news)

    assert (parted.now, parted.before, parted.quiet) == ((*NEW, DONE), BEFORE, QUIET)


def test_what_was_decided_about_quiet_rows_is_one_line() -> None:
    held = sections(FOLDED)[0].groups[0]
    many = replace(held, quiet=tuple(replace(QUIET[0], decided=f"no {n}") for n in range(5)))

    assert held.silence == (
        "3 quiet: 2 rejected by ana on 2026-11-20: bonus ended; 1 put off by bob until 2026-12-01"
    )
    assert many.silence == "5 quiet: 1 no 0; 1 no 1; 1 no 2; 2 other decisions"
    assert replace(held, quiet=()).silence == ""
    assert replace(held, quiet=(replace(QUIET[0], decided=None),)).silence == "1 quiet: 1 decided"
