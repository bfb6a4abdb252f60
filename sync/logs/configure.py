"""Where log lines go and how they look: structlog and the standard library by one way out."""

import contextlib
import logging
from datetime import UTC, datetime
from typing import Final, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from sync.logs.aside import LinesAside
from sync.logs.lines import Lines
from sync.logs.raised import raised
from sync.logs.redact import Redactor, Secrets
from sync.logs.render import JsonLine, ReadableLine
from sync.logs.repeats import Repeats

OURS: Final = ("affisync", "connectors", "sync")
FOREIGN: Final = ("apprise", "apscheduler", "asyncio", "httpcore", "httpx", "sqlalchemy")
"""What they tell below a warning holds addresses, headers and rows (dependencies.md section 10)."""
SERVER: Final = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error")
FIRST: Final = ("event", "pair", "run", "row")
"""What follows the time, the level and the logger; then comes the rest, as it was given."""
_OF_EVERY_RECORD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message", "asctime", "taskName", "_logger", "_name",
}  # fmt: skip


def configure(
    stream: TextIO,
    *,
    secrets: Secrets,
    level: int = logging.INFO,
    readable: bool | None = None,
    aside: bool = False,
) -> Lines:
    """Send all log lines to ``stream``, in place of wherever an earlier call sent them.

    ``secrets`` answers with the keys in use, which no line shows. ``level`` is for our own lines;
    others tell warnings only, and the same one once a minute. Lines are ``readable`` on a terminal
    and JSON elsewhere, unless said. Written ``aside`` they are lost, and counted, where nobody
    reads them; else the program waits for its reader.
    """
    terminal = _is_terminal(stream)
    redactor = Redactor(secrets)
    people = terminal if readable is None else readable
    line = ReadableLine(redactor, colours=terminal) if people else JsonLine(redactor)
    handler = LinesAside(stream) if aside else Lines(stream)
    handler.addFilter(Repeats(OURS))
    handler.setFormatter(_formatter(line))
    _settle(handler, level)
    _join_structlog()
    return handler


def _formatter(line: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign],
        processors=[merge_contextvars, _arranged, line],
        use_get_message=False,  # a message that does not fit its arguments is told all the same
        pass_foreign_args=True,
    )


def _settle(handler: Lines, level: int) -> None:
    """One handler, at the root; loggers that brought their own way out lose it."""
    root = logging.getLogger()
    for former in [each for each in root.handlers if isinstance(each, Lines)]:
        root.removeHandler(former)
        former.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for logger in map(logging.getLogger, (*OURS, *FOREIGN, *SERVER)):
        logger.handlers.clear()
        logger.propagate, logger.disabled = True, False
        # Who already asked one of the others for less than warnings, gets less.
        ours = logger.name in OURS
        logger.setLevel(level if ours else max(logger.level, logging.WARNING))


def _join_structlog() -> None:
    """Let structlog's own loggers leave by the standard library's."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _foreign(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """What a record of the standard library says, with the fields it was given."""
    record: logging.LogRecord = event["_record"]
    given = {k: v for k, v in record.__dict__.items() if k not in _OF_EVERY_RECORD}
    event["event"] = _message(str(event["event"]), event.pop("positional_args", ()))
    return {**given, **event}


def _message(template: str, arguments: object) -> str:
    """The message, also where its arguments do not fit."""
    if not arguments:
        return template
    with contextlib.suppress(Exception):
        return template % arguments
    return f"{template} (with arguments that do not fit)"


def _arranged(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The fields in their order, the time and place of the record before all others."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog")
    error = raised(event.pop("exc_info", None))
    head = _head(record)  # once more at the end: no field of that name takes its place
    first = {name: event[name] for name in FIRST if name in event}
    last = {} if error is None else {"exception": error}
    return {**head, **first, **event, **head, **last}


def _head(record: logging.LogRecord) -> dict[str, str]:
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {
        "timestamp": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
    }


def _is_terminal(stream: TextIO) -> bool:
    with contextlib.suppress(Exception):
        return stream.isatty()
    return False
