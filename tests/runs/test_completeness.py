"""A listing that cannot be whole removes and creates nobody."""

from collections.abc import Callable

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.seed import agreed
from connectors.sandbox.world import World
from sync.core.plan import Kind, Outcome
from sync.core.policy import Limit
from sync.core.record import Side
from sync.core.report import RunStatus, exit_code
from sync.errors import ConfigError
from tests.runs.shop import Asked, Shop, row_of, said


def vanish(world: World, side: Side, count: int) -> None:
    """So many records are gone from a side."""
    if side is Side.WHOP:
        for whop_id in list(world.whop.affiliates)[:count]:
            world.whop.remove(whop_id)
    else:
        for affihub_id in list(world.affihub.partners)[:count]:
            world.affihub.remove(affihub_id)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("left", [10, 0])
async def test_hardly_anybody_listed_shuts_nobody_out_and_creates_nobody(
    shop: Shop, side: Side, left: int
) -> None:
    shop.world = agreed(300, 2, clock=shop.clock)
    await shop.settled()
    links = shop.known().links
    vanish(shop.world, side, 300 - left)
    shop.cast.world = shop.world
    lone = shop.lone_affiliate() if side is Side.AFFIHUB else None

    report = await shop.sync(allow=["all"])

    assert shop.changes() == []
    assert shop.known().links == links
    assert not report.snapshots[side].complete
    assert {row.rule for row in report.rows} <= {"listing-incomplete"}
    assert any("incomplete" in note for note in report.notes)
    assert bool(report.rows) is bool(lone)
    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)
    assert shop.world.log.count("retrieve_affiliate") == 0
    assert shop.world.log.count("get_partner") == 0
    again = await shop.dry_run()
    assert {row.rule for row in again.rows} <= {"listing-incomplete"}


@pytest.mark.parametrize("side", list(Side))
async def test_a_few_missing_are_read_one_by_one(shop: Shop, side: Side) -> None:
    shop.world = agreed(80, 2, clock=shop.clock)
    await shop.settled()
    vanish(shop.world, side, 4)

    report = await shop.sync()

    operation = "retrieve_affiliate" if side is Side.WHOP else "get_partner"
    assert shop.world.log.count(operation) >= 4
    rules = {row.rule for row in report.rows}
    assert rules == {"whop-gone" if side is Side.WHOP else "partner-gone"}
    assert report.snapshots[side].complete
    assert shop.changes() == []


async def test_one_more_than_the_guard_lets_go_is_too_many(shop: Shop) -> None:
    shop.world = agreed(80, 2, clock=shop.clock)
    await shop.settled()
    vanish(shop.world, Side.WHOP, 5)

    report = await shop.sync(allow=["all"])

    assert "5 of 80 linked people missing, 4 could be" in str(report.snapshots[Side.WHOP].note)
    assert (report.rows, shop.changes()) == ((), [])


async def test_where_nobody_may_be_shut_out_nobody_may_be_missing(shop: Shop) -> None:
    shop.limits(deactivate=Limit(0))
    shop.world = agreed(80, 2, clock=shop.clock)
    await shop.settled()
    vanish(shop.world, Side.WHOP, 1)

    report = await shop.sync()

    assert not report.snapshots[Side.WHOP].complete


async def test_who_moved_while_we_paged_is_found_by_a_direct_read(shop: Shop) -> None:
    people = shop.crowd(5)
    await shop.settled()
    affiliate, partner = people[2]
    shop.world.affihub.edit(partner.id, status="deactivated")
    table = shop.world.whop.affiliates
    kept = table[affiliate.id]
    shop.when(lambda asked: asked.path == "/affiliates", lambda: table.pop(affiliate.id))
    shop.when(
        lambda asked: asked.path == f"/affiliates/{affiliate.id}",
        lambda: table.update({affiliate.id: kept}),
    )

    report = await shop.sync()

    assert said(row_of(report, affiliate)) == ("apply", "affihub-moved", "applied")


@pytest.mark.parametrize("answer", [Answer(500, b"{}"), Answer(200, b"{}"), Answer(422, b"{}")])
async def test_who_is_missing_and_cannot_be_read_is_neither_here_nor_gone(
    shop: Shop, answer: Answer
) -> None:
    people = shop.crowd(5)
    await shop.settled()
    affiliate, _ = people[0]
    other = people[1]
    shop.world.whop.remove(affiliate.id)
    shop.world.whop.edit(other[0].id, status="archived")
    shop.instead[f"/affiliates/{affiliate.id}"] = answer

    report = await shop.sync(allow=["all"])

    assert said(row_of(report, affiliate)) == ("break", "unreadable", None)
    assert row_of(report, other[0]).outcome is Outcome.APPLIED
    assert len(shop.changes()) == 1


def _without_total(shop: Shop) -> None:
    shop.world.gaps = shop.world.gaps.with_({"affihub_list_total": "absent"})


def _with_a_total_that_moves(shop: Shop) -> None:
    """Somebody signs up while each second page is asked for."""

    def watch(asked: Asked) -> None:
        if asked.side is Side.AFFIHUB and asked.path == "/partners":
            number = len(shop.world.affihub.partners)
            shop.world.affihub.add(f"new{number}@example.org", f"new-{number}", "invited")

    shop.before.append(watch)


@pytest.mark.parametrize("spoil", [_without_total, _with_a_total_that_moves])
async def test_an_affihub_listing_that_proves_nothing_creates_nobody(
    shop: Shop, spoil: Callable[[Shop], None]
) -> None:
    shop.world = agreed(150, 2, clock=shop.clock)
    await shop.settled()
    shop.cast.world = shop.world
    affiliate = shop.lone_affiliate()
    archived = next(a for a in shop.world.whop.affiliates.values() if a.status == "active")
    shop.world.whop.edit(archived.id, status="archived")
    spoil(shop)

    report = await shop.sync(allow=["all"])

    assert said(row_of(report, affiliate)) == ("waiting", "listing-incomplete", None)
    assert row_of(report, archived).outcome is Outcome.APPLIED
    assert shop.changes() == ["affihub update_partner"]
    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)


async def test_deactivated_rows_that_a_list_hides_are_found(shop: Shop) -> None:
    shop.world.gaps = shop.world.gaps.with_({"affihub_hides_deactivated": True})
    shop.crowd(3)
    affiliate, _ = shop.both("archived", "deactivated")

    first = await shop.sync()
    again = await shop.sync()

    assert first.counts["linked"] == 4
    status = shop.link(affiliate.id).status
    assert status is not None
    assert status.value == "off"
    assert (again.rows, shop.changes()) == ((), [])


async def test_archived_rows_that_a_list_hides_are_found(shop: Shop) -> None:
    shop.world.gaps = shop.world.gaps.with_({"whop_lists_archived": False})
    shop.crowd(3)
    affiliate, _ = shop.both("archived", "deactivated")

    await shop.sync()

    assert shop.link(affiliate.id).affihub_id
    assert (await shop.sync()).rows == ()


class TestAnotherCompany:
    """The company a pair was built with is kept; another one is a mistake in the settings."""

    async def test_is_refused_before_anything_is_read(self, shop: Shop) -> None:
        shop.crowd(3)
        await shop.settled()
        links = shop.known().links
        shop.world.whop.company_id = "biz_other"

        for run in (shop.sync, shop.dry_run):
            with pytest.raises(ConfigError, match="was built with biz_sandbox0000001"):
                await run()

        assert len(shop.world.log) == 0
        assert shop.known().links == links
        assert "biz_other" in str(shop.kept().run.error)

    async def test_is_noticed_also_after_a_first_apply_that_was_cut_off(self, shop: Shop) -> None:
        shop.crowd(3)
        shop.lone_affiliate()
        refused = Step(fault=Answer(401, b"{}"), operation="create_partner")
        shop.faults.set_script([refused])

        report = await shop.sync()

        assert report.run.error
        assert len(shop.known().links) == 3

        assert shop.known().company_id == shop.world.whop.company_id

    async def test_is_not_yet_decided_by_a_dry_run(self, shop: Shop) -> None:
        shop.crowd(1)

        await shop.dry_run()

        assert shop.known().company_id is None


@pytest.mark.parametrize("side", list(Side))
async def test_an_empty_side_at_first_sight_is_only_guarded(shop: Shop, side: Side) -> None:
    for _ in range(6):
        if side is Side.WHOP:
            shop.lone_partner()
        else:
            shop.lone_affiliate()

    report = await shop.sync(allow=["first-run"])

    kind = Kind.CREATE_AFFILIATE if side is Side.WHOP else Kind.CREATE_PARTNER
    assert {(row.kind, row.guard) for row in report.rows} == {(kind, kind.value)}
    assert shop.changes() == []
