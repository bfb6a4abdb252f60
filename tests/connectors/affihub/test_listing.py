"""The listing of partners, and when it counts as complete."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
import respx

from connectors.affihub import AffihubWriter
from connectors.affihub.client import CONCURRENCY
from connectors.sandbox.faults import Faults
from connectors.sandbox.seed import agreed, seeded
from connectors.sandbox.world import World
from sync.errors import Interrupted, KeyRefused, PermissionMissing, Unavailable
from tests.connectors.affihub.rows import DEACTIVATED, page, partner
from tests.connectors.sandboxed import affihub_reader, unwatched
from tests.connectors.surroundings import AFFIHUB_URL

Serve = Callable[[httpx.Request], httpx.Response]


def listing(router: respx.Router, serve: Serve | Sequence[httpx.Response]) -> respx.Route:
    answers = serve if callable(serve) else list(serve)
    return router.get(f"{AFFIHUB_URL}/partners").mock(side_effect=answers)


def asked(route: respx.Route) -> list[dict[str, str]]:
    return [dict(call.request.url.params) for call in route.calls]


def of(count: int, *, per_page: int = 100) -> Serve:
    """A server with so many partners, the last one deactivated."""
    rows = [partner(n) for n in range(count - 1)] + [DEACTIVATED]

    def serve(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        shown = rows[(number - 1) * per_page : number * per_page]
        return page(*shown, total=count, number=number, per_page=per_page)

    return serve


async def test_all_pages_are_fetched_and_no_more(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    route = listing(router, of(250))
    snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert len(snapshot.records) == 250
    sent = sorted(asked(route), key=lambda params: params["page"])
    assert sent == [{"page": str(number), "per_page": "100"} for number in (1, 2, 3)]


async def test_the_pages_after_the_first_are_fetched_at_once(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    under_way: set[str] = set()
    most = 0

    async def serve(request: httpx.Request) -> httpx.Response:
        nonlocal most
        under_way.add(request.url.params["page"])
        most = max(most, len(under_way))
        for _ in range(5):
            await asyncio.sleep(0)
        under_way.discard(request.url.params["page"])
        return of(1_000)(request)

    router.get(f"{AFFIHUB_URL}/partners").mock(side_effect=serve)
    assert (await affihub.snapshot(unwatched)).complete
    assert most == CONCURRENCY


async def test_the_answers_own_page_size_is_counted_with(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    route = listing(router, of(120, per_page=50))
    snapshot = await affihub.snapshot(unwatched)
    assert (len(snapshot.records), snapshot.complete) == (120, True)
    assert route.call_count == 3


SHORT = [page(partner(1), DEACTIVATED, total=3)]
TWICE = [page(partner(1), partner(1), DEACTIVATED, total=3)]
NAMELESS = [page(partner(1), {"email": "x"}, DEACTIVATED)]
MORE = [page(partner(1), partner(2), DEACTIVATED, total=2)]


@pytest.mark.parametrize("answers", [SHORT, TWICE, NAMELESS, MORE])
async def test_what_does_not_add_up_is_read_three_times_and_told_as_incomplete(
    affihub: AffihubWriter, router: respx.Router, answers: list[httpx.Response]
) -> None:
    route = listing(router, answers * 3)
    snapshot = await affihub.snapshot(unwatched)
    assert not snapshot.complete
    assert "announces" in (snapshot.note or "")
    assert snapshot.records.keys() >= {"par_1", "par_9999"}
    assert route.call_count == 3


async def test_a_total_that_changes_while_we_page_is_reason_to_read_again(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    shrinking = [
        page(partner(1), total=2, per_page=1),
        page(partner(2), total=3, number=2, per_page=1),
    ]
    listing(router, [*shrinking, page(partner(1), partner(2), DEACTIVATED)])
    snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert len(snapshot.records) == 3


async def test_one_unreadable_row_is_an_incident_and_nothing_else(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    listing(router, [page(partner(1, status=None), partner(2), DEACTIVATED)])
    snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == {"par_2", "par_9999"}
    assert [incident.id for incident in snapshot.incidents] == ["par_1"]


@pytest.mark.parametrize("past_end", ["empty", "not-found", "bad-request"])
async def test_without_a_total_pages_are_read_to_the_end_and_nothing_is_proven(
    past_end: str,
) -> None:
    world = agreed(250, 2)
    gaps = {"affihub_list_total": "absent", "affihub_past_end": past_end}
    world.gaps = world.gaps.with_(gaps)
    async with affihub_reader(world, strict=False) as affihub:
        snapshot = await affihub.snapshot(unwatched)
        assert affihub.requests() == {"list_partners": 4}
    assert snapshot.records.keys() == set(world.affihub.partners)
    assert not snapshot.complete
    assert "does not say how many" in (snapshot.note or "")


async def test_without_a_total_a_server_that_repeats_itself_ends_the_reading(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    answer = httpx.Response(200, json={"data": [partner(1)]})
    route = listing(router, [answer, answer])
    assert not (await affihub.snapshot(unwatched)).complete
    assert route.call_count == 2


async def test_a_total_nobody_can_believe_is_none(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    pages = [page(partner(1), total=10**12), page(total=10**12, number=2)]
    listing(router, pages)
    assert not (await affihub.snapshot(unwatched)).complete


async def test_an_error_past_the_end_is_the_end_where_every_row_was_seen(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "2":
            return httpx.Response(404)
        return page(partner(1), DEACTIVATED, total=2, per_page=1)

    listing(router, serve)
    snapshot = await affihub.snapshot(unwatched)
    assert (len(snapshot.records), snapshot.complete) == (2, True)


async def test_an_error_on_a_page_in_the_middle_is_no_end(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "2":
            return httpx.Response(404)
        return of(250)(request)

    listing(router, serve)
    snapshot = await affihub.snapshot(unwatched)
    assert (len(snapshot.records), snapshot.complete) == (150, False)


@pytest.mark.parametrize("status, error", [(401, KeyRefused), (403, PermissionMissing)])
@pytest.mark.parametrize("at", ["1", "2"])
async def test_a_refused_key_is_never_read_as_nobody_there(
    affihub: AffihubWriter, router: respx.Router, at: str, status: int, error: type[Exception]
) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == at:
            return httpx.Response(status)
        return of(250)(request)

    listing(router, serve)
    with pytest.raises(error):
        await affihub.snapshot(unwatched)


async def test_a_page_that_cannot_be_had_is_an_error_and_not_a_gap(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.params["page"] == "3":
            return httpx.Response(500)
        return of(450)(request)

    listing(router, serve)
    with pytest.raises(Unavailable):
        await affihub.snapshot(unwatched)


async def test_a_list_without_deactivated_rows_costs_one_request_more(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    route = listing(router, [page(partner(1)), page()])
    assert (await affihub.snapshot(unwatched)).complete
    assert asked(route)[1] == {"page": "1", "per_page": "1", "status": "deactivated"}


async def test_deactivated_rows_that_a_list_hides_are_fetched_too(world: World) -> None:
    for number in range(450):
        status = "deactivated" if number % 3 else "active"
        world.affihub.add(f"u{number}@example.org", f"u{number}", status)
    world.gaps = world.gaps.with_({"affihub_hides_deactivated": True})
    async with affihub_reader(world) as affihub:
        snapshot = await affihub.snapshot(unwatched)
        assert affihub.requests() == {"list_partners": 2 + 1 + 3}
    assert snapshot.complete
    assert snapshot.records.keys() == set(world.affihub.partners)


async def test_each_page_is_told_with_the_total(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    listing(router, of(250))
    told: list[tuple[int, int | None]] = []
    await affihub.snapshot(lambda records, total: told.append((records, total)))
    assert {total for _, total in told} == {250}
    assert told[-1] == (250, 250)
    assert len(told) == 3


async def test_the_listing_can_be_stopped_between_pages(
    affihub: AffihubWriter, router: respx.Router
) -> None:
    listing(router, of(1_000))
    pages = itertools.count()

    def stop(_records: int, _total: int | None) -> None:
        if next(pages) == 2:
            raise Interrupted("enough")

    with pytest.raises(Interrupted):
        await affihub.snapshot(stop)


@pytest.mark.parametrize(
    "gaps",
    [
        {"affihub_list_order": "shuffled"},
        {"affihub_list_order": "id"},
        {"affihub_per_page_cap": 50},
        {"affihub_numbers_as_strings": True},
    ],
)
async def test_whatever_affihub_leaves_open_the_list_is_the_same(gaps: dict[str, Any]) -> None:
    world = agreed(250, 4)
    async with affihub_reader(world, strict=False) as affihub:
        usual = await affihub.snapshot(unwatched)
        world.gaps = world.gaps.with_(gaps)
        assert await affihub.snapshot(unwatched) == usual
    assert usual.complete


@pytest.mark.parametrize("profile", ["errors", "reset-before", "reset-after", "truncated", "html"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_third_of_all_requests_failing_changes_nothing(profile: str, seed: int) -> None:
    world = seeded(300, 5)
    async with affihub_reader(world, Faults({profile: 0.3}, seed=seed)) as affihub:
        snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == set(world.affihub.partners)


@pytest.mark.parametrize("seed", range(8))
async def test_rows_that_move_while_we_page_are_read_again_or_told(seed: int) -> None:
    world = seeded(300, 6)
    async with affihub_reader(world, Faults({"drift": 0.5}, seed=seed)) as affihub:
        snapshot = await affihub.snapshot(unwatched)
    assert not snapshot.complete or snapshot.records.keys() == set(world.affihub.partners)
