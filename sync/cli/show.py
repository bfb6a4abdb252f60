"""A report on its way to a person: to stdout, or into a file."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sync.cli.options import DEFAULT_CONFIG, ReportFormat
from sync.errors import AffisyncError, UsageError

if TYPE_CHECKING:
    from sync.core.report import Report


def show(
    report: "Report",
    form: ReportFormat,
    output: Path | None = None,
    config: Path = DEFAULT_CONFIG,
) -> None:
    """Render a report and print it, or write it to a file and say where it is.

    ``config`` is the configuration file in use: what the report tells people to type names it.
    """
    from sync.render import Format, render

    color, named = has_color(output), None if config == DEFAULT_CONFIG else config
    text = render(report, Format(form.value), width=columns(), color=color, config=named)
    if output is None:
        put(text)
        return
    write(output, text)
    typer.echo(f"affisync: the report is in {output}", err=True)


def put(text: str) -> None:
    """Print a text; a full disk behind stdout takes nothing back of what was done."""
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has read enough
        raise
    except OSError as error:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what is left would fail again
        reason = error.strerror or type(error).__name__
        raise AffisyncError(
            f"This could not be told on stdout: {reason}. What was done is recorded all the same; "
            "see it with: affisync report"
        ) from error


def write(output: Path, text: str) -> None:
    """Write a report to a file; a report names people, so that only its owner may read it."""
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"Cannot write {output}: {reason}; name another --output.") from error


def columns() -> int:
    """The width of the terminal, 100 where there is none, never so wide that lines get lost."""
    return min(shutil.get_terminal_size((100, 24)).columns, 160)


def has_color(output: Path | None = None) -> bool:
    """Whether colour is wanted: on a terminal, and nobody said NO_COLOR."""
    return output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
