"""The configuration in force follows the one that is written, as long as that one is sound."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from sync.daemon.daemon import Daemon
from sync.daemon.health.door import Door
from sync.daemon.source import Source
from sync.daemon.watcher import Watcher
from sync.errors import ConfigError

REMINDED: Final = timedelta(days=1)
"""A configuration that stays refused is read, and told, again after so long."""


class Reload:
    """Reads a changed configuration and lets the daemon go on with it.

    A bad one is told and refused whole; it is looked at again when it changes again, and daily.
    ``refused_since`` is when it was first refused, None while what is written is in force.
    """

    def __init__(self, source: Source, daemon: Daemon, door: Door, watcher: Watcher) -> None:
        self._source = source
        self._daemon = daemon
        self._door = door
        self._watcher = watcher
        self._seen = source.signature()
        self.refused_since: datetime | None = None
        self._told: datetime | None = None

    async def is_due(self, *, asked: bool) -> bool:
        """Whether somebody ``asked``, what is written changed, or it was refused a day ago."""
        signature = await asyncio.to_thread(self._source.signature)
        changed, self._seen = signature != self._seen, signature
        return asked or changed or self._is_to_remind()

    async def __call__(self) -> bool:
        """Read it again; whether it was taken over. Watchers are told what is wrong with it."""
        try:
            config = await asyncio.to_thread(self._source.read, self._daemon.app().config)
            await self._door.move(config.daemon.listen)
        except ConfigError as error:
            self._told = self._daemon.app().clock()
            self.refused_since = self.refused_since or self._told
            self._watcher.reloaded(error.problems)
            return False
        self.refused_since = self._told = None
        await self._daemon.adopt(self._daemon.app().with_config(config))
        self._watcher.reloaded(())
        return True

    def _is_to_remind(self) -> bool:
        """Also where the clock was set back since."""
        return self._told is not None and abs(self._daemon.app().clock() - self._told) >= REMINDED
