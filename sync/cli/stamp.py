"""``affisync stamp``: write each link onto its partner, as a backup copy."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
    Yes,
)

if TYPE_CHECKING:
    from sync.app import App
    from sync.runs.stamping import Stamping


def command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the stamps to write; write nothing.")
    ] = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Stamp every linked partner with its link: a backup copy in metadata.affisync.

    Ends with 3 where --dry-run finds stamps to write, with 4 where some could not be written.

    Example: affisync stamp --dry-run
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.show import columns, has_color
    from sync.cli.stamps import document, exit_code, text
    from sync.cli.telling import tell

    need_answer(yes=yes or dry_run)
    with open_app(config, os.environ) as app:
        stamping = _stamped(app, app.only_pair(pair), dry_run=dry_run, yes=yes)
    if form is ListFormat.JSON:
        tell(document(stamping))
    else:
        tell(text(stamping, width=columns(), color=has_color()))
    raise typer.Exit(exit_code(stamping, dry_run=dry_run))


def _stamped(app: "App", name: str, *, dry_run: bool, yes: bool) -> "Stamping":
    from sync.cli.asking import agree
    from sync.cli.running import say
    from sync.cli.watching import ask_sides
    from sync.runs.linking import held
    from sync.runs.stamping import survey, write_stamps

    found = ask_sides(app, name, survey)
    if dry_run or not found.due:
        return found
    if not yes:
        say(f"{len(found.due)} of {len(found.rows)} linked partners lack their stamp.")
    agree("Write these stamps?", yes=yes)
    with held(app.store, name) as lease:
        return ask_sides(app, name, lambda pair: write_stamps(pair, lease, found), writes=True)
