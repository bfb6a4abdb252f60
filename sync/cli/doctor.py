"""``affisync doctor``: whether everything is as a run needs it, and what to do where not."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

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
    from collections.abc import Iterator

    from sync.app import App
    from sync.cli.checkup import Told
    from sync.config import Config
    from sync.runs.doctor import Finding


def command(
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Check configuration, keys, permissions, network, clocks and state; writes nothing.

    Ends with 0 where all is well, with 2 where something here is to be mended, with 1 where
    something else failed.

    Example: affisync doctor --pair main
    """
    from sync.cli.checkup import document, text
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.runs.doctor import exit_code

    told = tuple(_told(config, pair))
    if form is ListFormat.JSON:
        tell(document(told))
    else:
        tell(text(told, width=columns(), color=has_color()))
    raise typer.Exit(exit_code([finding for each in told for finding in each.findings]))


def _told(path: Path, wanted: str | None) -> "Iterator[Told]":
    """One part after the other; a configuration that cannot be read ends it."""
    from sync.cli.checkup import Told
    from sync.cli.setup_checks import config_faults, config_findings, state_findings
    from sync.config import load
    from sync.errors import ConfigError

    try:
        config = load(path, os.environ)
    except ConfigError as error:
        yield Told("Configuration", tuple(config_faults(error)))
        return
    app = _unopened(config)
    names = app.pair_names(wanted)
    yield Told("Configuration", tuple(config_findings(path, config)))
    yield Told("State", tuple(state_findings(config.state_path)))
    for name in names:
        yield Told(f"Pair {name}", tuple(_pair(app, name)))


def _unopened(config: "Config") -> "App":
    """An app whose state is neither made nor upgraded: a store opens it when it is asked."""
    import time

    from sync.app import App, utc_now
    from sync.state.database import Database
    from sync.state.holder import this_program
    from sync.state.store import Store

    database = Database(config.state_path)
    return App(config, Store(database, utc_now, time.sleep, this_program()))


def _pair(app: "App", name: str) -> "Iterator[Finding]":
    from sync.cli.setup_checks import is_current, pair_findings, reach_findings
    from sync.cli.watching import ask_sides
    from sync.core.record import Side
    from sync.runs.doctor import Health, ask, examine

    settings = app.config.pairs[name]
    urls = {Side.WHOP: settings.whop.base_url, Side.AFFIHUB: settings.affihub.base_url}
    if is_current(app.config.state_path):
        yield from pair_findings(app, name)
    reached = []
    for side in Side:
        findings = reach_findings(side, urls[side])
        yield from findings
        if findings[0].health is not Health.FAILED:
            reached.append(side)
    version = settings.whop.api_version
    yield from examine(ask_sides(app, name, lambda pair: ask(pair, version, reached)))
