"""Whatever a partner calls themselves: no format lets it act."""

import csv
import io
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.report import Report
from sync.render import Format, render
from tests.render.reports import hostile

CHARACTERS = st.one_of(
    st.characters(codec=None, exclude_categories=()),
    st.sampled_from("<>&\"'`|*_[]()\\#=+-@;,\x1b\x00\x07\x9b\x7f\r\n\t\u202e\u2066\u200b\ufeff＝"),
)
REPORTS = st.lists(st.text(CHARACTERS, max_size=40), min_size=1, max_size=4).map(hostile)
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff]")
OUR_COLORS = re.compile(r"\x1b\[[0-9;]*m")

few = settings(max_examples=40, deadline=None)


@few
@given(REPORTS)
def test_no_format_carries_a_character_that_steers(report: Report) -> None:
    for form in Format:
        text = render(report, form)
        assert not STEERING.search(text.replace("\r\n", "\n") if form is Format.CSV else text), form


@few
@given(REPORTS)
def test_in_colour_the_only_escapes_are_ours(report: Report) -> None:
    text = render(report, Format.TEXT, color=True)

    assert not STEERING.search(OUR_COLORS.sub("", text))


@few
@given(REPORTS)
def test_html_and_markdown_have_only_our_tags(report: Report) -> None:
    html, markdown = render(report, Format.HTML), render(report, Format.MARKDOWN)
    ours = len(re.findall("<", render(hostile(["x"] * len(report.rows)), Format.HTML)))

    assert set(re.findall("<[^>]*>?", markdown)) <= {"<br>"}
    assert len(re.findall("<", html)) <= ours + 20 * len(report.rows)
    assert len(re.findall("<script", html)) == 1


@few
@given(REPORTS)
def test_json_parses_back_to_the_exact_texts(report: Report) -> None:
    names = [row["person"]["name"] for row in json.loads(render(report, Format.JSON))["rows"]]

    assert names == [row.person.name for row in report.rows]


@few
@given(REPORTS)
def test_no_cell_begins_a_formula(report: Report) -> None:
    text = render(report, Format.CSV)

    for line in csv.reader(io.StringIO(text, newline=""), strict=True):
        assert not [cell for cell in line if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]
