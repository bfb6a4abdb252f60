"""A world of every kind of people is read the same and brought into step the same, either way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.seed import seeded
from connectors.sandbox.world import World
from sync.core.plan import Row
from sync.core.record import Side
from sync.core.report import Report
from sync.runs.pair import Pair, Stop, Writers
from tests.conformance.verbs import unwatched
from tests.conformance.ways import Ground, Way
from tests.fakes import FakeAffihub, FakeWhop
from tests.runs.shop import ROOMY, Clock, Shop

PEOPLE = 300
"""As many as it takes for one of each oddity."""


@pytest.fixture
def world() -> World:
    """Two lists as they look that were kept by hand."""
    return seeded(PEOPLE, 11, clock=Clock())


async def test_everything_is_read_as_the_fakes_read_it(ground: Ground) -> None:
    plain = Ground(ground.world, Way.FAKES)
    async with ground.whop() as whop, plain.whop() as fake:
        snapshot = await whop.snapshot(unwatched)
        assert snapshot == await fake.snapshot(unwatched)
        users = [one.user_id for one in snapshot.records.values()]
        assert await whop.emails(users) == await fake.emails(users)
        for id_ in list(snapshot.records)[::10]:
            assert await whop.overrides(id_) == await fake.overrides(id_)
            assert await whop.affiliate(id_) == snapshot.records[id_]
    async with ground.affihub() as affihub, plain.affihub() as fake_affihub:
        partners = await affihub.snapshot(unwatched)
        assert partners == await fake_affihub.snapshot(unwatched)
        for id_, row in list(partners.records.items())[::10]:
            assert await affihub.partner(id_) == await fake_affihub.partner(id_)
            found = await affihub.partners_with_email(row.email)
            assert found == await fake_affihub.partners_with_email(row.email)


class FakeShop(Shop):
    """The whole program over the fakes."""

    @asynccontextmanager
    async def pair(self, *, writes: bool, stop: Stop | None = None) -> AsyncIterator[Pair]:
        whop, affihub = FakeWhop(self.world), FakeAffihub(self.world)
        yield self._pair(whop, affihub, Writers(whop, affihub) if writes else None, stop)


def told(report: Report) -> list[tuple[object, ...]]:
    """The rows as people see them: ids are made by chance, and in whatever order."""

    def seen(row: Row) -> tuple[object, ...]:
        who = (row.person.email or "", row.person.username or "", row.person.slug or "")
        what = (row.kind, row.side, row.field, row.before, row.after)
        return (*who, *what, row.disposition, row.rule, row.outcome)

    return sorted((seen(row) for row in report.rows), key=repr)


def state(world: World) -> object:
    """Both systems, without ids and times."""
    whop, affihub = world.whop, world.affihub
    return (
        sorted((whop.user_of(i).username or "", str(o.status)) for i, o in whop.affiliates.items()),
        sorted(
            (whop.user_of(o.affiliate_id).username or "", str(o.plan_id), o.commission_value)
            for o in whop.overrides.values()
        ),
        sorted(
            (p.email, p.slug, p.status, str(p.first_name), str(p.last_name), str(p.commission_pct))
            for p in affihub.partners.values()
        ),
    )


async def test_whole_runs_come_to_the_same_over_fakes_and_over_the_wire(
    world: World, tmp_path: Path
) -> None:
    shops: list[Shop] = []
    for kind in (Shop, FakeShop):
        own = deepcopy(world)
        assert isinstance(own.clock, Clock)
        shop = kind(own, tmp_path / f"{kind.__name__}.db", own.clock)
        shop.allow(guards=ROOMY, reactivate=True)
        shop.sync_rates("two-way", "whop")
        shops.append(shop)
    real, fake = shops
    try:
        for week in range(3):
            reports = [await shop.sync(allow=("all",)) for shop in (real, fake)]
            assert told(reports[0]) == told(reports[1])
            assert state(real.world) == state(fake.world)
            assert real.world.created() == fake.world.created()
            for shop in shops:
                drift(shop.world, week)
        writes = [sorted((w.side, w.operation) for w in shop.world.writes) for shop in shops]
        assert writes[0] == writes[1]
        assert {side for side, _ in writes[0]} == set(Side)
    finally:
        for shop in shops:
            shop.close()
