"""An exception as structured text: what was raised, where, and what led to it; never a local."""

import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from sync.logs.plain import Plain

LONGEST: Final = 10
"""Errors told of one chain, and of one group."""
FRAMES: Final = 25
"""The innermost ones are told."""


def raised(exc_info: object) -> list[Plain] | None:
    """The error and what led to it, latest first; None where there is none."""
    error = _error(exc_info)
    return None if error is None else [_told(each, LONGEST) for each in _chain(error)]


def _error(exc_info: object) -> BaseException | None:
    """Both libraries' ways to hand an error over: itself, its triple, or "the one in hand"."""
    match exc_info:
        case BaseException() as error:
            return error
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its cause, the cause of that: a few, since a chain may bite its own tail."""
    for _ in range(LONGEST):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException, deeper: int) -> dict[str, Plain]:
    told: dict[str, Plain] = {"type": type(error).__qualname__, "says": _says(error)}
    told["at"] = list(_frames(error.__traceback__))
    if isinstance(error, BaseExceptionGroup) and deeper:
        told["group"] = [_told(each, deeper // 2) for each in error.exceptions[:LONGEST]]
    return told


def _says(error: BaseException) -> str:
    try:
        return "\n".join([str(error), *map(str, getattr(error, "__notes__", ()))])
    except Exception:  # noqa: BLE001 - an error may fail at telling itself
        return "<unprintable>"


def _frames(where: TracebackType | None) -> Iterator[str]:
    """File, line and function of each frame, innermost first."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(where)]
    for code, line in reversed(frames[-FRAMES:]):
        yield f"{code.co_filename}:{line} {code.co_qualname}"
