"""``affisync runs``: the latest runs, one line each."""

from typing import Annotated

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
)

MOST = 1000


def command(
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MOST, metavar="N", help="How many runs.")
    ] = 20,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """List the latest runs, newest first; `affisync report RUN` shows one of them.

    Example: affisync runs --limit 5
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.render.document import runs_document
    from sync.render.runs import runs_table

    with open_kept(config) as app:
        (name, *others) = app.pair_names(pair)
        entries = app.store.runs(None if others else name, limit)
    if form is ListFormat.JSON:
        text = runs_document(entries)
    else:
        text = runs_table(entries, width=columns(), color=has_color())
    tell(text)
