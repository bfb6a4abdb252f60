"""Whether the daemon lives and its pairs are fresh, told over HTTP.

* ``/healthz`` 200 while the process and its scheduler live; it asks the state nothing
* ``/readyz``  200 while the state can be read and every pair is fresh; 503 says which not, and why
* ``/metrics`` for Prometheus

A configuration that was refused makes nobody unready, for the old one stays; ``/readyz`` tells it.

A pair that never ran is *starting*, and ready, as long as the daemon is younger than its
``fresh_within``: a new daemon is no alarm. One that failed meanwhile, or that had good runs once
and is no longer fresh, is not ready from the start. Pairs are named there; people never are, nor
what servers answered: for that there is ``affisync status``.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.app import App
from sync.config.values import Address
from sync.daemon.glance import Glance
from sync.daemon.metrics.metrics import Metrics
from sync.errors import StateError
from sync.render.spans import span
from sync.runs.status import PairStatus

log = logging.getLogger(__name__)

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", "[::1]")
STARTING: Final = "starting"
IN_FORCE: Final = "in force"
OK, UNAVAILABLE = 200, 503

T = TypeVar("T")


class Vitals(Protocol):
    """What the daemon tells of itself."""

    @property
    def started_at(self) -> datetime:
        """Since when it runs."""
        ...

    def alive(self) -> bool:
        """Whether its scheduler still does its work."""
        ...

    def app(self) -> App:
        """The app of the configuration in force."""
        ...

    def refused_since(self) -> datetime | None:
        """Since when the configuration that is written is refused; None where it is in force."""
        ...


def pages(vitals: Vitals, metrics: Metrics, address: Address) -> Starlette:
    """The health pages of a daemon that listens there."""
    shown = _Pages(vitals, metrics)
    routes = [Route(f"/{page.__name__}", page) for page in (shown.healthz, shown.readyz)]
    routes.append(Route("/metrics", shown.metrics))
    # A page of some other site in somebody's browser shall not read these under a name of its own.
    hosts = LOOPBACK if address.host in LOOPBACK else ("*",)
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app = Starlette(routes=routes, middleware=[guard])
    app.router.redirect_slashes = False
    return app


class _Pages:
    def __init__(self, vitals: Vitals, metrics: Metrics) -> None:
        self._vitals = vitals
        self._metrics = metrics
        self._glance = Glance(vitals.app)
        self._turn = asyncio.Lock()

    async def healthz(self, _: Request) -> Response:
        alive = self._vitals.alive()
        told = {"alive": alive, "started_at": self._vitals.started_at.isoformat()}
        return JSONResponse(told, OK if alive else UNAVAILABLE)

    async def readyz(self, _: Request) -> Response:
        try:
            overview = await self._in_turn(self._glance)
        except StateError as error:
            log.warning("Not ready: %s", error)
            why = "the state cannot be read; the log says more"
            told = {"ready": False, "why": why, "config": self._config(), "pairs": []}
            return JSONResponse(told, UNAVAILABLE)
        up = overview.at - self._vitals.started_at
        pairs = [_told(pair, up, overview.at) for pair in overview.pairs]
        ready = all(pair["ready"] for pair in pairs)
        told = {"ready": ready, "config": self._config(), "pairs": pairs}
        return JSONResponse(told, OK if ready else UNAVAILABLE)

    async def metrics(self, request: Request) -> Response:
        accept = request.headers.get("accept", "")
        text, content_type = await self._in_turn(lambda: self._metrics.render(accept))
        return Response(text, headers={"content-type": content_type})

    def _config(self) -> str:
        since = self._vitals.refused_since()
        return IN_FORCE if since is None else f"refused since {since.isoformat()}; the log says why"

    async def _in_turn(self, read: Callable[[], T]) -> T:
        """Never more than one thread at once, however many ask: the runs need the others."""
        async with self._turn:
            return await asyncio.to_thread(read)


def _told(pair: PairStatus, up: timedelta, now: datetime) -> dict[str, object]:
    """One pair of ``/readyz``, in words of our own only."""
    starting = pair.last_good_run is None and not pair.failures and up < pair.fresh_within
    state = STARTING if starting else pair.state.value
    ready = pair.fresh or starting
    return {
        "name": pair.name,
        "ready": ready,
        "state": state,
        "why": "" if ready else _why(pair, now),
    }


def _why(pair: PairStatus, now: datetime) -> str:
    limit = span(pair.fresh_within)
    if pair.last_good_run is None:
        told = f"no good run yet; the first was due within {limit}"
    else:
        told = f"the last good run was {span(now - pair.last_good_run)} ago, more than {limit}"
    return f"{told}; {_failed(pair)}" if pair.trouble else told


def _failed(pair: PairStatus) -> str:
    return f"{pair.failures} in a row were not good, the last by {pair.trouble}"
