"""Affihub as an ASGI app: partners, the program, and the lists beside them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.affihub_asked import Asked, guarded
from connectors.sandbox.affihub_partners import affihub_page, partner_routes
from connectors.sandbox.affihub_records import Commission, Event
from connectors.sandbox.gate import PREFIX, Refusal, unrouted
from connectors.sandbox.wire import Json, number, seconds
from connectors.sandbox.world import World


def affihub_routes(world: World) -> list[Route]:
    """Every route of the stand-in, named by its operation."""
    table: list[tuple[str, str, Callable[[Asked], Any]]] = [
        ("get_program", "programs/me", get_program),
        ("list_commissions", "commissions", list_commissions),
        ("list_events", "events", list_events),
        ("list_flows", "flows", list_flows),
    ]
    others = [
        Route(f"{PREFIX}/{path}", guarded(world, serve), methods=["GET"], name=name)
        for name, path, serve in table
    ]
    return [*partner_routes(world), *others]


def affihub_routed(world: World, routes: list[Route]) -> Starlette:
    """The routes with Affihub's errors around them."""

    async def refused(_request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)  # noqa: S101 - Starlette chooses by class
        return error(world, refusal)

    async def lost(request: Request, _fault: Exception) -> Response:
        refusal, headers = unrouted(routes, request.scope)
        answer = error(world, refusal)
        answer.headers.update(headers)
        return answer

    app = Starlette(routes=routes, exception_handlers={Refusal: refused, HTTPException: lost})
    app.router.redirect_slashes = False
    return app


def error(world: World, refusal: Refusal) -> Response:
    """A refusal, in whatever body this server gives to errors; none is documented."""
    how = world.gaps.affihub_error_body
    if how == "json":
        return Json({"error": refusal.message}, refusal.status)
    return PlainTextResponse(refusal.message if how == "text" else "", refusal.status)


async def get_program(asked: Asked) -> Response:
    """``GET /programs/me``; the answer's shape is not documented."""
    affihub = asked.world.affihub
    return Json(
        {
            "id": affihub.program_id,
            "name": affihub.program_name,
            "default_commission_pct": number(affihub.default_commission_pct),
            "min_payout_cents": 5000,
        }
    )


async def list_commissions(asked: Asked) -> Response:
    """``GET /commissions``: newest first; ``from`` and ``to`` test ``created_at``, inclusive."""
    partner, status = asked.text("partner_id"), asked.text("status")
    rows = [
        row
        for row in asked.world.affihub.commissions.ordered(_by_time)
        if partner in (None, row.partner_id)
        and status in (None, row.status)
        and _within(asked, seconds(row.created_at))
    ]
    return affihub_page(asked, rows[::-1], lambda row: _commission(asked.world, row))


async def list_events(asked: Asked) -> Response:
    """``GET /events``: newest first."""
    kind = asked.text("type")
    rows = [
        row
        for row in asked.world.affihub.events.values()
        if kind in (None, row.type) and _within(asked, seconds(row.created_at))
    ]
    return affihub_page(asked, rows[::-1], lambda row: _event(asked.world, row))


async def list_flows(asked: Asked) -> Response:
    """``GET /flows``: rules that beat a partner's own rate; the sample shows no paging."""
    return Json({"data": asked.world.affihub.flows})


def _by_time(row: Commission) -> tuple[datetime, str]:
    return (row.created_at, row.id)


def _within(asked: Asked, moment: str) -> bool:
    """Whether an ISO moment lies between ``from`` and ``to``, compared by as much as was sent."""
    since, until = asked.text("from"), asked.text("to")
    return (since is None or moment[: len(since)] >= since) and (
        until is None or moment[: len(until)] <= until
    )


def _commission(world: World, row: Commission) -> dict[str, Any]:
    return {
        "id": row.id,
        "program_id": world.affihub.program_id,
        "partner_id": row.partner_id,
        "amount_cents": row.amount_cents,
        "txn_amount_cents": row.txn_amount_cents,
        "commission_pct": None if row.commission_pct is None else number(row.commission_pct),
        "status": row.status,
        "provider": "stripe",
        "provider_event_id": f"evt_{row.id.removeprefix('com_')}",
        "customer_email": row.customer_email,
        "created_at": seconds(row.created_at),
    }


def _event(world: World, row: Event) -> dict[str, Any]:
    return {
        "id": row.id,
        "program_id": world.affihub.program_id,
        "type": row.type,
        "payload": dict(row.payload),
        "created_at": seconds(row.created_at),
    }
