"""One daemon to a state: a second one would run nothing and tell everything twice."""

import logging
from collections.abc import Iterator
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
