"""Log lines for whoever looks closer: on stderr, and only with --debug."""

import logging
import sys

import structlog
from structlog.contextvars import bind_contextvars, merge_contextvars


def show_logs(pair: str) -> None:
    """Let the log lines of a run through; each names its pair."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processor=structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        )
    )
    logger = logging.getLogger("affisync")
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG)
    bind_contextvars(pair=pair)
