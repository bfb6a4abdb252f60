"""A text on its way to a person: to stdout, or into a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sync.cli.options import ListFormat
from sync.cli.show import put, write

if TYPE_CHECKING:
    from sync.core.plan import Link


def tell(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file for its owner alone and say where it is."""
    if output is None:
        put(text)
        return
    write(output, text)
    typer.echo(f"affisync: written to {output}", err=True)


def tell_links(
    form: ListFormat,
    pair: str,
    links: "Iterable[Link]" = (),
    apart: Iterable[tuple[str, str]] = (),
) -> None:
    """The links and the kept apart a command was about, for programs; people were told already."""
    from sync.render.links import LinkEntry, LinkList, document

    if form is ListFormat.JSON:
        tell(document(LinkList(pair, tuple(map(LinkEntry, links)), tuple(apart))))
