from collections.abc import Iterator

import httpx
import pytest

from connectors.transport.answer import Answer
from connectors.transport.redact import Redactor
from connectors.transport.translate import FAILURES, FOREIGN, Sending, Translator, failure_of
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
from tests.connectors.surroundings import KEY

TRANSLATOR = Translator(
    Side.WHOP, "WHOP_API_KEY", {"archive": "affiliate:update"}, {"archive": "Look at her."}
)


def tree(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


WHOLE_TREE = sorted({k for root in FOREIGN for k in tree(root)}, key=lambda kind: kind.__name__)


def refused(status: int, body: bytes = b"", sending: Sending = Sending.REPEATABLE) -> ApiError:
    answer = Answer(Side.WHOP, "archive", status, body, "req_9", Redactor(KEY))
    return TRANSLATOR.refused(sending, answer, None)


def test_every_error_httpx_can_raise_has_a_meaning() -> None:
    public = {
        one for one in vars(httpx).values() if isinstance(one, type) and issubclass(one, Exception)
    }
    assert public <= set(WHOLE_TREE)
    abstract = {httpx.HTTPError, httpx.RequestError, httpx.TransportError, httpx.ProtocolError}
    for kind in set(WHOLE_TREE) - abstract:
        assert failure_of(kind) in FAILURES.values()


@pytest.mark.parametrize(
    "kind, repeatable, once",
    [
        (httpx.ConnectError, Unavailable, Unavailable),
        (httpx.ConnectTimeout, Unavailable, Unavailable),
        (httpx.ProxyError, Unavailable, Unavailable),
        (httpx.ReadTimeout, Unavailable, Uncertain),
        (httpx.WriteTimeout, Unavailable, Uncertain),
        (httpx.ReadError, Unavailable, Uncertain),
        (httpx.WriteError, Unavailable, Uncertain),
        (httpx.CloseError, Unavailable, Uncertain),
        (httpx.RemoteProtocolError, Unavailable, Uncertain),
        (httpx.DecodingError, Malformed, Uncertain),
        (httpx.PoolTimeout, ClientBroken, ClientBroken),
        (httpx.LocalProtocolError, Rejected, Rejected),
        (httpx.UnsupportedProtocol, Rejected, Rejected),
        (httpx.TooManyRedirects, Rejected, Rejected),
    ],
)
def test_a_failure_becomes_what_to_do_next(
    kind: type[Exception], repeatable: type[ApiError], once: type[ApiError]
) -> None:
    error = kind("https://whop.test/?q=a@b.c")
    assert type(TRANSLATOR.failed("list", Sending.REPEATABLE, error)) is repeatable
    told = TRANSLATOR.failed("list", Sending.ONCE, error)
    assert type(told) is once
    assert "whop.test" not in str(told)


@pytest.mark.parametrize(
    "status, repeatable, once",
    [
        (301, Rejected, Rejected),
        (400, Rejected, Rejected),
        (401, KeyRefused, KeyRefused),
        (403, PermissionMissing, PermissionMissing),
        (404, NotFound, NotFound),
        (408, Unavailable, Uncertain),
        (409, Rejected, Rejected),
        (418, Rejected, Rejected),
        (422, Rejected, Rejected),
        (429, Unavailable, Unavailable),
        (500, Unavailable, Uncertain),
        (503, Unavailable, Uncertain),
        (599, Unavailable, Uncertain),
    ],
)
def test_a_status_becomes_what_to_do_next(
    status: int, repeatable: type[ApiError], once: type[ApiError]
) -> None:
    assert type(refused(status)) is repeatable
    assert type(refused(status, sending=Sending.ONCE)) is once


@pytest.mark.parametrize(
    "status, advice",
    [
        (401, "Put a valid one into WHOP_API_KEY and run again."),
        (403, "Give it the permission affiliate:update and run again."),
        (429, "with a lower requests_per_minute"),
        (500, "Run again later."),
        (302, "Look at base_url."),
        (404, "finds nothing there for archive (404). Look at her."),
    ],
)
def test_a_message_says_what_to_do(status: int, advice: str) -> None:
    assert advice in str(refused(status))


def test_an_error_tells_side_operation_status_and_request() -> None:
    error = refused(422, b'{"error": {"message": "Not this one."}}')
    assert (error.side, error.operation, error.status) == ("whop", "archive", 422)
    assert error.request_id == "req_9"
    assert str(error) == "Whop refused archive (422): Not this one. Look at her."


def test_braces_in_the_servers_words_are_only_words() -> None:
    assert "{side}" in str(refused(400, b"{side} {0} {}"))
