"""``affisync unmatched``: who is alone on each side, and who on the other side they may be."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsSheetFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    SheetFormat,
)
from sync.core.record import Side

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.unmatched import Unmatched


def command(
    side: Annotated[
        Side | None, typer.Option("--side", help="Only who is alone on this side.")
    ] = None,
    kept: Annotated[
        bool,
        typer.Option(
            "--kept", help="Tell of the latest run that saw both sides; ask neither of them now."
        ),
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsSheetFormat = SheetFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """List who is alone on each side, each with up to three people they may be, and why.

    Who may earn stands first, then who brings most per month. A suggestion is never more than
    that: `affisync link` and `affisync keep-apart` say what is true. Reads both sides and writes
    to neither.

    Example: affisync unmatched --side whop --format csv --output alone.csv
    """
    from sync.app import open_app
    from sync.cli.as_it_is import open_kept
    from sync.cli.show import has_color
    from sync.cli.telling import tell

    with open_kept(config) if kept else open_app(config, os.environ) as app:
        found = _found(app, app.only_pair(pair), kept=kept)
    if side:
        found = found.only(side)
    tell(_rendered(found, form, color=has_color(output)), output)


def _found(app: "App", name: str, *, kept: bool) -> "Unmatched":
    from sync.cli.watching import ask_sides
    from sync.runs.unmatched import kept as as_kept
    from sync.runs.unmatched import look

    if kept:
        return as_kept(app.store, name, app.clock)
    return ask_sides(app, name, look).unmatched


def _rendered(found: "Unmatched", form: SheetFormat, *, color: bool) -> str:
    from sync.cli.show import columns
    from sync.render.unmatched import document, sheet, text

    match form:
        case SheetFormat.JSON:
            return document(found)
        case SheetFormat.CSV:
            return sheet(found)
        case SheetFormat.TEXT:
            return text(found, width=columns(), color=color)
