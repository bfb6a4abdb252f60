"""``affisync daemon``: every pair on its schedule, until a signal ends it."""

import asyncio
import os
import signal
import sys
from contextlib import closing

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
    _end_by_signals()
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
        logged = configure(
            sys.stderr, secrets=lambda: service.app().config.secrets, level=level, aside=True
        )
        with closing(logged), catch_strays(), seat(app.store) as lease:
            code = asyncio.run(service.serve(lease))
    raise typer.Exit(code)


def _end_by_signals() -> None:
    """Until the daemon hears signals itself: nothing is in hand, so an end is a clean one.

    It is no exception: one that comes amid an import breaks that, or is caught by whoever is there.
    """

    def end(*_: object) -> None:
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the configuration is about to be read anyway
