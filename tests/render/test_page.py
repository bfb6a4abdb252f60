"""The HTML report: one file, nothing requested, nothing foreign run, and everything there."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sync.core.plan import Disposition, Outcome
from sync.core.report import Report
from sync.render import Format, render
from sync.render.clean import clean
from tests.render.reports import (
    ALL,
    BEFORE,
    DONE,
    DRY,
    EVERYTHING,
    FAILED,
    FOLDED,
    HOSTILE,
    IN_SYNC,
    LOG,
    NEW,
    PEOPLE,
    QUIET,
    hostile,
    in_order,
    row,
)

VOID = {"meta", "link", "br", "input"}


class Page(HTMLParser):
    """The elements of a page in their order, the text between them, and inline style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: dict[str, str] = {}
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.inline[self.open[-1]] = data
        else:
            self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]


def _page(report: Report) -> Page:
    return Page(render(report, Format.HTML))


def _rows(page: Page) -> list[dict[str, str]]:
    return [attributes for attributes in page.all("tr") if "data-kind" in attributes]


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_every_element_is_closed_in_order(report: Report) -> None:
    assert _page(report).open == []


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_nothing_of_a_partners_becomes_an_element(report: Report) -> None:
    page = _page(report)
    tags = [tag for tag, _ in page.elements]

    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "svg", "iframe", "object", "embed", "base"} & set(tags)


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_nothing_leaves_the_page(report: Report) -> None:
    page = _page(report)
    links = {
        value
        for _, attributes in page.elements
        for name, value in attributes.items()
        if name in ("href", "src", "action", "formaction", "srcset", "ping")
    }

    assert links <= {"data:,", "#rows"}
    assert not re.search(r"url\(|@import|https?:", page.inline["style"])
    assert not re.search(r"fetch|XMLHttp|import\(|https?:", page.inline["script"])


@pytest.mark.parametrize("report", [*ALL, hostile()])
def test_nothing_needs_what_the_policy_forbids(report: Report) -> None:
    attributes = {name for _, found in _page(report).elements for name in found}

    assert "style" not in attributes
    assert not any(name.startswith("on") for name in attributes)


def test_the_policy_lets_in_our_style_and_script_and_nothing_else() -> None:
    page = _page(EVERYTHING)
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})

    assert policy["content"] == (
        f"default-src 'none'; style-src {_hash(page.inline['style'])}; "
        f"script-src {_hash(page.inline['script'])}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def test_the_policy_comes_before_all_it_governs() -> None:
    tags = [tag for tag, _ in _page(EVERYTHING).elements]

    assert tags.index("meta") < tags.index("style") < tags.index("script")
    assert "Content-Security-Policy" in _page(EVERYTHING).elements[3][1]["http-equiv"]


def test_every_name_is_shown_as_it_is() -> None:
    text = _page(hostile()).text

    assert all(clean(name, 60) in text for name in HOSTILE)


def test_every_row_is_there_and_can_be_filtered() -> None:
    rows = _rows(_page(EVERYTHING))

    assert len(rows) == len(EVERYTHING.rows)
    assert {row["data-disposition"] for row in rows} == set(Disposition)
    assert {row["data-outcome"] for row in rows} == {*Outcome, ""}
    assert {row["data-side"] for row in rows} == {"whop", "affihub"}


def test_rows_that_need_a_person_come_first() -> None:
    marks = list(dict.fromkeys(row["class"] for row in _rows(_page(EVERYTHING))))

    assert marks[:4] == ["failed", "held", "conflict", "break"]


def test_filters_offer_what_there_is_with_counts() -> None:
    page = _page(DRY)

    assert [select["name"] for select in page.all("select")] == ["kind", "disposition", "side"]
    assert "Deactivate partner (5)" in page.text
    assert [select["name"] for select in _page(EVERYTHING).all("select")][-1] == "outcome"


def test_every_filter_has_a_label() -> None:
    html = render(EVERYTHING, Format.HTML)

    fields = re.findall(r"<(?:input|select)\b", html)
    assert len(re.findall(r"<label[^>]*>[^<]+\s*<(?:input|select)\b", html)) == len(fields)


def test_guards_show_their_numbers_and_a_command_to_copy() -> None:
    page = _page(EVERYTHING)

    assert "25 counted · 14 may go · 25 held" in page.text
    assert "affisync sync --pair main --allow deactivate" in page.text
    assert len(page.all("button", **{"class": "copy"})) == 1


def test_what_only_the_script_can_do_is_hidden_without_it() -> None:
    page = _page(EVERYTHING)

    assert all("hidden" in form for form in page.all("form"))
    assert all("hidden" in button for button in page.all("button", **{"class": "copy"}))


def test_money_has_a_column_only_where_any_is_known() -> None:
    with_money = _page(replace(DRY, rows=(row(person=PEOPLE[1]), row())))
    without = _page(replace(DRY, rows=(row(),)))

    assert "$1,234.50" in with_money.text
    assert "Monthly" in with_money.text
    assert "Earned" not in with_money.text
    assert "Monthly" not in without.text


def test_headers_say_what_they_head() -> None:
    page = _page(EVERYTHING)

    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))


def test_people_without_a_counterpart_are_folded() -> None:
    page = _page(EVERYTHING)

    assert len(page.all("details", **{"class": "panel strays"})) == 2
    assert "par_77 (Jose Silva)" in page.text
    assert page.all("details", **{"class": "panel strays"}) != _page(IN_SYNC).all("details")


def test_a_dry_run_says_that_nothing_is_written() -> None:
    assert "Nothing is written in a dry run." in _page(DRY).text


def test_a_report_without_rows_says_so() -> None:
    assert "There are no rows" in _page(IN_SYNC).text
    assert "Whop refused the key (401)." in _page(FAILED).text


def test_a_number_leads_to_its_rows_where_there_are_any() -> None:
    cards = {
        card["data-value"]: card["data-by"]
        for card in _page(EVERYTHING).all("a")
        if "data-by" in card
    }

    assert cards["held"] == "disposition"
    assert cards["failed"] == "outcome"
    assert [card for card in _page(IN_SYNC).all("a") if "data-by" in card] == []


def test_outcomes_replace_what_was_to_be_applied() -> None:
    done = _page(replace(EVERYTHING, rows=(row(outcome=Outcome.APPLIED),)))
    cards = [card["data-value"] for card in done.all("a") if "data-by" in card]

    assert cards == ["applied"]


def test_rows_as_before_and_quiet_ones_are_folded_and_can_be_filtered() -> None:
    page = _page(FOLDED)
    tables = [table["id"] for table in page.all("table", **{"class": "grid"})]

    assert tables == ["table", "before", "quiet"]
    assert [fold for fold in page.all("details", **{"class": "fold"}) if "open" in fold] == []
    assert len(page.all("details", **{"class": "fold"})) == 2
    assert len(_rows(page)) == len(FOLDED.rows)
    assert 'querySelectorAll("#table, table.grid")' in page.inline["script"]
    assert "3 quiet: 2 rejected by ana on 2026-11-20: bonus ended" in page.text


def test_every_row_stands_in_the_table_of_its_fold() -> None:
    html = render(FOLDED, Format.HTML)
    now, rest = html.split('<table id="before"')
    before, quiet = rest.split('<table id="quiet"')

    assert all(each.key in now for each in (*NEW, DONE))
    assert all(each.key in before for each in BEFORE)
    assert all(each.key in quiet for each in QUIET)


def test_a_report_without_news_folds_nothing() -> None:
    page = _page(EVERYTHING)

    assert page.all("details", **{"class": "fold"}) == []
    assert "Since the last report" not in page.text
    assert [table["id"] for table in page.all("table", **{"class": "grid"})] == ["table"]


def test_news_come_before_everything_that_is_told_of_rows() -> None:
    in_order(
        _page(FOLDED).text,
        "$4,322.50 a month at stake, 2 unknown, +$0.75 paid a month; 3 quiet",
        "Since the last report",
        "2 held, 1 conflict",
        "3 as before, the oldest: محمد علي, Set commission on Whop, for 3 d;",
        "1 that needed a person: no.name@example.com",
        "Money",
        "$4,310.50 a month at stake, 2 unknown",
        "$1,234.50 a month touched, +$12.50 paid a month",
        "Needs a person",
        "approved by ana on 2026-11-20, needs a second yes",
    )


def test_numbers_count_no_quiet_row() -> None:
    page = _page(FOLDED)

    assert re.search(r"4\s+◆ Held", page.text)


def test_effects_have_a_column_only_where_any_is_known() -> None:
    page = _page(FOLDED)
    amounts = [cell["data-amount"] for cell in page.all("td", **{"data-money": "Effect"})]

    assert sorted(filter(None, amounts)) == ["-1.25", "12.5", "2"]
    assert "-$1.25" in page.text
    assert "+$12.50" in page.text
    assert _page(DRY).all("td", **{"data-money": "Effect"}) == []


def test_the_whole_head_of_the_log_stands_in_the_footer() -> None:
    assert f"Log {LOG}" in " ".join(_page(FOLDED).text.split())
    assert "Log " not in _page(EVERYTHING).text
