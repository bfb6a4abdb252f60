"""Whoever reads at one address: told what is new, once, as soon as it may be told."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from sync.app import App
from sync.core.news import delivered, news, unsaid
from sync.core.ports import Store, Told
from sync.daemon.voice.desk import Desk, Memory
from sync.daemon.voice.heard import Heard
from sync.daemon.voice.sending import NOT_UNDERSTOOD, Delivery, Send, shown, understood
from sync.errors import StateError
from sync.render.news import Hide, Message, message
from sync.render.spans import span

log = logging.getLogger("affisync.daemon")

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_DOUBLINGS: Final = 6
LOOKS: Final = timedelta(minutes=15)
"""So often somebody looks whatever happens: people run pairs by hand, and machines sleep."""

Sleep = Callable[[float], Awaitable[None]]


class Reader:
    """Tells one address what is new, for as long as it is so and until it was delivered.

    What was told is kept after that: a restart in between tells it once more, and loses nothing.
    """

    def __init__(
        self, desk: Desk, app: Callable[[], App], heard: Callable[[], Heard], hide: Hide, send: Send
    ) -> None:
        self._desk = desk
        self._app = app
        self._heard = heard
        self._hide = hide
        self._send = send
        self._memory = Memory(desk.name)
        self._woken = asyncio.Event()
        self._tries = 0
        self._not_before: datetime | None = None

    def wake(self) -> None:
        """Something happened: look what is new."""
        self._woken.set()

    async def listen(self, sleep: Sleep) -> None:
        """Tell what is new, for ever."""
        await asyncio.to_thread(self._look_at_address)
        while True:
            self._woken.clear()
            await self._rest(await self._turn_whatever_happens(), sleep)

    async def turn(self) -> timedelta:
        """Tell what is new, if it may be told now; answers how long to wait for the next turn."""
        app, heard = self._app(), self._heard()
        now, memory = app.clock(), self._memory
        told = await asyncio.to_thread(memory.recall, app.store)
        facts = await asyncio.to_thread(self._desk.facts, app.store, heard, told, now)
        told = await asyncio.to_thread(memory.keep, app.store, unsaid(facts, told))
        found = news(facts, told)
        if found is None:
            return self._until_digest(now)
        wait = self._wait(told, now)
        if wait:
            return wait
        log_head = await asyncio.to_thread(_log_head, app.store)
        if not await self._delivered(message(found, self._hide, log_head)):
            return self._put_off()
        await asyncio.to_thread(memory.keep, app.store, delivered(facts, told))
        return self._until_digest(now)

    def _look_at_address(self) -> None:
        """An address that leads nowhere is better known before there is news."""
        if not understood(self._desk.url):
            desk, where = self._desk, shown(self._desk.url)
            text = "pairs.%s.notify: URL %d (%s) is of no use: %s"
            log.warning(text, desk.pair, desk.number, where, NOT_UNDERSTOOD)

    async def _turn_whatever_happens(self) -> timedelta:
        try:
            return await self.turn()
        except Exception:  # a bug here must end neither the voice nor the daemon
            log.exception("A bug in telling news", extra={"pair": self._desk.pair})
            return self._put_off()

    async def _delivered(self, told: Message) -> bool:
        where, extra = shown(self._desk.url), {"pair": self._desk.pair}
        try:
            delivery = await self._send(self._desk.url, told)
        except Exception as bug:  # noqa: BLE001 - a plugin of Apprise: whatever it raises, try again
            delivery = Delivery(arrived=False, why=f"{type(bug).__name__} in Apprise")
        if delivery.arrived:
            self._tries, self._not_before = 0, None
            log.info("Told %s: %s", where, told.title, extra=extra)
            return True
        log.warning("A message to %s did not arrive: %s", where, delivery.why, extra=extra)
        return False

    def _put_off(self) -> timedelta:
        """Until the next try: longer and longer."""
        pause = min(FIRST_PAUSE * (1 << min(self._tries, MOST_DOUBLINGS)), LONGEST_PAUSE)
        self._tries += 1
        self._not_before = self._app().clock() + pause
        log.info("The next try to tell is in %s", span(pause), extra={"pair": self._desk.pair})
        return pause

    def _wait(self, told: Told, now: datetime) -> timedelta:
        """Until so much time passed since the last message, and since the last try."""
        every = self._desk.notify.at_most_every
        waits = [told.at + every - now] if told.at and told.at <= now else []
        if self._not_before and self._not_before - now <= LONGEST_PAUSE:  # else the clock was set
            waits.append(self._not_before - now)
        return max([wait for wait in waits if wait > timedelta()], default=timedelta())

    def _until_digest(self, now: datetime) -> timedelta:
        due = self._desk.next_digest(now)
        return LOOKS if due is None else min(due - now, LOOKS)

    async def _rest(self, pause: timedelta, sleep: Sleep) -> None:
        """Until the pause is over, or something happens."""
        waiting: list[asyncio.Future[object]] = [
            asyncio.ensure_future(self._woken.wait()),
            asyncio.ensure_future(sleep(pause.total_seconds())),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()


def _log_head(store: Store) -> str | None:
    """The head of the log; None where the state cannot be read: news goes out all the same."""
    try:
        return store.log_head()
    except StateError:
        return None
