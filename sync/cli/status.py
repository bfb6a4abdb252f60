"""``affisync status``: whether every pair is fresh; the dead-man switch for cron and monitors."""

from typing import Final

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
)

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
    from sync.cli.as_it_is import open_as_it_is
    from sync.cli.overview import document, text
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.runs.status import overview

    with open_as_it_is(config) as app:
        within = {name: app.fresh_within(name) for name in app.pair_names(pair)}
        found = overview(app.store, within, app.clock())
    if form is ListFormat.JSON:
        tell(document(found))
    else:
        tell(text(found, width=columns(), color=has_color()))
    raise typer.Exit(0 if found.fresh else NOT_FRESH)
