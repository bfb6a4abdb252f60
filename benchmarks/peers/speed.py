"""A run in which nothing changed: affisync over loopback HTTP, and known tools on as many records.

    .venv/bin/python benchmarks/peers/speed.py [--quick]

Each tool keeps its own kind of record in step: affiliates and partners, calendar entries, files,
DNS records. They all have 10,000 and find nothing to do; they run in turn, medians of five.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import QUICK_TURNS, TURNS, Child, Figure, child, in_turn, median, ratio, table
from stand import stand

from peers import environment, with_octodns, with_rclone, with_unison, with_vdirsyncer
from peers.calendar_server import served
from peers.folders import OLD, Folders, name_of

RECORDS: Final = 10_000
QUICK_RECORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Runner:
    """One tool with nothing to do."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]

    def run(self) -> Child:
        """One whole process; ``SystemExit`` where it fails, since that is no figure."""
        quiet = ["sh", "-c", 'exec "$@" 2>/dev/null', "sh", *self.command]
        done = child(quiet, env={**os.environ, **self.env})
        if done.code:
            raise SystemExit(f"{self.name} ended with {done.code}:\n{done.out[-2000:]}")
        return done


def figures(quick: bool) -> list[Figure]:  # noqa: FBT001 - what every benchmark offers
    """Ours beside each tool that is there."""
    records, turns = (QUICK_RECORDS, QUICK_TURNS) if quick else (RECORDS, TURNS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
        runners = list(_runners(folder, records, stack))
        sides = stack.enter_context(stand(records))
        sides.first()
        measured: list[Callable[[], Child]] = [sides.unchanged, *(one.run for one in runners)]
        ours, *theirs = in_turn(*measured, times=turns)
    return [
        _figure(one.name, records, ours, taken) for one, taken in zip(runners, theirs, strict=True)
    ]


def _figure(name: str, records: int, ours: Sequence[Child], theirs: Sequence[Child]) -> Figure:
    times = ratio(median(ours, _wall), median(theirs, _wall))
    what = f"nothing changed, {records:,}, beside {name}"
    return Figure("b", what, _told(ours), _told(theirs), times, "", None)


def _wall(one: Child) -> float:
    return one.wall


def _told(taken: Sequence[Child]) -> str:
    wall, cpu = median(taken, _wall), median(taken, lambda one: one.cpu)
    return f"{wall:.2f} s (CPU {cpu:.2f} s), {median(taken, lambda one: one.peak):.0f} MiB"


def _runners(folder: Path, records: int, stack: ExitStack) -> Iterator[Runner]:
    """Every tool that is there, with both of its sides in step; a word on stderr for others."""
    programs = environment.programs(folder / "venv")
    if programs is not None:
        yield _vdirsyncer(programs, folder / "vdirsyncer", records)
        yield _vdirsyncer_server(programs, folder / "caldav", records, stack)
        yield _octodns(programs, folder / "octodns", records)
    for tool in (with_unison, with_rclone):
        peer = tool.peer()
        if not peer.version:
            print(f"left out: {peer.name} is not there", file=sys.stderr)
            continue
        place = folder / peer.name.split()[0]
        place.mkdir()
        yield _in_step(f"{peer.name} {peer.version}, two folders", tool.pair(place), records)


def _in_step(name: str, pair: Folders, records: int) -> Runner:
    """Equal folders, and the first run behind it."""
    pair.fill(records)
    if pair.first:
        for path in pair.a.iterdir():
            (pair.b / path.name).write_text(path.read_text())
    if pair.begin().code:
        raise SystemExit(f"{name}: the first run failed")
    return Runner(name, pair.command, pair.env)


def _vdirsyncer(programs: Path, place: Path, records: int) -> Runner:
    place.mkdir()
    version = environment.version(programs, "vdirsyncer")
    pair = with_vdirsyncer.two_folders(programs, place)
    return _in_step(f"vdirsyncer {version}, two folders", pair, records)


def _vdirsyncer_server(programs: Path, place: Path, records: int, stack: ExitStack) -> Runner:
    place.mkdir()
    versions = [environment.version(programs, name) for name in ("vdirsyncer", "radicale")]
    calendar = stack.enter_context(served(programs, place / "server"))
    for number in range(records):
        text = with_vdirsyncer.entry(name_of(number), OLD)
        (calendar.folder / f"{name_of(number)}.ics").write_text(text)
    pair = with_vdirsyncer.with_server(programs, place, calendar.url)
    name = "vdirsyncer {}, a folder and Radicale {} over loopback".format(*versions)
    return _in_step(name, pair, records)


def _octodns(programs: Path, place: Path, records: int) -> Runner:
    place.mkdir()
    zone = with_octodns.Zone(place, programs)
    zone.has(records)
    zone.wants(records)
    zone.sync()
    version = environment.version(programs, "octodns")
    return Runner(f"octoDNS {version}, YAML to a file", zone.command, zone.env)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few records, few turns")
    print(table(figures(parser.parse_args().quick)))


if __name__ == "__main__":
    main()
