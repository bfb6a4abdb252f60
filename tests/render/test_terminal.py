"""The terminal text: right at any width, without colour, and deaf to what partners wrote."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from sync.core.plan import Disposition, Person
from sync.core.report import Report
from sync.render import Format, render
from sync.render.changes import changes
from tests.render.reports import (
    ALL,
    BEFORE,
    DRY,
    EVERYTHING,
    FOLDED,
    HOSTILE,
    IN_SYNC,
    PEOPLE,
    hostile,
    in_order,
    row,
    worth,
)


def _text(report: Report, width: int = 120, *, color: bool = False) -> str:
    return render(report, Format.TEXT, width=width, color=color)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_no_line_is_wider_than_the_terminal_but_a_command(report: Report, width: int) -> None:
    lines = _text(report, width).splitlines()

    assert [li for li in lines if cell_len(li) > width and not li.startswith("    affisync")] == []


def test_tells_the_run_then_what_needs_a_person_then_the_rest() -> None:
    in_order(
        _text(EVERYTHING, 160),
        "main: 1 change was made; 1 failed;",
        "300 records",
        "incomplete: 312 were announced, 310 came",
        "took 3.2 s · by ann · allowed first-run",
        "✕ Failed · 1",
        "Affihub answered 500",
        "◆ Held for a person · 11",
        "25 rows of deactivate, 14 may go with 290 links: 25 held.",
        "    affisync sync --pair main --allow deactivate\n",
        "▲ Conflicts · 11",
        "last agreed: 20 %",
        "■ Breaks · 11",
        "● Not reached · 11",
        "20 % → 25 %",
        "✓ Applied · 1",
        "○ Waiting · 11",
        "11  not-accepted-yet  The invitation has not been accepted yet.",
        "3 people have another address on each side.",
        "Without a counterpart: 1 on Whop, 1 on Affihub",
    )


def test_a_dry_run_says_that_nothing_is_written() -> None:
    assert "Nothing is written in a dry run." in _text(DRY)
    assert "Nothing is written" not in _text(EVERYTHING)


def test_a_run_with_nothing_to_do_is_short() -> None:
    text = _text(IN_SYNC)

    assert text.startswith("main: both sides agree, there is nothing to do.\n")
    assert len(text.splitlines()) < 10


def test_addresses_and_usernames_are_shown() -> None:
    text = _text(DRY)

    assert "chen.wei@example.com" in text
    assert "@maria.lopez" in text


def test_color_adds_escapes_of_ours_and_its_absence_none() -> None:
    assert "\x1b[" in _text(EVERYTHING, color=True)
    assert "\x1b" not in _text(EVERYTHING)


def test_markup_and_emoji_codes_are_shown_as_they_are() -> None:
    text = _text(hostile(["[bold red]boss[/]", ":smile:"]))

    assert "[bold red]boss[/]" in text
    assert ":smile:" in text


def test_no_foreign_escape_is_among_ours() -> None:
    text = _text(hostile(), 80, color=True)

    assert "␛[31mred" in text
    assert "\x1b]" not in text
    assert "\x00" not in text
    assert "\x9b" not in text


def test_a_table_ends_after_two_hundred_rows() -> None:
    text = _text(replace(DRY, rows=tuple(row(number=n) for n in range(250))))

    assert text.count("María Lopez") == 200
    assert "and 50 more, see the report" in text


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _text(EVERYTHING, 80)
    for name, value in {"COLUMNS": "33", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)

    assert _text(EVERYTHING, 80) == before


def test_hostile_names_are_all_told() -> None:
    assert len(HOSTILE) == len(hostile().rows)


def test_a_reason_that_all_rows_of_a_group_share_is_told_once() -> None:
    text = _text(replace(DRY, rows=(row(), row(number=1), row(number=2))))

    assert text.count("Whop archived this affiliate.") == 1
    assert "  María Lopez  maria@example.com  @maria.lopez" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_money_and_news_are_whole_at_every_width(width: int) -> None:
    text = " ".join(_text(FOLDED, width).split())

    in_order(
        text,
        "6 rows need a person (4 held, 1 conflict, 1 break), $4,322.50 a month at stake, 2 unknown",
        "+$0.75 paid a month; 3 quiet",
        "Since the last report",
        "New 2 held, 1 conflict",
        "Ageing 3 as before, the oldest: محمد علي",
        "Gone 1 that needed a person: no.name@example.com",
        "Held for a person · 4",
        "$4,310.50 a month at stake, 2 unknown",
        "2 as before, the oldest for 2 d",
        "3 quiet: 2 rejected by ana on 2026-11-20: bonus ended; 1 put off",
        "Conflicts · 1",
        "$5.00 a month at stake, -$1.25 paid a month",
        "Breaks · 1",
        "1 as before, the oldest for 3 d",
        "Applied · 1",
        "$1,234.50 a month touched, +$12.50 paid a month",
        "log 3f2a9c81d0e4",
    )


def test_rows_as_before_and_quiet_ones_are_counted_and_not_shown() -> None:
    text = _text(FOLDED, 200)

    assert "$10.50 a month" in text
    assert "$4,300.00" not in text
    assert "$999.00" not in text
    assert "approved by ana on 2026-11-20, needs a second yes" in text
    assert "    affisync inbox --pair main\n" in text
    assert "    affisync report 01JD4Z8K3N --format html --output report.html\n" in text


def test_a_report_without_news_and_money_says_nothing_of_either() -> None:
    text = _text(replace(DRY, rows=(row(), row(disposition=Disposition.HELD, number=1))))

    for word in ("Since", "as before", "quiet", "affisync inbox", "log ", "month", "earned", "$"):
        assert word not in text, word


def test_each_row_says_what_it_touches() -> None:
    people = [replace(PEOPLE[n], earnings_usd=Decimal(10 + n)) for n in range(2)]
    rows = [worth(row(person=one, number=n), "1234.5", "-3") for n, one in enumerate(people)]
    other = replace(rows[1], reason="Another reason.")

    for shown in ((rows[0],), tuple(rows), (rows[0], other)):
        text = _text(replace(DRY, rows=shown), 160)
        assert text.count("$1,234.50 a month\n") + text.count("$1,234.50 a month  ") == len(shown)
        assert "$10.00 earned" in text
        assert text.count("-$3.00 paid a month") >= len(shown)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_command_is_never_wrapped(width: int) -> None:
    config = Path("/srv/a-rather-long-folder/affisync-of-the-eu-shop.toml")
    lines = render(FOLDED, Format.TEXT, width=width, config=config).splitlines()
    commands = [line for line in lines if line.startswith("    affisync")]

    assert len(commands) == 5
    assert all(line.endswith(f" --config {config}") for line in commands)


def test_what_is_ageing_is_cut_at_no_width_whatever_the_script_of_a_name() -> None:
    """Letters of double width fill a line sooner than a library counts."""
    chinese = replace(BEFORE[0], person=Person(name="李浩然"))
    report = replace(FOLDED, rows=(chinese, *BEFORE[1:]))
    told = dict(changes(report))["Ageing"]

    for width in range(60, 110):
        text = render(report, Format.TEXT, width=width)
        assert " ".join(told.split()) in " ".join(text.split()), width
