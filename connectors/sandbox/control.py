"""Switches beside the two APIs, for a test or a person in another process.

``POST /_sandbox/drift``     ``{"seed": 1}``; lets a week pass, answers what was edited
``POST /_sandbox/faults``    ``{"rates": {"errors": 0.3}}``, ``seed``, ``per_minute``, ``script``
``POST /_sandbox/gaps``      ``{"affihub_search": "exact"}``; the switches that are named change
``GET  /_sandbox/requests``  how many requests, by side, method and operation; how many got 429
``GET  /_sandbox/writes``    every write that took effect
``POST /_sandbox/reset-log`` forgets requests and writes

They are no part of either API, need no key and appear in no log.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.drift import drift
from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import PER_MINUTE, Faults
from connectors.sandbox.gate import Refusal
from connectors.sandbox.script import Step
from connectors.sandbox.wire import Json, NotJson, body_of
from connectors.sandbox.world import World
from sync.core.record import Side

CONTROL: Final = "/_sandbox"
TOO_MANY: Final = 429
Turn = Callable[[World, Faults, Mapping[str, Any]], Any]


def control_routes(world: World, faults: Faults) -> list[Route]:
    """The control routes for this world and these faults."""

    def endpoint(turn: Turn) -> Callable[[Request], Awaitable[Response]]:
        async def turned(request: Request) -> Response:
            try:
                return Json(turn(world, faults, await body_of(request) or {}))
            except (NotJson, ValueError, TypeError, KeyError, AttributeError) as fault:
                raise Refusal(400, f"{type(fault).__name__}: {fault}") from fault

        return turned

    return [
        Route(f"{CONTROL}/{path}", endpoint(turn), methods=[method], name=path)
        for method, path, turn in TURNS
    ]


def _drift(world: World, _faults: Faults, body: Mapping[str, Any]) -> Any:
    return {"edits": [asdict(edit) for edit in drift(world, int(body.get("seed", 0)))]}


def _faults(_world: World, faults: Faults, body: Mapping[str, Any]) -> Any:
    if "seed" in body:
        faults.conditions.chance.seed(int(body["seed"]))
    if "rates" in body:
        faults.set_rates({name: float(rate) for name, rate in body["rates"].items()})
    if "per_minute" in body:
        told = {Side(side): int(number) for side, number in body["per_minute"].items()}
        faults.limit({**PER_MINUTE, **told})
    if "script" in body:
        faults.set_script([_step(step) for step in body["script"]])
    return {"rates": faults.rates}


def _step(told: Mapping[str, Any]) -> Step:
    """A step as JSON: ``fault`` is a profile's name, or ``status`` and ``body`` are an answer."""
    more = {name: value for name, value in told.items() if name not in {"status", "body", "side"}}
    if "status" in told:
        more["fault"] = Answer(int(told["status"]), str(told.get("body", "")).encode())
    side = Side(told["side"]) if told.get("side") else None
    return Step(side=side, **more)


def _gaps(world: World, _faults: Faults, body: Mapping[str, Any]) -> Any:
    world.gaps = world.gaps.with_(body)
    return asdict(world.gaps)


def _requests(world: World, _faults: Faults, _body: Mapping[str, Any]) -> Any:
    counts = world.log.counts().items()
    return {
        "total": len(world.log),
        "changes": len(world.log.changes()),
        "refused": sum(request.status == TOO_MANY for request in world.log),
        "counts": [
            {"side": side, "method": method, "operation": operation, "count": count}
            for (side, method, operation), count in sorted(counts)
        ],
    }


def _writes(world: World, _faults: Faults, _body: Mapping[str, Any]) -> Any:
    writes = [asdict(write) | {"at": write.at.isoformat()} for write in world.writes]
    twice = [email for (_, email), count in world.created().items() if count > 1]
    return {"writes": writes, "created_twice": twice}


def _reset_log(world: World, _faults: Faults, _body: Mapping[str, Any]) -> Any:
    world.log.clear()
    world.writes.clear()
    return {"ok": True}


TURNS: Final[tuple[tuple[str, str, Turn], ...]] = (
    ("POST", "drift", _drift),
    ("POST", "faults", _faults),
    ("POST", "gaps", _gaps),
    ("GET", "requests", _requests),
    ("GET", "writes", _writes),
    ("POST", "reset-log", _reset_log),
)
