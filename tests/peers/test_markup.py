"""Markup in a name: shown as the text it is, in every form a report has."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from sync.core.report import Report
from sync.render import Format, render
from tests.runs.shop import Shop

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
LINK = "[free money](https://evil.example) ![x](https://evil.example/x.png)"
TABLE = "Ann | applied | `code`"
ESCAPE = "\x1b[2J\x1b]0;owned\x07Ann"
RICH = "[bold red]Ann[/] [link=https://evil.example]x[/link]"
FORMULA = '=HYPERLINK("https://evil.example","Bonus")'
COMMAND = "@SUM(1+1)*cmd|' /C calc'!A0"
MARKUP = (SCRIPT, IMAGE, LINK, TABLE, ESCAPE, RICH, FORMULA, COMMAND)


class Elements(HTMLParser):
    """The elements that a page's text really makes, with their attributes' names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    @property
    def cells(self) -> set[int]:
        """How many cells the rows of tables have."""
        rows = " ".join(self.tags).split("tr")[1:]
        return {row.split().count("td") for row in rows}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


async def reported(shop: Shop, name: str) -> Report:
    """A run that tells of somebody with this name, on both sides as on one."""
    person = shop.cast.person(name=name, first=name, last="")
    shop.cast.both(person, status="archived")
    other = shop.cast.person(name=name)
    shop.cast.affiliate(shop.cast.user(other))
    return await shop.dry_run()


def as_html(report: Report) -> str:
    """The report's Markdown as a chat shows it, HTML passed on as Markdown does."""
    markdown = MarkdownIt("commonmark").enable("table")
    return str(markdown.render(render(report, Format.MARKDOWN)))


async def plain(shop: Shop) -> Report:
    """The same of somebody with a name like any other."""
    return await reported(shop, "Ann Lee")


@pytest.mark.parametrize("name", MARKUP)
async def test_a_name_makes_no_element_of_the_html_report(shop: Shop, name: str) -> None:
    """OctoDNS writes names and values of a plan raw into its HTML."""
    usual = Elements(render(await plain(shop), Format.HTML))
    page = Elements(render(await reported(shop, name), Format.HTML))

    assert set(page.tags) == set(usual.tags)
    assert page.attributes == usual.attributes
    assert page.tags.count("script") == usual.tags.count("script")


@pytest.mark.parametrize("name", MARKUP)
async def test_a_name_makes_no_link_image_or_cell_of_the_markdown_report(
    shop: Shop, name: str
) -> None:
    """OctoDNS writes them raw into its Markdown as well: a pipe makes a cell, a bracket a link."""
    usual = Elements(as_html(await plain(shop)))
    page = Elements(as_html(await reported(shop, name)))

    assert not {"script", "img", "a"} & set(page.tags)
    assert set(page.tags) == set(usual.tags)
    assert page.attributes == usual.attributes
    assert page.cells == usual.cells


@pytest.mark.parametrize("name", MARKUP)
async def test_a_name_steers_no_terminal(shop: Shop, name: str) -> None:
    """Vdirsyncer and Unison print names as they come: these clear the screen or name it."""
    text = render(await reported(shop, name), Format.TEXT, width=200)

    assert all(char.isprintable() for char in text.replace("\n", ""))
    if name == RICH:
        assert "[bold red]Ann[/]" in text


@pytest.mark.parametrize("name", MARKUP)
async def test_a_name_is_no_formula_of_a_spreadsheet(shop: Shop, name: str) -> None:
    """Most tools that write CSV write a formula as it comes, and a spreadsheet carries it out."""
    sheet = render(await reported(shop, name), Format.CSV)

    cells = [cell for row in csv.reader(io.StringIO(sheet)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]
    assert not [cell for cell in cells if "\x1b" in cell]


@pytest.mark.parametrize("name", MARKUP)
async def test_the_json_report_has_the_name_as_it_is(shop: Shop, name: str) -> None:
    """A program gets what is there; that it is one document is all that has to hold."""
    told = json.loads(render(await reported(shop, name), Format.JSON))

    assert name.split() == told["rows"][0]["person"]["name"].split()
