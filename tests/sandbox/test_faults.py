"""Every fault profile, the bucket behind 429, and exact faults for the nth request."""

import json
from collections import Counter

import httpx
import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.faults import PROFILES, Faults
from connectors.sandbox.script import Step
from connectors.sandbox.world import World
from sync.core.record import Side
from tests.sandbox.clients import Clock, affihub_client, whop_client

NEW = {"email": "ana@example.com", "slug": "ana"}


def always(profile: str, **more: object) -> Faults:
    return Faults({profile: 1}, seed=3, **more)  # type: ignore[arg-type]


async def created(world: World, faults: Faults) -> httpx.Response:
    async with affihub_client(world, faults, strict=False) as affihub:
        return await affihub.post("/partners", json=NEW)


async def test_errors_are_in_the_sides_own_words_or_a_proxys(world: World) -> None:
    faults = always("errors")

    async with whop_client(world, faults, strict=False) as whop:
        answers = [await whop.get("/permissions") for _ in range(30)]

    assert Counter(a.status_code for a in answers).keys() == {500, 502, 503}
    for answer in answers:
        if answer.status_code == 500:
            assert answer.json()["error"]["type"] == "internal_server_error"
        else:
            assert answer.headers["content-type"].startswith("text/html")


async def test_behind_a_502_the_server_may_have_acted(world: World) -> None:
    seen: dict[int, set[bool]] = {}
    for seed in range(20):
        world.affihub.partners.clear()
        answer = await created(world, Faults({"errors": 1}, seed=seed))
        seen.setdefault(answer.status_code, set()).add(bool(world.affihub.partners))

    assert seen == {500: {False}, 502: {True}, 503: {False}}


@pytest.mark.parametrize("profile, acted", [("reset-before", False), ("reset-after", True)])
async def test_a_reset_comes_before_or_after_the_server_acted(
    world: World, profile: str, acted: bool
) -> None:
    with pytest.raises(httpx.ReadError):
        await created(world, always(profile))

    assert bool(world.affihub.partners) is acted
    assert [(r.status, r.fault) for r in world.log] == [(None, profile)]


async def test_truncated_cuts_json_after_the_server_acted(world: World) -> None:
    answer = await created(world, always("truncated"))

    assert answer.status_code == 201
    assert answer.headers["content-length"] == str(len(answer.content))
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(world.affihub.partners) == 1


async def test_html_comes_with_200_and_nothing_was_done(world: World) -> None:
    answer = await created(world, always("html"))

    assert (answer.status_code, answer.text[:15]) == (200, "<!doctype html>")
    assert not world.affihub.partners


async def test_slow_sleeps_and_then_answers(world: World) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    answer = await created(world, always("slow", slow_seconds=7.5, sleep=sleep))

    assert answer.status_code == 201
    assert slept == [7.5]


async def test_drift_moves_rows_and_changes_nobody_in_earnest(world: World) -> None:
    for number in range(5):
        world.affihub.add(f"p{number}@example.com", f"p{number}", "active")
    ids = list(world.affihub.partners)
    faults = always("drift")
    pages: set[tuple[str, ...]] = set()

    async with affihub_client(world, faults, strict=False) as affihub:
        for _ in range(40):
            page = (await affihub.get("/partners")).json()
            assert page["total"] == 5
            pages.add(tuple(row["id"] for row in page["data"]))

    listed = sorted(ids)  # all joined in the same second
    repeated, shifted = (*listed, listed[0]), (*listed[:-1], listed[0])
    assert pages == {tuple(listed), tuple(listed[::-1]), repeated, shifted}
    assert {partner.status for partner in world.affihub.partners.values()} == {"active"}
    assert world.writes == []


async def test_drift_leaves_single_records_and_whops_earnings_moving(world: World) -> None:
    users = [world.whop.add_user(None, None, name) for name in ("ana", "bob")]
    first, _ = [world.whop.add_affiliate(user.id) for user in users]
    faults = always("drift")

    async with whop_client(world, faults) as whop:
        read = await whop.get(f"/affiliates/{first.id}")
        for _ in range(20):
            await whop.get("/affiliates", params={"company_id": world.whop.company_id})

    assert read.status_code == 200
    assert sum(affiliate.referrals for affiliate in world.whop.affiliates.values()) > 0


async def test_whop_counts_each_operation_by_itself_and_refills(world: World, clock: Clock) -> None:
    faults = always("throttle", per_minute={Side.WHOP: 2, Side.AFFIHUB: 2})
    params = {"company_id": world.whop.company_id}

    async with whop_client(world, faults) as whop:
        statuses = [(await whop.get("/affiliates", params=params)).status_code for _ in range(3)]
        refused = await whop.get("/affiliates", params=params)
        other = await whop.get("/permissions", params={"resource_id": "biz_x"})
        clock.advance(30)
        later = await whop.get("/affiliates", params=params)

    assert statuses == [200, 200, 429]
    assert refused.json() == {
        "error": {"type": "rate_limit_exceeded", "message": "Try again in 30 seconds."}
    }
    assert "retry-after" not in refused.headers
    assert (other.status_code, later.status_code) == (200, 200)


async def test_affihub_counts_everything_of_the_key_together(world: World) -> None:
    faults = always("throttle", per_minute={Side.WHOP: 2, Side.AFFIHUB: 2})

    async with affihub_client(world, faults, strict=False) as affihub:
        paths = ("/partners", "/programs/me", "/events")
        answers = [await affihub.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "30"


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_rate_is_the_share_of_requests_a_profile_hits(world: World, profile: str) -> None:
    async def sleep(_seconds: float) -> None: ...

    faults = Faults({profile: 0.3}, seed=5, sleep=sleep)

    async with affihub_client(world, faults, strict=False) as affihub:
        for _ in range(200):
            try:
                await affihub.get("/partners")
            except httpx.ReadError:
                continue

    hit = [request for request in world.log if request.fault]
    assert {request.fault for request in hit} == {profile}
    assert 40 <= len(hit) <= 80


async def test_all_spreads_its_share_over_every_profile(world: World) -> None:
    async def sleep(_seconds: float) -> None: ...

    faults = Faults({"all": 0.4}, seed=5, sleep=sleep)

    async with affihub_client(world, faults, strict=False) as affihub:
        for _ in range(300):
            try:
                await affihub.get("/partners")
            except httpx.ReadError:
                continue

    hit = Counter(request.fault for request in world.log if request.fault)
    assert hit.keys() == PROFILES.keys()
    assert 95 <= hit.total() <= 145


async def test_the_same_seed_gives_the_same_faults(world: World) -> None:
    def picked(faults: Faults) -> list[str | None]:
        hits = [faults.pick(Side.WHOP, "list_affiliates") for _ in range(50)]
        return [hit[0] if hit else None for hit in hits]

    assert picked(Faults({"all": 0.5}, seed=1)) == picked(Faults({"all": 0.5}, seed=1))
    assert picked(Faults({"all": 0.5}, seed=1)) != picked(Faults({"all": 0.5}, seed=2))


@pytest.mark.parametrize("rates", [{"rain": 0.1}, {"errors": 1.1}, {"all": -1}, {"all": 2}])
def test_a_profile_or_rate_that_is_none_is_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no fault profile"):
        Faults(rates)
    with pytest.raises(ValueError, match="no fault profile"):
        Faults(script=[Step(fault="rain")])


async def test_a_script_hits_the_nth_request_of_an_operation(world: World) -> None:
    steps = [
        Step(fault="reset-after", operation="create_partner", nth=2),
        Step(fault=Answer(403, b"{}"), side=Side.AFFIHUB, operation="list_partners", times=2),
        Step(fault=Answer(500, b"{}"), operation="get_program", acted=True),
    ]
    bodies = [{"email": f"p{n}@example.com", "slug": f"p{n}"} for n in range(3)]

    async with affihub_client(world, Faults(script=steps)) as affihub:
        lists = [(await affihub.get("/partners")).status_code for _ in range(3)]
        first = await affihub.post("/partners", json=bodies[0])
        with pytest.raises(httpx.ReadError):
            await affihub.post("/partners", json=bodies[1])
        third = await affihub.post("/partners", json=bodies[2])
        program = await affihub.get("/programs/me")

    assert lists == [403, 403, 200]
    assert (first.status_code, third.status_code, program.status_code) == (201, 201, 500)
    assert len(world.affihub.partners) == 3
    assert len([request for request in world.log if request.fault == "scripted"]) == 3
