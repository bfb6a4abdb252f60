"""``make deep``: the law machine for an hour, with fresh chance, on every core there is for it.

Stories that break a law are written into a folder, as they came and as short as time allows.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from traceback import format_exception
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.machine import Laws
from tests.laws.shorten import broken_law, law, shortened
from tests.stage.steps import Scenario
from tests.stage.toml import read, text

EXAMPLES: Final = 12
"""Stories of one round: between two rounds the time is looked at."""
STEPS: Final = 30
SHORTENING: Final = 60.0
"""Seconds a story may take to be made shorter."""
ROUND: Final = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    phases=[Phase.generate],  # we shorten what is told ourselves: steps, not bytes
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def main() -> int:
    """Run, print what was tried and what was found; 1 where a law was broken."""
    asked = _asked()
    asked.found.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * asked.minutes
    with ProcessPoolExecutor(asked.jobs) as pool:
        rounds = [pool.submit(search, until, asked.found, job) for job in range(asked.jobs)]
        tallies = [each.result() for each in rounds]
    total: Counter[str] = sum(tallies, Counter())
    found = sorted(asked.found.glob("*.toml"))
    lines = [f"{count:>10,}  {name}" for name, count in sorted(total.items())]
    lines += [f"{len(found)} stories that break a law in {asked.found}", *map(str, found)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--found", type=Path, default=Path("build", "found"))
    return parser.parse_args()


def search(until: float, found: Path, job: int) -> Counter[str]:
    """Round after round until the time is over; a story that breaks a law ends its round."""
    rounds = 0
    while time.monotonic() < until:
        Laws.stories.clear()
        try:
            run_state_machine_as_test(Laws, settings=ROUND)
        except Exception as fault:  # noqa: BLE001 - whatever breaks is what is looked for
            if Laws.stories:
                _write(found, read(Laws.stories[-1]), fault)
        rounds += 1
        sys.stderr.write(f"job {job}: round {rounds}, {Laws.tally['steps']:,} steps\n")
    Laws.tally["rounds"] = rounds
    return Laws.tally


def _write(found: Path, story: Scenario, fault: Exception) -> None:
    """The story as it came with its traceback, and as short as it gets, named after its law."""
    name = "-".join(filter(None, law(fault) or ()))
    number = 1 + len(list(found.glob(f"{name}-*.toml")))
    path = found / f"{name}-{number}-{os.getpid()}.toml"
    path.with_suffix(".long").write_text(text(story), encoding="utf-8")
    path.with_suffix(".txt").write_text("".join(format_exception(fault)), encoding="utf-8")
    until = time.monotonic() + SHORTENING
    short = shortened(story, broken_law, lambda: time.monotonic() < until)
    path.write_text(text(short), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
