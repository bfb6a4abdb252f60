"""``affisync whatif``: what an earlier run would have planned under another configuration."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    Debug,
    ListFormat,
    Output,
    PairName,
)

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.whatif import WhatIf
    from sync.runs.whatif import Settings

THEY_DIFFER: Final = 3


def command(
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="The other configuration.")
    ] = DEFAULT_CONFIG,
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="RUN", help="A run's id or its start; left out, the latest kept one."
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            metavar="FILE",
            help="The configuration whose state has the runs; left out, affisync.toml or, where"
            " there is none, the other configuration.",
        ),
    ] = None,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """Plan what an earlier run read once more, under another configuration, and compare.

    The first plan is the one the run made under its own configuration; edit affisync.toml or a copy
    of it for the second. Both are made of what that run read and knew on its day, so what was
    decided since does not count. Neither side is asked, no key is needed, and nothing is written.
    state.keep_snapshots says of how many runs that is kept.

    Ends with 0 where both plans are the same, with 3 where they differ.

    Example: affisync whatif --config stricter.toml
    """
    from sync.cli.as_it_is import open_as_it_is
    from sync.cli.telling import tell
    from sync.runs.whatif import look

    where = base or (DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else config)
    with open_as_it_is(where) as app:
        settings = _settings(app, config, pair)
        found = look(app.store, settings, run)
    tell(_rendered(found, form, config, output), output)
    raise typer.Exit(0 if found.difference.is_empty else THEY_DIFFER)


def _settings(app: "App", path: Path, pair: str | None) -> "Settings":
    from sync.config import load, policy
    from sync.runs.whatif import Settings

    other, used = load(path, os.environ, keys=False), app.config
    name = app.with_config(other).only_pair(pair)
    return Settings(
        policy=policy(name, other),
        company_id=other.pairs[name].whop.company_id,
        config=other.fingerprint(name),
        used=used.fingerprint(name) if name in used.pairs else None,
    )


def _rendered(found: "WhatIf", form: ListFormat, config: Path, output: Path | None) -> str:
    from sync.cli.show import columns, has_color
    from sync.render.whatif import document, text

    if form is ListFormat.JSON:
        return document(found)
    return text(found, config.name, width=columns(), color=has_color(output))
