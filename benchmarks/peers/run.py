"""What known tools do where people would be lost: probe by tool, as a Markdown table.

    .venv/bin/python benchmarks/peers/run.py [--only KEY,KEY] [--write]

vdirsyncer and octoDNS are installed into an environment that is thrown away; Unison and rclone are
used where they are on the PATH (Debian: apt-get install unison rclone). What is not there is told.
affisync's own column is what tests/peers found just now. --write puts the table into README.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers import environment, ours, readme, with_octodns, with_rclone, with_unison, with_vdirsyncer
from peers.probe import PROBES, Column, Peer, probed, table


def peers(folder: Path) -> Iterator[Peer]:
    """Every tool, those that are not there without a version."""
    programs = environment.programs(folder / "venv")
    for name, tool in (("vdirsyncer", with_vdirsyncer), ("octoDNS", with_octodns)):
        version = environment.version(programs, name.lower()) if programs else ""
        yield tool.peer(programs, version) if programs and version else Peer(name, "")
    yield with_unison.peer()
    yield with_rclone.peer()


def columns(folder: Path, only: list[str]) -> Iterator[Column]:
    """What every tool did, ours first."""
    yield ours.column(only)
    for peer in peers(folder):
        if peer.version:
            print(f"probing {peer.name} {peer.version} ...", file=sys.stderr)
        else:
            print(f"left out: {peer.name} is not there", file=sys.stderr)
        yield probed(peer, folder / "probes", only) if peer.version else Column(peer, _absent(only))


def _absent(only: list[str]) -> dict[str, str]:
    return dict.fromkeys(only, "not here")


def main() -> None:
    """Probe and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PROBES), help="keys, as in most,crash")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        told = table(columns(Path(folder), asked.only.split(",")))
    when = f"Probed {datetime.now(UTC):%Y-%m-%d} UTC by `benchmarks/peers/run.py`."
    print(f"{when}\n\n{told}")
    if asked.write:
        readme.write(f"{when}\n\n{told}")


if __name__ == "__main__":
    main()
