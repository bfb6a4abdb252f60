"""What the callers of the core need fulfilled: the two connectors, the store, the clock.

Every connector verb does I/O and raises only ``sync.errors.ApiError`` and its kinds. The store is
plain blocking code, called through threads; it raises ``StateError`` and ``LeaseLost``.
"""

from sync.core.ports.kept import (
    Fate,
    Holder,
    OpenRow,
    PastDecision,
    RunEntry,
    Tally,
    Told,
    Verified,
)
from sync.core.ports.known import EmailReading, Known, OverrideReading, Parked, PastRow, Spent
from sync.core.ports.sides import (
    AffihubReads,
    AffihubWrites,
    CreatedPartner,
    Emails,
    NewOverride,
    NewPartner,
    OnPage,
    WhopReads,
    WhopWrites,
)
from sync.core.ports.store import DAEMON_LEASE, Lease, Store
from sync.core.ports.surroundings import Clock, Meter, Unmetered
from sync.core.ports.writing import Fence, Intent, Settlement

__all__ = [
    "DAEMON_LEASE",
    "AffihubReads",
    "AffihubWrites",
    "Clock",
    "CreatedPartner",
    "EmailReading",
    "Emails",
    "Fate",
    "Fence",
    "Holder",
    "Intent",
    "Known",
    "Lease",
    "Meter",
    "NewOverride",
    "NewPartner",
    "OnPage",
    "OpenRow",
    "OverrideReading",
    "Parked",
    "PastDecision",
    "PastRow",
    "RunEntry",
    "Settlement",
    "Spent",
    "Store",
    "Tally",
    "Told",
    "Unmetered",
    "Verified",
    "WhopReads",
    "WhopWrites",
]
