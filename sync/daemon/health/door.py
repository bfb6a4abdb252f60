"""The health pages, open where the configuration says."""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from starlette.types import ASGIApp

from sync.config import Address
from sync.daemon.health.serving import serving
from sync.errors import ConfigError

log = logging.getLogger("affisync.daemon")


class Door:
    """Serves pages at one address at a time; None = nowhere. For one task."""

    def __init__(self, pages: Callable[[Address], ASGIApp]) -> None:
        self._pages = pages
        self._address: Address | None = None
        self._open = AsyncExitStack()

    async def move(self, address: Address | None) -> None:
        """Serve there from now on; where that cannot be, raise ``ConfigError`` and stay."""
        if address == self._address:
            return
        former = self._address
        await self.close()  # first, since both may want the same port
        try:
            await self._serve(address)
        except ConfigError:
            await self._serve(former)
            raise

    async def close(self) -> None:
        """Serve nowhere."""
        await self._open.aclose()
        self._address = None

    async def _serve(self, address: Address | None) -> None:
        if address:
            pages = self._pages(address)
            here = await self._open.enter_async_context(serving(address, pages))
            log.info("Health pages: http://%s:%d", here.host, here.port)
        self._address = address
