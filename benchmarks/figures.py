"""What every benchmark shares: a figure, taking turns with a reference, and the table of figures.

    from figures import Figure, child, in_turn, median, peak, ratio, table

A script offers ``figures(quick: bool) -> list[Figure]``, prints its own when run, and is
registered in ``table.py``.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """Run a command to its end and ask the operating system what it took; stderr is let through.

    Linux counts the size of the process that started it into the peak: who measures stays small,
    or the command tells ``peak()`` of itself.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([*map(str, command)], stdout=out, env=env, cwd=cwd)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    cpu = usage.ru_utime + usage.ru_stime
    return Child(wall, cpu, usage.ru_maxrss / 1024, process.returncode, text)


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
