"""Every error of affisync, cut by what the caller does next.

* AffisyncError
  x ConfigError          edit the configuration                          exit 2
  x UsageError           call the command otherwise                      exit 2
  x StateError           look at the state file                          exit 2
  x PairBusy             another run holds this pair: try later          exit 5
  x LeaseLost            another run took this pair over: stop           exit 1
  x Interrupted          a person stopped the run                        exit 1
  x ApiError             one request of one side went wrong
    + Unavailable        no usable answer: try again when safe
      - Malformed        the answer was not what it claimed to be
      - ClientBroken     our own connection pool is stuck: end the run, start a new client
    + Uncertain          an unrepeatable write got no usable answer: look before sending again
    + KeyRefused         401: stop the run, give a new key
    + PermissionMissing  403: stop, or go without what it guards
    + NotFound           404: no such record
    + Rejected           any other refusal of one request: tell, go on

A message says what happened, to whom and what to do next. No key, token, payout detail or
request header is ever part of one.
"""

from collections.abc import Sequence


class AffisyncError(Exception):
    """The base of every error a user can meet; its text is shown as it is."""

    exit_code = 1


class ConfigError(AffisyncError):
    """The configuration cannot be used; ``problems`` holds one sentence for each fault."""

    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class UsageError(AffisyncError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class StateError(AffisyncError):
    """The state file is unwritable, foreign, damaged or newer than this program."""

    exit_code = 2


class PairBusy(AffisyncError):
    """Another run holds this pair."""

    exit_code = 5


class LeaseLost(AffisyncError):
    """Another run took this pair over while this one was stalled."""


class Interrupted(AffisyncError):
    """A person asked the run to stop."""


class ApiError(AffisyncError):
    """One request of one side went wrong.

    ``side`` is "whop" or "affihub", ``operation`` the name of the call in ``api/*.md``,
    ``status`` the HTTP status or None where no answer came, ``request_id`` the server's own
    id of the request where it told one, ``excerpt`` at most 200 redacted characters of its answer.
    """

    def __init__(
        self,
        message: str,
        *,
        side: str,
        operation: str,
        status: int | None = None,
        request_id: str | None = None,
        excerpt: str = "",
    ) -> None:
        self.side = side
        self.operation = operation
        self.status = status
        self.request_id = request_id
        self.excerpt = excerpt
        super().__init__(message)


class Unavailable(ApiError):
    """No usable answer came: connect error, timeout, 408, 429, 5xx; try again when safe.

    ``retry_after`` is the number of seconds the server asked us to wait, if it did.
    """

    def __init__(  # noqa: PLR0913  # an error of a request carries all that is known of it
        self,
        message: str,
        *,
        side: str,
        operation: str,
        status: int | None = None,
        request_id: str | None = None,
        excerpt: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(
            message,
            side=side,
            operation=operation,
            status=status,
            request_id=request_id,
            excerpt=excerpt,
        )


class Malformed(Unavailable):
    """The answer was not what it claimed to be: HTML with 200, cut JSON, another shape."""


class ClientBroken(Unavailable):
    """Our connection pool gave no connection in time (api client fault, not the server's)."""


class Uncertain(ApiError):
    """An unrepeatable write got no usable answer: it may have happened."""


class KeyRefused(ApiError):
    """401: the key is missing, wrong or was rotated."""


class PermissionMissing(ApiError):
    """403: the key may not do this."""


class NotFound(ApiError):
    """404: there is no such record."""


class Rejected(ApiError):
    """The server refused this one request for another reason (400, 409, 422, ...)."""
