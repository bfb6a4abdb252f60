"""``requests()``: every request that was sent, by the operation's name in api/*.md."""

from contextlib import suppress

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.world import World
from sync.core.ports import AffihubWrites, WhopWrites
from sync.core.record import Side
from sync.errors import Rejected
from tests.conformance.verbs import VERBS, Cast, Verb, cast, enlist, opened, unwatched
from tests.conformance.ways import Ground


@pytest.fixture
def people(world: World) -> Cast:
    """Jane on both sides, with a rate."""
    return cast(world)


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_a_verb_takes_as_many_requests_as_it_needs(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    asked = await verb.on(ground, people)
    assert asked == {name: verb.asks.count(name) for name in verb.asks}


def test_every_verb_of_the_ports_is_called_in_these_tests() -> None:
    promised = {
        (side, name)
        for side, port in ((Side.WHOP, WhopWrites), (Side.AFFIHUB, AffihubWrites))
        for base in port.__mro__
        for name in vars(base)
        if not name.startswith("_") and name != "requests"
    }
    assert {(verb.side, verb.name) for verb in VERBS} == promised


@pytest.mark.parametrize("side", list(Side))
async def test_nothing_is_counted_before_anything_is_asked(ground: Ground, side: Side) -> None:
    async with opened(ground, side) as reached:
        assert reached.requests() == {}


async def test_requests_add_up_by_operation_refused_ones_too(ground: Ground, people: Cast) -> None:
    ground.spoil("retrieve_affiliate", Answer(422))
    async with ground.whop() as whop:
        for _ in range(3):
            with suppress(Rejected):
                await whop.affiliate(people.affiliate)
        await whop.overrides(people.affiliate)
        before = whop.requests()
        await whop.archive(people.affiliate)
        assert before == {"retrieve_affiliate": 3, "list_overrides": 1}
        assert whop.requests() == {**before, "archive_affiliate": 1}


async def test_each_run_counts_its_own(ground: Ground, people: Cast) -> None:
    for _ in range(2):
        async with ground.affihub() as affihub:
            await affihub.partner(people.partner)
            assert affihub.requests() == {"get_partner": 1}


@pytest.mark.parametrize("count", [1, 100, 101, 250])
async def test_a_listing_takes_a_request_for_each_hundred(
    ground: Ground, world: World, count: int
) -> None:
    for number in range(count):
        enlist(world, f"u{number}", "archived")
        world.affihub.add(f"u{number}@example.org", f"u{number}", "deactivated")
    async with ground.whop() as whop, ground.affihub() as affihub:
        await whop.snapshot(unwatched)
        await affihub.snapshot(unwatched)
        pages = -(-count // 100)
        assert whop.requests() == {"list_affiliates": pages}
        assert affihub.requests() == {"list_partners": pages}
