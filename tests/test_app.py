"""The composition root: what pairs share, what a stop reaches, and what a schedule comes to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.apps import affihub_app, whop_app
from connectors.sandbox.seed import agreed
from connectors.sandbox.world import World
from connectors.transport import Surroundings
from sync.app import App
from sync.config import Config, load
from sync.core.record import Side
from sync.errors import ApiError, NotFound, Unavailable
from sync.runs.pair import Pair, Stop
from sync.state.store import open_store
from tests.connectors.transport.test_pace import most_in_a_minute
from tests.connectors.virtual import clock, virtually

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAIR = """
[pairs.{name}]
schedule = "{schedule}"
{more}
[pairs.{name}.whop]
company_id = "biz_sandbox0000001"
api_key = "{whop}"
base_url = "https://whop.test/api/v1"
requests_per_minute = {limit}
[pairs.{name}.affihub]
api_key = "{affihub}"
base_url = "https://affihub.test/api/v1"
requests_per_minute = {limit}
"""


def pair(
    name: str, limit: int = 60, *, key: str = "", schedule: str = "every 15m", more: str = ""
) -> str:
    """A pair of the file; with a ``key`` one that only it has."""
    whop, affihub = (f"{key}{side}-key-of-the-sandbox" for side in Side)
    return PAIR.format(
        name=name, limit=limit, schedule=schedule, more=more, whop=whop, affihub=affihub
    )


def configured(folder: Path, *pairs: str) -> Config:
    path = folder / "affisync.toml"
    path.write_text("\n".join(pairs))
    return load(path, {})


class Servers(httpx.AsyncBaseTransport):
    """Both APIs, whatever key comes; each answer takes a tenth of a second."""

    def __init__(self) -> None:
        self.world: World = agreed(250, 1)
        inner = {
            "whop.test": whop_app(self.world, None),
            "affihub.test": affihub_app(self.world, None),
        }
        self._inner = {host: httpx.ASGITransport(app) for host, app in inner.items()}
        self._keys = {
            "whop.test": self.world.whop.key,
            "affihub.test": self.world.affihub.key,
        }
        self.asked: list[tuple[str, float]] = []
        self.busy: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self.asked.append((host, clock()))
        await asyncio.sleep(0.1)
        if self.busy:
            return httpx.Response(429, headers={"Retry-After": str(self.busy.pop())})
        request.headers["authorization"] = f"Bearer {self._keys[host]}"
        return await self._inner[host].handle_async_request(request)


@contextmanager
def opened(config: Config, servers: Servers | None = None) -> Iterator[App]:
    around = Surroundings(clock=clock, chance=lambda: 0.0, transport=servers)
    with open_store(config.state_path, clock=lambda: NOON) as store:
        yield App(config, store, clock=lambda: NOON, around=around)


async def look(found: Pair, times: int, side: Side = Side.AFFIHUB) -> None:
    """So many requests to a side, all asked for at once; nobody is found."""
    ask = {Side.WHOP: found.whop.affiliate, Side.AFFIHUB: found.affihub.partner}[side]
    asking = (ask("nobody") for _ in range(times))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(answer, ApiError) for answer in answers)


# Pairs with one key


def sent_in_a_minute(config: Config, *names: str, side: Side = Side.AFFIHUB) -> int:
    """Requests a side gets in the worst minute while each of these pairs asks it 100 times."""

    async def run() -> int:
        servers = Servers()
        with opened(config, servers) as app:

            async def one(name: str) -> None:
                async with app.pair(name, writes=False) as found:
                    await look(found, 100, side)

            await asyncio.gather(*map(one, names))
        return most_in_a_minute([at for _, at in servers.asked])

    return virtually(run())


def test_pairs_with_one_key_share_its_rate_limit(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a"), pair("b"), pair("c"))
    assert 50 <= sent_in_a_minute(config, "a", "b", "c") <= 60


@pytest.mark.parametrize("side", Side)
def test_the_lowest_limit_that_any_pair_names_counts(tmp_path: Path, side: Side) -> None:
    config = configured(tmp_path, pair("a", 600), pair("b", 30), pair("c", 6, key="other-"))
    assert 25 <= sent_in_a_minute(config, "a", side=side) <= 30


def test_pairs_with_other_keys_have_their_own(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a"), pair("b", key="other-"))
    assert 100 <= sent_in_a_minute(config, "a", "b") <= 120


def test_what_one_run_spent_counts_for_the_next_one(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a"), pair("b"))

    async def run() -> float:
        servers = Servers()
        with opened(config, servers) as app:
            for name in ("a", "b", "a"):
                async with app.pair(name, writes=False) as found:
                    await look(found, 3)
        return servers.asked[-1][1] - servers.asked[0][1]

    assert virtually(run()) > 5


# Another configuration


def test_a_reload_changes_the_limit_and_forgets_no_pause(tmp_path: Path) -> None:
    slow, fast = configured(tmp_path, pair("a", 60)), configured(tmp_path, pair("a", 6_000))

    async def run() -> list[float]:
        servers = Servers()
        servers.busy = [40]
        spans: list[float] = []
        with opened(slow, servers) as app:
            for config in (slow, fast, slow):
                start, stop = clock(), Stop()
                async with app.with_config(config).pair("a", writes=False, stop=stop) as found:
                    if not spans:
                        asyncio.get_running_loop().call_later(3, stop.request)
                    await look(found, 30)
                spans.append(clock() - start)
        return spans

    first, paused, slowly = virtually(run())
    assert first == 3  # stopped in the middle of the pause
    assert 37 <= paused < 40
    assert slowly > 25


def test_another_configuration_keeps_the_state_and_who_counts(tmp_path: Path) -> None:
    old, new = configured(tmp_path, pair("a")), configured(tmp_path, pair("b"))
    with opened(old) as app:
        changed = app.with_config(new)
        assert changed.pair_names(None) == ("b",)
        assert changed.store is app.store
        assert replace(changed, config=old) == app


# A stop


def test_a_stop_ends_what_waits_for_a_server(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a"))

    async def run() -> tuple[float, int, list[BaseException | None]]:
        servers, stop = Servers(), Stop()
        servers.busy = [120]
        with opened(config, servers) as app:
            async with app.pair("a", writes=True, stop=stop) as found:
                assert found.writers is not None
                asking = asyncio.create_task(found.writers.affihub.set_status("x", "active"))
                await asyncio.sleep(5)
                behind = asyncio.create_task(found.affihub.partner("x"))
                await asyncio.sleep(5)
                stop.request()
                asked = clock()
                await asyncio.wait({asking, behind})
                errors = [asking.exception(), behind.exception()]
                return clock() - asked, len(servers.asked), errors

    after, sent, (refused, waiting) = virtually(run())
    assert after < 0.001
    assert sent == 1
    assert isinstance(refused, Unavailable)
    assert refused.status == 429
    assert isinstance(waiting, Unavailable)
    told = "Stopped as asked while waiting for Affihub's rate limit; get_partner was not sent."
    assert str(waiting) == told


# What is counted


class Meter:
    """Keeps what it is told of answers."""

    def __init__(self) -> None:
        self.answers: list[tuple[Side, str, int | None]] = []
        self.waits = 0.0

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        self.answers.append((side, operation, status))

    def retried(self, side: Side, operation: str) -> None:
        pass

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        self.waits += seconds


def test_each_pair_has_a_meter_of_its_own(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a"), pair("b", key="other-"))
    meters = {"a": Meter(), "b": Meter()}

    async def run() -> None:
        with opened(config, Servers()) as app:
            metered = replace(app, meter=meters.__getitem__)
            async with metered.pair("a", writes=False) as found:
                await look(found, 6)

    virtually(run())
    assert meters["a"].answers == [(Side.AFFIHUB, "get_partner", 404)] * 6
    assert meters["a"].waits == pytest.approx(3 * 60 / 57, rel=0.1)
    assert meters["b"].answers == []


def test_the_allowance_used_is_told_by_side_and_what_it_counts(tmp_path: Path) -> None:
    config = configured(tmp_path, pair("a", 100), pair("b", 100), pair("c", key="other-"))

    async def run() -> list[object]:
        with opened(config, Servers()) as app:
            assert app.allowance_used("a") == {}
            async with app.pair("a", writes=False) as found:
                await look(found, 5)
                with pytest.raises(NotFound):
                    await found.whop.affiliate("nobody")
            told: list[object] = [app.allowance_used(name) for name in ("a", "b", "c")]
            await asyncio.sleep(61)
            return [*told, app.allowance_used("a")]

    mine, shared, other, later = virtually(run())
    used = {(Side.AFFIHUB, ""): 0.05, (Side.WHOP, "retrieve_affiliate"): 0.01}
    assert mine == shared == used
    assert other == {}
    assert later == dict.fromkeys(used, 0)


# What a schedule comes to


@pytest.mark.parametrize(
    "schedule, more, minutes, fresh",
    [
        ("every 15m", "", 15, 45),
        ("every 1s", "", 1 / 60, 2),
        ("*/15 * * * *", "", 15, 45),
        ("0 9,12 * * *", "", 180, 3 * 21 * 60),
        ("*/15 * * * *", 'fresh_within = "90s"', 15, 1.5),
    ],
)
def test_how_often_a_pair_runs_and_how_old_it_may_be(
    tmp_path: Path, schedule: str, more: str, minutes: float, fresh: float
) -> None:
    config = configured(tmp_path, pair("a", schedule=schedule, more=more))
    with opened(config) as app:
        assert app.interval("a") == timedelta(minutes=minutes)
        assert app.fresh_within("a") == timedelta(minutes=fresh)


@pytest.mark.parametrize(
    "schedule, share", [("every 15m", 1 / 96), ("0 */6 * * *", 1 / 4), ("every 3d", 1)]
)
def test_a_pair_is_ready_with_what_its_schedule_and_settings_say(
    tmp_path: Path, schedule: str, share: float
) -> None:
    config = configured(tmp_path, pair("a", schedule=schedule, more="row_tries = 3"))

    async def run() -> Pair:
        with opened(config, Servers()) as app:
            async with app.pair("a", writes=False) as found:
                assert found.interval == app.interval("a")
                return found

    ready = virtually(run())
    assert ready.overrides_share == pytest.approx(share)
    assert ready.row_tries == 3
