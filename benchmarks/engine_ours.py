"""One pass of the engine over people made up here: ``engine.py`` runs this and reads its answer.

    engine_ours.py PEOPLE EVERY RATES

The inputs are what a run is handed after a first one: text as fresh as it comes out of JSON and
SQLite but for what the state shares, money and an address of everybody. One in EVERY people is
changed (0 = none), in turn off on Whop, off on Affihub, another rate on Affihub, or somebody new on
either side.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from figures import peak

from sync.core.plan import Acceptance, Base, Link, Plan
from sync.core.policy import CommissionPolicy, CommissionSync, Policy
from sync.core.ports import EmailReading, Emails, Known, OverrideReading
from sync.core.reconcile import reconcile
from sync.core.record import Affiliate, Gathered, Override, Partner, Side, Snapshot
from sync.runs.gather import gather
from sync.runs.pair import Pair
from sync.runs.suggest import with_suggestions
from sync.runs.texts import TEXTS

NOW: Final = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WARM: Final = 100
WITH_A_RATE: Final = 5
"""Two in so many people have a rate of their own."""


def ids(number: int) -> tuple[str, str, str]:
    """Affiliate, user and partner id of one person, as long as the real ones."""
    return f"aff_{number:014}", f"user_{number:013}", f"par_{number:014}"


def number_of(record_id: str) -> int:
    """Whose id it is."""
    return int(record_id.partition("_")[2])


def is_off(number: int) -> bool:
    """One in ten is off on both sides."""
    return number % 10 == 0


def rate_of(number: int) -> Decimal | None:
    """The rate of one person on both sides."""
    return Decimal(20) if number % WITH_A_RATE in (1, 2) else None


def affiliate(n: int) -> Affiliate:
    """One person as Whop has it."""
    whop_id, user_id, _ = ids(n)
    made = NOW - timedelta(minutes=n)
    return Affiliate(
        id=whop_id,
        user_id=user_id,
        status="archived" if is_off(n) else "active",
        name=f"Person Number{n}",
        username=f"person.number{n}",
        created_at=made,
        updated_at=made.isoformat(),
        overrides_count=1 if rate_of(n) else 0,
        earnings_usd=Decimal(n) / 100,
        monthly_usd=Decimal(n % 1000),
    )


def partner(n: int) -> Partner:
    """One person as Affihub has it."""
    return Partner(
        id=ids(n)[2],
        email=address(n),
        slug=f"person-number{n}",
        status="deactivated" if is_off(n) else "active",
        name=f"Person Number{n}",
        commission=rate_of(n),
        created_at=NOW - timedelta(minutes=n),
    )


def address(number: int) -> str:
    return f"person.number{number}@example.com"


def links(people: int) -> Iterator[Link]:
    """What both sides last agreed on, as the state has it."""
    base = cache(Base)
    for n in range(people):
        whop_id, user_id, affihub_id = ids(n)
        words = ("off", "archived", "deactivated") if is_off(n) else ("on", "active", "active")
        percent = None if (rate := rate_of(n)) is None else str(rate)
        yield Link(
            whop_id=whop_id,
            user_id=user_id,
            affihub_id=affihub_id,
            evidence="email",
            status=base(*words),
            commission=base(percent, percent, percent),
            name=Base(*[f"Person Number{n}"] * 3),
            acceptance=Acceptance.ACCEPTED,
        )


def known(people: int, *, rates: bool) -> Known:
    """The state's memory after a first run."""
    emails = {
        ids(n)[1]: EmailReading((address(n),), NOW - timedelta(minutes=n)) for n in range(people)
    }
    overrides = dict(override_readings(people)) if rates else {}
    told = tuple(sorted(links(people), key=lambda link: link.whop_id))
    return Known(links=told, emails=emails, overrides=overrides, first_run_done=True)


def override_readings(people: int) -> Iterator[tuple[str, OverrideReading]]:
    """Overrides as last read, of everybody."""
    for n in range(people):
        updated_at, rate = (NOW - timedelta(minutes=n)).isoformat(), rate_of(n)
        yield (
            ids(n)[0],
            OverrideReading(
                () if rate is None else (share(n, rate),), 1 if rate else 0, updated_at, NOW
            ),
        )


def share(number: int, rate: Decimal) -> Override:
    """A company-wide share of the revenue."""
    return Override(f"affov_{number:012}", "rev_share", "percentage", rate)


Records = dict[str, Any]
CHANGES: Final[tuple[Callable[[Records, Records, int], None], ...]] = (
    lambda whop, _, n: whop.update(_changed(whop[ids(n)[0]], status="archived")),
    lambda _, affihub, n: affihub.update(_changed(affihub[ids(n)[2]], status="deactivated")),
    lambda _, affihub, n: affihub.update(_changed(affihub[ids(n)[2]], commission=Decimal(25))),
    lambda whop, _, n: whop.update(_changed(affiliate(NEW + n))),
    lambda _, affihub, n: affihub.update(_changed(partner(NEW + n))),
)
"""What can have happened since both agreed: to somebody, or somebody came."""
NEW: Final = 10_000_001
"""Numbers from here on are of people nobody has seen before."""


def _changed(record: Any, **to: object) -> Records:
    return {record.id: replace(record, **to)}


def sides(people: int, every: int) -> tuple[Records, Records]:
    """Both listings by id, some of them changed."""
    whop = {one.id: one for one in map(affiliate, range(people))}
    affihub = {one.id: one for one in map(partner, range(people))}
    for turn, n in enumerate(range(1, people, every) if every else ()):
        CHANGES[turn % len(CHANGES)](whop, affihub, n)
    return whop, affihub


def pair_of(whop: Records, affihub: Records, policy: Policy) -> Pair:
    """A pair whose connectors answer from memory, and whose store has nothing to keep."""

    def nothing(*_: object) -> None: ...

    def listing(snapshot: Snapshot[Any]) -> Any:
        async def told(_: object) -> Snapshot[Any]:
            return snapshot

        single = {"overrides": overrides, "affiliate": nothing, "partner": nothing}
        return SimpleNamespace(snapshot=told, emails=emails, **single)

    async def emails(users: Collection[str]) -> Emails:
        return Emails({user: (address(number_of(user)),) for user in users}, readable=True)

    async def overrides(whop_id: str) -> tuple[Override, ...]:
        rate = rate_of(number_of(whop_id))
        return () if rate is None else (share(number_of(whop_id), rate),)

    return Pair(
        company_id="biz_1",
        policy=policy,
        config="",
        whop=listing(Snapshot(Side.WHOP, whop)),
        affihub=listing(Snapshot(Side.AFFIHUB, affihub)),
        writers=None,
        store=SimpleNamespace(cache_emails=nothing, cache_overrides=nothing),  # type: ignore[arg-type]  # asked for nothing else
        texts=TEXTS,
        clock=lambda: NOW,
        new_id=lambda: "run",
        sleep=asyncio.sleep,
    )


def engine(pair: Pair, known: Known) -> Plan:
    """What a run does with it."""
    read: list[Gathered] = []  # asyncio.run writes out whatever its coroutine returns

    async def reading() -> None:
        read.append(await gather(pair, known))

    asyncio.run(reading())
    gathered = read.pop()
    plan = reconcile(gathered, known, pair.policy, pair.texts, frozenset(), pair.today())
    return with_suggestions(plan, known.apart)


def settings(*, rates: bool) -> Policy:
    """The defaults, with rates two-way or off."""
    return Policy(
        "main", commission=CommissionPolicy(CommissionSync.TWO_WAY if rates else CommissionSync.OFF)
    )


def measured(people: int, every: int, *, rates: bool) -> Mapping[str, float]:
    """CPU seconds of one pass, and the peak of this process in MiB, before and after it."""
    engine(*made(WARM, 1, rates=rates))  # imports and patterns are a matter of start-up
    pair, memory = made(people, every, rates=rates)
    inputs = peak()
    began = time.process_time()
    plan = engine(pair, memory)
    seconds = time.process_time() - began
    about = {row.whop_id for row in plan.rows if row.whop_id and row.affihub_id}
    if bool(plan.rows) != bool(every) or plan.in_sync + len(about) != people:
        raise SystemExit(f"{len(plan.rows)} rows and {plan.in_sync} in sync of {people}")
    return {"seconds": seconds, "peak": peak(), "inputs": inputs}


def made(people: int, every: int, *, rates: bool) -> tuple[Pair, Known]:
    """What the engine is handed."""
    pair = pair_of(*sides(people, every), settings(rates=rates))
    return pair, known(people, rates=rates)


if __name__ == "__main__":
    people, every, rates = map(int, sys.argv[1:])
    print(json.dumps(measured(people, every, rates=bool(rates))))
