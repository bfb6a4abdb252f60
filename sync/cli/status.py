"""``affisync status``: whether every pair is fresh; the dead-man switch for cron and monitors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
)

if TYPE_CHECKING:
    from sync.app import App

NOT_FRESH: Final = 4


def command(
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Show how every pair is doing, and what to do where one needs a person.

    Ends with 0 where every pair's last good run is fresh, with 4 where one is not, and with 2
    where configuration or state cannot be read. It asks the state alone, never the network.

    Example: affisync status --format json
    """
    from sync.cli.overview import document, text
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.runs.status import overview

    with _app(config) as app:
        within = {name: app.fresh_within(name) for name in app.pair_names(pair)}
        found = overview(app.store, within, app.clock())
    if form is ListFormat.JSON:
        tell(document(found))
    else:
        tell(text(found, width=columns(), color=has_color()))
    raise typer.Exit(0 if found.fresh else NOT_FRESH)


@contextmanager
def _app(path: Path) -> "Iterator[App]":
    """An app on the state as it is: a look neither makes one nor upgrades it under a daemon."""
    from sync.app import App, utc_now
    from sync.config import load
    from sync.state.store import open_store

    config = load(path, os.environ, keys=False)
    _refuse_unready(config.state_path)
    with open_store(config.state_path, clock=utc_now) as store:
        yield App(config, store)


def _refuse_unready(state: Path) -> None:
    from sync.errors import StateError
    from sync.state import file
    from sync.state.migrations import HEAD

    if not state.exists():
        raise StateError(f"There is no state file {state}: nothing ever ran here, or it is gone.")
    if file.revision(state) != HEAD:
        raise StateError(
            f"The state file {state} is not as this affisync needs it; the next run mends that."
            " Where a daemon runs, start it anew."
        )
