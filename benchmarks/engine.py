"""The engine alone: from both listings and the state's memory in hand to the plan.

    .venv/bin/python benchmarks/engine.py [--quick] [--vdirsyncer PYTHON]

What a run does between its reading and its writing (``sync.runs.gather`` over ports that answer
from memory, ``reconcile``, the suggestions), once, in a process of its own that builds its people
first. Seconds are CPU seconds of the engine; the peak is that of the whole process: interpreter,
imports, everything read and remembered, the plan. Targets: 100,000 links a second, and less than
150 MiB at 100,000 links.

The peer is vdirsyncer's sync over its own storages and status in memory, where a Python that has
it is named (or in VDIRSYNCER_PYTHON): python -m venv V; V/bin/pip install vdirsyncer.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from figures import QUICK_TURNS, TURNS, Figure, child, in_turn, median, ratio, table

HERE: Final = Path(__file__).parent
OURS: Final = HERE / "engine_ours.py"
THEIRS: Final = HERE / "engine_vdirsyncer.py"
PEER: Final = "VDIRSYNCER_PYTHON"

SIZES: Final = (10_000, 100_000, 1_000_000)
GROWTH: Final = (1_000, *SIZES)
PEER_SIZES: Final = (10_000, 100_000)
"""A million take the peer several minutes."""
LEAST_RATE: Final = 100_000
"""Links a second."""
MOST_MEMORY: Final = 150
"""MiB, at the size the target names."""
TARGET_SIZE: Final = 100_000
STRAIGHT: Final = 0.99
"""The least R squared of a line."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: so many people, one in ``every`` of them changed (0 = nobody)."""

    people: int
    every: int = 0
    rates: bool = False

    @property
    def words(self) -> str:
        changed = f"{100 // self.every} % changed" if self.every else "no change"
        return f"{self.people:,} links, {changed}{', rates two-way' if self.rates else ''}"


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of an engine: CPU seconds, and the peak of its process in MiB.

    ``inputs`` is the peak before it began, with everything it works on in memory.
    """

    seconds: float
    peak: float
    inputs: float


def one_pass(python: str, script: Path, case: Case) -> Pass:
    """Run an engine once, in a process of its own."""
    told = [case.people, case.every, int(case.rates)]
    done = child([python, script, *map(str, told)])
    if done.code:
        raise SystemExit(f"{script.name} {told} ended with {done.code}")
    return Pass(**json.loads(done.out))


@cache
def passes(case: Case, turns: int, peer: str) -> tuple[list[Pass], list[Pass]]:
    """Our passes and the peer's, taken in turn; no peer's where it is not asked."""
    ours = partial(one_pass, sys.executable, OURS, case)
    if not peer or case.people not in PEER_SIZES or case.rates:
        return (*in_turn(ours, times=turns), [])
    mine, theirs = in_turn(ours, partial(one_pass, peer, THEIRS, case), times=turns)
    return mine, theirs


def rate(case: Case, taken: Iterable[Pass]) -> float:
    """Links a second."""
    return case.people / median(taken, lambda one: one.seconds)


def peak(taken: Iterable[Pass]) -> float:
    """MiB."""
    return median(taken, lambda one: one.peak)


def inputs(taken: Iterable[Pass]) -> float:
    """MiB."""
    return median(taken, lambda one: one.inputs)


def speed_figure(case: Case, turns: int, peer: str) -> Figure:
    """How many links a second."""
    ours, theirs = passes(case, turns, peer)
    mine = rate(case, ours)
    return Figure(
        part="a",
        what=f"engine, {case.words}",
        ours=f"{mine:,.0f} links/s",
        reference=f"vdirsyncer {rate(case, theirs):,.0f} links/s" if theirs else "",
        ratio=ratio(mine, rate(case, theirs)) if theirs else "",
        target=f">= {LEAST_RATE:,} links/s",
        met=mine >= LEAST_RATE,
    )


def memory_figure(case: Case, turns: int, peer: str) -> Figure:
    """How much memory, everything counted."""
    ours, theirs = passes(case, turns, peer)
    mine, aimed = peak(ours), case.people == TARGET_SIZE
    return Figure(
        part="a",
        what=f"engine, {case.words}: peak memory",
        ours=f"{mine:,.0f} MiB ({mine - inputs(ours):,.0f} beyond the inputs)",
        reference=f"vdirsyncer {peak(theirs):,.0f} MiB ({peak(theirs) - inputs(theirs):,.0f})"
        if theirs
        else "",
        ratio=ratio(mine, peak(theirs)) if theirs else "",
        target=f"< {MOST_MEMORY} MiB" if aimed else "",
        met=mine < MOST_MEMORY if aimed else None,
    )


def growth_figure(what: str, unit: str, taken: Sequence[tuple[int, float]]) -> Figure:
    """How something grows with people: a line's slope, how straight it is, and each step's slope.

    R squared alone would flatter: the largest size weighs most in it.
    """
    people, amounts = [x for x, _ in taken], [y for _, y in taken]
    slope = statistics.linear_regression(people, amounts).slope
    straight = statistics.correlation(people, amounts) ** 2
    steps = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(taken)]
    told = ", ".join(f"{step:,.2f}" for step in steps)
    return Figure(
        part="f",
        what=f"{what}, {' / '.join(f'{size:,}' for size in people)} people",
        ours=f"{slope:,.2f} {unit} a person (step by step {told}), R² {straight:.4f}",
        reference="",
        ratio="",
        target=f"linear: R² >= {STRAIGHT}",
        met=straight >= STRAIGHT,
    )


def growth(sizes: Iterable[int], turns: int, peer: str) -> list[Figure]:
    """Part f: time and memory of a run in which nothing changed."""
    taken = [(size, passes(Case(size), turns, peer)[0]) for size in sizes]
    micros = [(size, median(ones, lambda one: one.seconds) * 1_000_000) for size, ones in taken]
    octets = [(size, peak(ones) * 1024 * 1024) for size, ones in taken]
    return [
        growth_figure("engine, CPU time", "µs", micros),
        growth_figure("engine, peak memory", "bytes", octets),
    ]


def figures(quick: bool) -> list[Figure]:  # noqa: FBT001 - the contract of every script here
    """Parts a and f."""
    turns, limit = (QUICK_TURNS, SIZES[0]) if quick else (TURNS, SIZES[-1])
    peer = os.environ.get(PEER, "")
    if not peer:
        print(f"vdirsyncer is left out: {PEER} names no Python that has it", file=sys.stderr)
    sizes = [size for size in SIZES if size <= limit]
    cases = [Case(size, every) for size in sizes for every in (0, 100)]
    cases += [Case(size, rates=True) for size in sizes if size == TARGET_SIZE]
    told = [figure(case, turns, peer) for case in cases for figure in (speed_figure, memory_figure)]
    return told + growth([size for size in GROWTH if size <= limit], turns, peer)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--vdirsyncer", metavar="PYTHON", help="a Python that has vdirsyncer")
    asked = parser.parse_args()
    if asked.vdirsyncer:
        os.environ[PEER] = asked.vdirsyncer
    print(table(figures(asked.quick)))


if __name__ == "__main__":
    main()
