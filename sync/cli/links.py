"""``affisync links``: who is linked to whom, as the state remembers it; asks neither side."""

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

if TYPE_CHECKING:
    from sync.app import App
    from sync.render.links import LinkList


def command(
    search: Annotated[
        str,
        typer.Option(
            "--search", metavar="TEXT", help="Only who has this in an id, name, email or evidence."
        ),
    ] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsSheetFormat = SheetFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """List the links and who is kept apart; the CSV can be edited and read by link --import.

    Example: affisync links --format csv --output links.csv
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.show import has_color
    from sync.cli.telling import tell

    with open_kept(config) as app:
        found = _found(app, app.only_pair(pair), search.casefold())
    tell(_rendered(found, form, color=has_color(output)), output)


def _found(app: "App", name: str, text: str) -> "LinkList":
    from sync.render.links import LinkEntry, LinkList

    known = app.store.known(name, app.clock())
    entries = (
        LinkEntry(link, reading.emails if (reading := known.emails.get(link.user_id)) else ())
        for link in known.links
    )
    return LinkList(
        pair=name,
        entries=tuple(e for e in entries if any(text in told.casefold() for told in e.texts)),
        apart=tuple(sorted(a for a in known.apart if any(text in i.casefold() for i in a))),
    )


def _rendered(links: "LinkList", form: SheetFormat, *, color: bool) -> str:
    from sync.cli.show import columns
    from sync.render.links import document, sheet, table

    match form:
        case SheetFormat.JSON:
            return document(links)
        case SheetFormat.CSV:
            return sheet(links)
        case SheetFormat.TEXT:
            return table(links, width=columns(), color=color)
