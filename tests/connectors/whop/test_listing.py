"""The listing of affiliates, and when it counts as complete."""

from collections.abc import Sequence
from random import Random
from typing import Any

import httpx
import pytest
import respx

from connectors.sandbox.faults import Faults
from connectors.sandbox.seed import agreed, seeded
from connectors.sandbox.world import World
from connectors.whop import WhopWriter
from sync.errors import Interrupted, KeyRefused, PermissionMissing, Rejected
from tests.connectors.sandboxed import unwatched, whop_reader
from tests.connectors.surroundings import WHOP_URL
from tests.connectors.whop.rows import affiliate, page

ARCHIVED = affiliate(99, status="archived")


def listing(router: respx.Router, *answers: httpx.Response) -> respx.Route:
    return router.get(f"{WHOP_URL}/affiliates").mock(side_effect=list(answers))


def asked(route: respx.Route) -> list[dict[str, str]]:
    return [dict(call.request.url.params) for call in route.calls]


async def test_pages_are_followed_to_the_last_one(whop: WhopWriter, router: respx.Router) -> None:
    route = listing(router, page(affiliate(1), more=True, cursor="c1"), page(ARCHIVED, cursor="c2"))
    snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == {"aff_1", "aff_99"}
    common = {"company_id": "biz_1", "order": "created_at", "direction": "asc", "first": "100"}
    assert asked(route) == [common, common | {"after": "c1"}]


REPEATING = [
    page(affiliate(1), more=True, cursor="c1"),
    page(affiliate(2), more=True, cursor="c1"),
]
NOTHING_NEW = [
    page(affiliate(1), more=True, cursor="c1"),
    page(affiliate(1), more=True, cursor="c2"),
]
EMPTY_BUT_MORE = [page(affiliate(1), more=True, cursor="c1"), page(more=True, cursor="c2")]
NOWHERE_TO_GO = [page(affiliate(1), more=True, cursor=None)]
NAMELESS = [page(affiliate(1), {"status": "active"})]


@pytest.mark.parametrize(
    "pages, because",
    [
        (REPEATING, "sent the same page twice"),
        (NOTHING_NEW, "nothing new"),
        (EMPTY_BUT_MORE, "nothing new"),
        (NOWHERE_TO_GO, "without saying where"),
        (NAMELESS, "does not say whose it is"),
    ],
)
async def test_what_is_not_proven_whole_is_read_three_times_and_told_as_incomplete(
    whop: WhopWriter, router: respx.Router, pages: Sequence[httpx.Response], because: str
) -> None:
    route = listing(router, *pages, *pages, *pages)
    snapshot = await whop.snapshot(unwatched)
    assert not snapshot.complete
    assert because in (snapshot.note or "")
    assert "aff_1" in snapshot.records
    assert route.call_count == 3 * len(pages)


async def test_a_second_reading_that_is_whole_counts(
    whop: WhopWriter, router: respx.Router
) -> None:
    listing(router, *REPEATING, page(affiliate(3), ARCHIVED))
    snapshot = await whop.snapshot(unwatched)
    assert (snapshot.complete, snapshot.note) == (True, None)
    assert snapshot.records.keys() == {"aff_3", "aff_99"}


async def test_a_row_that_came_twice_is_reason_to_read_again(
    whop: WhopWriter, router: respx.Router
) -> None:
    old = affiliate(1, updated_at="2026-01-01T00:00:00.000Z", status="archived")
    new = affiliate(1, updated_at="2026-06-01T00:00:00.000Z")
    moved = [page(new, ARCHIVED, more=True, cursor="c"), page(old)]
    listing(router, *moved, page(new, ARCHIVED, affiliate(2)))
    snapshot = await whop.snapshot(unwatched)
    assert snapshot.records.keys() == {"aff_1", "aff_2", "aff_99"}


async def test_where_rows_always_come_twice_the_latest_state_counts_and_all_is_well(
    whop: WhopWriter, router: respx.Router
) -> None:
    old = affiliate(1, updated_at="2026-01-01T00:00:00.000Z", status="archived")
    new = affiliate(1, updated_at="2026-06-01T00:00:00.000Z")
    rows = [old, new, ARCHIVED]
    answers = []
    for seed in range(3):
        Random(seed).shuffle(rows)
        answers.append(page(*rows))
    listing(router, *answers)
    snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records["aff_1"].status == "active"


async def test_one_unreadable_row_is_an_incident_and_nothing_else(
    whop: WhopWriter, router: respx.Router
) -> None:
    listing(router, page(affiliate(1, user=None), affiliate(2), ARCHIVED))
    snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == {"aff_2", "aff_99"}
    assert [incident.id for incident in snapshot.incidents] == ["aff_1"]


async def test_the_marketplace_affiliate_takes_no_part(
    whop: WhopWriter, router: respx.Router
) -> None:
    market = affiliate(1, user={"id": "user_whop", "name": "Whop", "username": "whop"})
    listing(router, page(market, ARCHIVED))
    assert (await whop.snapshot(unwatched)).records.keys() == {"aff_99"}


async def test_where_100_a_page_are_refused_50_are_asked_for_from_then_on(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = listing(
        router,
        httpx.Response(400),
        page(affiliate(1), more=True, cursor="c"),
        page(ARCHIVED),
        page(ARCHIVED),
    )
    assert (await whop.snapshot(unwatched)).complete
    await whop.snapshot(unwatched)
    assert [params["first"] for params in asked(route)] == ["100", "50", "50", "50"]


async def test_a_request_refused_at_any_size_is_refused(
    whop: WhopWriter, router: respx.Router
) -> None:
    listing(router, httpx.Response(400), httpx.Response(400))
    with pytest.raises(Rejected):
        await whop.snapshot(unwatched)


@pytest.mark.parametrize("status, error", [(401, KeyRefused), (403, PermissionMissing)])
async def test_a_refused_key_is_never_read_as_nobody_there(
    whop: WhopWriter, router: respx.Router, status: int, error: type[Exception]
) -> None:
    listing(router, httpx.Response(status))
    with pytest.raises(error):
        await whop.snapshot(unwatched)


async def test_a_list_with_archived_rows_is_not_asked_about_hidden_ones(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = listing(router, page(affiliate(1), ARCHIVED))
    await whop.snapshot(unwatched)
    assert route.call_count == 1


async def test_a_list_without_archived_rows_costs_one_request_more(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = listing(router, page(affiliate(1)), page())
    assert (await whop.snapshot(unwatched)).complete
    assert asked(route)[1] | {"status": "archived", "first": "1"} == asked(route)[1]


async def test_where_no_filter_by_status_is_known_nothing_is_taken_for_hidden(
    whop: WhopWriter, router: respx.Router
) -> None:
    listing(router, page(affiliate(1)), httpx.Response(400))
    assert (await whop.snapshot(unwatched)).complete


async def test_archived_rows_that_a_list_hides_are_fetched_too(world: World) -> None:
    for number in range(250):
        user = world.whop.add_user(f"u{number}@example.org", "U", f"u{number}")
        world.whop.add_affiliate(user.id, "archived" if number % 2 else "active")
    world.gaps = world.gaps.with_({"whop_lists_archived": False})
    async with whop_reader(world) as whop:
        snapshot = await whop.snapshot(unwatched)
        assert snapshot.complete
        assert snapshot.records.keys() == set(world.whop.affiliates)
        assert whop.requests() == {"list_affiliates": 2 + 1 + 2}


async def test_each_page_is_told_and_the_listing_can_be_stopped_there(
    whop: WhopWriter, router: respx.Router
) -> None:
    route = listing(router, page(affiliate(1), more=True, cursor="c1"), page(affiliate(2)))
    told: list[tuple[int, int | None]] = []

    def stop(records: int, total: int | None) -> None:
        told.append((records, total))
        raise Interrupted("enough")

    with pytest.raises(Interrupted):
        await whop.snapshot(stop)
    assert told == [(1, None)]
    assert route.call_count == 1


@pytest.mark.parametrize("version", ["2025-01-01", "2026-09-02-1", "2026-09-02-2", "2026-10-15-1"])
async def test_every_version_pin_is_spoken(version: str) -> None:
    world = seeded(60, 3)
    async with whop_reader(world, version=version) as whop:
        snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert len(snapshot.records) == len(world.whop.affiliates) - 1


@pytest.mark.parametrize(
    "gaps",
    [
        {"whop_page_cap": 50},
        {"whop_page_cap": 50, "whop_page_excess": "refuse"},
        {"whop_last_cursor": "null"},
        {"whop_status_null": "deleted"},
    ],
)
async def test_whatever_whop_leaves_open_the_list_is_whole(gaps: dict[str, Any]) -> None:
    world = agreed(250, 4)
    world.gaps = world.gaps.with_(gaps)
    async with whop_reader(world) as whop:
        snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == set(world.whop.affiliates)


@pytest.mark.parametrize("profile", ["errors", "reset-before", "reset-after", "truncated", "html"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_third_of_all_requests_failing_changes_nothing(profile: str, seed: int) -> None:
    world = seeded(300, 5)
    async with whop_reader(world, Faults({profile: 0.3}, seed=seed)) as whop:
        snapshot = await whop.snapshot(unwatched)
    assert snapshot.complete
    assert len(snapshot.records) == len(world.whop.affiliates) - 1


@pytest.mark.parametrize("seed", range(8))
async def test_rows_that_move_while_we_page_are_not_lost(seed: int) -> None:
    world = seeded(300, 6)
    async with whop_reader(world, Faults({"drift": 0.5}, seed=seed)) as whop:
        snapshot = await whop.snapshot(unwatched)
    assert len(snapshot.records) == len(world.whop.affiliates) - 1
