"""The composition root: a configuration becomes an ``App``; nothing else builds the parts."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.affihub import AffihubAccess, open_affihub_reader, open_affihub_writer
from connectors.whop import WhopAccess, open_whop_reader, open_whop_writer
from sync.config import Config, Every, PairConfig, load, policy
from sync.core.ports import AffihubReads, Clock, WhopReads
from sync.errors import UsageError
from sync.runs.pair import Pair, Progress, Silent, Stop, Writers
from sync.runs.texts import TEXTS
from sync.state.store import Store, open_store

RUNS_A_DAY = 96
"""Runs in a day of the usual schedule, every 15 minutes."""


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """Everything a command needs, opened; ``pair`` gives one pair ready to run."""

    config: Config
    store: Store
    clock: Clock = utc_now
    chance: random.Random = field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

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
        async with _connected(settings, writes=writes) as sides:
            yield Pair(
                company_id=settings.whop.company_id,
                policy=policy(name, settings),
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
                stop=stop or Stop(),
                overrides_share=1 / _runs_a_day(settings),
            )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both connectors of a pair; ``writers`` is None where nothing may be written."""

    whop: WhopReads
    affihub: AffihubReads
    writers: Writers | None


@asynccontextmanager
async def _connected(settings: PairConfig, *, writes: bool) -> AsyncIterator[_Sides]:
    whop_access, affihub_access = _whop_access(settings), _affihub_access(settings)
    async with AsyncExitStack() as stack:
        if writes:
            whop = await stack.enter_async_context(open_whop_writer(whop_access))
            affihub = await stack.enter_async_context(open_affihub_writer(affihub_access))
            yield _Sides(whop, affihub, Writers(whop, affihub))
        else:
            yield _Sides(
                await stack.enter_async_context(open_whop_reader(whop_access)),
                await stack.enter_async_context(open_affihub_reader(affihub_access)),
                writers=None,
            )


def _whop_access(settings: PairConfig) -> WhopAccess:
    whop = settings.whop
    return WhopAccess(
        company_id=whop.company_id,
        api_key=whop.api_key.get_secret_value(),
        base_url=whop.base_url,
        api_version=whop.api_version,
        requests_per_minute=whop.requests_per_minute,
        key_source=whop.key_origin,
    )


def _affihub_access(settings: PairConfig) -> AffihubAccess:
    affihub = settings.affihub
    return AffihubAccess(
        api_key=affihub.api_key.get_secret_value(),
        base_url=affihub.base_url,
        requests_per_minute=affihub.requests_per_minute,
        key_source=affihub.key_origin,
    )


def _runs_a_day(settings: PairConfig) -> float:
    """How often a pair runs by its schedule; cron is taken for the usual one."""
    if isinstance(settings.schedule, Every):
        return max(1.0, 86_400 / settings.schedule.pause.total_seconds())
    return RUNS_A_DAY


@contextmanager
def open_app(path: Path, environ: Mapping[str, str]) -> Iterator[App]:
    """Everything a command needs; ``ConfigError`` and ``StateError`` say what to mend first."""
    config = load(path, environ)
    with open_store(config.state_path, clock=utc_now, sleep=time.sleep) as store:
        yield App(config, store)
