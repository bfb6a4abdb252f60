"""The configuration in force follows what is written, or stays where that is unsound."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette

from sync.config import Address
from sync.core.report import Trouble
from sync.core.secrets import blank
from sync.daemon.health.door import Door
from sync.daemon.reload import Reload
from sync.daemon.source import Source
from sync.daemon.watchers import Logged
from sync.errors import ConfigError
from tests.daemon.stepping import ENVIRON, Steps, at, stepping, written

QUARTER = 'schedule = "every 15m"'


@dataclass
class Reloading:
    """A daemon whose configuration can be written anew."""

    steps: Steps
    reload: Reload
    door: Door

    @property
    def path(self) -> Path:
        return self.steps.path

    @property
    def pairs(self) -> list[str]:
        return list(self.steps.daemon.app().config.pairs)

    async def beat(self, *, asked: bool = False) -> bool:
        """What a heartbeat does: read it again where that is due."""
        due = await self.reload.is_due(asked=asked)
        if due:
            await self.reload()
        return due

    @property
    def told(self) -> list[list[str]]:
        """What watchers were told of each reading."""
        return [list(problems) for problems in self.steps.heard.reloaded_]


@asynccontextmanager
async def reloading(
    folder: Path, only: str | None = None, **pairs: str
) -> AsyncIterator[Reloading]:
    async with stepping(folder, "2026-08-01", a=QUARTER) as steps:
        door = Door(lambda _: Starlette())
        source = Source(steps.path, ENVIRON, only)
        yield Reloading(steps, Reload(source, steps.daemon, door, steps.heard), door)
        await door.close()


async def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        it.path.write_text(it.path.read_text())

        assert not await it.beat()
        assert it.told == []


async def test_a_changed_file_is_in_force_at_the_next_beat(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        written(it.path, a=QUARTER, b=QUARTER)

        assert await it.beat()
        assert not await it.beat()
        assert (it.pairs, it.told) == (["a", "b"], [[]])


async def test_a_person_who_asks_is_answered_whatever_is_written(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        assert await it.beat(asked=True)
        assert it.told == [[]]


async def test_a_bad_configuration_is_refused_with_all_its_problems_once(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        written(it.path, a='schedule = "every 90m"\ncolour = 1', b='schedule = "* * * * 9"')
        await it.beat()

        assert not await it.beat()
        ((unknown, weekday),) = it.told
        assert unknown.startswith("pairs.a.colour: unknown key")
        assert weekday.startswith("pairs.b.schedule: '9' is no weekday")
        assert it.pairs == ["a"]
        assert it.steps.daemon.app().interval("a").total_seconds() == 900


async def test_a_configuration_that_stays_refused_is_told_once_a_day(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        good = it.path.read_text()
        written(it.path, a="colour = 1")
        refused = it.steps.daemon.app().clock()
        await it.beat()
        it.steps.clock.move_to(at("2026-08-01T23:59"))
        assert not await it.beat()
        it.steps.clock.move_to(at("2026-08-02T00:01"))
        assert await it.beat()
        assert not await it.beat()

        assert [len(problems) for problems in it.told] == [1, 1]
        assert it.reload.refused_since == refused

        it.path.write_text(good)
        await it.beat()
        it.steps.clock.move_to(at("2026-08-04"))

        assert not await it.beat()
        assert it.reload.refused_since is None


def test_no_word_about_a_key_is_taken_for_one(caplog: pytest.LogCaptureFixture) -> None:
    Logged().reloaded(["pairs.a.whop.api_key: the key is empty; put the one you were given there"])

    assert "pairs.a.whop.api_key - the key is empty" in caplog.text
    assert blank(caplog.text) == caplog.text


async def test_a_file_that_is_being_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        whole = written(it.path, a=QUARTER, b=QUARTER).read_text()
        it.path.write_text(whole[: len(whole) // 2])
        await it.beat()
        it.path.unlink()
        await it.beat()
        it.path.write_text(whole)
        await it.beat()

        assert [bool(problems) for problems in it.told] == [True, True, False]
        assert it.pairs == ["a", "b"]


async def test_another_state_needs_a_restart(tmp_path: Path) -> None:
    async with reloading(tmp_path) as it:
        written(it.path, '[state]\nurl = "sqlite:///other.db"\n', a=QUARTER)
        await it.beat()

        assert it.told == [["state.url: changed; restart the daemon to go on with that state"]]
        assert not (tmp_path / "other.db").exists()


async def test_a_changed_key_file_is_read(tmp_path: Path) -> None:
    key = tmp_path / "whop.key"
    key.touch(mode=0o600)
    key.write_text("first-key-of-the-tests")
    async with reloading(tmp_path) as it:
        text = it.path.read_text().replace('api_key_env = "W"', 'api_key_file = "whop.key"')
        it.path.write_text(text)
        await it.beat()
        key.write_text("second-key-of-the-tests")
        await it.beat()

        whop = it.steps.daemon.app().config.pairs["a"].whop
        assert whop.api_key.get_secret_value() == "second-key-of-the-tests"
        assert it.told == [[], []]


async def test_a_changed_key_ends_the_wait_of_a_quarantine(tmp_path: Path) -> None:
    key = tmp_path / "whop.key"
    key.touch(mode=0o600)
    key.write_text("first-key-of-the-tests")
    async with reloading(tmp_path) as it:
        text = it.path.read_text().replace('api_key_env = "W"', 'api_key_file = "whop.key"')
        it.path.write_text(text)
        await it.beat()
        await it.steps.go(at("2026-08-01T00:15:02"))
        it.steps.keep(
            "a", failures=1, trouble=Trouble.KEY_REFUSED, not_before=at("2026-08-01T06:00")
        )
        key.write_text("second-key-of-the-tests")
        await it.beat()
        await it.steps.go(at("2026-08-01T00:30:02"))

        assert it.steps.heard.times("a")[1:] == ["01 00:15", "01 00:30"]


async def test_a_key_file_that_is_mended_is_read(tmp_path: Path) -> None:
    key = tmp_path / "whop.key"
    key.touch(mode=0o644)
    key.write_text("first-key-of-the-tests")
    async with reloading(tmp_path) as it:
        text = it.path.read_text().replace('api_key_env = "W"', 'api_key_file = "whop.key"')
        it.path.write_text(text)
        await it.beat()
        key.chmod(0o600)
        await it.beat()

        assert [bool(problems) for problems in it.told] == [True, False]


def test_files_that_variables_name_count_too(tmp_path: Path) -> None:
    path = written(tmp_path / "affisync.toml", a=QUARTER)
    key = tmp_path / "own.key"
    environ = {**ENVIRON, "AFFISYNC_PAIRS__A__WHOP__API_KEY_FILE": "own.key"}
    source = Source(path, environ)
    before = source.signature()
    key.write_text("k")

    assert source.signature() != before


async def test_a_daemon_of_one_pair_stays_one(tmp_path: Path) -> None:
    async with reloading(tmp_path, only="a") as it:
        written(it.path, a=QUARTER, b=QUARTER)
        await it.beat()
        written(it.path, b=QUARTER)
        await it.beat()

        assert it.pairs == ["a"]
        assert it.told == [[], ["pairs.a: gone, and this daemon was started for it alone; stop it"]]


def connects(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


async def test_the_health_pages_move_with_the_configuration(tmp_path: Path) -> None:
    old, new = free_port(), free_port()
    async with reloading(tmp_path) as it:
        for port, open_ in ((old, [old]), (new, [new]), (None, [])):
            listen = f"127.0.0.1:{port}" if port else ""
            written(it.path, f"[daemon]\nlisten = '{listen}'\n", a=QUARTER)
            await it.beat()

            assert [each for each in (old, new) if connects(each)] == open_


async def test_where_nobody_can_listen_the_old_configuration_stays_whole(tmp_path: Path) -> None:
    port = free_port()
    async with reloading(tmp_path) as it:
        written(it.path, f"[daemon]\nlisten = '127.0.0.1:{port}'\n", a=QUARTER)
        await it.beat()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            other = taken.getsockname()[1]
            written(it.path, f"[daemon]\nlisten = '127.0.0.1:{other}'\n", b=QUARTER)
            await it.beat()

        assert "cannot listen" in it.told[1][0]
        assert connects(port)
        assert it.pairs == ["a"]


async def test_a_door_opens_where_nobody_stands() -> None:
    door = Door(lambda _: Starlette())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot listen"):
            await door.move(Address(*taken.getsockname()))
    await door.close()
