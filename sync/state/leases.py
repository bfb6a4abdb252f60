"""The lease that keeps two runs of one pair apart.

A holder renews its lease from a thread. Whoever takes a lease over raises its token, so that a
holder that was only stalled finds out with its next write, which is refused.
"""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from sync.core.ports import DAEMON_LEASE, Clock, Fence, Holder
from sync.errors import LeaseLost, PairBusy, StateError
from sync.state.database import Database
from sync.state.holder import Program
from sync.state.tables import LEASES

LASTS: Final = timedelta(seconds=45)
BEAT: Final = 10.0
"""Seconds between two renewals."""


def take(connection: Connection, pair: str, here: Program, now: datetime) -> Fence:
    """Take a pair that is free, or whose holder is dead or let its lease run out.

    Raises ``PairBusy`` where somebody holds it.
    """
    found = connection.execute(_lease(pair)).mappings().first()
    busy = _held(found, here, now)
    if busy:
        raise PairBusy(_busy(pair, busy))
    fence = Fence(pair, f"{here}:{token_hex(4)}", found["token"] + 1 if found else 1)
    terms = {"holder": fence.holder, "token": fence.token, "taken_at": now, "until": now + LASTS}
    change = update(LEASES).where(LEASES.c.pair == pair) if found else insert(LEASES)
    connection.execute(change.values(pair=pair, **terms))
    return fence


def holder(connection: Connection, pair: str, here: Program, now: datetime) -> Holder | None:
    """Who holds a pair; None where it is free, its lease ran out or its holder is known dead."""
    return _held(connection.execute(_lease(pair)).mappings().first(), here, now)


def _lease(pair: str) -> Select[Any]:
    return select(LEASES).where(LEASES.c.pair == pair)


def _held(lease: RowMapping | None, here: Program, now: datetime) -> Holder | None:
    if lease is None or lease["holder"] is None or lease["until"] <= now:
        return None
    program = Program.parse(lease["holder"])
    if program.is_gone(here):
        return None
    return Holder(program.label, lease["taken_at"], lease["until"])


def _busy(pair: str, by: Holder) -> str:
    daemon = pair == DAEMON_LEASE
    who = "Another daemon works on this state" if daemon else f"Another run holds pair {pair}"
    way_out = "One is enough: stop that one first." if daemon else "Let it finish, then try again."
    return (
        f"{who}: {by.program}, since {by.since:%Y-%m-%d %H:%M:%S} UTC,"
        f" until {by.until:%H:%M:%S} UTC unless it renews. {way_out}"
    )


def check(connection: Connection, fence: Fence) -> None:
    """Raise ``LeaseLost`` unless this fence is the pair's present one."""
    held = select(func.count()).select_from(LEASES).where(*_same(fence))
    if not connection.execute(held).scalar_one():
        raise LeaseLost(
            f"Another run took pair {fence.pair} over, so this one stopped."
            " What it did is recorded; run again when the other has finished."
        )


def renew(connection: Connection, fence: Fence, until: datetime) -> bool:
    """Move the expiry of a lease; False where it is not ours any more."""
    return bool(
        connection.execute(update(LEASES).where(*_same(fence)).values(until=until)).rowcount
    )


def give_back(connection: Connection, fence: Fence) -> None:
    """Free the pair if it is still ours; the token stays, so that the next one is higher."""
    connection.execute(update(LEASES).where(*_same(fence)).values(holder=None))


def _same(fence: Fence) -> tuple[ColumnElement[bool], ...]:
    return (
        LEASES.c.pair == fence.pair,
        LEASES.c.holder == fence.holder,
        LEASES.c.token == fence.token,
    )


class HeldLease:
    """A lease that renews itself, from a thread of its own, until it is released."""

    def __init__(
        self, database: Database, clock: Clock, fence: Fence, until: datetime, beat: float = BEAT
    ) -> None:
        self._database = database
        self._clock = clock
        self._fence = fence
        self._until = until
        self._taken_over = False
        self._released = threading.Event()
        self._thread = threading.Thread(
            target=self._keep, args=(beat,), name=f"lease of {fence.pair}", daemon=True
        )
        self._thread.start()

    @property
    def fence(self) -> Fence:
        """The proof to hand to every write."""
        return self._fence

    @property
    def lost(self) -> bool:
        """Whether another run took the pair over, or renewing failed past the expiry."""
        return self._taken_over or self._clock() >= self._until

    def _keep(self, beat: float) -> None:
        while not self._taken_over and not self._released.wait(beat):
            self.renew()

    def renew(self) -> None:
        """Move the expiry; where the state fails the next beat tries again, until it runs out."""
        until = self._clock() + LASTS
        try:
            with self._database.write() as connection:
                kept = renew(connection, self._fence, until)
        except StateError:
            return
        self._taken_over = not kept
        self._until = until

    def release(self) -> None:
        """Give the pair back; harmless when it was lost or released before."""
        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        # Should the state fail now, the lease runs out by itself, or is seen to be of a dead one.
        with suppress(StateError), self._database.write() as connection:
            give_back(connection, self._fence)
