"""The daemon's voice: hears how the pairs do, and tells their people what is new.

Hearing costs nothing and waits for nobody; ``speak`` does the telling, each address by itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from sync.app import App
from sync.core.report import Report
from sync.core.standing import Standing
from sync.daemon.voice.desk import Desk, desks
from sync.daemon.voice.heard import Heard
from sync.daemon.voice.reader import Reader, Sleep
from sync.daemon.voice.sending import Send, send
from sync.daemon.watcher import Skip
from sync.errors import AffisyncError
from sync.logs.redact import Redactor


class Voice:
    """A watcher that tells people; ``app`` answers with the app of the configuration in force."""

    def __init__(
        self, app: Callable[[], App], *, send: Send = send, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._app = app
        self._send = send
        self._sleep = sleep
        self._heard: dict[str, Heard] = {}
        self._readers: dict[Desk, tuple[Reader, asyncio.Task[None]]] = {}
        self._reloaded = asyncio.Event()
        self._redactor: Final = Redactor(lambda: app().config.secrets)

    def began(self, pair: str) -> None:
        """A run began: that is no news."""

    def ended(self, pair: str, report: Report, standing: Standing) -> None:  # noqa: ARG002
        """A run of the pair ended, well or not."""
        self._heard[pair] = self._heard_of(pair).ran(standing)
        self._wake(pair)

    def broke(self, pair: str, error: AffisyncError) -> None:
        """A run of the pair could not even be reported."""
        self._heard[pair] = self._heard_of(pair).broke(error, self._app().clock())
        self._wake(pair)

    def skipped(self, pair: str, why: Skip) -> None:
        """The pair did not run: that is no news, for what kept it from that was."""

    def reloaded(self, problems: Sequence[str]) -> None:  # noqa: ARG002
        """The configuration was read again, with other people to tell perhaps."""
        self._reloaded.set()

    async def speak(self) -> None:
        """Tell what is new, for ever; what was not told when this began, too."""
        try:
            while True:
                self._reloaded.clear()
                self._take_places()
                await self._reloaded.wait()
        finally:
            tasks = [self._dismissed(desk) for desk in tuple(self._readers)]
            await asyncio.gather(*tasks, return_exceptions=True)

    def _take_places(self) -> None:
        """One reader for each address there is, and for no other."""
        wanted = desks(self._app().config)
        for desk in self._readers.keys() - set(wanted):
            self._dismissed(desk)
        for desk in wanted:
            if desk not in self._readers:
                self._readers[desk] = self._engaged(desk)

    def _engaged(self, desk: Desk) -> tuple[Reader, asyncio.Task[None]]:
        def heard() -> Heard:
            return self._heard_of(desk.pair)

        reader = Reader(desk, self._app, heard, self._hide, self._send)
        task = asyncio.create_task(reader.listen(self._sleep), name=f"telling {desk.name}")
        return reader, task

    def _dismissed(self, desk: Desk) -> asyncio.Task[None]:
        _, task = self._readers.pop(desk)
        task.cancel()
        return task

    def _wake(self, pair: str) -> None:
        for desk, (reader, _) in self._readers.items():
            if desk.pair == pair:
                reader.wake()

    def _heard_of(self, pair: str) -> Heard:
        return self._heard.get(pair) or Heard(pair)

    def _hide(self, text: str) -> str:
        self._redactor.learn()
        return self._redactor.text(text)
