"""The daemon as a service: beginning, heartbeat, health pages, ending, and one of it to a state."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.seed import agreed
from connectors.sandbox.server import serve, write_config
from sync.app import App, utc_now
from sync.config import load
from sync.core.ports import DAEMON_LEASE, Fence
from sync.core.report import Mode, Report, RunHead, RunStatus
from sync.daemon import chores
from sync.daemon import service as service_module
from sync.daemon.chores import lasting, prune
from sync.daemon.seat import PATIENCE, Loss, seat
from sync.daemon.service import Service
from sync.daemon.source import Source
from sync.daemon.systemd import Systemd
from sync.daemon.turn import Run, run_pair
from sync.daemon.wishes import Wishes
from sync.errors import ConfigError, PairBusy, StateError
from sync.runs.pair import Stop
from sync.state.store import Store, open_store
from tests.daemon.stepping import ENVIRON, Runs, until, written


@dataclass
class Seated:
    """A daemon's lease that can be lost at will."""

    lost: bool = False
    fence: Fence = field(default_factory=lambda: Fence(DAEMON_LEASE, "me", 1))

    def release(self) -> None:
        """Nothing was taken."""


@dataclass
class Manager:
    """In place of systemd."""

    listener: socket.socket
    heard: list[str] = field(default_factory=list)

    def hears(self, message: str) -> bool:
        """Whether it was told this by now."""
        while True:
            try:
                self.heard.append(self.listener.recv(500).decode())
            except BlockingIOError:
                return message in self.heard


@contextmanager
def managing(folder: Path) -> Iterator[tuple[Manager, Systemd]]:
    place = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(place)
        listener.setblocking(False)
        yield Manager(listener), Systemd(place, timedelta(seconds=20))


@dataclass
class Running:
    """A service that serves, and what its end came to."""

    service: Service
    seated: Seated
    left: list[int]
    ended: asyncio.Task[int]
    store: Store


@asynccontextmanager
async def running(
    path: Path, systemd: Systemd | None = None, run: Run = run_pair
) -> AsyncIterator[Running]:
    config = load(path, ENVIRON)
    left: list[int] = []
    with open_store(config.state_path, clock=utc_now) as store:
        service = Service(
            App(config, store),
            Source(path, ENVIRON),
            systemd=systemd,
            wishes=Wishes(left.append),
            run=run,
        )
        seated = Seated()
        ended = asyncio.create_task(service.serve(seated))
        yield Running(service, seated, left, ended, store)
        service.wishes.end(0, "The test is over")
        await asyncio.wait({ended})


async def never(_app: App, _name: str, stop: Stop) -> Report:
    """A run that hears of its end and does not care."""
    await stop.sleep(60)
    await asyncio.sleep(60)
    raise AssertionError("nobody waits for this")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "affisync.toml", a='schedule = "every 15m"')


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


async def test_a_pair_is_brought_into_step_and_the_manager_hears_of_it(tmp_path: Path) -> None:
    world = agreed(20, seed=1)
    path = tmp_path / "affisync.toml"
    with managing(tmp_path) as (manager, systemd):
        async with serve(world) as urls:
            write_config(path, urls, world, more='[daemon]\nlisten = ""')
            async with running(path, systemd) as it:
                await until(lambda: it.store.standing("main").last_good)
                assert manager.hears("READY=1")
                it.service.wishes.end(0, "Enough")

                assert await it.ended == 0
                assert it.store.standing("main").next_run is None
        assert manager.hears("STOPPING=1")
        assert manager.hears("WATCHDOG=1")
        assert any(each.startswith("STATUS=Pairs: 1; running now: ") for each in manager.heard)
    assert it.store.runs("main", 5)[0].head.by == "daemon"


async def test_its_pages_tell_that_it_lives_and_what_it_did(path: Path, tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    edit(path, "listen = ''", f"listen = '127.0.0.1:{port}'")
    async with (
        running(path, run=Runs()) as it,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as asks,
    ):
        await until(lambda: it.service._daemon.running)
        await until(lambda: not it.service._daemon.running)
        alive = await asks.get("/healthz")
        ready = await asks.get("/readyz")
        metrics = await asks.get("/metrics")

        assert (alive.status_code, ready.status_code) == (200, 200)
        assert 'affisync_runs_total{pair="a",status="in-sync",trouble=""} 1.0' in metrics.text

        it.service._heard -= 31
        assert (await asks.get("/healthz")).status_code == 503


async def test_the_log_tells_the_next_run_as_the_state_has_it(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "affisync.daemon")
    async with running(path, run=Runs()) as it:
        await until(lambda: it.store.standing("a").next_run and not it.service._daemon.running)
        at_six = utc_now().replace(microsecond=0) + timedelta(hours=6)
        it.store.keep_standing(replace(it.store.standing("a"), not_before=at_six))
        caplog.clear()
        it.service.wishes.reload()
        await until(lambda: "Next run" in caplog.text)
        due = it.store.standing("a").next_run

    assert due
    assert due >= at_six
    assert f"Next run: {due:%Y-%m-%d %H:%M:%S} UTC" in caplog.text


async def test_the_next_run_follows_what_others_decide_about_a_quarantine(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "OFTEN", 0.001)
    async with running(path, run=Runs()) as it:

        def next_run() -> datetime | None:
            return it.store.standing("a").next_run

        await until(lambda: next_run() and not it.service._daemon.running)
        soon, at_six = next_run(), utc_now() + timedelta(hours=6)
        it.store.keep_standing(replace(it.store.standing("a"), not_before=at_six))
        await until(lambda: next_run() != soon)
        it.store.keep_standing(replace(it.store.standing("a"), not_before=None))
        await until(lambda: next_run() == soon)


async def test_the_log_tells_of_a_run_that_goes_on(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "affisync.daemon")
    async with running(path, run=never) as it:
        await until(lambda: it.service._daemon.running)
        caplog.clear()
        it.service.wishes.reload()
        await until(lambda: "Next run: now" in caplog.text)
        it.service._daemon._in_hand["a"].task.cancel()


async def test_a_daemon_that_cannot_listen_does_not_begin(path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        there = f"127.0.0.1:{taken.getsockname()[1]}"
        edit(path, "listen = ''", f"listen = '{there}'")
        async with running(path) as it:
            with pytest.raises(ConfigError, match="cannot listen"):
                await it.ended
            assert it.store.runs("a", 5) == ()


async def test_who_loses_the_state_to_another_daemon_ends(path: Path) -> None:
    async with running(path) as it:
        it.seated.lost = True
        it.service._loss._looked -= 60
        await it.service.beat(it.seated)
        assert it.service.wishes.code is None  # as after a sleep of the machine

        for _ in range(4):
            it.service._loss._looked -= 5
            await it.service.beat(it.seated)
        assert await it.ended == 1


async def test_what_never_ends_is_left_to_the_next_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "DRAINED_WITHIN", 0.05)
    async with running(path, run=never) as it:
        await until(lambda: it.service._daemon.running)
        it.service.wishes.end(0, "Enough")

        assert await it.ended == 0
        assert it.left == [0]


async def test_whatever_hangs_in_the_end_is_ended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "GONE_WITHIN", 0.0)
    async with running(path) as it:
        it.service.wishes.end(1, "Enough")
        await it.ended
        await until(lambda: it.left == [1])


async def test_a_bug_in_a_heartbeat_is_told_and_survived(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Seated):
        @property
        def lost(self) -> bool:
            raise ZeroDivisionError

        @lost.setter
        def lost(self, value: bool) -> None:
            """Whatever."""

    config = load(path, ENVIRON)
    with open_store(config.state_path, clock=utc_now) as store:
        service = Service(App(config, store), Source(path, ENVIRON))
        heard = service._heard
        await service.beat(Broken())

    assert "in a heartbeat" in caplog.text
    assert service._heard == heard


async def test_a_reload_is_told_to_the_manager(path: Path, tmp_path: Path) -> None:
    with managing(tmp_path) as (manager, systemd):
        async with running(path, systemd) as it:
            await until(lambda: manager.hears("READY=1"))
            manager.heard.clear()
            it.service.wishes.reload()
            await until(lambda: manager.hears("READY=1"))

            reloading = [each for each in manager.heard if each.startswith("RELOADING=1\n")]
            assert len(reloading) == 1
            assert manager.heard.index(reloading[0]) < manager.heard.index("READY=1")


async def test_signals_are_wishes() -> None:
    left: list[int] = []
    wishes = Wishes(left.append)
    with wishes.by_signals():
        os.kill(os.getpid(), signal.SIGHUP)
        await wishes.wait(20)
        assert (wishes.take_reload(), wishes.take_reload(), wishes.code) == (True, False, None)

        os.kill(os.getpid(), signal.SIGTERM)
        await wishes.wait(20)
        assert (wishes.code, left) == (0, [])

        os.kill(os.getpid(), signal.SIGINT)
        await until(lambda: left == [1])


async def test_the_end_has_its_limit_from_the_signal_on_though_the_loop_hangs() -> None:
    left = threading.Event()
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        left.set()

    wishes = Wishes(leave)
    with wishes.by_signals(gone_within=0):
        os.kill(os.getpid(), signal.SIGTERM)
        assert left.wait(20)  # in the loop's own thread: nothing else can happen in it

    assert codes == [0]


async def test_a_second_signal_ends_at_once_though_the_loop_hangs() -> None:
    left = threading.Event()
    wishes = Wishes(lambda _: left.set())
    with wishes.by_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        while not left.wait(0.01):  # two signals in one moment are one
            os.kill(os.getpid(), signal.SIGTERM)


async def test_signals_are_whose_they_were_after_the_end() -> None:
    before = [signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    with Wishes().by_signals():
        pass

    after = [signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    assert after == before
    assert "signals" not in {thread.name for thread in threading.enumerate()}


async def test_the_first_wish_to_end_stays() -> None:
    wishes = Wishes()
    wishes.end(1, "The state is lost")
    wishes.end(0, "Somebody asks")

    assert wishes.code == 1


# One daemon to a state


def test_a_second_daemon_waits_says_so_and_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waited: list[float] = []
    path = tmp_path / "state.db"
    with (
        open_store(path, clock=utc_now) as first,
        open_store(path, clock=utc_now, sleep=waited.append) as second,
        seat(first),
        pytest.raises(PairBusy, match="Another daemon"),
        seat(second),
    ):
        raise AssertionError("nobody sits here")

    assert sum(waited) == PATIENCE
    assert "Waiting up to 50 s for it to end" in caplog.text


def test_a_seat_is_free_again_when_its_daemon_ends(tmp_path: Path) -> None:
    with open_store(tmp_path / "state.db", clock=utc_now) as store:
        with seat(store):
            pass
        with seat(store) as lease:
            assert not lease.lost


def looks(*beats: tuple[float, bool]) -> list[float]:
    """What comes of looks at these times that find the lease lost or held."""
    times = iter([0.0, *(at for at, _ in beats)])
    loss = Loss(5.0, lambda: next(times))
    return [loss.seconds(lost=lost) for _, lost in beats]


def test_a_lease_that_ran_out_in_sleep_is_lost_for_a_beat_only() -> None:
    assert looks((5, False), (3605, True), (3610, False), (3615, True)) == [0, 5, 0, 5]


def test_a_lease_that_stays_lost_is_so_for_as_long_as_somebody_was_awake() -> None:
    assert looks((5, True), (10, True), (9000, True), (9001, True)) == [5, 10, 15, 16]


# Beside the runs


def aged(store: Store, days: int) -> None:
    """A run that ended so many days ago, and is not the pair's latest."""
    for each in (days, 0):
        when = datetime.now(UTC) - timedelta(days=each)
        head = RunHead(f"run-{each}", "a", Mode.APPLY, RunStatus.IN_SYNC, when, when, "c")
        store.begin_run(head)
        store.finish_run(Report(head))


@pytest.mark.parametrize("keep_days, left", [(30, 1), (0, 2), (90, 2)])
async def test_old_runs_are_pruned_as_configured(path: Path, keep_days: int, left: int) -> None:
    edit(path, "keep_days = 30", f"keep_days = {keep_days}")
    config = load(path, ENVIRON)
    with open_store(config.state_path, clock=utc_now) as store:
        aged(store, 40)
        await prune(App(config, store))

        assert len(store.runs("a", 10)) == left


@pytest.mark.parametrize("error", [StateError("The disk is full."), ZeroDivisionError()])
async def test_a_chore_that_fails_is_begun_again_and_told(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[int] = []

    async def chore() -> None:
        begun.append(1)
        raise error

    task = asyncio.create_task(lasting(chore, pause=0))
    await until(lambda: len(begun) > 2)
    task.cancel()

    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) >= 2
