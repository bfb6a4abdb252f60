"""A shell in an empty folder, and a town: a shell with both systems beside it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.faults import Faults
from connectors.transport import RetryPolicy, Surroundings
from tests.cli.playing import Shell, Town, nobody, serving, town_in


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """No configuration, no state, no variable of ours."""
    for name in os.environ:
        if name.startswith("AFFISYNC_") or name in ("WHOP_API_KEY", "AFFIHUB_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "ann")
    monkeypatch.setenv("COLUMNS", "140")
    return Shell(tmp_path, monkeypatch, capsys)


@pytest.fixture
def town(shell: Shell) -> Iterator[Town]:
    """Both systems with nobody in them, and a configuration that finds them."""
    world, faults = nobody(), Faults()
    with serving(world, faults) as urls:
        yield town_in(shell, urls, world, faults)


@pytest.fixture
def unreachable(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both base URLs lead to a port where nobody listens, and nobody waits between two tries."""
    for side in ("WHOP", "AFFIHUB"):
        monkeypatch.setenv(f"AFFISYNC_PAIRS__MAIN__{side}__BASE_URL", "http://127.0.0.1:9/api/v1")
    once = Surroundings(policy=RetryPolicy(attempts=1))
    monkeypatch.setattr("sync.app.REAL_WORLD", once)
