"""A daemon over three sandbox pairs under faults, watched from outside.

    .venv/bin/python benchmarks/soak.py --minutes 20 --every 30s

Each pair has a sandbox process of its own in which people go on editing; every two minutes an ops
person lets pass by hand what the guards hold. `a` and `b` answer with a share of faults; `c` fails
completely for every other stretch of time. Prints, every half minute, the daemon's memory, open
files and connections and how many runs each pair has made, and in the end the first and the last
third of the run beside each other: nothing may have grown.
"""

import argparse
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

AFFISYNC = (sys.executable, "-m", "sync.cli")
PAIRS = ("a", "b", "c")
FAILING = "c"
FAULTS = {"all": 0.05}
DOWN = {"errors": 1.0}
LISTEN = "127.0.0.1:18620"
SERVE = """
import sys
from pathlib import Path
from connectors.sandbox.seed import agreed
from connectors.sandbox.server import run, write_config
people, config, seed = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
world = agreed(people, seed)
def announce(urls):
    write_config(config, urls, world)
    print(urls.whop, urls.affihub, world.whop.company_id, flush=True)
run(world, whop_port=0, affihub_port=0, announce=announce)
"""
PAIR = """
[pairs.{name}]
schedule = "every {every}"
deadline = "5m"
guards = {{ first_run = false }}
[pairs.{name}.whop]
company_id = "{company}"
api_key_file = "{name}.whop.key"
base_url = "{whop}"
requests_per_minute = 60000
[pairs.{name}.affihub]
api_key_file = "{name}.affihub.key"
base_url = "{affihub}"
requests_per_minute = 60000
"""


@dataclass(frozen=True)
class Sample:
    """The daemon at one moment: seconds since its start, MiB, counts."""

    at: float
    memory: float
    files: int
    connections: int
    threads: int
    cpu: float
    runs: Mapping[str, int]
    failed: Mapping[str, int]


def post(base: str, what: str, body: object) -> None:
    """Tell a sandbox something."""
    url = f"{base.removesuffix('/api/v1')}/_sandbox/{what}"
    text = json.dumps(body).encode()
    request = urllib.request.Request(url, text, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()


@contextmanager
def sandbox(name: str, people: int, seed: int, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Both APIs in a process of their own: their addresses, and the company's id."""
    command = [sys.executable, "-c", SERVE, str(people), str(folder / f"{name}.toml"), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            whop, affihub, company = server.stdout.readline().split()
            yield whop, affihub, company
        finally:
            server.terminate()


def sample(pid: int, start: float, folder: Path) -> Sample:
    """Ask the kernel about the daemon, and its state about its runs."""
    proc = Path(f"/proc/{pid}")
    status = dict(
        line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line
    )
    links = [str(fd.readlink()) for fd in (proc / "fd").iterdir()]
    ticks = (proc / "stat").read_text().rpartition(")")[2].split()
    runs, failed = counted(folder)
    return Sample(
        at=time.monotonic() - start,
        memory=int(status["VmRSS"].split()[0]) / 1024,
        files=len(links),
        connections=sum(link.startswith("socket:") for link in links),
        threads=int(status["Threads"]),
        cpu=(int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK"),
        runs=runs,
        failed=failed,
    )


def counted(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Runs of each pair that ended, and those of them that failed."""
    with sqlite3.connect(f"file:{folder / 'state.db'}?mode=ro", uri=True) as state:
        ended = "SELECT pair, count(*), sum(status = 'failed') FROM runs WHERE finished_at NOTNULL"
        rows = state.execute(f"{ended} GROUP BY pair").fetchall()
    runs = {pair: count for pair, count, _ in rows}
    return runs, {pair: failed for pair, _, failed in rows}


def told(one: Sample) -> str:
    """A sample as one line."""
    runs = "  ".join(f"{p} {one.runs.get(p, 0):4}/{one.failed.get(p, 0):3}" for p in PAIRS)
    return (
        f"{one.at:6.0f} s  {one.memory:6.1f} MiB  {one.files:3} files  {one.connections:3} sockets"
        f"  {one.threads:2} threads  {one.cpu:6.1f} s CPU   runs/failed  {runs}"
    )


def thirds(samples: Sequence[Sample]) -> None:
    """What grew between the first and the last third."""
    third = max(1, len(samples) // 3)
    for name in ("memory", "files", "connections", "threads"):
        first = statistics.median(getattr(one, name) for one in samples[:third])
        last = statistics.median(getattr(one, name) for one in samples[-third:])
        most = max(getattr(one, name) for one in samples)
        print(f"{name:12} first third {first:7.1f}   last third {last:7.1f}   most {most:7.1f}")


def soak(arguments: argparse.Namespace, folder: Path, stack: ExitStack) -> None:
    """Start everything, watch it, stop it."""
    bases = {}
    config = f'[daemon]\nlisten = "{LISTEN}"\n'
    for seed, name in enumerate(PAIRS, start=1):
        urls = stack.enter_context(sandbox(name, arguments.people, seed, folder))
        bases[name] = urls[0]
        config += PAIR.format(
            name=name, every=arguments.every, whop=urls[0], affihub=urls[1], company=urls[2]
        )
        post(urls[0], "faults", {"rates": FAULTS})
    path = folder / "affisync.toml"
    path.write_text(config)
    log = stack.enter_context((folder / "daemon.log").open("w"))
    command = [*AFFISYNC, "daemon", "--config", str(path)]
    daemon = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        watch(arguments, folder, bases, daemon)
    finally:
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        print(f"SIGTERM: exit {daemon.wait(60)} after {time.monotonic() - began:.1f} s")
        lines = (folder / "daemon.log").read_text().splitlines()
        print(f"{len(lines)} log lines; the last: {lines[-1] if lines else ''}")


def allow(folder: Path) -> None:
    """Let pass what is held, as a person would beside the running daemon."""
    for pair in PAIRS:
        command = [*AFFISYNC, "sync", "--yes", "--allow", "all", "--pair", pair]
        command += ["--config", str(folder / "affisync.toml"), "--output", os.devnull]
        if pair != FAILING:
            subprocess.run(command, stderr=subprocess.DEVNULL, timeout=120, check=False)


def watch(
    arguments: argparse.Namespace,
    folder: Path,
    bases: Mapping[str, str],
    daemon: "subprocess.Popen[bytes]",
) -> None:
    """Let people edit and `c` fail by turns; print a line every half minute."""
    start, samples = time.monotonic(), []
    while (passed := time.monotonic() - start) < arguments.minutes * 60:
        time.sleep(30)
        if daemon.poll() is not None:
            raise SystemExit(f"the daemon ended with {daemon.returncode}")
        down = int(passed // arguments.stretch) % 2 == 1
        post(bases[FAILING], "faults", {"rates": DOWN if down else {"errors": 0, **FAULTS}})
        for number, base in enumerate(bases.values()):
            post(base, "drift", {"seed": int(passed) + number})
        if len(samples) % 4 == 0:
            allow(folder)
        samples.append(sample(daemon.pid, start, folder))
        print(told(samples[-1]), "  c is down" if down else "", flush=True)
    with urllib.request.urlopen(f"http://{LISTEN}/metrics", timeout=10) as answer:
        (folder / "metrics.txt").write_bytes(answer.read())
    thirds(samples)


def main() -> None:
    """Read the options, make a folder, soak."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--every", default="30s")
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--stretch", type=float, default=150, help="seconds c is up, then down")
    options.add_argument("--folder", type=Path, help="keep state, log and metrics there")
    arguments = options.parse_args()
    with ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        soak(arguments, folder, stack)


if __name__ == "__main__":
    main()
