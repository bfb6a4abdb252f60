"""``affisync daemon``: every pair on its schedule, until a signal ends it."""

import asyncio
import os
import sys

import typer

from sync.cli.options import DEFAULT_CONFIG, ConfigFile, Debug, PairName


def command(
    config: ConfigFile = DEFAULT_CONFIG, pair: PairName = None, debug: Debug = False
) -> None:
    """Run every pair on its schedule, for months; its log goes to stderr.

    SIGTERM and Ctrl-C finish the rows in hand and end it, SIGHUP or a changed file lets it read the
    configuration again.

    Example: affisync daemon --config /etc/affisync/affisync.toml
    """
    import logging
    from dataclasses import replace

    from sync.app import open_app
    from sync.daemon.seat import seat
    from sync.daemon.service import Service
    from sync.daemon.source import Source
    from sync.daemon.systemd import Systemd
    from sync.logs import catch_strays, configure

    with open_app(config, os.environ) as opened:
        opened.pair_names(pair)
        source = Source(config, dict(os.environ), only=pair)
        app = replace(opened, config=source.narrowed(opened.config))
        service = Service(app, source, systemd=Systemd.of(os.environ))
        level = logging.DEBUG if debug else logging.INFO
        configure(sys.stderr, secrets=lambda: service.app().config.secrets, level=level)
        with catch_strays(), seat(app.store) as lease:
            code = asyncio.run(service.serve(lease))
    raise typer.Exit(code)
