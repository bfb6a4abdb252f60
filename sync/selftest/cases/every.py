"""Every case there is: those of every selftest, and those of ``--chaos``."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from connectors.sandbox.faults import PROFILES
from sync.core.record import Side
from sync.selftest.case import Case, Turn
from sync.selftest.cases.bad_network import bad_network
from sync.selftest.cases.blurting import blurting, blurting_apart
from sync.selftest.cases.broken_listing import broken_listing, broken_listing_apart
from sync.selftest.cases.busy_day import WRITES
from sync.selftest.cases.decided import decided
from sync.selftest.cases.kills import kills
from sync.selftest.cases.order import order
from sync.selftest.cases.rivals import left_lease, rivals
from sync.selftest.cases.spoils import SPOILS
from sync.selftest.cases.week import week
from sync.selftest.laws.causes import Act
from sync.selftest.laws.law import Law

WEEKS: Final = 6
ORDERS: Final = 2


def _kill(act: Act, nth: int) -> Case:
    what = f"a SIGKILL at {act[1]}, the {nth}. time, and a run again"
    return Case(f"kill-{act[1].replace('_', '-')}-{nth}", what, Law.L7, partial(kills, act, nth))


KILLS: Final = tuple(_kill(act, nth + 1) for act, count in WRITES for nth in range(count))
SAMPLE: Final = tuple(case for case in KILLS if case.name == "kill-create-partner-1")
"""The kill that every selftest tries: at the write that mails somebody."""
PLAIN: Final[tuple[Case, ...]] = (
    *SAMPLE,
    Case(
        "blurting-apart",
        "the program apart, and servers that tell all their secrets",
        Law.L10,
        blurting_apart,
    ),
    *(
        Case(
            f"network-{name}",
            f"runs while {name} spoils requests",
            Law.L7,
            partial(bad_network, name),
        )
        for name in (*PROFILES, "all")
    ),
    Case("week", "a first run, a week of edits, another run", Law.L4, week, worlds=WEEKS),
    *(
        Case(
            f"listing-{side}-{how}",
            f"{side.brand}'s list is spoiled: {how}",
            Law.L8,
            partial(broken_listing, side, how),
        )
        for side in Side
        for how in SPOILS
    ),
    Case("blurting", "servers that tell all their secrets", Law.L10, blurting),
    Case("decided", "a person decides one of two conflicts", Law.L2, decided),
    Case("order", "the same people in another order", Law.L6, order, worlds=ORDERS),
)
"""What every selftest tries; the longest first, so that no core is idle at the end."""
CHAOS: Final[tuple[Case, ...]] = (
    *(
        Case(
            f"listing-apart-{side}-{how}",
            f"{side.brand}'s list is spoiled: {how}, in a process of its own",
            Law.L8,
            partial(broken_listing_apart, side, how),
        )
        for side in Side
        for how in ("empty", "truncated")
    ),
    Case("rivals", "two programs at once", Law.L7, rivals),
    Case("left-lease", "a lease that a killed program left", Law.L7, left_lease),
    *(case for case in KILLS if case not in SAMPLE),
)
"""What ``--chaos`` tries as well."""


def turns(seed: int, *, chaos: bool) -> Iterator[Turn]:
    """The cases of a selftest, on worlds from this seed on."""
    for case in (*CHAOS, *PLAIN) if chaos else PLAIN:
        for further in range(case.worlds):
            yield Turn(case, seed + further)


def named(name: str) -> Case | None:
    """The case of this name, if there is one."""
    return next((case for case in (*PLAIN, *CHAOS) if case.name == name), None)
