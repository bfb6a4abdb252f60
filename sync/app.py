"""The composition root: a configuration becomes an ``App``; nothing else builds the parts."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from connectors.affihub import AffihubAccess, open_affihub_reader, open_affihub_writer
from connectors.transport import REAL_WORLD, Access, Allowances, Halt, Surroundings
from connectors.whop import WhopAccess, open_whop_reader, open_whop_writer
from sync.config import AffihubConfig, Config, WhopConfig, load, policy
from sync.config.schedule import Pauses, pauses, zone_of
from sync.core.ports import AffihubReads, Clock, Meter, Unmetered, WhopReads
from sync.core.record import Side
from sync.errors import UsageError
from sync.runs.pair import Pair, Progress, Silent, Stop, Writers
from sync.runs.texts import TEXTS
from sync.state.store import Store, open_store

A_DAY: Final = timedelta(days=1)
MISSED: Final = 3
"""So many pauses of its schedule may a pair go without a good run, where nothing else is set."""
FRESH_AT_LEAST: Final = timedelta(minutes=2)
"""What a pair is given all the same: a run takes its time."""


Limited = WhopConfig | AffihubConfig


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both connectors of a pair; ``writers`` is None where nothing may be written."""

    whop: WhopReads
    affihub: AffihubReads
    writers: Writers | None


@dataclass(frozen=True, slots=True)
class App:
    """Everything a command needs, opened; ``pair`` gives one pair ready to run.

    ``allowances`` are those of the keys in use, ``meter`` tells who counts a pair's requests.
    """

    config: Config
    store: Store
    clock: Clock = utc_now
    chance: random.Random = field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    around: Surroundings = field(default_factory=lambda: REAL_WORLD)
    allowances: Allowances = field(default_factory=Allowances)
    meter: Callable[[str], Meter] = lambda _pair: Unmetered()

    def with_config(self, config: Config) -> "App":
        """The same by another configuration: with this state, and what the rate limits know."""
        return replace(self, config=config)

    def pair_names(self, wanted: str | None) -> tuple[str, ...]:
        """The pair asked for, or all; ``UsageError`` names those there are."""
        names = tuple(self.config.pairs)
        if wanted is None:
            return names
        if wanted not in names:
            raise UsageError(f"There is no pair {wanted!r}; there are: {', '.join(names)}.")
        return (wanted,)

    def only_pair(self, wanted: str | None) -> str:
        """The one pair a command is about."""
        names = self.pair_names(wanted)
        if len(names) > 1:
            raise UsageError(f"Say which pair: --pair {'|'.join(names)}.")
        return names[0]

    def interval(self, name: str) -> timedelta:
        """The pause of a pair's schedule; the shortest, where they differ."""
        return self._pauses(name).shortest

    def fresh_within(self, name: str) -> timedelta:
        """How long ago a pair's last good run may be."""
        told = self.config.pairs[name].fresh_within
        return told or max(MISSED * self._pauses(name).longest, FRESH_AT_LEAST)

    def allowance_used(self, pair: str) -> Mapping[tuple[Side, str], float]:
        """The share, 0 to 1, of each rate limit that the last 60 seconds used.

        By side and operation; "" where a side counts by key. All who have the key count.
        """
        whop, affihub = _accesses(self.config, pair)
        used = {
            Side.WHOP: self.allowances.used(whop.access),
            Side.AFFIHUB: self.allowances.used(affihub.access),
        }
        return {(side, what): share for side, of in used.items() for what, share in of.items()}

    def new_run_id(self) -> str:
        """An id that sorts by time and that nobody else makes in the same second."""
        return f"{self.clock():%Y%m%dT%H%M%S}-{self.chance.getrandbits(24):06x}"

    @asynccontextmanager
    async def pair(
        self,
        name: str,
        *,
        writes: bool,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> AsyncIterator[Pair]:
        """One pair, ready for one run; without ``writes`` its connectors have no write verbs."""
        settings = self.config.pairs[name]
        stop = stop or Stop()
        interval = self.interval(name)
        async with self._connected(name, stop, writes=writes) as sides:
            yield Pair(
                company_id=settings.whop.company_id,
                policy=policy(name, self.config),
                config=self.config.fingerprint(name),
                whop=sides.whop,
                affihub=sides.affihub,
                writers=sides.writers,
                store=self.store,
                texts=TEXTS,
                clock=self.clock,
                new_id=self.new_run_id,
                sleep=self.sleep,
                progress=progress or Silent(),
                stop=stop,
                overrides_share=min(1.0, interval / A_DAY),
                interval=interval,
                row_tries=settings.row_tries,
                zone=zone_of(settings.timezone),
                keep_snapshots=self.config.state.keep_snapshots,
            )

    @asynccontextmanager
    async def _connected(self, name: str, stop: Stop, *, writes: bool) -> AsyncIterator[_Sides]:
        whop, affihub = _accesses(self.config, name)
        by_whop = self._around(name, whop.access, stop)
        by_affihub = self._around(name, affihub.access, stop)
        async with AsyncExitStack() as stack:
            if writes:
                w = await stack.enter_async_context(open_whop_writer(whop, by_whop))
                a = await stack.enter_async_context(open_affihub_writer(affihub, by_affihub))
                yield _Sides(w, a, Writers(w, a))
            else:
                yield _Sides(
                    await stack.enter_async_context(open_whop_reader(whop, by_whop)),
                    await stack.enter_async_context(open_affihub_reader(affihub, by_affihub)),
                    writers=None,
                )

    def _around(self, name: str, access: Access, stop: Stop) -> Surroundings:
        """The world as one side of a pair sees it in a run that can be stopped."""
        return replace(
            self.around,
            buckets=self.allowances.buckets(access, self.around.clock),
            halt=Halt(why=lambda: stop.why if stop.wanted else None, sleep=stop.sleep),
            meter=self.meter(name),
        )

    def _pauses(self, name: str) -> Pauses:
        settings = self.config.pairs[name]
        return pauses(settings.schedule, settings.timezone, self.clock())


def _accesses(config: Config, name: str) -> tuple[WhopAccess, AffihubAccess]:
    """How a pair reaches both sides; pairs with one key keep to the lowest limit among them."""
    pair, pairs = config.pairs[name], config.pairs.values()
    whop, affihub = pair.whop, pair.affihub
    return WhopAccess(
        company_id=whop.company_id,
        api_key=whop.api_key.get_secret_value(),
        base_url=whop.base_url,
        api_version=whop.api_version,
        requests_per_minute=_lowest(whop, (each.whop for each in pairs)),
        key_source=whop.key_origin,
    ), AffihubAccess(
        api_key=affihub.api_key.get_secret_value(),
        base_url=affihub.base_url,
        requests_per_minute=_lowest(affihub, (each.affihub for each in pairs)),
        key_source=affihub.key_origin,
    )


def _lowest(mine: Limited, all_: Iterable[Limited]) -> int:
    """The lowest limit that any pair names for this key."""
    key = (mine.base_url, mine.api_key)
    return min(one.requests_per_minute for one in all_ if (one.base_url, one.api_key) == key)


@contextmanager
def open_app(path: Path, environ: Mapping[str, str], *, keys: bool = True) -> Iterator[App]:
    """Everything a command needs; ``ConfigError`` and ``StateError`` say what to mend first.

    A command that asks neither side does without ``keys``: a missing one is its fault no more.
    """
    config = load(path, environ, keys=keys)
    with open_store(config.state_path, clock=utc_now, sleep=time.sleep) as store:
        yield App(config, store)
