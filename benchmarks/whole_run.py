"""A whole `affisync sync` process against a sandbox in another process, over loopback HTTP.

    .venv/bin/python benchmarks/whole_run.py --people 10000 --runs 5

Prints, for the first run (links everybody) and for runs in which nothing changed: wall and CPU
seconds, peak memory of the process, and requests by side. Targets for 10,000 people a side and a
run in which nothing changed: under 4 s, under 150 MiB, the pages there are plus at most 3 requests.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

AFFISYNC = (sys.executable, "-m", "sync.cli")
SERVE = """
import sys
from pathlib import Path
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import run, write_config
people, config, more = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
world = agreed(people, 1)
def announce(urls):
    write_config(config, urls, world, more=more)
    print("ready", flush=True)
run(world, whop_port=0, affihub_port=0, announce=announce)
"""


@dataclass(frozen=True)
class Figures:
    """One finished process: seconds, MiB, its exit code and what it printed."""

    wall: float
    cpu: float
    peak: float
    code: int
    out: str


def measured(arguments: Sequence[str]) -> Figures:
    """Run a command to its end and ask the operating system what it took."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([*AFFISYNC, *arguments], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    cpu = usage.ru_utime + usage.ru_stime
    return Figures(wall, cpu, usage.ru_maxrss / 1024, process.returncode, text)


@contextmanager
def sandbox(people: int, config: Path, more: str) -> Iterator[None]:
    """Both APIs in a process of their own, everybody in agreement."""
    command = [sys.executable, "-c", SERVE, str(people), str(config), more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            if server.stdout is None or server.stdout.readline().strip() != "ready":
                raise SystemExit("the sandbox did not start")
            yield
        finally:
            server.terminate()


def told(name: str, figures: Sequence[Figures]) -> None:
    """One line per kind of run: medians, with the range of the wall time."""
    wall = [f.wall for f in figures]
    requests = json.loads(figures[-1].out)["requests"]
    sums = {side: sum(counts.values()) for side, counts in requests.items()}
    print(
        f"{name:14} wall {statistics.median(wall):6.2f} s ({min(wall):.2f}-{max(wall):.2f})  "
        f"cpu {statistics.median(f.cpu for f in figures):6.2f} s  "
        f"peak {statistics.median(f.peak for f in figures):6.1f} MiB  requests {sums}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commission", action="store_true", help="with commission.sync = two-way")
    asked = parser.parse_args()
    more = '[pairs.main.commission]\nsync = "two-way"\n' if asked.commission else ""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "affisync.toml"
        with sandbox(asked.people, config, more):
            common = ("sync", "--config", str(config), "--format", "json")
            told("first run", [measured([*common, "--yes", "--allow", "all"])])
            told("no change", [measured([*common, "--yes"]) for _ in range(asked.runs)])
            told("dry run", [measured([*common, "--dry-run"]) for _ in range(asked.runs)])


if __name__ == "__main__":
    main()
