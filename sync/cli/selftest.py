"""``affisync selftest``: whether this installation keeps its promises on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import AsListFormat, Debug, ListFormat
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.selftest.case import Turn
    from sync.selftest.crew import Told
    from sync.selftest.result import Result, Tried

BROKEN = 1
SOME = 10
"""After so many cases it says how far it is, where nobody sees a bar."""


def command(
    chaos: Annotated[
        bool,
        typer.Option("--chaos", help="Also kill the program at every write, and more."),
    ] = False,
    seed: Annotated[
        int, typer.Option(min=0, help="The first seed; the same seed gives the same people.")
    ] = 1,
    case: Annotated[
        str | None, typer.Option("--case", metavar="NAME", help="Only this case, on this seed.")
    ] = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,
) -> None:
    """Try the program's promises on made-up people, and show which of them hold here.

    Nothing of yours is read or written: both systems are played on loopback, in a temporary folder,
    without a key. It takes about a minute on two idle cores, and a few minutes with --chaos.

    Ends with 0 where every law holds, with 1 where one does not.

    Example: affisync selftest --chaos
    """
    from sync.selftest.selftest import selftest

    turns = _turns(case, seed, chaos=chaos)
    with _watched(len(turns)) as told:
        result = selftest(turns, seed, told, chaos=chaos, loud=debug)
    _show(result, form)
    raise typer.Exit(0 if result.holds else BROKEN)


def _turns(name: str | None, seed: int, *, chaos: bool) -> "list[Turn]":
    from sync.selftest.case import Turn
    from sync.selftest.cases.every import CHAOS, PLAIN, named, turns

    if name is None:
        return list(turns(seed, chaos=chaos))
    if found := named(name):
        return [Turn(found, seed)]
    known = ", ".join(each.name for each in (*PLAIN, *CHAOS))
    raise UsageError(f"There is no case {name!r}; there are: {known}.")


def _show(result: "Result", form: ListFormat) -> None:
    from sync.cli.show import columns
    from sync.cli.telling import tell
    from sync.render.document import dumps
    from sync.selftest.result import document
    from sync.selftest.telling import text

    if form is ListFormat.JSON:
        tell(dumps(document(result)))
    else:
        tell(text(result, width=columns()))


@contextmanager
def _watched(total: int) -> "Iterator[Told]":
    """One line on a terminal's stderr that says how far it is, gone in the end; else a few."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not sys.stderr.isatty():
        yield _counted(total)
        return
    columns = (
        TextColumn("selftest"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda tried: bar.update(task, advance=1, description=tried.turn.case.name)


def _counted(total: int) -> "Told":
    """Says now and then how many cases were tried."""
    numbers = count(1)

    def told(_tried: "Tried") -> None:
        number = next(numbers)
        if number % SOME == 0 or number == total:
            typer.echo(f"affisync: {number} of {total} cases tried", err=True)

    return told
