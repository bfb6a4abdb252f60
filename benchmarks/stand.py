"""The sandbox in a process of its own, a configuration for it, and a person who edits people."""

import json
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from figures import Child, child

HERE = Path(__file__).parent
SERVE = """
import json, sys
from pathlib import Path
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import run, write_config
people, config, more = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
world = agreed(people, 1)
def announce(urls):
    write_config(config, urls, world, more=more)
    whop, affihub = world.whop, world.affihub
    print(json.dumps([urls.whop, whop.key, whop.company_id, urls.affihub, affihub.key]), flush=True)
run(world, whop_port=0, affihub_port=0, announce=announce)
"""
TWO_WAY = '[pairs.main.commission]\nsync = "two-way"\n'


@dataclass(frozen=True)
class Stand:
    """A sandbox that runs; ``reach`` is what the floor is started with."""

    config: Path
    reach: tuple[str, str, str, str, str]

    def sync(self, *more: str) -> Child:
        """One whole run as people start it; its report is JSON."""
        command = [sys.executable, "-m", "sync", "--config", self.config, "--format", "json"]
        done = child([*command, *more], cwd=HERE.parent)
        if done.code:
            raise SystemExit(f"a run ended with {done.code}: {done.out[:500]}")
        return done

    def first(self) -> Child:
        """A run that knows nobody yet, everything allowed."""
        for left in self.config.parent.glob("state.db*"):
            left.unlink()
        return self.sync("--yes", "--allow", "all")

    def unchanged(self) -> Child:
        """A run after one that left nothing to do."""
        return self.sync("--yes")

    def floor(self) -> Child:
        """The same pages, bare."""
        return child([sys.executable, HERE / "floor.py", *self.reach])

    def linked(self, field: str) -> Sequence[tuple[str, str, str]]:
        """Affiliate, partner and what both agreed on, of everybody with such an agreement."""
        found = (
            "SELECT links.whop_id, affihub_id, value FROM links JOIN bases"
            " USING (pair, whop_id) WHERE field = ? AND value IS NOT NULL ORDER BY whop_id"
        )
        with closing(sqlite3.connect(self.config.with_name("state.db"))) as state:
            return state.execute(found, (field,)).fetchall()

    def whop(self, method: str, path: str, body: object = None) -> Any:
        """Ask Whop, as its owner would."""
        return _asked(method, f"{self.reach[0]}/{path}", self.reach[1], body)

    def affihub(self, method: str, path: str, body: object = None) -> Any:
        """Ask Affihub, as its owner would."""
        return _asked(method, f"{self.reach[3]}/{path}", self.reach[4], body)

    def forget(self) -> None:
        """Count requests from here on."""
        self.control("reset-log", {})

    def requests(self) -> dict[str, int]:
        """How many requests both sides served, by operation."""
        told = self.control("requests")["counts"]
        return {one["operation"]: one["count"] for one in told}

    def control(self, switch: str, body: object = None) -> Any:
        """Turn one of the sandbox's switches, or look at it where nothing is sent."""
        url = self.reach[0].removesuffix("/api/v1") + f"/_sandbox/{switch}"
        return _asked("GET" if body is None else "POST", url, body=body)


def _asked(method: str, url: str, key: str = "", body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Api-Version-Date": "2025-01-01"}
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


@contextmanager
def stand(people: int, more: str = "") -> Iterator[Stand]:
    """Both sides with so many people who agree, until the block ends."""
    with TemporaryDirectory() as folder:
        config = Path(folder) / "affisync.toml"
        command = [sys.executable, "-c", SERVE, str(people), str(config), more]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent) as server:
            try:
                line = server.stdout.readline() if server.stdout else b""
                if not line:
                    raise SystemExit("the sandbox did not start")
                yield Stand(config, tuple(json.loads(line)))
            finally:
                server.terminate()
