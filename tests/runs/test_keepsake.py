"""What a run read and knew is kept whole, and read back as it was."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connectors.sandbox.seed import seeded
from sync.core.partial import Basis
from sync.core.plan import Disposition, Plan, Row
from sync.core.policy import Policy
from sync.core.ports import Known, Parked
from sync.core.ports import Store as StorePort
from sync.core.record import Affiliate, Gathered, Partner, Side, Snapshot, Stamp, Untold
from sync.core.report import Mode, Report, RunStatus
from sync.errors import StateError
from sync.runs import exact
from sync.runs.keepsake import Keepsake, keepsake, packed, unpacked
from sync.runs.pair import Order
from sync.runs.run import run_once
from sync.runs.texts import TEXTS
from tests.runs.anything import anything
from tests.runs.shop import Shop

AT = datetime(2026, 11, 21, 9, 30, 0, 123, tzinfo=UTC)


def a_basis(*partners: Partner) -> Basis:
    affihub = Snapshot(Side.AFFIHUB, {partner.id: partner for partner in partners})
    whop: Snapshot[Affiliate] = Snapshot(Side.WHOP, {})
    return Basis(Gathered(whop, affihub), Known(), Policy("main"), today=date(2026, 11, 21))


def again(basis: Basis) -> Basis:
    return unpacked(packed(keepsake(AT, "sha256:0", basis))).basis


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(anything(Keepsake))
def test_anything_that_can_be_kept_is_read_back_as_it_was(kept: Keepsake) -> None:
    assert unpacked(packed(kept)) == kept


@pytest.mark.parametrize(
    "rate", [Decimal("12.50"), Decimal("1E+1"), None, Untold.ABSENT, Untold.UNREADABLE]
)
def test_a_rate_keeps_every_digit_and_why_there_is_none(rate: Decimal | Untold | None) -> None:
    partner = Partner("par_1", "a@example.com", "a", "active", commission=rate)

    (back,) = again(a_basis(partner)).gathered.affihub.records.values()

    assert repr(back.commission) == repr(rate)


@pytest.mark.parametrize("stamp", [Stamp("aff_1", "user_1"), None, Untold.ABSENT])
def test_a_stamp_and_no_stamp_and_not_told_are_three_things(stamp: Stamp | Untold | None) -> None:
    partner = Partner("par_1", "a@example.com", "a", "active", stamp=stamp)

    (back,) = again(a_basis(partner)).gathered.affihub.records.values()

    assert back.stamp == stamp


def test_a_document_of_another_version_is_refused_with_the_way_out() -> None:
    seal, *told = json.loads(zlib.decompress(packed(keepsake(AT, "sha256:0", a_basis()))))
    assert len(seal) == 16
    other = zlib.compress(json.dumps(["another-version", *told]).encode())

    with pytest.raises(StateError, match=r"another version of affisync.*next run keeps"):
        unpacked(other)


@pytest.mark.parametrize("damage", [b"", b"no zlib", zlib.compress(b"{"), zlib.compress(b"5")])
def test_a_damaged_document_is_told_as_one(damage: bytes) -> None:
    with pytest.raises(StateError, match="is damaged"):
        unpacked(damage)


def test_a_type_nobody_thought_of_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(TypeError, match="no exact form"):
        exact.shape(set[str])


# In a run


async def ran(
    shop: Shop, mode: Mode = Mode.DRY_RUN, *, keep: int = 2, allowed: Sequence[str] = (), **of: Any
) -> Report:
    """A run of a pair that keeps what so many runs read."""
    shop.clock.pass_(minutes=15)
    async with shop.pair(writes=mode is Mode.APPLY) as pair:
        order = Order(mode, frozenset(allowed), "a test", **of)
        return await run_once(replace(pair, keep_snapshots=keep), order)


def kept_by(shop: Shop, report: Report) -> Keepsake:
    found = shop.store.snapshot("main", report.run.id)
    assert found is not None
    return unpacked(found[1])


def rows(plan: Plan | Report) -> set[Row]:
    return {replace(row, outcome=None, error=None) for row in plan.rows}


@pytest.mark.parametrize("mode", Mode)
async def test_what_a_run_kept_makes_the_plan_it_made(shop: Shop, mode: Mode) -> None:
    shop.world = seeded(40, 5, clock=shop.clock)
    shop.cast.world = shop.world
    shop.sync_rates()

    report = await ran(shop, mode)
    kept = kept_by(shop, report)

    assert len(report.rows) > 10
    assert rows(kept.plan(kept.basis.policy, TEXTS)) == rows(report)
    assert (kept.config, kept.basis.today) == ("sha256:test", date(2026, 11, 2))


async def test_lessons_and_waived_guards_are_kept_with_it(shop: Shop) -> None:
    shop.both(status="active", partner="active")
    await ran(shop, Mode.APPLY, allowed=["first-run"])
    shop.both(status="active", partner="deactivated")
    (key,) = {r.key for r in (await ran(shop)).rows if r.disposition is Disposition.CONFLICT}
    lesson = Parked(Disposition.BREAK, "refused", "Because.", shop.clock())
    with shop.leased() as fence:
        shop.store.park(fence, key, lesson)

    kept = kept_by(shop, await ran(shop, allowed=["deactivate"]))

    assert kept.basis.known.parked == {key: lesson}
    assert kept.basis.waived == {"deactivate"}
    assert len(kept.basis.known.links) == 1


async def test_only_so_many_runs_keep_it_and_none_where_nobody_asks(shop: Shop) -> None:
    first = await ran(shop, keep=0)
    later = [await ran(shop) for _ in range(3)]

    kept = [bool(shop.store.snapshot("main", r.run.id)) for r in (first, *later)]
    assert kept == [False, False, True, True]


async def test_a_run_whose_plan_is_not_that_of_its_settings_keeps_nothing(shop: Shop) -> None:
    report = await ran(shop, revise=lambda _basis, plan: plan)

    assert shop.store.snapshot("main", report.run.id) is None


async def test_a_run_does_not_fail_for_what_it_could_not_keep(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    class Full:
        """A state on a disk with no room for a document."""

        def __init__(self, store: StorePort) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def keep_snapshot(self, run_id: str, document: bytes, keep: int) -> None:
            raise StateError("The disk is full.")

    shop.wrap = Full

    report = await ran(shop, Mode.APPLY)

    assert report.run.status is RunStatus.IN_SYNC
    assert "could not be kept for whatif" in caplog.text


async def test_no_payout_detail_and_no_key_is_in_a_document(shop: Shop) -> None:
    _, partner = shop.both(payout_email="canary@payout.example", stripe_account_id="acct_canary")
    shop.world.whop.key, shop.world.affihub.key = "canary-whop", "canary-affihub"

    report = await ran(shop)
    (_, document) = shop.store.snapshot("main", report.run.id) or ("", b"")

    text = zlib.decompress(document).decode()
    assert partner.id in text
    assert "canary" not in text
