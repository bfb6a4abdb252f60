"""Log lines for whoever looks closer: on stderr, and only with --debug."""

import logging
import sys

from structlog.contextvars import bind_contextvars

from sync.logs import Secrets, configure


def show_logs(pair: str, secrets: Secrets = tuple) -> None:
    """Let the log lines of a run through; each names its pair, and none shows a secret."""
    configure(sys.stderr, secrets=secrets, level=logging.DEBUG, readable=True)
    bind_contextvars(pair=pair)
