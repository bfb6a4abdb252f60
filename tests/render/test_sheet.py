"""The CSV parses back, and no spreadsheet mistakes a name for a formula."""

import csv
import io
import re

import pytest

from sync.core.report import Report
from sync.render import Format, render
from sync.render.sheet import COLUMNS, inert
from tests.render.reports import ALL, EVERYTHING, FAILED, FOLDED, LOG, NEW, QUIET, hostile


def _read(report: Report) -> list[dict[str, str]]:
    text = render(report, Format.CSV)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_one_line_per_row_with_every_column(report: Report) -> None:
    lines = _read(report)

    assert [line["key"] for line in lines] == [row.key for row in report.rows]
    assert all(tuple(line) == COLUMNS and None not in line.values() for line in lines)


def test_a_report_without_rows_is_its_header() -> None:
    assert render(FAILED, Format.CSV) == ",".join(COLUMNS) + "\r\n"


def test_lines_end_as_the_standard_says_and_nowhere_else() -> None:
    text = render(hostile(), Format.CSV)

    assert text.count("\r\n") == len(hostile().rows) + 1
    assert not re.search("\r(?!\n)|(?<!\r)\n", text)


@pytest.mark.parametrize(
    "text, cell",
    [
        (None, ""),
        ("Ann Lee", "Ann Lee"),
        ("a=b, a+b@c-d", "a=b, a+b@c-d"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\u200b=1", "'=1"),
        ("\ufeff =1", "'=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠1", "'＠1"),
        ("a; =1", "a; '=1"),
        ("two\nlines", "two lines"),
        ("\x1b[31m", "␛[31m"),
    ],
)
def test_a_cell_is_text_to_every_spreadsheet(text: str | None, cell: str) -> None:
    assert inert(text) == cell


def test_amounts_stay_numbers() -> None:
    amounts = {line["monthly_usd"] for line in _read(EVERYTHING)}

    assert amounts == {"", "1234.5", "-3.10"}


def test_effects_decisions_and_the_log_stand_in_every_line() -> None:
    lines = {line["key"]: line for line in _read(FOLDED)}

    assert {line["log"] for line in lines.values()} == {LOG}
    assert lines[NEW[2].key]["effect_usd"] == "-1.25"
    assert lines[NEW[0].key]["effect_usd"] == ""
    assert lines[NEW[1].key]["decided"] == "approved by ana on 2026-11-20, needs a second yes"
    assert [lines[each.key]["quiet"] for each in (NEW[0], QUIET[0])] == ["", "yes"]
    assert {line["log"] for line in _read(EVERYTHING)} == {""}
