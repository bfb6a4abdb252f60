"""One daemon to a state: a second one would run nothing and tell everything twice."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sync.core.ports import DAEMON_LEASE, Lease
from sync.errors import PairBusy
from sync.state.store import Store

log = logging.getLogger("affisync.daemon")

PATIENCE: Final = 50.0
"""Seconds: longer than the lease of a daemon lasts that died on another machine."""


@contextmanager
def seat(store: Store) -> Iterator[Lease]:
    """The daemon's own lease on a state; one that died on this machine is succeeded at once.

    Waits for another daemon to end, and says so; raises ``PairBusy`` where it does not.
    """
    lease = _take(store)
    try:
        yield lease
    finally:
        lease.release()


def _take(store: Store) -> Lease:
    try:
        return store.lease(DAEMON_LEASE)
    except PairBusy as busy:
        log.warning("%s Waiting up to %.0f s for it to end.", busy, PATIENCE)
    return store.lease(DAEMON_LEASE, wait=PATIENCE)


class Loss:
    """For how long a lease is lost, as far as this program was awake to see it.

    One that slept (it was stopped, or its machine) finds its lease run out though nobody took it,
    and renews it soon. So what passes between two looks counts as ``most`` seconds at most.
    """

    def __init__(self, most: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._looked = clock()
        self._lost = 0.0

    def seconds(self, *, lost: bool) -> float:
        """Look: seconds that it is lost without a break; 0 while it is held."""
        before, self._looked = self._looked, self._clock()
        self._lost = self._lost + min(self._looked - before, self._most) if lost else 0.0
        return self._lost
