"""CPU seconds of a statement of many people: the pure part, and each form it takes.

    .venv/bin/python benchmarks/statement.py [--people 10000]

Target: the pure part of 10,000 people under 1 s.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from sync.core.ports import Known
from sync.core.reconcile import reconcile
from sync.core.record import Gathered
from sync.core.statement import statement
from sync.render.statement import Form, render
from tests.core import people as p

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> T:
    """Do it, and print what it took."""
    began = time.process_time()
    done = work()
    print(f"{name:12} cpu {time.process_time() - began:.3f} s")
    return done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    count = range(1, parser.parse_args().people + 1)
    money = Decimal("12.34")
    # One in ten is off on Whop, one in seven on Affihub, one in fifty is linked to nobody.
    whop = (p.affiliate(n, "active" if n % 10 else "archived", monthly_usd=money) for n in count)
    affihub = (p.partner(n, "active" if n % 7 else "deactivated") for n in count)
    rates = {f"aff_{n}": (p.override(20),) for n in count}
    gathered = Gathered(p.whop(*whop), p.affihub(*affihub), overrides=rates)
    known = Known(links=tuple(p.link(n) for n in count if n % 50), first_run_done=True)
    policy = p.policy(commission=p.commission())

    plan = timed("plan", lambda: reconcile(gathered, known, policy, p.TEXTS))
    at = datetime(2026, 11, 20, tzinfo=UTC)
    done = timed("statement", lambda: statement(gathered, known, plan, policy, at))
    for form in Form:
        timed(form.value, partial(render, done, form))
    print(
        f"{len(done.accounts):,} accounts, {len(plan.rows):,} rows, remainder {len(done.remainder)}"
    )


if __name__ == "__main__":
    main()
