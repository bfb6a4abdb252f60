"""Whop as an ASGI app: its routes, and every refusal in the documented envelope."""

from collections.abc import Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate import Refusal, unrouted
from connectors.sandbox.whop_affiliates import affiliate_routes
from connectors.sandbox.whop_overrides import override_routes
from connectors.sandbox.whop_people import people_routes
from connectors.sandbox.wire import Json
from connectors.sandbox.world import World

ERROR_TYPES: Final[Mapping[int, str]] = {
    400: "invalid_request_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    422: "unprocessable_entity",
    429: "rate_limit_exceeded",
}
"""api/whop.md section 7; the words for 405, 409 and 422 are ours, none is documented."""


def whop_routes(world: World) -> list[Route]:
    """Every route of the stand-in, named by its operation."""
    return [*affiliate_routes(world), *override_routes(world), *people_routes(world)]


def whop_routed(routes: list[Route]) -> Starlette:
    """The routes with Whop's errors around them."""

    async def refused(_request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)  # noqa: S101 - Starlette chooses by class
        return envelope(refusal)

    async def lost(request: Request, _fault: Exception) -> Response:
        refusal, headers = unrouted(routes, request.scope)
        answer = envelope(refusal)
        answer.headers.update(headers)
        return answer

    app = Starlette(routes=routes, exception_handlers={Refusal: refused, HTTPException: lost})
    app.router.redirect_slashes = False
    return app


def envelope(refusal: Refusal) -> Response:
    """A refusal as Whop tells it."""
    kind = ERROR_TYPES.get(refusal.status, "internal_server_error")
    error = {"type": kind, "message": refusal.message, "code": refusal.code, "param": refusal.param}
    return Json({"error": error}, refusal.status)
