"""What a plan was made of, kept whole: so that it can be planned again under other settings.

Kept are both listings, addresses, overrides, everything the state knew that a plan heeds, the
settings and the day. The read caches of the state are not: what they told is in the listings'
addresses and overrides. No record here has a payout field.
"""

import asyncio
import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sync.core.alone import Texts
from sync.core.partial import Basis
from sync.core.plan import Plan
from sync.core.policy import Policy
from sync.core.reconcile import reconcile
from sync.errors import StateError
from sync.runs import logbook
from sync.runs.exact import read, shape, written
from sync.runs.pair import Pair

FAST: Final = 1
"""How hard to compress: more costs three times the time for a tenth of the size."""


@dataclass(frozen=True, slots=True)
class Keepsake:
    """Everything one plan was made of, when (UTC), and the fingerprint of its settings."""

    at: datetime
    config: str
    basis: Basis

    def plan(self, policy: Policy, texts: Texts) -> Plan:
        """The plan under these settings; under its own it is the one the run made."""
        basis = self.basis
        return reconcile(basis.gathered, basis.known, policy, texts, basis.waived, basis.today)


def keepsake(at: datetime, config: str, basis: Basis) -> Keepsake:
    """What is worth keeping of what a plan was made of."""
    known = replace(basis.known, emails={}, overrides={})
    return Keepsake(at, config, replace(basis, known=known, waived=frozenset(basis.waived)))


async def keep_basis(pair: Pair, run_id: str, basis: Basis) -> None:
    """Keep what a run's plan was made of, where the settings ask for it; no run fails for it."""
    if pair.keep_snapshots:
        kept = keepsake(pair.clock(), pair.config, basis)
        await asyncio.to_thread(_keep, pair, run_id, kept)


def _keep(pair: Pair, run_id: str, kept: Keepsake) -> None:
    try:
        pair.store.keep_snapshot(run_id, packed(kept), pair.keep_snapshots)
    except StateError:
        logbook.snapshot_lost()


def packed(kept: Keepsake) -> bytes:
    """As one compressed document."""
    told = json.dumps([_seal(), *written(Keepsake, kept)], separators=(",", ":"))
    return zlib.compress(told.encode("ascii"), FAST)


def unpacked(document: bytes) -> Keepsake:
    """Out of its document; ``StateError`` where it is damaged or of another affisync."""
    try:
        sealed, *told = json.loads(zlib.decompress(document))
    except (zlib.error, ValueError, TypeError) as fault:
        raise StateError("What that run kept is damaged; name another run with --run.") from fault
    if sealed != _seal():
        raise StateError(
            "What that run kept was written by another version of affisync, which kept other"
            " things. What the next run keeps can be read again."
        )
    kept: Keepsake = read(Keepsake, told)
    return kept


def _seal() -> str:
    """The same text as long as documents are made of the same things."""
    return hashlib.sha256(shape(Keepsake).encode()).hexdigest()[:16]
