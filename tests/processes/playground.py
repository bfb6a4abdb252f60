"""The sandbox and the program as processes of their own, for what only a process can show."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from pathlib import Path
from connectors.sandbox.seed import seeded
from connectors.sandbox.server import run, write_config
people, seed, config, more = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
world = seeded(people, seed)
def announce(urls):
    write_config(config, urls, world, more=more)
    print(urls.whop, flush=True)
run(world, whop_port=0, affihub_port=0, announce=announce)
"""


WRITES = (
    "create_affiliate",
    "archive_affiliate",
    "unarchive_affiliate",
    "create_override",
    "update_override",
    "delete_override",
    "create_partner",
    "update_partner",
)


def _environment() -> dict[str, str]:
    """Ours, without anything that could reach into a configuration."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AFFISYNC_", "PYTEST"))}


@dataclass(frozen=True)
class Playground:
    """A running sandbox, and a configuration for it."""

    config: Path
    control: str

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use one of the sandbox's own switches."""
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.control}/{path}", data=sent)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def writes(self) -> list[dict[str, Any]]:
        """Every write that took effect on either side."""
        told: list[dict[str, Any]] = self.ask("writes")["writes"]
        return told

    def start(self, *arguments: str, err: IO[str] | None = None) -> subprocess.Popen[str]:
        """Start the program; it is not waited for. ``err`` takes more than a pipe holds."""
        command = [sys.executable, "-m", "sync.cli", *arguments, "--config", str(self.config)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdout=pipe, stderr=err or pipe, text=True, cwd=ROOT, env=_environment()
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run the program to its end: exit code, stdout, stderr."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def sync(self, *arguments: str) -> dict[str, Any]:
        """An apply that allows everything a guard can hold, as its JSON report."""
        _, out, err = self.run("sync", "--yes", "--allow", "all", "--format", "json", *arguments)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report

    def kill_after(self, writes: int, *arguments: str) -> bool:
        """Start a sync and SIGKILL it once that many writes took effect; whether it came to that.

        Writes are slowed down meanwhile, so that there is somebody left to kill; those under way
        at that moment still take effect.
        """
        slow = [{"fault": "slow", "operation": name, "times": 1000} for name in WRITES]
        self.ask("faults", {"script": slow})
        try:
            return self._kill_after(writes, *arguments)
        finally:
            self.ask("faults", {"script": []})

    def _kill_after(self, writes: int, *arguments: str) -> bool:
        before = len(self.writes())
        process = self.start("sync", "--yes", "--allow", "all", *arguments)
        while process.poll() is None:
            if len(self.writes()) - before >= writes:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                return True
            time.sleep(0.002)
        process.communicate()
        return False


@contextmanager
def playground(
    folder: Path, *, people: int = 60, seed: int = 1, more: Sequence[str] = ()
) -> Iterator[Playground]:
    """A sandbox on free ports until the block ends."""
    config = folder / "affisync.toml"
    arguments = [str(people), str(seed), str(config), "\n".join(more)]
    command = [sys.executable, "-c", SERVE, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            yield Playground(config, url.removesuffix("/api/v1") + "/_sandbox")
        finally:
            server.terminate()
