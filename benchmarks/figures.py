"""What every benchmark shares: a figure, taking turns with a reference, and the table of figures.

    from figures import Figure, child, in_turn, median, peak, ratio, table

A script offers ``figures(quick: bool) -> list[Figure]``, prints its own when run, and is
registered in ``table.py``.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

TURNS: Final = 5
"""The fewest measurements a median is taken of."""
QUICK_TURNS: Final = 2
"""Enough to see that a script works; not enough for a figure."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, and what it is measured against.

    ``part`` is the issue's letter, "a" to "g". ``reference`` is the floor, the peer or the smallest
    number possible, "" for none; ``met`` is None where there is no target.
    """

    part: str
    what: str
    ours: str
    reference: str
    ratio: str
    target: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Child:
    """A finished process: seconds of wall clock and of CPU, MiB at its peak, what it printed."""

    wall: float
    cpu: float
    peak: float
    code: int
    out: str


def child(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Run a command to its end and ask the operating system what it took; stderr is let through."""
    with tempfile.NamedTemporaryFile() as out:
        asked = {
            "command": [*map(str, command)],
            "out": out.name,
            "env": None if env is None else dict(env),
            "cwd": None if cwd is None else str(cwd),
        }
        spawner = _spawner()
        print(json.dumps(asked), file=spawner.stdin, flush=True)
        assert spawner.stdout
        wall, cpu, most, code = json.loads(spawner.stdout.readline())
        return Child(wall, cpu, most, code, out.read().decode())


@cache
def _spawner() -> "subprocess.Popen[str]":
    command = [sys.executable, "-S", "-E", Path(__file__).with_name("spawner.py")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def peak() -> float:
    """The most memory this process ever had, in MiB; counted from its own start."""
    status = Path("/proc/self/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024


def in_turn(*measured: Callable[[], T], times: int = TURNS) -> tuple[list[T], ...]:
    """Measure everything in turn, several times over: ours, theirs, ours, theirs ...

    What else the machine does meanwhile falls on all of them alike. One list for each.
    """
    rounds = [[measure() for measure in measured] for _ in range(times)]
    return tuple(list(taken) for taken in zip(*rounds, strict=True))


def median(taken: Iterable[T], of: Callable[[T], float] = float) -> float:  # type: ignore[assignment]  # T is then a number
    """The median of one number of several measurements."""
    return statistics.median(of(one) for one in taken)


def ratio(ours: float, theirs: float) -> str:
    """How many times theirs ours is."""
    return f"{ours / theirs:.2f}"


HEAD: Final = ("part", "what", "ours", "reference", "ratio", "target", "met")
_MET: Final = {True: "yes", False: "**no**", None: ""}


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = [HEAD, ("---",) * len(HEAD), *map(_cells, figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    texts = (figure.what, figure.ours, figure.reference, figure.ratio, figure.target)
    return (f"({figure.part})", *(text.replace("|", r"\|") for text in texts), _MET[figure.met])
