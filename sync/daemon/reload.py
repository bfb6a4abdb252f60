"""The configuration in force follows the one that is written, as long as that one is sound."""

import asyncio

from sync.daemon.daemon import Daemon
from sync.daemon.door import Door
from sync.daemon.source import Source
from sync.daemon.watcher import Watcher
from sync.errors import ConfigError


class Reload:
    """Reads a changed configuration and lets the daemon go on with it.

    A bad one is told once and refused whole; it is looked at again when it changes again.
    """

    def __init__(self, source: Source, daemon: Daemon, door: Door, watcher: Watcher) -> None:
        self._source = source
        self._daemon = daemon
        self._door = door
        self._watcher = watcher
        self._seen = source.signature()

    async def is_due(self, *, asked: bool) -> bool:
        """Whether somebody ``asked`` for it, or what is written is another one than last seen."""
        signature = await asyncio.to_thread(self._source.signature)
        changed, self._seen = signature != self._seen, signature
        return asked or changed

    async def __call__(self) -> bool:
        """Read it again; whether it was taken over. Watchers are told what is wrong with it."""
        try:
            config = await asyncio.to_thread(self._source.read, self._daemon.app().config)
            await self._door.move(config.daemon.listen)
        except ConfigError as error:
            self._watcher.reloaded(error.problems)
            return False
        await self._daemon.adopt(self._daemon.app().with_config(config))
        self._watcher.reloaded(())
        return True
