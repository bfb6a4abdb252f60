"""A daemon's app without the daemon: pairs in a configuration, a state, a clock that is moved."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from connectors.sandbox.server import Urls, write_config
from connectors.sandbox.world import World, empty_world
from sync.app import App
from sync.config import load
from sync.config.values import Address
from sync.core.standing import Standing
from sync.state.store import Store
from tests.runs.shop import START, Clock

HERE: Final = Address("127.0.0.1", 0)
NOWHERE: Final = Urls("http://127.0.0.1:9/api/v1", "http://127.0.0.1:9/api/v1")


def asking(at: Address) -> httpx.AsyncClient:
    """Somebody who asks what is served there."""
    return httpx.AsyncClient(base_url=f"http://{at.host}:{at.port}", trust_env=False)


def configured(folder: Path, *more: str, urls: Urls = NOWHERE, world: World | None = None) -> Path:
    """A configuration of ``main`` and of ``more`` pairs that are like it."""
    path = folder / "affisync.toml"
    write_config(path, urls, world or empty_world(seed=1))
    text = path.read_text(encoding="utf-8")
    pair = text.split("[pairs.main]")[1]
    others = (f"\n[pairs.{name}]{pair.replace('pairs.main', f'pairs.{name}')}" for name in more)
    path.write_text(text + "".join(others), encoding="utf-8")
    return path


@dataclass
class Patient:
    """What there is to look at (``sync.daemon.health.pages.Vitals``)."""

    folder: Path
    store: Store
    clock: Clock
    beating: bool = True
    started_at: datetime = START
    refused: datetime | None = None
    current: App = field(init=False)

    def __post_init__(self) -> None:
        self.current = App(load(configured(self.folder), {}), self.store, clock=self.clock)

    def alive(self) -> bool:
        return self.beating

    def app(self) -> App:
        return self.current

    def refused_since(self) -> datetime | None:
        return self.refused

    def configure(self, *more: str) -> None:
        """Go on with ``main`` and ``more`` pairs."""
        config = load(configured(self.folder, *more), {})
        self.current = replace(self.current, config=config)

    def good(self, pair: str = "main") -> None:
        """A good run ends now."""
        self.store.keep_standing(Standing(pair, self.clock(), self.clock()))
