"""A pair with nobody in it yet, and one in which many people were brought into step."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.world import empty_world
from sync.state.store import open_store
from tests.runs.shop import Clock, Shop


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a power cut is survived is the business of tests/state."""
    monkeypatch.setattr("sync.state.database.DURABLE", "PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def blank_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state that was made and never used."""
    path = tmp_path_factory.mktemp("blank") / "state.db"
    with open_store(path, clock=Clock()):
        return path


@pytest.fixture
def shop(tmp_path: Path, blank_state: Path) -> Iterator[Shop]:
    """Nobody on either side, the settings every pair starts with: the guards are the default's."""
    clock = Clock()
    state = shutil.copy(blank_state, tmp_path / "state.db")
    shop = Shop(empty_world(seed=1, clock=clock), Path(state), clock)
    yield shop
    shop.close()
