"""How much of a real rate limit 1,000 changes use, and how often they run into it.

    .venv/bin/python benchmarks/allowance.py [--quick]

(d) so many people were archived on Whop; a run deactivates their partners while both sides refuse
whatever is beyond their limit. Affihub counts by key, so its limit is the narrow place. Once for
each limit: a run under 600 a minute takes five minutes, and chance plays no part in it.
"""

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from figures import Figure, table
from stand import Stand, stand
from whole import archive_and_deactivate, pages

LIMITS = (600, 6_000)
"""Requests a minute."""
USED = 0.95
"""The least part of the allowance that is to be used while there is something to do."""
REFUSED = 0.01
"""The greatest part of the requests that may be refused with 429."""
SIDES = ("whop", "affihub")


@dataclass(frozen=True, slots=True)
class Taken:
    """One run: seconds from the first write to the last, requests that Affihub got for the rows.

    ``requests`` are all that both sides got, ``refused`` those of them that were answered 429.
    """

    seconds: float
    affihub: int
    requests: int
    refused: int


@contextmanager
def limited(people: int, per_minute: int) -> Iterator[Stand]:
    """Both sides in step, with a limit that both keep and the program knows of."""
    with stand(people, "[pairs.main.guards]\ndeactivate = 100000\n") as sides:
        sides.first()
        known = f"requests_per_minute = {per_minute}"
        text, told = re.subn(r"requests_per_minute = \d+", known, sides.config.read_text())
        if told != len(SIDES):
            raise SystemExit("the sandbox's configuration names no allowance")
        sides.config.write_text(text)
        yield sides


def applied(people: int, changes: int, per_minute: int) -> Taken:
    """Apply so many changes under a limit."""
    with limited(people, per_minute) as sides:
        archive_and_deactivate(sides, changes, on_whop=changes)
        limits = dict.fromkeys(SIDES, per_minute)
        sides.control("faults", {"rates": {"throttle": 1.0}, "per_minute": limits})
        sides.forget()
        run = sides.sync("--yes")
        counts = json.loads(run.out)["counts"]
        if (counts["applied"], counts["failed"]) != (changes, 0):
            raise SystemExit(f"not every change was applied: {counts}")
        told, writes = sides.control("requests"), sides.control("writes")["writes"]
    affihub = sum(one["count"] for one in told["counts"] if one["side"] == "affihub")
    first, *_, last = sorted(datetime.fromisoformat(write["at"]) for write in writes)
    seconds = (last - first).total_seconds()
    return Taken(seconds, affihub - pages(people) // 2, told["total"], told["refused"])


def measured(people: int, changes: int, per_minute: int) -> Iterator[Figure]:
    """The figures of one limit."""
    taken = applied(people, changes, per_minute)
    allowed = per_minute * taken.seconds / 60
    used, refused = taken.affihub / allowed, taken.refused / taken.requests
    what = f"{changes:,} changes under {per_minute:,} a minute"
    ours = f"{taken.affihub:,} requests to Affihub in {taken.seconds:.1f} s"
    allowance = f"allowance {allowed:,.0f}"
    yield Figure(
        "d", what, ours, allowance, f"{used:.3f}", f"at least {USED:.0%} used", used >= USED
    )
    share = f"{taken.refused:,} of {taken.requests:,} refused with 429"
    below = f"under {REFUSED:.0%}"
    yield Figure("d", what, share, "", f"{refused:.4f}", below, refused < REFUSED)


def figures(quick: bool) -> list[Figure]:  # noqa: FBT001 - every script offers it so
    """Every figure of the rate limits."""
    people, changes, limits = (300, 30, LIMITS[1:]) if quick else (10_000, 1_000, LIMITS)
    return [figure for limit in limits for figure in measured(people, changes, limit)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    print(table(figures(parser.parse_args().quick)))


if __name__ == "__main__":
    main()
