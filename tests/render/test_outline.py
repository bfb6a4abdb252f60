"""What needs a person comes first; what waits is folded."""

from dataclasses import replace

from sync.core.plan import Disposition, Kind, Outcome
from sync.core.report import Mode
from sync.render.outline import Wait, ordered, sections, waits
from tests.render import reports
from tests.render.reports import DRY, EVERYTHING, PEOPLE, row


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
