"""What is done beside the runs, for as long as the daemon lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from sync.app import App
from sync.errors import AffisyncError

log = logging.getLogger("affisync.daemon")

OFTEN: Final = 5.0
A_DAY: Final = 24 * 60 * 60.0
AGAIN: Final = 60.0
"""Seconds after which what failed is begun again."""


async def prune(app: App) -> None:
    """Delete the runs that are older than the configuration keeps them."""
    days = app.config.state.keep_days
    if days:
        before = app.clock() - timedelta(days=days)
        pruned = await asyncio.to_thread(app.store.prune, before)
        log.info("Runs older than %d days were deleted: %d", days, pruned)


async def prune_daily(app: Callable[[], App]) -> None:
    """Prune now and every day."""
    while True:
        await prune(app())
        await asyncio.sleep(A_DAY)


async def refresh_often(refresh: Callable[[], Awaitable[None]]) -> None:
    """Follow every few seconds what other programs, such as ``affisync approve``, changed."""
    while True:
        await asyncio.sleep(OFTEN)
        await refresh()


async def lasting(chore: Callable[[], Awaitable[None]], pause: float = AGAIN) -> None:
    """Begin a chore again whenever it ends by an error; it is never worth the daemon's life."""
    while True:
        try:
            await chore()
        except AffisyncError as error:
            log.error("%s", error)  # noqa: TRY400 - a sentence for people, no bug
        except Exception:
            log.exception("A bug of affisync, beside the runs")
        await asyncio.sleep(pause)
