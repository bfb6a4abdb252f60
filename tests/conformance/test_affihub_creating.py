"""``create_partner``: made once, or found, whatever the server says and whatever gets lost."""

import itertools
from collections.abc import Mapping
from dataclasses import replace

import pytest

from connectors.sandbox.world import World
from sync.core.ports import AffihubWrites, NewPartner
from sync.core.record import Side
from sync.errors import NotFound, Rejected, Uncertain
from tests.conformance.verbs import STAMP
from tests.conformance.ways import Ground

EMAIL = "Jane+w@Example.org"
JANE = NewPartner(EMAIL, ("jane", "jane-7f", "jane-9c"), "Jane", "Smith", STAMP)
FOLDED = EMAIL.casefold()
OUR_STAMP = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}
REFUSALS = [
    {"affihub_duplicate_status": status, "affihub_error_body": body}
    for status, body in itertools.product((409, 422, 400, 500), ("json", "text", "empty"))
]


@pytest.mark.parametrize("status", [200, 201])
async def test_a_new_partner_is_made_once_as_asked(
    affihub: AffihubWrites, world: World, status: int
) -> None:
    world.gaps = world.gaps.with_({"affihub_create_status": status})
    created = await affihub.create_partner(JANE)
    (row,) = world.affihub.partners.values()
    assert (created.found, created.partner) == (False, await affihub.partner(row.id))
    assert (row.email, row.slug, row.status) == (EMAIL, "jane", "invited")
    assert (row.first_name, row.last_name, row.metadata) == ("Jane", "Smith", OUR_STAMP)
    assert row.commission_pct is None
    assert world.created() == {(Side.AFFIHUB, FOLDED): 1}


async def test_names_that_are_empty_are_not_told(affihub: AffihubWrites, world: World) -> None:
    await affihub.create_partner(replace(JANE, first_name="", last_name=""))
    (row,) = world.affihub.partners.values()
    assert (row.first_name, row.last_name) == (None, None)


async def test_the_same_again_finds_what_was_made(affihub: AffihubWrites, world: World) -> None:
    first, second = [await affihub.create_partner(JANE) for _ in range(2)]
    assert (first.partner, first.found) == (second.partner, False)
    assert second.found
    assert world.created() == {(Side.AFFIHUB, FOLDED): 1}


@pytest.mark.parametrize("gaps", REFUSALS)
@pytest.mark.parametrize("status", ["invited", "active", "deactivated"])
async def test_whoever_has_the_address_is_found_untouched(
    affihub: AffihubWrites, world: World, gaps: Mapping[str, object], status: str
) -> None:
    world.gaps = world.gaps.with_(gaps)
    there = world.affihub.add(EMAIL, "her-own", status)
    created = await affihub.create_partner(JANE)
    assert created.found
    assert created.partner == await affihub.partner(there.id)
    assert (list(world.affihub.partners.values()), world.writes) == ([there], [])


@pytest.mark.parametrize("case, people", [("folds", 1), ("exact", 2)])
async def test_whether_letters_count_is_affihubs_to_say(
    affihub: AffihubWrites, world: World, case: str, people: int
) -> None:
    world.gaps = world.gaps.with_({"affihub_email_case": case})
    there = world.affihub.add(FOLDED, "her-own", "active")
    created = await affihub.create_partner(JANE)
    assert len(world.affihub.partners) == people
    assert created.found is (people == 1)
    assert (created.partner.id == there.id) is created.found


async def test_of_two_spellings_the_one_that_was_asked_for_is_found(
    affihub: AffihubWrites, world: World
) -> None:
    world.affihub.add(FOLDED, "aaa", "active")
    exact = world.affihub.add(EMAIL, "bbb", "active")
    created = await affihub.create_partner(JANE)
    assert (created.partner.id, created.found) == (exact.id, True)


@pytest.mark.parametrize("gaps", REFUSALS)
@pytest.mark.parametrize("taken, slug", [(1, "jane-7f"), (2, "jane-9c")])
async def test_a_taken_slug_is_no_taken_address(
    affihub: AffihubWrites, world: World, gaps: Mapping[str, object], taken: int, slug: str
) -> None:
    world.gaps = world.gaps.with_(gaps)
    for held in JANE.slugs[:taken]:
        world.affihub.add(f"{held}@elsewhere.org", held, "active")
    created = await affihub.create_partner(JANE)
    assert (created.partner.slug, created.found) == (slug, False)
    assert len(world.affihub.partners) == taken + 1


async def test_where_every_slug_is_taken_nobody_is_made(
    affihub: AffihubWrites, world: World
) -> None:
    for held in JANE.slugs:
        world.affihub.add(f"{held}@elsewhere.org", held, "active")
    with pytest.raises(Rejected) as caught:
        await affihub.create_partner(JANE)
    assert caught.value.operation == "create_partner"
    assert world.writes == []


async def test_a_refusal_for_another_reason_is_told_and_not_repeated(
    affihub: AffihubWrites, world: World
) -> None:
    with pytest.raises((Rejected, NotFound)):
        await affihub.create_partner(replace(JANE, email="not an address"))
    assert affihub.requests()["create_partner"] == 1
    assert not world.affihub.partners


# Nobody knows what came of it

ACTED = {"reset-after": 1, "truncated": 1, "reset-before": 2, "html": 2}
"""How often a create is sent after an answer got lost this way: once more if nobody was made."""


@pytest.mark.parametrize("fault", ACTED)
async def test_a_lost_answer_never_makes_two(
    ground: Ground, affihub: AffihubWrites, world: World, fault: str
) -> None:
    ground.spoil("create_partner", fault)
    created = await affihub.create_partner(JANE)
    assert (created.found, created.partner.stamp) == (False, STAMP)
    assert world.created() == {(Side.AFFIHUB, FOLDED): 1}
    assert affihub.requests()["create_partner"] == ACTED[fault]


@pytest.mark.parametrize("fault", ["reset-before", "html"])
async def test_what_stays_lost_is_uncertain(
    ground: Ground, affihub: AffihubWrites, world: World, fault: str
) -> None:
    ground.spoil("create_partner", fault, 9)
    with pytest.raises(Uncertain):
        await affihub.create_partner(JANE)
    assert affihub.requests()["create_partner"] == 2
    assert not world.affihub.partners


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
async def test_somebody_there_without_our_stamp_was_there_before(
    ground: Ground, affihub: AffihubWrites, world: World, fault: str
) -> None:
    there = world.affihub.add(EMAIL, "her-own", "active")
    ground.spoil("create_partner", fault)
    created = await affihub.create_partner(JANE)
    assert (created.partner.id, created.found) == (there.id, True)


async def test_a_lost_answer_about_a_taken_slug_goes_on_to_the_next(
    ground: Ground, affihub: AffihubWrites, world: World
) -> None:
    world.affihub.add("jane@elsewhere.org", "jane", "active")
    ground.spoil("create_partner", "reset-after")
    created = await affihub.create_partner(JANE)
    assert (created.partner.slug, created.found) == ("jane-7f", False)
    assert len(world.affihub.partners) == 2


async def test_doubt_that_cannot_be_looked_into_stays_doubt(
    ground: Ground, affihub: AffihubWrites, world: World
) -> None:
    ground.spoil_all({"create_partner": "reset-after", "list_partners": "reset-before"}, 99)
    with pytest.raises(Uncertain):
        await affihub.create_partner(JANE)
    assert affihub.requests()["create_partner"] == 1
    assert len(world.affihub.partners) == 1


@pytest.mark.parametrize("fault", ["reset-before", "truncated", "html", "errors"])
async def test_one_that_cannot_be_read_back_was_made_all_the_same(
    ground: Ground, affihub: AffihubWrites, world: World, fault: str
) -> None:
    ground.spoil("get_partner", fault, 99)
    created = await affihub.create_partner(JANE)
    (row,) = world.affihub.partners.values()
    assert (created.partner.id, created.partner.stamp, created.found) == (row.id, STAMP, False)
