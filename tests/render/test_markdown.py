"""The Markdown shows partners' texts and obeys none of them."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from sync.core.report import Report
from sync.render import Format, render
from sync.render.clean import clean
from sync.render.markdown import ROWS, code, escape
from tests.render.reports import ALL, DRY, EVERYTHING, FOLDED, HOSTILE, hostile, in_order, row


class Shown(HTMLParser):
    """What a reader sees of rendered Markdown, and which tags made it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(MarkdownIt("commonmark").enable("table").render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


TABLE = {"table", "thead", "tbody", "tr", "th", "td", "br"}
OURS = TABLE | {"h2", "h3", "p", "ul", "li", "strong", "code", "pre"}


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_only_our_own_markup_is_markup(report: Report) -> None:
    assert Shown(render(report, Format.MARKDOWN)).tags <= OURS


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    shown = Shown(escape(clean(text)))

    assert shown.tags <= {"p"}
    assert shown.text.strip() == clean(text).replace("@torvalds", "＠torvalds").replace(
        "@SUM", "＠SUM"
    )


@pytest.mark.parametrize(
    "text", ["# x", "- x", "+ x", "1. x", "12) x", "> x", "=== x", "* x", "~~x~~"]
)
def test_a_note_begins_no_block_of_its_own(text: str) -> None:
    shown = Shown(f"- {escape(text)}")

    assert shown.tags == {"ul", "li"}
    assert shown.text.strip() == text


def test_nobody_is_mentioned_and_no_link_is_made() -> None:
    text = escape("@torvalds at ann@x.example, www.x.example, https://x.example")

    assert text == r"＠torvalds at ann@x.example, www\.x.example, https\://x.example"


def test_what_is_to_be_copied_is_code_unless_it_could_break_out() -> None:
    assert code("ann+1@x.example") == "`ann+1@x.example`"
    assert code("`<b>|") == r"\`&lt;b&gt;\|"


def test_every_table_line_has_its_three_cells() -> None:
    lines = render(hostile(), Format.MARKDOWN).splitlines()
    tables = [line for line in lines if line.startswith("|")]

    assert tables
    assert {line.replace(r"\|", "").count("|") for line in tables} == {4}


def test_tells_what_needs_a_person_first() -> None:
    in_order(
        render(EVERYTHING, Format.MARKDOWN),
        "## main: 1 change was made; 1 failed;",
        "- **Affihub**: 310 records, incomplete: 312 were announced, 310 came, 9 requests",
        "### ✕ Failed (1)",
        "### ◆ Held for a person (11)",
        "```sh\naffisync sync --pair main --allow deactivate\n```",
        "### ▲ Conflicts (11)",
        "### ✓ Applied (1)",
        "- **11** `not-accepted-yet`: The invitation has not been accepted yet.",
        "### Notes\n\n- 3 people have another address on each side.",
        "Without a counterpart: 1 on Whop, 1 on Affihub.",
    )


def test_a_dry_run_says_that_nothing_is_written() -> None:
    assert "Nothing is written in a dry run." in render(DRY, Format.MARKDOWN)


def test_a_long_table_is_cut() -> None:
    many = replace(DRY, rows=tuple(row(number=n) for n in range(ROWS + 3)))

    assert "… and 3 more, see the report." in render(many, Format.MARKDOWN)


def test_what_is_new_comes_first_and_what_is_as_before_last() -> None:
    in_order(
        render(FOLDED, Format.MARKDOWN),
        r"4 held, 1 conflict, 1 break), \$4,322.50 a month at stake, 2 unknown, +",
        "### Since the last report\n\n- **New**: 2 held, 1 conflict\n- **Ageing**: 3 as before",
        "- **Gone**: 1 that needed a person",
        "### ◆ Held for a person (4)",
        r"\$4,310.50 a month at stake, 2 unknown",
        r"active → deactivated<br>last agreed: on<br>\$10.50 a month",
        "Whop archived this affiliate.<br>approved by ana on 2026-11-20, needs a second yes |",
        "2 as before, see below.",
        "3 quiet: 2 rejected by ana on 2026-11-20: bonus ended;",
        "### ✓ Applied (1)",
        r"\$1,234.50 a month touched, +\$12.50 paid a month",
        "### As before (3)",
        "**deactivate** (2), the oldest for 2 d",
        r"\$4,300.00 a month",
        "**Set commission on Whop** (1), the oldest for 3 d",
        "### Notes",
        "Log `3f2a9c81d0e4`\n",
    )


def test_quiet_rows_are_not_listed() -> None:
    assert "$999.00" not in render(FOLDED, Format.MARKDOWN)


def test_a_report_without_news_and_money_says_nothing_of_either() -> None:
    text = render(replace(DRY, rows=(row(),)), Format.MARKDOWN)

    for word in ("Since", "As before", "as before", "quiet", "Log", "month", "$"):
        assert word not in text, word
