"""``affisync undo``: take back what a run wrote."""

import os
from functools import partial
from typing import Annotated

import typer

from sync.cli.choosing import As, whose
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    ReportFormat,
    Yes,
)
from sync.cli.sync import Allow


def command(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|ROW", help="A run, RUN:ROW, or the key of a row; starts of them will do."
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with every row.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be undone; write nothing.")
    ] = False,
    allow: Allow = None,
    name: As = None,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsFormat = ReportFormat.TEXT,
    output: Output = None,
    debug: Debug = False,
) -> None:
    """Take back what a run wrote, or one row of it, through the same guards as any run.

    What cannot be undone is told before anything is done: who was created stays, and was invited;
    a filled name stays; so do links (affisync unlink parts people). What moved since the run is
    left as it is. What was undone is not done again until something about it changes, or somebody
    approves it. An undo is a run: it can be undone as well.

    Example: affisync undo 20261121T0915 --dry-run
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.running import Asked
    from sync.cli.show import show
    from sync.cli.sync import guards, run_one
    from sync.runs.linking import PATIENCE
    from sync.runs.undo import Undo, find

    allowed = guards(allow or ())
    if not dry_run:
        need_answer(yes=yes)
    with open_app(config, os.environ) as app:
        about = app.only_pair(pair)
        asked = Asked(
            dry_run=dry_run,
            ask=not yes,
            allowed=allowed,
            by=whose(name),
            debug=debug,
            wait=PATIENCE,
            revise=Undo(app.store, find(app.store, about, run), reason),
        )
        code = run_one(app, about, asked, partial(show, form=form, output=output, config=config))
    raise typer.Exit(code)
