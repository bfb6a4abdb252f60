"""``affisync selftest``: what it shows, how it ends, and that it leaves nothing behind."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.selftest.case import Turn
from sync.selftest.cases.every import CHAOS, PLAIN, named, turns
from sync.selftest.laws.law import Law
from sync.selftest.laws.verdict import Account, Verdict
from sync.selftest.result import Tried
from tests.cli.playing import Shell

ROOT = Path(__file__).parents[2]
QUICK = "listing-whop-empty"
SOON = 60.0
"""Seconds after which whatever did not happen will not happen."""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary ones, beside the one the command is called in."""
    folder = tmp_path.parent / f"{tmp_path.name}-temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.slow
def test_a_case_that_holds_ends_with_0_and_leaves_nothing(shell: Shell, temporary: Path) -> None:
    ran = shell("selftest", "--case", QUICK, "--seed", 4)

    assert ran.code == 0
    assert [line.split()[:2] for line in ran.out.splitlines()[:2]] == [["ok", "L8"], ["ok", "L10"]]
    assert "Every law held: 1 case " in ran.out
    assert ran.err == "affisync: 1 of 1 cases tried\n"
    assert list(temporary.iterdir()) == []
    assert list(shell.folder.iterdir()) == []


@pytest.mark.slow
def test_nothing_of_the_users_reaches_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.config.write_text("this is no configuration")
    (shell.folder / "json.py").write_text("raise SystemExit('not this one')")
    monkeypatch.setenv("AFFISYNC_PAIRS__MAIN__WHOP__BASE_URL", "http://127.0.0.1:9/api/v1")
    monkeypatch.setenv("WHOP_API_KEY", "a-key-of-the-users")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    ran = shell("selftest", "--case", "left-lease", "--format", "json")

    assert ran.code == 0, ran.out
    assert ran.document["holds"] is True
    assert {path.name for path in shell.folder.iterdir()} == {"affisync.toml", "json.py"}


def breaking(law: Law) -> Tried:
    """A case in which a law did not hold."""
    case = named(QUICK)
    assert case
    account = Account(("a run", "another"), "nothing", ("something",))
    return Tried(Turn(case, 9), (Verdict(law, account),), 0.5)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is tried breaks a law."""

    async def try_all(*_: object, **__: object) -> tuple[Tried, ...]:
        return (breaking(Law.L8),)

    monkeypatch.setattr("sync.selftest.selftest.try_all", try_all)


@pytest.mark.usefixtures("broken")
def test_a_law_that_does_not_hold_ends_with_1_and_says_how_to_see_it_again(shell: Shell) -> None:
    ran = shell("selftest")

    assert ran.code == 1
    assert ran.out.startswith("FAIL  L8")
    assert "affisync selftest --case listing-whop-empty --seed 9" in ran.out


@pytest.mark.usefixtures("broken")
def test_as_json_it_is_one_document(shell: Shell) -> None:
    ran = shell("selftest", "--chaos", "--seed", 9, "--format", "json")

    assert ran.code == 1
    assert ran.document["schema"] == "affisync.selftest/1"
    assert (ran.document["holds"], ran.document["chaos"], ran.document["seed"]) == (False, True, 9)
    assert ran.document["broken"][0]["saw"] == ["something"]


@pytest.mark.parametrize(
    "arguments,said",
    [
        (("--case", "no-such"), "There is no case 'no-such'; there are: "),
        (("--seed", "-1"), "--seed"),
        (("--format", "csv"), "--format"),
    ],
)
def test_what_cannot_be_asked_ends_with_2(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    ran = shell("selftest", *arguments)

    assert ran.code == 2
    assert said in ran.err


def test_without_a_temporary_folder_it_says_what_to_do(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    ran = shell("selftest", "--case", QUICK)

    assert ran.code == 2
    assert "set TMPDIR" in ran.err


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in (*PLAIN, *CHAOS)]

    assert len(names) == len(set(names))
    assert all(named(name) for name in names)


def test_chaos_is_what_every_selftest_tries_and_more() -> None:
    plain, chaos = list(turns(5, chaos=False)), list(turns(5, chaos=True))

    assert set(plain) < set(chaos)
    assert min(turn.seed for turn in chaos) == 5


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_leaves_no_process_and_no_folder(
    tmp_path: Path, temporary: Path, sign: signal.Signals
) -> None:
    command = [sys.executable, "-m", "sync.cli", "selftest", "--chaos"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as selftest:
        assert until(lambda: len(mentioning(temporary)) > 3), "no worker ever started a program"
        selftest.send_signal(sign)
        out, err = selftest.communicate(timeout=SOON)

    assert (selftest.returncode, out) == (1, "")
    assert "Stopped; nothing was left behind." in err
    assert until(lambda: not mentioning(temporary))
    assert list(temporary.iterdir()) == []


def mentioning(folder: Path) -> list[int]:
    """The processes that work in a folder, or were told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
            told = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in where or str(folder) in told:
            found.append(int(process.name))
    return found


def until(happened: Callable[[], bool]) -> bool:
    """Whether something happened soon."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return False
