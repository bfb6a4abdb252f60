"""The one border where failures of HTTP become errors of ``sync.errors``, cut by what to do next.

A write that must not be sent twice adds one question to each failure: can it have happened? Where
the answer is not certainly no, the error is ``Uncertain``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Final

import httpx

from connectors.transport.answer import Answer
from sync.core.record import Side
from sync.errors import (
    ApiError,
    ClientBroken,
    KeyRefused,
    Malformed,
    NotFound,
    PermissionMissing,
    Rejected,
    Unavailable,
    Uncertain,
)


class Sending(Enum):
    """Whether the same request may be sent again without knowing what came of the first."""

    REPEATABLE = "repeatable"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for a request to go wrong: the error it becomes and the sentence people read.

    ``undone``: the server certainly did nothing. The sentence may name {side}, {operation},
    {status}, {words} of the server, the {wait} it asked for, the {key_source}, the {grant} that
    is missing and a {hint} of where to look.
    """

    error: type[ApiError]
    sentence: str
    undone: bool = False


UNSENT: Final = Fault(
    Unavailable,
    "{side} cannot be reached ({operation}). Look at the network and at base_url.",
    undone=True,
)
LOST: Final = Fault(Unavailable, "{side} did not answer {operation}. Run again later.")
GARBLED: Final = Fault(
    Malformed, "{side}'s answer to {operation} cannot be unpacked. Run again later."
)
STUCK: Final = Fault(
    ClientBroken,
    "The connections to {side} are stuck ({operation}). Start the run again.",
    undone=True,
)
OURS: Final = Fault(
    Rejected,
    "{operation} cannot be sent to {side}. Look at base_url, and at the key for characters that"
    " do not belong there.",
    undone=True,
)
SLOWER: Final = Fault(
    Unavailable,
    "{side} gets too many requests ({operation}, {status}){wait}. Run again later, with a lower"
    " requests_per_minute if it comes back.",
    undone=True,
)
DOWN: Final = Fault(
    Unavailable, "{side} is out of order ({operation}, {status}){wait}. Run again later."
)
KEY: Final = Fault(
    KeyRefused,
    "{side} refused the key ({operation}, {status}). Put a valid one into {key_source} and run"
    " again.",
    undone=True,
)
PERMISSION: Final = Fault(
    PermissionMissing,
    "{side} does not let this key do {operation} ({status}). Give it {grant} and run again.{hint}",
    undone=True,
)
UNKNOWN: Final = Fault(
    NotFound, "{side} finds nothing there for {operation} ({status}){words}.{hint}", undone=True
)
REDIRECT: Final = Fault(
    Rejected,
    "{side} answered {operation} with a redirect ({status}), which is refused: the key goes to"
    " base_url and nowhere else. Look at base_url.",
    undone=True,
)
REFUSED: Final = Fault(Rejected, "{side} refused {operation} ({status}){words}.{hint}", undone=True)

FAILURES: Final[Mapping[type[Exception], Fault]] = {
    httpx.ConnectError: UNSENT,
    httpx.ConnectTimeout: UNSENT,
    httpx.ProxyError: UNSENT,
    httpx.PoolTimeout: STUCK,
    httpx.TimeoutException: LOST,
    httpx.NetworkError: LOST,
    httpx.RemoteProtocolError: LOST,
    httpx.DecodingError: GARBLED,
    httpx.HTTPStatusError: GARBLED,
    httpx.TooManyRedirects: OURS,
    httpx.LocalProtocolError: OURS,
    httpx.UnsupportedProtocol: OURS,
    httpx.InvalidURL: OURS,
    httpx.CookieConflict: OURS,
    httpx.StreamError: OURS,
}
"""What each error of httpx means, by the nearest class; a test walks its whole tree."""

FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
"""The roots of httpx's tree of errors."""

STATUSES: Final[Mapping[int, Fault]] = {
    HTTPStatus.UNAUTHORIZED: KEY,
    HTTPStatus.FORBIDDEN: PERMISSION,
    HTTPStatus.NOT_FOUND: UNKNOWN,
    HTTPStatus.REQUEST_TIMEOUT: DOWN,
    HTTPStatus.TOO_MANY_REQUESTS: SLOWER,
}
CLASSES: Final[Mapping[int, Fault]] = {3: REDIRECT, 4: REFUSED}
"""By the first digit, for every other status; what is not here is a server out of order."""


def failure_of(kind: type[Exception]) -> Fault:
    """What an error of httpx means; StopIteration for a foreign one."""
    return next(FAILURES[base] for base in kind.__mro__ if base in FAILURES)


def fault_of(status: int) -> Fault:
    """What a status that is no success means."""
    return STATUSES.get(status) or CLASSES.get(status // 100, DOWN)


@dataclass(frozen=True, slots=True)
class Translator:
    """Writes one side's errors.

    ``key_source`` says where a person gives another key; ``needs`` names the permission of an
    operation where the side has such names, ``hints`` where to look when one is refused.
    """

    side: Side
    key_source: str
    needs: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    def failed(self, operation: str, sending: Sending, error: Exception) -> ApiError:
        """The error for a request without an answer; httpx's own text may hold a URL: not used."""
        fault = failure_of(type(error))
        text = fault.sentence.format(side=self.side.brand, operation=operation)
        told = fault.error(text, side=self.side, operation=operation)
        return told if fault.undone else self.doubted(sending, told)

    def unsent(self, operation: str, why: str) -> Unavailable:
        """The error for a request that was never sent, because something was stopped: why."""
        text = f"{why} while waiting for {self.side.brand}'s rate limit; {operation} was not sent."
        return Unavailable(text, side=self.side, operation=operation)

    def refused(self, sending: Sending, answer: Answer, wait: float | None) -> ApiError:
        """The error for an answer that is no success; ``wait``: seconds it asks us to wait."""
        fault = fault_of(answer.status)
        error = self._error(fault, answer, wait)
        if isinstance(error, Unavailable):
            error.retry_after = wait
        return error if fault.undone else self.doubted(sending, error)

    def doubted(self, sending: Sending, error: ApiError) -> ApiError:
        """The same error, or ``Uncertain`` where it was a write that must not be sent twice."""
        if sending is Sending.REPEATABLE:
            return error
        return Uncertain(
            f"{error} The write may have been done: it is not sent again before a look.",
            side=error.side,
            operation=error.operation,
            status=error.status,
            request_id=error.request_id,
            excerpt=error.excerpt,
        )

    def _error(self, fault: Fault, answer: Answer, wait: float | None) -> ApiError:
        needs, hint = self.needs.get(answer.operation), self.hints.get(answer.operation)
        text = fault.sentence.format(
            side=self.side.brand,
            operation=answer.operation,
            status=answer.status,
            words=f": {answer.told.rstrip('.')}" if answer.told else "",
            wait=f" and asks to wait {wait:g} seconds" if wait else "",
            key_source=self.key_source,
            grant=f"the permission {needs}" if needs else "the permission for that",
            hint=f" {hint}" if hint else "",
        )
        return fault.error(
            text,
            side=self.side,
            operation=answer.operation,
            status=answer.status,
            request_id=answer.request_id,
            excerpt=answer.excerpt,
        )
