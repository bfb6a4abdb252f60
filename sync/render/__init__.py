"""A report as people and programs read it: values in, text out.

Texts from either side are made inert first (``sync.render.clean``), then escaped for the format.
"""

from enum import StrEnum
from pathlib import Path
from typing import Final

from sync.core.report import Report
from sync.render import document, markdown, sheet
from sync.render.commands import Commands, with_commands

WIDTH: Final = 80
"""Columns of a terminal nobody measured."""


class Format(StrEnum):
    """The forms a report can take."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


def render(
    report: Report,
    form: Format,
    *,
    width: int = WIDTH,
    color: bool = False,
    config: Path | None = None,
) -> str:
    """The report in one form; ``width`` and ``color`` are for the terminal text only.

    ``config`` is the configuration file, unless it is the default: commands name it.
    """
    report = with_commands(report, Commands(report.run.pair, config))
    # rich and jinja2 are slow to import: only who needs them pays for them.
    match form:
        case Format.TEXT:
            from sync.render import terminal  # noqa: PLC0415

            return terminal.render(report, width=width, color=color, config=config)
        case Format.HTML:
            from sync.render import page  # noqa: PLC0415

            return page.render(report, config)
        case Format.JSON:
            return document.render(report)
        case Format.MARKDOWN:
            return markdown.render(report, config)
        case Format.CSV:
            return sheet.render(report)
