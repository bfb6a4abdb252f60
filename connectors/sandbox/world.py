"""The state both apps answer for, and the record of what was asked of it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.sandbox.affihub_records import AffihubRecords
from connectors.sandbox.gaps import Gaps
from connectors.sandbox.ids import Ids
from connectors.sandbox.whop_records import WhopRecords
from sync.core.record import Side


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was served; ``status`` is None where the connection was dropped.

    ``path`` begins behind ``/api/v1``; ``fault`` names the fault that hit it, if one did.
    """

    side: Side
    method: str
    operation: str
    path: str
    status: int | None
    query: str = ""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One write that took effect: who was changed, by which operation."""

    side: Side
    operation: str
    id: str
    email: str | None
    at: datetime


@dataclass(slots=True)
class Log:
    """Every request served, in order."""

    requests: list[Request] = field(default_factory=list)

    def __iter__(self) -> Iterator[Request]:
        """One request after the other."""
        return iter(self.requests)

    def __len__(self) -> int:
        """How many requests were served."""
        return len(self.requests)

    def clear(self) -> None:
        """Forget all, to count what comes from here on."""
        self.requests.clear()

    def changes(self) -> list[Request]:
        """The requests with a verb that can write: everything but GET."""
        return [request for request in self.requests if request.method != "GET"]

    def counts(self) -> Counter[tuple[Side, str, str]]:
        """How many requests there were by side, method and operation."""
        return Counter((r.side, r.method, r.operation) for r in self.requests)

    def count(self, operation: str, side: Side | None = None) -> int:
        """How often an operation was asked for."""
        return sum(r.operation == operation and side in (None, r.side) for r in self.requests)


@dataclass(slots=True)
class World:
    """Both systems, their gaps, and what was done to them."""

    clock: Callable[[], datetime]
    chance: random.Random
    whop: WhopRecords
    affihub: AffihubRecords
    gaps: Gaps = field(default_factory=Gaps)
    log: Log = field(default_factory=Log)
    writes: list[Write] = field(default_factory=list)

    def wrote(self, side: Side, operation: str, record_id: str, email: str | None) -> None:
        """Note a write that took effect."""
        self.writes.append(Write(side, operation, record_id, email, self.clock()))

    def created(self) -> Counter[tuple[Side, str]]:
        """How often somebody was created on a side, by folded email; never more than once each."""
        return Counter(
            (write.side, (write.email or write.id).strip().casefold())
            for write in self.writes
            if write.operation in {"create_affiliate", "create_partner"}
        )


def empty_world(
    *, seed: int = 0, clock: Callable[[], datetime] = utc_now, gaps: Gaps | None = None
) -> World:
    """A company and a program without anybody."""
    chance = random.Random(seed)
    ids = Ids(chance)
    whop = WhopRecords(clock, ids, moves=lambda: world.gaps.whop_updated_at)
    world = World(clock, chance, whop, AffihubRecords(clock, ids), gaps or Gaps())
    return world
