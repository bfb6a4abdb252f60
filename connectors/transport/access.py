"""What opening a side takes: where its API is and what we bring, and the world around us."""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx

from connectors.transport.bucket import Allowance, Monotonic
from connectors.transport.buckets import Buckets
from connectors.transport.halt import Halt, Sleep
from connectors.transport.retry import Chance, RetryPolicy
from sync.core.ports import Clock, Meter, Unmetered
from sync.core.record import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a side's API is and what we bring to it.

    ``key_source`` tells people where the key comes from; ``needs`` is the permission each
    operation asks for, where the side has such names, and ``hints`` says where to look when an
    operation is refused.
    """

    side: Side
    base_url: str
    api_key: str = field(repr=False)
    allowance: Allowance
    concurrency: int
    key_source: str
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the transport takes from the world outside; tests hand in their own.

    ``buckets`` are those of the key, where others draw from them too; without any the line has
    its own. ``halt`` is a wish to stop, if there can be one.
    """

    clock: Monotonic = time.monotonic
    now: Clock = lambda: datetime.now(UTC)
    sleep: Sleep = asyncio.sleep
    chance: Chance = random.random
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    transport: httpx.AsyncBaseTransport | None = None
    buckets: Buckets | None = None
    halt: Halt | None = None
    meter: Meter = field(default_factory=Unmetered)


REAL_WORLD: Final = Surroundings()
"""This machine's clocks, its network, and pauses that are waited for."""
