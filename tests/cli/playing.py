"""The command line in this process, against a sandbox that is served from a thread of its own."""

import asyncio
import io
import json
import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.faults import Faults
from connectors.sandbox.server import Urls, serve, write_config
from connectors.sandbox.whop_records import Affiliate
from connectors.sandbox.world import World, empty_world
from sync.app import utc_now
from sync.cli.main import main
from sync.core.plan import Link
from sync.core.ports import Known
from sync.runs.linking import held
from sync.state.store import Store, open_store

CTRL_C = "\x03"
"""Among answers: that key is pressed there, and no answer comes."""


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Its one JSON document."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    """A person at the keyboard who answers so."""

    def isatty(self) -> bool:
        return True


class Interrupting(Terminal):
    """Somebody who gives these answers, and presses Ctrl-C at the question after them."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # as StringIO has it
        line = super().readline(size)
        if not line:
            signal.raise_signal(signal.SIGINT)
        return line or "y\n"


@dataclass
class Shell:
    """Runs commands as the console script does, in a folder of its own."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        """Where a command looks for its configuration."""
        return self.folder / "affisync.toml"

    def __call__(self, *arguments: object, answers: str | None = None) -> Ran:
        """A command; with ``answers`` there is a terminal, where somebody types these."""
        stdin = io.StringIO() if answers is None else _at_keyboard(answers)
        self.monkeypatch.setattr("sys.stdin", stdin)
        self.monkeypatch.setattr("sys.argv", ["affisync", *map(str, arguments)])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)


def _at_keyboard(answers: str) -> Terminal:
    said, interrupts, _ = answers.partition(CTRL_C)
    return Interrupting(said) if interrupts else Terminal(said)


@dataclass
class Town:
    """Both systems, served, a configuration that finds them, and a shell beside it."""

    world: World
    faults: Faults
    shell: Shell
    cast: Cast = field(init=False)

    def __post_init__(self) -> None:
        self.cast = cast_for(self.world, 5)

    def __call__(self, *arguments: object, answers: str | None = None) -> Ran:
        """A command of the shell."""
        return self.shell(*arguments, answers=answers)

    @property
    def folder(self) -> Path:
        """Where the configuration and the state are."""
        return self.shell.folder

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The state, opened by somebody else."""
        with open_store(self.folder / "state.db", clock=utc_now) as store:
            yield store

    def known(self) -> Known:
        """What the state knows now."""
        with self.store() as store:
            return store.known("main", utc_now())

    def linked(self) -> set[tuple[str, str]]:
        """Who is linked to whom now."""
        return {(link.whop_id, link.affihub_id) for link in self.known().links}

    def both(self, **fields: Any) -> tuple[Affiliate, Partner]:
        """Somebody on both sides, not linked yet; ``fields`` are the partner's."""
        affiliate, partner = self.cast.both(self.cast.person())
        return affiliate, self.world.affihub.edit(partner.id, **fields) if fields else partner

    def remember(self, *people: tuple[Affiliate, Partner]) -> None:
        """Link people as an earlier run would have by email."""
        links = [Link(a.id, a.user_id, p.id, "email") for a, p in people]
        with self.store() as store, held(store, "main") as lease:
            store.save_links(lease.fence, links)


@contextmanager
def serving(world: World, faults: Faults) -> Iterator[Urls]:
    """Serve both apps from another thread, so that a command can have a loop in this one."""
    told: queue.Queue[tuple[Urls, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def until_ended() -> None:
        async with serve(world, faults=faults) as urls:
            ending = asyncio.Event()
            told.put((urls, asyncio.get_running_loop(), ending))
            await ending.wait()

    thread = threading.Thread(target=lambda: asyncio.run(until_ended()), name="the sandbox")
    thread.start()
    urls, loop, ending = told.get(timeout=10)
    try:
        yield urls
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()


def town_in(shell: Shell, urls: Urls, world: World, faults: Faults) -> Town:
    """A configuration for what is served, and all of it together."""
    write_config(shell.config, urls, world)
    return Town(world, faults, shell)


def nobody() -> World:
    """A company and a program in which nobody is yet."""
    return empty_world(seed=1)
