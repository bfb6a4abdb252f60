"""What a write is announced with, and what is recorded of it."""

from dataclasses import dataclass
from datetime import datetime

from sync.core.decision import Decision
from sync.core.plan import Link, Row
from sync.core.ports.known import Parked


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of holding a pair's lease; every write under it checks holder and token."""

    pair: str
    holder: str
    token: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A remote write announced before it is sent; open until its outcome is recorded.

    ``off`` are the affiliates a create may bring back by mistake: off, and of unknown address.
    """

    id: int
    run_id: str
    row: Row
    at: datetime
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is recorded of a row in one transaction after its write: all of it or nothing.

    ``link`` is saved with its bases (inserted or updated by its ids); ``unlink`` is removed first
    (move-link). ``park`` keeps the row from being sent again as it is. ``decisions`` are what an
    undo says of the rows that it makes due again.
    """

    row: Row
    link: Link | None = None
    unlink: Link | None = None
    park: Parked | None = None
    decisions: tuple[Decision, ...] = ()
