"""Every verb, refused in every way: the errors of ``sync.errors``, and nothing written."""

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.world import World
from sync.core.record import Side
from sync.errors import (
    ApiError,
    KeyRefused,
    NotFound,
    PermissionMissing,
    Rejected,
    Unavailable,
    Uncertain,
)
from tests.conformance.verbs import VERBS, Cast, Verb, cast, opened, unwatched
from tests.conformance.ways import Ground

CANARY = "canary-8c1f-not-a-pattern"
MEANINGS: dict[int, type[ApiError]] = {
    400: Rejected,
    403: PermissionMissing,
    404: NotFound,
    409: Rejected,
    422: Rejected,
    500: Unavailable,
    503: Unavailable,
}
LIVES_WITH = {
    "emails": {400, 403, 404, 409, 422},
    "users_with_email": {400, 403, 404, 409, 422},
    "permissions": {400, 403, 404, 409, 422},
    "delete_override": {404},
    "unarchive": {400, 409, 422},
}
"""Refusals that a verb takes for an answer, or looks behind: Jane is active already."""
IN_DOUBT = {500, 503}
GRANTS = {
    "affiliate:basic:read": {"snapshot", "affiliate", "overrides"},
    "affiliate:create": {"create_affiliate", "create_override"},
    "affiliate:update": {"archive", "unarchive", "update_override", "delete_override"},
}
"""The verbs that each permission of Whop guards."""


@pytest.fixture
def people(world: World) -> Cast:
    """Jane on both sides, with a rate."""
    return cast(world)


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_a_refusal_is_the_error_of_its_status(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    for status in MEANINGS.keys() - LIVES_WITH.get(verb.name, set()):
        ground.spoil(verb.asks[0], Answer(status), 99)
        meaning = Uncertain if verb.once and status in IN_DOUBT else MEANINGS[status]
        with pytest.raises(meaning) as caught:
            await verb.on(ground, people)
        told = caught.value
        assert (told.side, told.operation, told.status) == (verb.side, verb.asks[0], status)
        assert verb.side.brand in str(told)
    assert ground.world.writes == []


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.name in LIVES_WITH], ids=str)
async def test_a_refusal_that_says_something_is_an_answer(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    for status in LIVES_WITH[verb.name]:
        ground.spoil_all(dict.fromkeys(verb.asks, Answer(status)), 99)
        await verb.on(ground, people)


@pytest.mark.parametrize("verb", VERBS, ids=str)
async def test_a_wrong_key_is_refused_at_once_and_never_told(
    ground: Ground, people: Cast, verb: Verb
) -> None:
    with pytest.raises(KeyRefused) as caught:
        await verb.on(ground, people, CANARY)
    assert CANARY not in f"{caught.value!s} {caught.value!r} {caught.value.excerpt}"
    assert caught.value.status == 401
    assert ground.world.writes == []


async def test_a_key_that_was_rotated_meanwhile_is_refused(ground: Ground, people: Cast) -> None:
    async with ground.whop() as whop, ground.affihub() as affihub:
        ground.world.whop.key = ground.world.affihub.key = "another"
        for asking in (whop.snapshot(unwatched), affihub.snapshot(unwatched)):
            with pytest.raises(KeyRefused):
                await asking


@pytest.mark.parametrize(
    "grant, verb",
    [
        pytest.param(grant, verb, id=f"{grant}-{verb.name}")
        for grant, names in GRANTS.items()
        for verb in VERBS
        if verb.side is Side.WHOP and verb.name in names
    ],
)
async def test_a_missing_permission_is_told(
    ground: Ground, people: Cast, grant: str, verb: Verb
) -> None:
    ground.world.whop.permissions.discard(grant)
    with pytest.raises(PermissionMissing):
        await verb.on(ground, people)
    assert ground.world.writes == []


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    "status, error",
    [(403, PermissionMissing), (404, NotFound), (422, Rejected), (503, Unavailable)],
)
async def test_a_refused_listing_is_never_read_as_nobody_there(
    ground: Ground, people: Cast, side: Side, status: int, error: type[ApiError]
) -> None:
    listing = "list_affiliates" if side is Side.WHOP else "list_partners"
    ground.spoil(listing, Answer(status), 99)
    async with opened(ground, side) as reached:
        with pytest.raises(error):
            await reached.snapshot(unwatched)
