"""``affisync inbox``: what waits for a person, and what to type about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.choosing import AlsoQuiet
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsSheetFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    SheetFormat,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sync.core.inbox import Inbox


def command(
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help="Only what this person sees to.")
    ] = None,
    everything: AlsoQuiet = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsSheetFormat = SheetFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """List conflicts, breaks and failed rows, the most money first, and count what is held.

    Example: affisync inbox --owner ana
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.choosing import unless_default, waiting
    from sync.cli.show import has_color
    from sync.cli.telling import tell
    from sync.core.inbox import inbox

    with open_kept(config) as app:
        now = app.clock()
        found = inbox(waiting(app, pair), now, owner=owner, everything=everything)
    named, color = unless_default(config), has_color(output)
    tell(_rendered(found, form, named, color=color), output)


def _rendered(found: "Inbox", form: SheetFormat, config: "Path | None", *, color: bool) -> str:
    from sync.cli.show import columns
    from sync.render.case_sheet import sheet
    from sync.render.inbox import document, text

    match form:
        case SheetFormat.JSON:
            return document(found)
        case SheetFormat.CSV:
            return sheet((*found.cases, *(case for held in found.held for case in held.cases)))
        case SheetFormat.TEXT:
            return text(found, config, width=columns(), color=color)
