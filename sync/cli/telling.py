"""A text on its way to a person: to stdout, or into a file."""

from pathlib import Path

import typer

from sync.cli.show import write


def tell(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file for its owner alone and say where it is."""
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    write(output, text)
    typer.echo(f"affisync: written to {output}", err=True)
