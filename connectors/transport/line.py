"""One request's way out and back, and the client it goes through.

Layers, outermost first: retries, pace, the request itself. A request that was sent is never
cancelled, because httpx's pool dies of it (dependencies.md section 2): a cancelled caller waits for
the answer, and closing waits for all of them.
"""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx

from connectors.transport.access import Access, Surroundings
from connectors.transport.answer import Answer, Read, dumps
from connectors.transport.buckets import Buckets
from connectors.transport.halt import Pauses, StoppedError
from connectors.transport.pace import Pace
from connectors.transport.redact import Redactor
from connectors.transport.translate import FOREIGN, Sending, Translator
from connectors.transport.wait import wait_told
from sync.errors import ApiError, Malformed, Rejected, Unavailable

T = TypeVar("T")
Path = Sequence[str]
"""Segments of a path below the base URL; each is quoted, so none can lead elsewhere."""
Params = Sequence[tuple[str, str]]
Body = Mapping[str, object]

LOG: Final = logging.getLogger("affisync.transport")
"""Names of operations, statuses and request ids only: no URL, header, body or address."""
TIMEOUT: Final = httpx.Timeout(connect=5, read=15, write=15, pool=20)
"""Seconds; an answer starts later than that only when something is wrong."""
BODY_MAX: Final = 20_000_000
"""Bytes of an answer, unpacked; a page of 100 records has about 100,000."""
NOWHERE: Final = frozenset({"", ".", ".."})
"""Segments that would change which record a path names."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it is asked for."""

    operation: str
    method: str
    path: Path
    params: Params = ()
    body: Body | None = None
    sending: Sending = Sending.REPEATABLE


class _Bearer(httpx.Auth):
    """The key, set on each request: nothing in the environment or a URL can take its place."""

    def __init__(self, api_key: str) -> None:
        self._header = f"Bearer {api_key}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set the header."""
        request.headers["Authorization"] = self._header
        yield request


class Line:
    """The client with everything around it; ``client`` says what may go over it."""

    def __init__(self, client: httpx.AsyncClient, access: Access, around: Surroundings) -> None:
        self._client = client
        self._side = access.side
        self._base_url = access.base_url.rstrip("/")
        self._redactor = Redactor(access.api_key)
        self._errors = Translator(access.side, access.key_source, access.needs, access.hints)
        self._around = around
        self._pauses = Pauses(around.clock, around.sleep, around.halt)
        buckets = around.buckets or Buckets(access.allowance, around.clock)
        self._pace = Pace(buckets, access.concurrency, around.clock, self._pauses, self._waited)
        self._sent: Counter[str] = Counter()
        self._in_flight: set[asyncio.Task[Answer]] = set()

    @property
    def stopping(self) -> bool:
        """Whether a stop is wanted."""
        return self._pauses.stopping

    def sent(self) -> Mapping[str, int]:
        """Requests sent so far, by operation."""
        return dict(self._sent)

    async def call(self, call: Call, read: Read[T]) -> T:
        """What ``read`` makes of the answer; tried again by the policy where that is safe.

        A stop ends it before the next request: with the error of the last one, if there was one.
        """
        failure: Unavailable | None = None

        def slow_down(error: Unavailable, seconds: float) -> None:
            nonlocal failure
            failure = error
            if error.status == httpx.codes.TOO_MANY_REQUESTS or error.retry_after:
                self._pace.pause(call.operation, seconds)

        async def attempt() -> T:
            return await self._attempt(call, read, again=failure is not None)

        policy, chance = self._around.policy, self._around.chance
        retrying = policy.retrying(self._pauses.before_another_try, chance, slow_down)
        try:
            return await retrying(attempt)
        except StoppedError as stopped:
            raise failure or self._errors.unsent(call.operation, str(stopped)) from None

    async def settle(self) -> None:
        """Wait for every request in flight."""
        while self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _attempt(self, call: Call, read: Read[T], *, again: bool) -> T:
        url = self._url(call)
        await self._pace.admit(call.operation)
        if again:
            self._around.meter.retried(self._side, call.operation)
        try:
            return read(await self._to_its_end(self._exchange(call, url)))
        except Malformed as error:
            raise self._errors.doubted(call.sending, error) from None

    async def _to_its_end(self, exchange: Coroutine[Any, Any, Answer]) -> Answer:
        task = asyncio.create_task(exchange)
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, or asyncio prints it to people with a traceback
            raise

    async def _exchange(self, call: Call, url: str) -> Answer:
        self._sent[call.operation] += 1
        try:
            answer = await self._send(call, url)
        except FOREIGN as error:
            self._tell(call, "no answer", failure=type(error).__name__)
            raise self._errors.failed(call.operation, call.sending, error) from None
        except ApiError as error:
            self._tell(call, "refused", error.status, request_id=error.request_id)
            raise
        else:
            self._tell(call, "answered", answer.status, request_id=answer.request_id)
            return answer
        finally:
            self._pace.leave()

    def _tell(self, call: Call, event: str, status: int | None = None, **facts: object) -> None:
        """Say what became of one request: to the meter, and to whoever asked for debug lines."""
        self._around.meter.answered(self._side, call.operation, status)
        known = {} if status is None else {"status": status}
        about = {"side": self._side.value, "operation": call.operation, **known, **facts}
        LOG.debug(event, extra=about)

    def _waited(self, operation: str, seconds: float) -> None:
        self._around.meter.waited(self._side, operation, seconds)

    async def _send(self, call: Call, url: str) -> Answer:
        content = None if call.body is None else dumps(call.body).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        request = self._client.build_request(
            call.method, url, params=list(call.params), content=content, headers=headers
        )
        response = await self._client.send(request, stream=True)
        try:
            answer = await self._received(call, response)
        finally:
            await response.aclose()
        if not response.is_success:
            told = wait_told(response.headers, answer.told, self._around.now())
            raise self._errors.refused(call.sending, answer, told)
        return answer

    async def _received(self, call: Call, response: httpx.Response) -> Answer:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > BODY_MAX:
                break
        request_id = self._redactor.request_id(response.headers)
        answer = Answer(
            self._side,
            call.operation,
            response.status_code,
            bytes(body),
            request_id,
            self._redactor,
        )
        if len(body) > BODY_MAX:
            raise answer.malformed("is larger than 20 MB")
        return answer

    def _url(self, call: Call) -> str:
        if NOWHERE.intersection(call.path):
            raise Rejected(
                f"{call.operation} was not sent to {self._side.brand}: an id in it is not usable.",
                side=self._side,
                operation=call.operation,
            )
        return "/".join([self._base_url, *(quote(segment, safe="") for segment in call.path)])


@asynccontextmanager
async def open_line(access: Access, around: Surroundings) -> AsyncIterator[Line]:
    """The line of one side for one run; leaving waits for the requests in flight."""
    for name in ("httpx", "httpcore"):
        # At INFO httpx logs whole URLs with their query (dependencies.md section 10).
        logging.getLogger(name).setLevel(logging.WARNING)
    limits = httpx.Limits(
        max_connections=access.concurrency, max_keepalive_connections=access.concurrency
    )
    async with httpx.AsyncClient(
        auth=_Bearer(access.api_key),
        headers={"Accept": "application/json", "User-Agent": "affisync", **access.headers},
        timeout=TIMEOUT,
        limits=limits,
        follow_redirects=False,
        transport=around.transport,
        # Proxies and certificates of the environment count for what lies outside this machine;
        # what lies on it is reached directly, so that no proxy sees its unencrypted key.
        trust_env=not _is_loopback(access.base_url),
    ) as client:
        line = Line(client, access, around)
        try:
            yield line
        finally:
            await line.settle()


def _is_loopback(base_url: str) -> bool:
    """Whether this is an address of this machine; what is no address at all is none."""
    try:
        host = urlsplit(base_url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
