"""What Python itself would print on stderr, past every filter: let it be log lines instead."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LOG: Final = logging.getLogger("affisync.strays")


@contextmanager
def catch_strays() -> Iterator[None]:
    """While this lasts, warnings and errors that nobody catches are logged."""
    in_thread, unraisable = threading.excepthook, sys.unraisablehook
    logging.captureWarnings(capture=True)
    threading.excepthook, sys.unraisablehook = _in_thread, _unraisable
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = in_thread, unraisable
        logging.captureWarnings(capture=False)


def _in_thread(error: threading.ExceptHookArgs) -> None:
    where = error.thread.name if error.thread else "one that is gone"
    LOG.error("a thread ended by an error", exc_info=error.exc_value, extra={"in_thread": where})


def _unraisable(error: "sys.UnraisableHookArgs") -> None:
    LOG.error("an error that could not be raised", exc_info=error.exc_value)
