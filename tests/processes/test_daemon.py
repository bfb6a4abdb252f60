"""The daemon as a process: ended, killed, doubled, reloaded, and with somebody else beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import IO, Any

import pytest

from sync.app import utc_now
from sync.core.ports import Intent, RunEntry
from sync.core.report import RunStatus
from sync.errors import StateError
from sync.state.store import open_store
from tests.processes.playground import ROOT, WRITES, Playground, playground

SETTINGS = """[pairs.main]
schedule = "every 1s"
[pairs.main.guards]
first_run = false
create_partner = "100%"
create_affiliate = "100%"
deactivate = "100%"
"""
NO_PAGES = ("[daemon]", 'listen = ""')
LIMIT = 90.0
"""Seconds that nothing here takes, however busy the machine is."""


def until(condition: Callable[[], object], limit: float = LIMIT) -> None:
    """Wait for what other processes bring about."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


@dataclass
class Started:
    """A daemon that runs."""

    process: subprocess.Popen[str]
    path: Path

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What it logged so far."""
        whole = self.path.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def said(self, words: str) -> bool:
        """Whether it logged this."""
        return any(words in line["event"] for line in self.lines)

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(sign)
        return self.process.wait(LIMIT)


@dataclass
class House:
    """A sandbox, a configuration for daemons, and what they left in the state."""

    ground: Playground
    logs: int = field(default=0)

    @contextmanager
    def daemon(self) -> Iterator[Started]:
        """Another daemon of this state."""
        self.logs += 1
        path = self.ground.config.with_name(f"daemon-{self.logs}.log")
        with path.open("w") as log, self.ground.start("daemon", err=log) as process:
            try:
                yield Started(process, path)
            finally:
                process.kill()

    def slow(self) -> None:
        """Let writes take their time, so that something is in hand when a signal comes."""
        script = [{"fault": "slow", "operation": name, "times": 1000} for name in WRITES]
        self.ground.ask("faults", {"script": script})

    def quick(self) -> None:
        """Let writes be as quick as ever."""
        self.ground.ask("faults", {"script": []})

    def written(self) -> int:
        """How many writes took effect."""
        return len(self.ground.writes())

    def runs(self) -> list[RunEntry]:
        """Every run so far that ended, first to last."""
        with open_store(self._state, clock=utc_now) as store:
            entries = store.runs("main", 1000)
        return [each for each in reversed(entries) if each.head.status is not RunStatus.RUNNING]

    def open_intents(self) -> tuple[Intent, ...]:
        """Writes of which nobody knows what came of them."""
        with open_store(self._state, clock=utc_now) as store:
            return store.open_intents("main")

    def catches(self, daemon: Started) -> bool:
        """Stop a daemon in the middle of a run, and not of a write; or let it go on."""
        daemon.process.send_signal(signal.SIGSTOP)
        with suppress(StateError), open_store(self._state, clock=utc_now) as store:
            store.keep_next_run("main", None)
            if store.holder("main"):
                return True
        daemon.process.send_signal(signal.SIGCONT)
        return False

    def settled(self) -> dict[str, int] | None:
        """Where the pair stands, once a run found nothing more to do."""
        runs = self.runs() if self._state.exists() else []
        counts = runs[-1].counts if runs else {"apply": 1}
        return None if counts["apply"] or runs[-1].head.error else dict(counts)

    def at_end(self) -> dict[str, int]:
        """Where the pair stands when all is done."""
        until(self.settled)
        return self.settled() or {}

    @property
    def _state(self) -> Path:
        return self.ground.config.with_name("state.db")


@contextmanager
def house(folder: Path, people: int = 200) -> Iterator[House]:
    with playground(folder, people=people, more=NO_PAGES) as ground:
        text = ground.config.read_text()
        ground.config.write_text(text.replace("[pairs.main]\n", SETTINGS, 1))
        yield House(ground)


@contextmanager
def full_pipe() -> Iterator[IO[str]]:
    """A pipe that takes nothing more, and has a reader who does not read."""
    out, into = os.pipe()
    try:
        os.set_blocking(into, False)
        with suppress(BlockingIOError):
            while True:
                os.write(into, b"x" * 4096)
        os.set_blocking(into, True)
        with os.fdopen(into, "w") as stream:
            yield stream
    finally:
        os.close(out)


def overlap(runs: list[RunEntry]) -> bool:
    """Whether the middle of a run lies in another one.

    Not its first moment: a run takes its time a little before it takes the pair.
    """
    spans = [(run.head.started_at, run.head.finished_at or utc_now()) for run in runs]
    middles = [start + (end - start) / 2 for start, end in spans]
    others = permutations(range(len(spans)), 2)
    return any(spans[one][0] < middles[other] < spans[one][1] for one, other in others)


def test_a_daemon_that_is_asked_to_end_finishes_and_records_what_is_in_hand(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as home:
        home.slow()
        with home.daemon() as daemon:
            until(lambda: home.written() >= 3)
            assert daemon.end() == 0
        last = home.runs()[-1]

        assert home.open_intents() == ()
        assert last.counts["skipped"] > 0, "the run was over before it was asked to end"
        assert last.head.error is None
        reported = json.loads(home.ground.run("report", last.head.id, "--format", "json")[1])
        applied = [row for row in reported["rows"] if row["outcome"] == "applied"]
        assert len([row for row in applied if row["kind"] != "link"]) == home.written()

        home.quick()
        with home.daemon() as daemon:
            home.at_end()
            assert daemon.end(signal.SIGINT) == 0
        assert home.ground.ask("writes")["created_twice"] == []


def test_a_killed_daemon_is_succeeded_at_once_and_all_ends_as_if_nothing_was(
    tmp_path: Path,
) -> None:
    ends = []
    for name, killed in (("whole", False), ("killed", True)):
        (tmp_path / name).mkdir()
        with house(tmp_path / name) as home:
            if killed:
                home.slow()
                with home.daemon() as daemon:
                    until(lambda: home.written() >= 3)
                    daemon.end(signal.SIGKILL)
                home.quick()
            with home.daemon() as daemon:
                ends.append(home.at_end())
                assert not daemon.said("Waiting")
                assert daemon.end() == 0
            assert home.open_intents() == ()
            assert home.ground.ask("writes")["created_twice"] == []

    assert ends[0] == ends[1]


def test_a_second_daemon_waits_for_the_first_one_to_end(tmp_path: Path) -> None:
    with house(tmp_path, people=20) as home, home.daemon() as first:
        until(lambda: first.said("Run ended"))
        with home.daemon() as second:
            until(lambda: second.said("Waiting up to 50 s for it to end"))
            assert not second.said("Run began")
            assert first.end() == 0
            until(lambda: second.said("Run ended"))
            assert second.end() == 0
        assert not overlap(home.runs())


EARLY = """
import os, signal
from sync.cli.daemon import _end_by_signals
_end_by_signals()
try:
    os.kill(os.getpid(), signal.{sign})
except BaseException:
    pass
raise SystemExit("It goes on.")
"""


@pytest.mark.parametrize("sign", ["SIGTERM", "SIGINT"])
def test_an_end_before_the_beginning_is_one_whoever_catches_what(sign: str) -> None:
    ended = subprocess.run([sys.executable, "-c", EARLY.format(sign=sign)], cwd=ROOT, check=False)

    assert ended.returncode == 0


def test_a_daemon_that_is_ended_while_it_reads_its_configuration_ends_cleanly(
    tmp_path: Path,
) -> None:
    with house(tmp_path, people=0) as home:
        text = home.ground.config.read_text()
        home.ground.config.unlink()
        os.mkfifo(home.ground.config)
        with home.daemon() as daemon, home.ground.config.open("w"):  # it is about to read
            assert daemon.end() == 0

        home.ground.config.unlink()
        home.ground.config.write_text(text)
        with home.daemon() as daemon:
            until(lambda: daemon.said("Run ended"))
            assert daemon.end() == 0


def test_a_daemon_that_waits_for_another_one_ends_cleanly(tmp_path: Path) -> None:
    with house(tmp_path, people=0) as home, home.daemon() as first:
        until(lambda: first.said("Run ended"))
        with home.daemon() as second:
            until(lambda: second.said("Waiting up to 50 s for it to end"))
            assert second.end() == 0
        assert first.end() == 0


def test_a_log_that_nobody_reads_keeps_no_pair_from_its_runs_and_no_daemon_from_its_end(
    tmp_path: Path,
) -> None:
    with house(tmp_path, people=20) as home, full_pipe() as log:
        with home.ground.start("daemon", err=log) as process:
            try:
                home.at_end()
                process.send_signal(signal.SIGTERM)
                assert process.wait(LIMIT) == 0
            finally:
                process.kill()
        assert home.open_intents() == ()


def test_a_sync_beside_the_daemon_and_the_daemon_leave_the_pair_to_each_other(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as home:
        home.slow()
        with home.daemon() as daemon:
            until(lambda: home.catches(daemon))
            busy, _, told = home.ground.run("sync", "--yes")
            daemon.process.send_signal(signal.SIGCONT)
            assert busy == 5, told
            assert "Another run holds pair main" in told
            home.quick()
            home.at_end()
            codes = {home.ground.run("sync", "--yes", "--format", "json")[0] for _ in range(3)}
            assert daemon.end() == 0
        runs = home.runs()

    assert codes <= {0, 4, 5}
    assert not overlap(runs)


def test_a_daemon_reads_its_configuration_again_when_asked(tmp_path: Path) -> None:
    with house(tmp_path, people=20) as home, home.daemon() as daemon:
        until(lambda: daemon.said("Run ended"))
        good = home.ground.config.read_text()

        home.ground.config.write_text(good.replace("every 1s", "every so often"))
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.said("pairs.main.schedule - must be five cron fields"))

        home.ground.config.write_text(good.replace("every 1s", "0 3 * * *"))
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: daemon.said("read again and is in force"))

        refused = [line for line in daemon.lines if "refused" in line["event"]]
        assert len(refused) == 1
        assert daemon.end() == 0


def test_a_daemon_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with house(tmp_path, people=0) as home:
        code, out, told = home.ground.run("daemon", "--pair", "mian")
        assert (code, out) == (2, "")
        assert "There is no pair 'mian'; there are: main." in told

        home.ground.config.write_text("pairs = 1")
        assert home.ground.run("daemon")[0] == 2
