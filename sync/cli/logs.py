"""Log lines for whoever looks closer: on stderr, and only with --debug."""

import logging
import sys

import structlog


def show_logs(*, debug: bool, pair: str) -> None:
    """Let log lines of this run through where --debug asks for them; each names its pair."""
    level = logging.DEBUG if debug else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(pair=pair)
