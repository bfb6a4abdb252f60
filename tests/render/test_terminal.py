"""The terminal text: right at any width, without colour, and deaf to what partners wrote."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from sync.core.report import Report
from sync.render import Format, render
from tests.render.reports import ALL, DRY, EVERYTHING, HOSTILE, IN_SYNC, hostile, in_order, row


def _text(report: Report, width: int = 120, *, color: bool = False) -> str:
    return render(report, Format.TEXT, width=width, color=color)


@pytest.mark.parametrize("width", [40, 80, 120, 200])
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
