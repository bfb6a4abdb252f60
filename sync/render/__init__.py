"""A report as people and programs read it: values in, text out.

Texts from either side are made inert first (``sync.render.clean``), then escaped for the format.
"""

from enum import StrEnum
from typing import Final

from sync.core.report import Report
from sync.render import document, markdown, sheet

WIDTH: Final = 80
"""Columns of a terminal nobody measured."""


class Format(StrEnum):
    """The forms a report can take."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


def render(report: Report, form: Format, *, width: int = WIDTH, color: bool = False) -> str:
    """The report in one form; ``width`` and ``color`` are for the terminal text only."""
    # rich and jinja2 are slow to import: only who needs them pays for them.
    match form:
        case Format.TEXT:
            from sync.render import terminal  # noqa: PLC0415

            return terminal.render(report, width=width, color=color)
        case Format.HTML:
            from sync.render import page  # noqa: PLC0415

            return page.render(report)
        case Format.JSON:
            return document.render(report)
        case Format.MARKDOWN:
            return markdown.render(report)
        case Format.CSV:
            return sheet.render(report)
