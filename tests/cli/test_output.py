"""Where what a command tells goes: closed, full, or of few letters, it is no bug of ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.playing import Town


def run(folder: Path, command: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command as a shell would run it, in a process of its own."""
    typed = f"{sys.executable} -m sync.cli {command}"
    environ = {**os.environ, "COVERAGE_PROCESS_START": "", **variables}
    return subprocess.run(
        ["/bin/sh", "-c", typed],
        cwd=folder,
        env=environ,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def town(town: Town) -> Town:
    """Somebody whose name ASCII cannot say."""
    town.both(first_name="李浩然")
    town.both()
    assert town("sync", "--yes", "--allow", "first-run").code in (0, 4)
    return town


def test_a_letter_that_cannot_be_said_is_replaced(town: Town) -> None:
    ran = run(town.folder, "report", PYTHONIOENCODING="ascii")

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"2 links were made" in ran.stdout
    assert b"?" in ran.stdout


def test_a_closed_stdout_is_nobody_who_listens(town: Town) -> None:
    ran = run(town.folder, "report >&-")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@pytest.mark.parametrize("command", ["report", "held", "links --format json"])
def test_a_full_disk_behind_stdout_is_told_in_a_sentence(town: Town, command: str) -> None:
    ran = run(town.folder, f"{command} > /dev/full")

    assert ran.returncode == 1
    (told,) = ran.stderr.decode().splitlines()
    assert "This could not be told on stdout: No space left on device." in told
