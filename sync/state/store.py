"""The store: the core's port to the state, one transaction for each verb.

Plain blocking code, to be called from any thread. Every verb that takes a fence checks it in the
transaction of its write and raises ``LeaseLost``; all raise ``StateError``.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from weakref import WeakSet

from sync.core.plan import Link, Row
from sync.core.ports import (
    Clock,
    EmailReading,
    Fence,
    Known,
    OverrideReading,
    Parked,
)
from sync.errors import PairBusy
from sync.state import decisions, leases, mapping, memory, open_rows, readings, rows
from sync.state.database import Database, open_database
from sync.state.deciding import Deciding
from sync.state.holder import Program, this_program
from sync.state.overview import Overview
from sync.state.running import Running

POLL: Final = 0.5
"""Seconds between two looks at a pair somebody else holds."""


@contextmanager
def open_store(
    path: Path,
    *,
    clock: Clock,
    sleep: Callable[[float], object] = time.sleep,
    program: Program | None = None,
) -> Iterator["Store"]:
    """The state at a path, made or upgraded first; closed, with its leases given back, at the end.

    Raises ``StateError`` where the file cannot be used. ``program`` is who takes leases here.
    """
    store = Store(open_database(path), clock, sleep, program or this_program())
    try:
        yield store
    finally:
        store.close()


class Store(Running, Deciding, Overview):
    """The state of every pair in one file (``sync.core.ports.Store``)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sleep: Callable[[float], object],
        program: Program,
    ) -> None:
        super().__init__(database, clock, sleep, program)
        # A lease that was released and let go of leaves by itself.
        self._leases: WeakSet[leases.HeldLease] = WeakSet()

    def close(self) -> None:
        """Give back what is held and close every connection."""
        for held in list(self._leases):
            held.release()
        self._database.close()

    # What needs no lease

    def known(self, pair: str, now: datetime) -> Known:
        """Everything the state knows of this pair, in one consistent read."""
        with self._database.read() as connection:
            company_id, first_run_done = memory.facts(connection, pair)
            return Known(
                company_id=company_id,
                links=mapping.links(connection, pair),
                apart=mapping.apart(connection, pair),
                emails=readings.emails(connection, pair),
                overrides=readings.overrides(connection, pair),
                parked=memory.parked(connection, pair),
                held=memory.held(connection, pair),
                spent=rows.spent(connection, pair, now),
                first_run_done=first_run_done,
                decisions=decisions.in_force(connection, pair, now),
                lately=rows.lately(connection, pair, now),
                expired=decisions.expired(connection, pair, now),
            )

    def company(self, pair: str) -> str | None:
        """The company id of the pair's first run; None where there was none yet."""
        with self._database.read() as connection:
            return memory.facts(connection, pair)[0]

    def cache_emails(self, pair: str, read: Mapping[str, EmailReading]) -> None:
        """Keep addresses as read, by Whop user id."""
        with self._database.write() as connection:
            readings.keep_emails(connection, pair, read)

    def cache_overrides(self, pair: str, read: Mapping[str, OverrideReading]) -> None:
        """Keep overrides as read, by affiliate id."""
        with self._database.write() as connection:
            readings.keep_overrides(connection, pair, read)

    # The lease

    def lease(self, pair: str, *, wait: float = 0.0) -> leases.HeldLease:
        """Take the pair, waiting up to ``wait`` seconds; ``PairBusy`` names who holds it."""
        waited = 0.0
        while True:
            try:
                return self._take(pair)
            except PairBusy:
                if waited >= wait:
                    raise
            self._sleep(POLL)
            waited += POLL

    def _take(self, pair: str) -> leases.HeldLease:
        now = self._clock()
        with self._database.write() as connection:
            fence = leases.take(connection, pair, self._program, now)
        held = leases.HeldLease(self._database, self._clock, fence, now + leases.LASTS)
        self._leases.add(held)
        return held

    # What needs the lease

    def remember_company(self, fence: Fence, company_id: str) -> None:
        """Keep the company id of the pair's first run."""
        with self._fenced(fence) as connection:
            memory.remember_company(connection, fence.pair, company_id)

    def save_links(self, fence: Fence, links: Iterable[Link]) -> None:
        """Insert or update links by their ids, bases and all, in bulk and in one transaction."""
        with self._fenced(fence) as connection:
            mapping.save(connection, fence.pair, tuple(links))

    def unlink(self, fence: Fence, link: Link, *, apart: bool) -> None:
        """Remove a link; with ``apart`` remember to keep the two apart."""
        with self._fenced(fence) as connection:
            mapping.remove(connection, fence.pair, link)
            if apart:
                mapping.keep_apart(connection, fence.pair, link.user_id, link.affihub_id)

    def keep_apart(self, fence: Fence, user_id: str, affihub_id: str) -> None:
        """Remember that a person said these two are not the same."""
        with self._fenced(fence) as connection:
            mapping.keep_apart(connection, fence.pair, user_id, affihub_id)

    def bring_together(self, fence: Fence, user_id: str, affihub_id: str) -> None:
        """Forget that these two were to be kept apart (a person links them now)."""
        with self._fenced(fence) as connection:
            mapping.bring_together(connection, fence.pair, user_id, affihub_id)

    def park(self, fence: Fence, key: str, why: Parked | None) -> None:
        """Keep a row from being sent as it is, or (None) let it be sent again."""
        with self._fenced(fence) as connection:
            if why is None:
                memory.unpark(connection, fence.pair, (key,))
            else:
                memory.park(connection, fence.pair, key, why)

    def remember_held(self, fence: Fence, held: Mapping[str, str], now: datetime) -> None:
        """Replace the pair's held rows (key to guard) by these."""
        with self._fenced(fence) as connection:
            memory.remember_held(connection, fence.pair, held, now)

    def remember_open(
        self, fence: Fence, rows: Sequence[Row], now: datetime, *, all_seen: bool
    ) -> None:
        """Keep the rows that need a person; one that stays keeps the time it was first seen.

        Earlier ones that are not among them are forgotten, where everything was seen.
        """
        with self._fenced(fence) as connection:
            open_rows.remember(connection, fence.pair, rows, now, all_seen=all_seen)

    def lift_first_run(self, fence: Fence, who: str, now: datetime) -> None:
        """Remember that the pair's first run was allowed, and by whom."""
        with self._fenced(fence) as connection:
            memory.lift_first_run(connection, fence.pair, who, now)
