"""``make deep``: the law machine for an hour, with fresh chance, on every core there is for it.

Stories that break a law are written into a folder, as short as could be found in time.
"""

import argparse
import re
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.machine import Laws

EXAMPLES: Final = 12
"""Stories of one round: between two rounds the time is looked at."""
STEPS: Final = 30
KEPT: Final = Path(".hypothesis", "laws")


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
    """Round after round until the time is over; the first one begins with what failed before."""
    phases = [Phase.reuse, Phase.generate, Phase.shrink]
    rounds = 0
    while time.monotonic() < until:
        Laws.stories.clear()
        try:
            run_state_machine_as_test(Laws, settings=_round(phases))
        except Exception as fault:  # noqa: BLE001 - whatever breaks is what is looked for
            _write(found, Laws.stories, fault)
        phases = phases[-2:]
        rounds += 1
        sys.stderr.write(f"job {job}: round {rounds}, {Laws.tally['steps']:,} steps\n")
    Laws.tally["rounds"] = rounds
    return Laws.tally


def _round(phases: list[Phase]) -> settings:
    return settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        phases=phases,
        database=DirectoryBasedExampleDatabase(KEPT),
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


def _write(found: Path, stories: list[str], fault: Exception) -> None:
    """The shortest story, named after what was broken, with the traceback beside it."""
    line = str(fault).partition("\n")[0]
    name = sha256(re.sub(r"\d+|[A-Z][a-z]{1,2}\b", "", line).encode()).hexdigest()[:8]
    path = found / f"{name}.toml"
    if stories and (not path.exists() or len(path.read_text()) > len(stories[-1])):
        path.write_text(stories[-1], encoding="utf-8")
        told = "".join(traceback.format_exception(fault))
        path.with_suffix(".txt").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
