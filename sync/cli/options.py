"""Options that many commands share, worded once."""

import getpass
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("affisync.toml")


class ReportFormat(StrEnum):
    """The forms a report can take (``sync.render.Format``, without importing it)."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


class ListFormat(StrEnum):
    """The forms a list can take."""

    TEXT = "text"
    JSON = "json"


class SheetFormat(StrEnum):
    """The forms a list can take that a spreadsheet may want too."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


ConfigFile = Annotated[
    Path, typer.Option("--config", metavar="FILE", help="The configuration file.")
]
PairName = Annotated[
    str | None,
    typer.Option("--pair", metavar="NAME", help="The pair; may be left out where there is one."),
]
AsFormat = Annotated[ReportFormat, typer.Option("--format", help="The form of the report.")]
AsListFormat = Annotated[ListFormat, typer.Option("--format", help="Text, or one JSON document.")]
AsSheetFormat = Annotated[
    SheetFormat, typer.Option("--format", help="Text, one JSON document, or CSV.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write the report there instead of to stdout."),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show tracebacks and every request's outcome.")
]


def who() -> str:
    """The person at the keyboard, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"uid {os.getuid()}"
