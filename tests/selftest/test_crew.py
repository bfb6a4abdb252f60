"""Workers that hang or die are told of, and leave nothing behind."""

import asyncio
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from dataclasses import replace
from pathlib import Path

import pytest

from sync.selftest import crew
from sync.selftest.case import Case, Turn
from sync.selftest.crew import Worker, try_all
from sync.selftest.laws.law import Law
from sync.selftest.laws.verdict import Verdict
from sync.selftest.result import Tried
from sync.selftest.trial import Trial
from sync.selftest.worker import tried

HANGS = "sleep 600 & echo $! > child; wait"
DIES = "read line; exit 3"
ANSWERS = "while read line; do echo '[]'; done"


async def nothing(_trial: Trial) -> None:
    """A case in which nothing is tried."""


CASE = Case("nothing", "nothing at all", Law.L7, nothing, budget=30.0)


class Playing(Worker):
    """A worker that is played by these few lines."""

    lines = ANSWERS

    async def _start(self) -> Process:
        return await create_subprocess_exec(
            "sh",
            "-c",
            self.lines,
            cwd=self._folder,
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
        )


class Hanging(Playing):
    lines = HANGS


class Dying(Playing):
    lines = DIES


def lives(pid: int) -> bool:
    """Whether a process is still there, and more than a name to be reaped."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until_gone(pid: int) -> bool:
    """Whether a process that was killed is gone within a few seconds."""
    for _ in range(500):
        if not lives(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_case_that_hangs_breaks_its_law_and_is_ended_with_all_it_started(
    tmp_path: Path,
) -> None:
    worker = Hanging(tmp_path / "worker", loud=False)

    done = await worker.tries(Turn(replace(CASE, budget=1.5), 1))

    (verdict,) = done.verdicts
    assert verdict.account
    assert (verdict.law, verdict.account.did) == (Law.L7, ("nothing at all",))
    assert verdict.account.saw == ("nothing for 2 s, and it was ended",)
    await worker.end()
    assert await until_gone(int((tmp_path / "worker" / "child").read_text()))


async def test_a_worker_that_dies_breaks_the_law_of_its_case(tmp_path: Path) -> None:
    worker = Dying(tmp_path / "worker", loud=False)

    done = await worker.tries(Turn(CASE, 1))

    (verdict,) = done.verdicts
    assert verdict.account
    assert verdict.account.saw == ("that its process ended",)
    await worker.end()


async def test_every_case_is_tried_once_and_told_in_the_order_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "Worker", Playing)
    turns, told = [Turn(CASE, seed) for seed in range(20)], list[Tried]()

    done = await try_all(turns, tmp_path, told.append, workers=3)

    assert [tried.turn for tried in done] == turns
    assert len(told) == 20


async def test_who_stops_it_leaves_no_worker_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "Worker", Hanging)
    trying = asyncio.create_task(try_all([Turn(CASE, 1)], tmp_path, lambda _: None, workers=1))
    child = tmp_path / "worker-0" / "child"
    for _ in range(1000):
        await asyncio.sleep(0.01)
        if child.exists() and child.read_text():
            break

    trying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await trying
    assert await until_gone(int(child.read_text()))


def test_a_case_that_breaks_off_breaks_its_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def breaks(_trial: Trial) -> None:
        msg = "no such thing"
        raise ExceptionGroup("several", [LookupError(msg)])

    (verdict,) = tried(replace(CASE, play=breaks), 1, tmp_path / "case")

    assert verdict.account
    assert verdict.account.saw[0].startswith("LookupError: no such thing (test_crew.py, line ")
    assert not (tmp_path / "case").exists()
    capsys.readouterr()


def test_a_case_is_given_an_empty_folder_that_is_gone_afterwards(tmp_path: Path) -> None:
    async def looks(trial: Trial) -> None:
        assert list(trial.folder.iterdir()) == []
        (trial.folder / "left").write_text("something")
        trial.verdicts.append(Verdict(Law.L1))

    assert tried(replace(CASE, play=looks), 1, tmp_path / "case") == (Verdict(Law.L1),)
    assert list(tmp_path.iterdir()) == []
