"""What is sent again after an answer got lost, what never is, and what a stop changes."""

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.world import World
from sync.core.record import Side
from sync.errors import Unavailable, Uncertain
from tests.conformance.verbs import NEW, REV_SHARE, VERBS, Cast, Verb, cast, opened, unwatched
from tests.conformance.ways import Ground

LOST = ("reset-before", "reset-after", "truncated", "html")
REPEATABLE = [verb for verb in VERBS if not verb.once]
TRIES = {("truncated", "update_partner"): 1, ("truncated", "delete_override"): 2}
"""Where a cut answer is as good as a whole one: nobody reads it, or its status says it all."""
LOOSE = {"permissions"}
"""Verbs for which an answer that is no answer means that nothing is known."""


@pytest.fixture
def people(world: World) -> Cast:
    """Jane on both sides, with a rate."""
    return cast(world)


def state(world: World) -> object:
    """What the writes leave behind, without what a second one would change on its own."""
    return (
        sorted((one.user_id, one.status or "") for one in world.whop.affiliates.values()),
        sorted((one.scope, one.commission_value) for one in world.whop.overrides.values()),
        {one.email: (one.slug, one.status) for one in world.affihub.partners.values()},
        {one.email: one.commission_pct for one in world.affihub.partners.values()},
        {one.email: (one.first_name, one.last_name) for one in world.affihub.partners.values()},
        {one.email: one.metadata for one in world.affihub.partners.values()},
    )


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("verb", REPEATABLE, ids=str)
async def test_what_is_repeatable_does_not_show_two_lost_answers(
    ground: Ground, people: Cast, verb: Verb, fault: str
) -> None:
    ground.spoil(verb.asks[0], fault, 2)
    asked = await verb.on(ground, people)
    if verb.name not in LOOSE:
        assert asked[verb.asks[0]] == TRIES.get((fault, verb.asks[0]), 3)
    after_trouble = state(ground.world)
    ground.spoil_all({}, 0)
    await verb.on(ground, people)
    assert state(ground.world) == after_trouble


@pytest.mark.parametrize("verb", [verb for verb in REPEATABLE if verb.name not in LOOSE], ids=str)
async def test_what_stays_lost_is_given_up(ground: Ground, people: Cast, verb: Verb) -> None:
    ground.spoil(verb.asks[0], "reset-before", 99)
    async with opened(ground, verb.side) as side:
        with pytest.raises(Unavailable) as caught:
            await verb.call(side, people)
        assert side.requests()[verb.asks[0]] == 6
    assert (caught.value.status, caught.value.operation) == (None, verb.asks[0])
    assert ground.world.writes == []


@pytest.mark.parametrize("fault", LOST)
async def test_an_override_that_may_have_been_made_is_not_sent_again(
    ground: Ground, people: Cast, fault: str
) -> None:
    ground.spoil("create_override", fault)
    async with ground.whop() as whop:
        with pytest.raises(Uncertain):
            await whop.create_override(people.affiliate, REV_SHARE)
        assert whop.requests() == {"create_override": 1}
    made = fault in {"reset-after", "truncated"}
    assert len(ground.world.whop.overrides_of(people.affiliate)) == 1 + made


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_override_a_broken_server_may_have_made_is_not_sent_again(
    ground: Ground, people: Cast, status: int
) -> None:
    ground.spoil("create_override", Answer(status))
    async with ground.whop() as whop:
        with pytest.raises(Uncertain) as caught:
            await whop.create_override(people.affiliate, REV_SHARE)
        assert whop.requests() == {"create_override": 1}
    assert caught.value.status == status


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_not_yet_is_no_failure_for_any_verb(ground: Ground, people: Cast, verb: Verb) -> None:
    ground.spoil(verb.asks[0], Answer(429), 2)
    asked = await verb.on(ground, people)
    assert asked[verb.asks[0]] == 2 + verb.asks.count(verb.asks[0])
    assert all(count == 1 for count in ground.world.created().values())


# A stop


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_what_is_in_hand_is_finished_after_a_stop(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    ground.wish.to_stop()
    asked = await verb.on(ground, people)
    assert asked == {name: verb.asks.count(name) for name in verb.asks}
    assert bool(ground.world.writes) is (verb.writes and verb.name != "unarchive")


@pytest.mark.parametrize("verb", [verb for verb in REPEATABLE if verb.name not in LOOSE], ids=str)
async def test_nothing_is_tried_again_after_a_stop(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    ground.wish.to_stop()
    ground.spoil(verb.asks[0], "reset-before")
    async with opened(ground, verb.side) as side:
        with pytest.raises(Unavailable):
            await verb.call(side, people)
        assert side.requests()[verb.asks[0]] == 1


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
async def test_a_partner_in_doubt_is_looked_for_after_a_stop_and_not_made_again(
    ground: Ground, people: Cast, fault: str
) -> None:
    ground.wish.to_stop()
    ground.spoil("create_partner", fault)
    async with ground.affihub() as affihub:
        if fault == "reset-after":
            assert not (await affihub.create_partner(NEW)).found
        else:
            with pytest.raises(Uncertain):
                await affihub.create_partner(NEW)
        assert affihub.requests()["create_partner"] == 1
        assert affihub.requests()["list_partners"] >= 1
    made = ground.world.created()[Side.AFFIHUB, NEW.email]
    assert made == (fault == "reset-after")


async def test_a_stop_in_the_middle_of_a_listing_ends_it_where_its_watcher_says(
    ground: Ground, people: Cast
) -> None:
    async with ground.whop() as whop:
        await whop.snapshot(unwatched)
        ground.wish.to_stop()
        assert (await whop.snapshot(unwatched)).complete
