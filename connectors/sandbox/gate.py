"""What both apps have around their routes: the log of requests, and refusals as answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.world import Request, World
from sync.core.record import Side

PREFIX: Final = "/api/v1"
OPERATION: Final = "sandbox.operation"
"""Where a scope tells which operation is asked for."""
FAULT: Final = "sandbox.fault"
"""Where a scope tells the fault that hit it."""
TRANSPORT: Final = "sandbox.transport"
"""Where a scope holds the connection's asyncio transport, None in process."""
Endpoint = Callable[[HttpRequest], Awaitable[Response]]


class Refusal(Exception):
    """A request that is not served: the HTTP status, and what to say about it."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        super().__init__(message)


def is_api(scope: Scope) -> bool:
    """Whether this is a request to the API, not to the sandbox's own controls."""
    return scope["type"] == "http" and str(scope["path"]).startswith(PREFIX)


def operation_of(routes: Sequence[Route], scope: Scope) -> str:
    """The name of the route that answers this request, "unknown" where none does."""
    for route in routes:
        if route.matches(scope)[0] is Match.FULL:
            return route.name
    return "unknown"


def unrouted(routes: Sequence[Route], scope: Scope) -> tuple[Refusal, dict[str, str]]:
    """What a request without a route is told: 404, or 405 and which methods there are."""
    found = [route for route in routes if route.matches(scope)[0] is not Match.NONE]
    if not found:
        return Refusal(404, "Resource not found"), {}
    methods = sorted({method for route in found for method in route.methods or ()})
    return Refusal(405, "Method not allowed"), {"allow": ", ".join(methods)}


def bearer(request: HttpRequest) -> str | None:
    """The key of the Authorization header, None where there is none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


class Recorder:
    """The outermost layer: gives each answer a request id and writes the world's log."""

    def __init__(self, app: ASGIApp, world: World, side: Side) -> None:
        self.app = app
        self.world = world
        self.side = side
        self.served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and note it."""
        if not is_api(scope):
            await self.app(scope, receive, send)
            return
        self.served += 1
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        request_id = f"req_{self.side}_{self.served:06d}"
        statuses: list[int] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                _add_header(message, b"x-request-id", request_id)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self._note(scope, statuses[0] if statuses else None)

    def _note(self, scope: Scope, status: int | None) -> None:
        path = scope["path"].removeprefix(PREFIX)
        operation, fault = scope.get(OPERATION, "unknown"), scope.get(FAULT)
        query = scope["query_string"].decode("latin-1")
        entry = Request(self.side, scope["method"], operation, path, status, query, fault)
        self.world.log.requests.append(entry)


class Named:
    """Names the operation of a request in its scope, before anything can go wrong with it."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the operation and go on."""
        if is_api(scope):
            scope[OPERATION] = operation_of(self.routes, scope)
        await self.app(scope, receive, send)


def _add_header(message: Message, name: bytes, value: str) -> None:
    message["headers"] = [*message.get("headers", ()), (name, value.encode())]
