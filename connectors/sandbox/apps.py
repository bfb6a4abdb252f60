"""Both apps as they are served: routes, then faults, then the log around everything."""

from collections.abc import Sequence

from starlette.routing import Route
from starlette.types import ASGIApp

from connectors.sandbox.affihub_app import affihub_routed, affihub_routes
from connectors.sandbox.control import control_routes
from connectors.sandbox.faults import Faults, Faulty
from connectors.sandbox.gate import Named, Recorder
from connectors.sandbox.whop_app import whop_routed, whop_routes
from connectors.sandbox.world import World
from sync.core.record import Side


def whop_app(world: World, faults: Faults | None = None) -> ASGIApp:
    """Whop, answering for this world."""
    faults = faults or Faults()
    routes = whop_routes(world)
    app = whop_routed([*routes, *control_routes(world, faults)])
    return _layered(app, routes, world, Side.WHOP, faults)


def affihub_app(world: World, faults: Faults | None = None) -> ASGIApp:
    """Affihub, answering for this world."""
    faults = faults or Faults()
    routes = affihub_routes(world)
    app = affihub_routed(world, [*routes, *control_routes(world, faults)])
    return _layered(app, routes, world, Side.AFFIHUB, faults)


def _layered(
    app: ASGIApp, routes: Sequence[Route], world: World, side: Side, faults: Faults
) -> ASGIApp:
    return Recorder(Named(Faulty(app, world, side, faults), routes), world, side)
