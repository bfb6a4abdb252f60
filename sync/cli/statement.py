"""``affisync statement``: the tie-out of both sides and the mapping, with its remainder."""

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import DEFAULT_CONFIG, ConfigFile, Debug, Output, PairName
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.statement import Statement
    from sync.runs.statement import Announce


class StatementFormat(StrEnum):
    """The forms a statement can take (``sync.render.statement.Form``, without importing it)."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def command(
    earnings: Annotated[
        bool,
        typer.Option(
            "--earnings", help="Read Affihub's earnings too: a request for each of its partners."
        ),
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: Annotated[
        StatementFormat, typer.Option("--format", help="The form of the statement.")
    ] = StatementFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """Tie out both sides and the mapping: counts, sums, and what explains every difference.

    Reads both sides and keeps nothing. Ends with 4 where a difference is left that nothing
    explains, with 1 where a listing is incomplete, so that not everybody can be tied out.

    Example: affisync statement --format html --output statement.html
    """
    from sync.app import open_app
    from sync.cli.as_it_is import refuse_missing
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.core.statement import exit_code
    from sync.render.statement import Form, render

    if output and not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder for {output}; nothing was read.")
    refuse_missing(config)
    with open_app(config, os.environ) as app:
        done = _read(app, app.only_pair(pair), earnings=earnings)
    tell(render(done, Form(form.value), width=columns(), color=has_color(output)), output)
    raise typer.Exit(exit_code(done))


def _read(app: "App", name: str, *, earnings: bool) -> "Statement":
    from sync.cli.watching import ask_sides
    from sync.runs.statement import Wanted, state

    wanted = Wanted(earnings, _announce(app, name))
    return ask_sides(app, name, lambda pair: state(pair, wanted))


def _announce(app: "App", name: str) -> "Announce":
    """Say how long it takes before it does."""
    from sync.cli.running import say
    from sync.render.words import number

    per_minute = app.config.pairs[name].affihub.requests_per_minute

    def announce(partners: int) -> None:
        minutes = number(-(-partners // per_minute), "minute")
        say(
            f"Reading what {number(partners, 'partner')} earned, one by one: about {minutes} at "
            f"{per_minute:,} requests a minute."
        )

    return announce
