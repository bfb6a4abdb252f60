"""Whole processes against the sandbox in another process, over loopback HTTP.

    .venv/bin/python benchmarks/whole.py [--quick] [--part b,c,e,g]

(b) a run in which nothing changed, beside the floor; (c) a first run that links everybody;
(e) requests, beside the fewest possible; (g) start-up.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from figures import QUICK_TURNS, TURNS, Child, Figure, child, in_turn, median, ratio, table
from stand import TWO_WAY, Stand, stand

PAGE = 100
FLOORS = 1.5
"""How many times the floor a run may take in which nothing changed."""
LINKING = 7.0
"""Seconds a first run of 10,000 people may take."""
HELP = 0.5
"""Seconds of CPU that ``--help`` may take."""


# Time: parts b and c


def unchanged(people: int, turns: int) -> Iterator[Figure]:
    """A run in which nothing changed, and the same pages read bare, in turn."""
    with stand(people) as sides:
        sides.first()
        sides.forget()
        sides.unchanged()
        requests = sum(sides.requests().values())
        ours, floor = in_turn(sides.unchanged, sides.floor, times=turns)
    wall, bare = median(ours, _wall), median(floor, _wall)
    yield Figure(
        "b",
        f"nothing changed, {people:,} people a side",
        f"{_told(ours)}, {requests:,} requests",
        f"floor {_told(floor)}",
        ratio(wall, bare),
        f"wall within {FLOORS} times the floor's",
        wall <= FLOORS * bare,
    )


def linking(people: int, turns: int) -> Iterator[Figure]:
    """A first run: everybody is read, matched by address and linked."""
    with stand(people) as sides:
        ours, floor = in_turn(sides.first, sides.floor, times=turns)
    wall = median(ours, _wall)
    yield Figure(
        "c",
        f"first link of {people:,} equal people",
        _told(ours),
        f"floor {_told(floor)}",
        ratio(wall, median(floor, _wall)),
        f"under {LINKING:g} s",
        wall < LINKING,
    )


def _wall(one: Child) -> float:
    return one.wall


def _told(taken: Sequence[Child]) -> str:
    """Medians: wall, CPU, peak memory."""
    wall, cpu = median(taken, _wall), median(taken, lambda one: one.cpu)
    return f"{wall:.2f} s (CPU {cpu:.2f} s), {median(taken, lambda one: one.peak):.0f} MiB"


# Requests: part e

STATUS = 4
"""The fewest for a change of status: both records read again (a decision hangs on both), the write,
and a look at what was kept: neither side's answer to the write tells."""
RATE = 5
"""The fewest for a rate: the overrides read again as well."""


def requests(people: int) -> Iterator[Figure]:
    """Requests of a run, as both sides counted them."""
    with stand(people) as sides:
        sides.first()
        yield _counted(sides, "nothing changed", pages(people))
        changed = archive_and_deactivate(sides, people // 100)
        yield _counted(sides, "1 % changed status", pages(people) + STATUS * changed)
    with stand(people, TWO_WAY) as sides:
        sides.first()
        there, here = change_rates(sides, people // 20)
        # A rate that changed on Whop is read once more: before anything is decided.
        least = pages(people) + (RATE + 1) * there + RATE * here
        yield _counted(sides, "5 % changed rate, rates two-way", least)


def pages(people: int) -> int:
    """The pages of both listings."""
    return 2 * -(-people // PAGE)


def _counted(sides: Stand, what: str, least: int) -> Figure:
    sides.forget()
    sides.unchanged()
    count = sum(sides.requests().values())
    told = f"fewest possible {least:,}"
    return Figure("e", f"requests: {what}", f"{count:,}", told, ratio(count, least), "", None)


def archive_and_deactivate(sides: Stand, count: int, on_whop: int | None = None) -> int:
    """Switch so many people off, ``on_whop`` of them there: half, where that is not said."""
    chosen = [link for link in sides.linked("status") if link[2] == "on"][:count]
    there = count // 2 if on_whop is None else on_whop
    for whop_id, _, _ in chosen[:there]:
        sides.whop("POST", f"affiliates/{whop_id}/archive")
    for _, affihub_id, _ in chosen[there:]:
        sides.affihub("PATCH", f"partners/{affihub_id}", {"status": "deactivated"})
    return len(chosen)


def change_rates(sides: Stand, count: int) -> tuple[int, int]:
    """Give so many people another rate, half of them on each side; how many on which."""
    on = {link[0] for link in sides.linked("status") if link[2] == "on"}
    chosen = [link for link in sides.linked("commission") if link[0] in on][:count]
    half = len(chosen) // 2
    for whop_id, _, rate in chosen[:half]:
        path = f"affiliates/{whop_id}/overrides"
        (override,) = sides.whop("GET", path)["data"]
        changed = {"commission_value": int(float(rate)) + 1}
        sides.whop("PATCH", f"{path}/{override['id']}", changed)
    for _, affihub_id, rate in chosen[half:]:
        changed = {"commission_pct": int(float(rate)) + 1}
        sides.affihub("PATCH", f"partners/{affihub_id}", changed)
    return half, len(chosen) - half


# Start-up: part g


def start_up(turns: int) -> Iterator[Figure]:
    """What a command costs before it does anything, beside a bare interpreter."""
    for option in ("--help", "--version"):
        yield _started(f"affisync {option}", ("-m", "sync.cli", option), turns)
    with stand(20) as sides:
        sides.first()
        ours, floor = in_turn(partial(sides.sync, "--dry-run"), sides.floor, times=turns)
    times = ratio(median(ours, _wall), median(floor, _wall))
    what = "dry run over 20 people"
    yield Figure("g", what, _told(ours), f"floor {_told(floor)}", times, "", None)


def _started(what: str, arguments: Sequence[str], turns: int) -> Figure:
    ours, bare = in_turn(
        lambda: child([sys.executable, *arguments]),
        lambda: child([sys.executable, "-c", "pass"]),
        times=turns,
    )
    cpu = median(ours, lambda one: one.cpu)
    times = ratio(cpu, median(bare, lambda one: one.cpu))
    reference = f"python -c pass {_told(bare)}"
    return Figure("g", what, _told(ours), reference, times, f"CPU under {HELP} s", cpu < HELP)


def parts(*, quick: bool) -> dict[str, Callable[[], Iterable[Figure]]]:
    """How each part is measured."""
    turns = QUICK_TURNS if quick else TURNS
    sizes = (300,) if quick else (10_000, 100_000)
    many = sizes[0]
    return {
        "b": lambda: (figure for people in sizes for figure in unchanged(people, turns)),
        "c": lambda: linking(many, turns),
        "e": lambda: requests(many),
        "g": lambda: start_up(turns),
    }


def figures(quick: bool) -> list[Figure]:  # noqa: FBT001 - every script offers it so
    """Every figure of the whole process."""
    return [figure for measure in parts(quick=quick).values() for figure in measure()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--part", default="b,c,e,g", help="letters, as in b,c")
    asked = parser.parse_args()
    known = parts(quick=asked.quick)
    told = [figure for part in asked.part.split(",") for figure in known[part]()]
    print(table(told))


if __name__ == "__main__":
    main()
