"""Stamps: looked at one by one, written under the lease, counted whatever goes wrong."""

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Outcome
from sync.errors import Interrupted, LeaseLost, PermissionMissing, UsageError
from sync.runs.linking import held, unlink
from sync.runs.pair import Stop
from sync.runs.stamping import Stamping, Standing, survey, write_stamps
from tests.runs.shop import Shop


async def looked(shop: Shop, stop: Stop | None = None) -> Stamping:
    async with shop.pair(writes=False, stop=stop) as pair:
        return await survey(pair)


async def written(shop: Shop, found: Stamping, stop: Stop | None = None) -> Stamping:
    with held(shop.store, "main") as lease:
        async with shop.pair(writes=True, stop=stop) as pair:
            return await write_stamps(pair, lease, found)


async def people_linked(shop: Shop, count: int) -> list[tuple[Affiliate, Partner]]:
    people = shop.crowd(count)
    await shop.settled()
    return people


def outcomes(stamping: Stamping) -> list[Outcome | None]:
    return sorted((row.outcome for row in stamping.rows), key=str)


async def test_what_was_written_reads_as_the_same(shop: Shop) -> None:
    await people_linked(shop, 3)

    found = await looked(shop)
    done = await written(shop, found)
    again = await looked(shop)

    assert {row.standing for row in found.rows} == {Standing.LACKING}
    assert outcomes(done) == [Outcome.APPLIED] * 3
    assert {row.standing for row in again.rows} == {Standing.SAME}
    assert again.due == ()


async def test_a_look_writes_nothing(shop: Shop) -> None:
    await people_linked(shop, 2)

    await looked(shop)

    assert shop.changes() == []


async def test_rows_stand_in_the_order_of_the_links(shop: Shop) -> None:
    await people_linked(shop, 20)

    found = await looked(shop)

    assert [row.link for row in found.rows] == list(shop.known().links)


async def test_who_was_unlinked_meanwhile_is_stale_and_not_stamped(shop: Shop) -> None:
    ((affiliate, partner), _) = await people_linked(shop, 2)
    found = await looked(shop)
    unlink(shop.store, "main", [shop.link(affiliate.id)], apart=True)

    done = await written(shop, found)

    assert outcomes(done) == [Outcome.APPLIED, Outcome.STALE]
    assert shop.partner(partner).metadata in (None, {})
    assert [row.link.whop_id for row in done.failed] == [affiliate.id]


async def test_a_stamp_the_server_did_not_keep_failed(shop: Shop) -> None:
    await people_linked(shop, 1)
    found = await looked(shop)
    shop.faults.set_script([Step(fault=Answer(200, b"{}"), operation="update_partner")])

    (row,) = (await written(shop, found)).rows

    assert row.outcome is Outcome.FAILED
    assert row.error == "Affihub did not keep the stamp."


async def test_a_missing_permission_ends_the_writes(shop: Shop) -> None:
    await people_linked(shop, 20)
    found = await looked(shop)
    shop.faults.set_script([Step(fault=Answer(403, b"{}"), operation="update_partner", times=99)])

    done = await written(shop, found)

    assert isinstance(done.error, PermissionMissing)
    assert outcomes(done) == [Outcome.SKIPPED] * 20
    assert len(shop.changes()) <= shop.people_at_once


async def test_a_stop_leaves_the_rest_for_later(shop: Shop) -> None:
    await people_linked(shop, 20)
    found, stop = await looked(shop), Stop()
    shop.when(lambda asked: asked.writes, stop.request)

    done = await written(shop, found, stop)

    assert isinstance(done.error, Interrupted)
    told = outcomes(done)
    assert 1 <= told.count(Outcome.APPLIED) <= shop.people_at_once
    assert told.count(Outcome.APPLIED) + told.count(Outcome.SKIPPED) == 20


async def test_a_stop_while_looking_ends_it(shop: Shop) -> None:
    await people_linked(shop, 2)
    stop = Stop()
    stop.request()

    with pytest.raises(Interrupted):
        await looked(shop, stop)


async def test_a_lost_lease_ends_the_writes(shop: Shop) -> None:
    await people_linked(shop, 3)
    found = await looked(shop)

    with held(shop.store, "main") as lease:
        shop.clock.pass_(minutes=5)
        async with shop.pair(writes=True) as pair:
            done = await write_stamps(pair, lease, found)

    assert isinstance(done.error, LeaseLost)
    assert shop.changes() == []


async def test_without_writers_nothing_can_be_stamped(shop: Shop) -> None:
    with held(shop.store, "main") as lease:
        async with shop.pair(writes=False) as pair:
            with pytest.raises(UsageError):
                await write_stamps(pair, lease, Stamping(()))
