"""``AffihubReads``: every partner, one partner, and whoever has an address."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.sandbox.world import World
from sync.core.ports import AffihubWrites
from sync.core.record import Earned, Side, Untold
from sync.errors import Interrupted, NotFound
from tests.conformance.verbs import STAMP, unwatched
from tests.conformance.ways import Ground

OURS = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}
STATUSES = ("active", "deactivated", "invited")


def crowd(world: World, count: int) -> set[str]:
    return {
        world.affihub.add(f"u{number}@example.org", f"u{number}", STATUSES[number % 3]).id
        for number in range(count)
    }


# Everybody


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_everybody_is_listed(affihub: AffihubWrites, world: World, count: int) -> None:
    ids = crowd(world, count)
    snapshot = await affihub.snapshot(unwatched)
    assert (snapshot.side, snapshot.complete, snapshot.note) == (Side.AFFIHUB, True, None)
    assert snapshot.records.keys() == ids
    assert all(id_ == one.id for id_, one in snapshot.records.items())
    assert (snapshot.incidents, snapshot.gone) == ((), frozenset())


@pytest.mark.parametrize(
    "gaps",
    [
        {"affihub_hides_deactivated": True},
        {"affihub_per_page_cap": 30},
        {"affihub_list_order": "id"},
        {"affihub_list_order": "shuffled"},
        {"affihub_past_end": "not-found"},
        {"affihub_past_end": "bad-request"},
    ],
)
async def test_whatever_affihub_leaves_open_everybody_is_listed(
    affihub: AffihubWrites, world: World, gaps: Mapping[str, object]
) -> None:
    world.gaps = world.gaps.with_(gaps)
    ids = crowd(world, 160)
    snapshot = await affihub.snapshot(unwatched)
    assert snapshot.complete
    assert snapshot.records.keys() == ids


async def test_a_listing_that_counts_nobody_is_not_proven_whole(
    affihub: AffihubWrites, world: World
) -> None:
    world.gaps = world.gaps.with_({"affihub_list_total": "absent"})
    ids = crowd(world, 160)
    snapshot = await affihub.snapshot(unwatched)
    assert (set(snapshot.records), snapshot.complete) == (ids, False)
    assert "does not say how many" in (snapshot.note or "")


async def test_each_page_is_told_as_it_comes(affihub: AffihubWrites, world: World) -> None:
    crowd(world, 250)
    told: list[tuple[int, int | None]] = []
    await affihub.snapshot(lambda records, total: told.append((records, total)))
    assert told[0] == (100, 250)
    assert told[-1] == (250, 250)
    assert len(told) == 3
    assert told == sorted(told)


async def test_a_listing_can_be_ended_at_any_page(affihub: AffihubWrites, world: World) -> None:
    crowd(world, 1_000)

    def enough(_records: int, _total: int | None) -> None:
        raise Interrupted("enough")

    with pytest.raises(Interrupted):
        await affihub.snapshot(enough)
    assert affihub.requests() == {"list_partners": 1}


# What is told of somebody


@pytest.mark.parametrize("status", [*STATUSES, "on_hold"])
async def test_a_status_is_told_in_affihubs_own_word(
    affihub: AffihubWrites, world: World, status: str
) -> None:
    id_ = world.affihub.add("jane@example.org", "jane", status).id
    assert (await affihub.snapshot(unwatched)).records[id_].status == status
    assert (await affihub.partner(id_)).status == status


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("rate", [None, "0", "0.07", "12.5", "33.33", "100"])
async def test_a_rate_is_exact(
    affihub: AffihubWrites, world: World, rate: str | None, as_text: bool
) -> None:
    world.gaps = world.gaps.with_({"affihub_numbers_as_strings": as_text})
    percent = None if rate is None else Decimal(rate)
    id_ = world.affihub.add("jane@example.org", "jane", commission_pct=percent).id
    assert (await affihub.snapshot(unwatched)).records[id_].commission == percent
    assert (await affihub.partner(id_)).commission == percent


@pytest.mark.parametrize(
    "first, last, name",
    [
        ("Zoë", "van Dam", "Zoë van Dam"),
        ("陈伟", None, "陈伟"),
        (None, "Do", "Do"),
        (None, None, ""),
    ],
)
async def test_a_name_is_told_in_one(
    affihub: AffihubWrites, world: World, first: str | None, last: str | None, name: str
) -> None:
    id_ = world.affihub.add("jane@example.org", "jane", first_name=first, last_name=last).id
    assert (await affihub.snapshot(unwatched)).records[id_].name == name
    assert (await affihub.partner(id_)).name == name


async def test_a_list_row_tells_neither_stamp_nor_earnings(
    affihub: AffihubWrites, world: World
) -> None:
    id_ = world.affihub.add("jane@example.org", "jane", metadata=OURS, paid_cents=5).id
    row = (await affihub.snapshot(unwatched)).records[id_]
    assert (row.stamp, row.earned) == (Untold.ABSENT, None)
    (found,) = await affihub.partners_with_email("jane@example.org")
    assert found == row


async def test_one_partner_alone_has_its_stamp_and_earnings_and_is_else_the_row(
    affihub: AffihubWrites, world: World
) -> None:
    partner = world.affihub.add("Jane@Example.org", "jane", "active", metadata=OURS)
    world.affihub.edit(partner.id, pending_cents=5, approved_cents=1_050, paid_cents=200_001)
    told = await affihub.partner(partner.id)
    assert told.stamp == STAMP
    assert told.earned == Earned(total=Decimal("2010.56"), firm=Decimal("2010.51"))
    row = (await affihub.snapshot(unwatched)).records[partner.id]
    assert replace(told, stamp=Untold.ABSENT, earned=None) == row


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        {},
        {"theirs": 1},
        {"affisync": None},
        {"affisync": {"whop_affiliate_id": "aff_1"}},
        {"affisync": {"whop_affiliate_id": "", "whop_user_id": "user_1"}},
        {"affisync": {"whop_affiliate_id": 1, "whop_user_id": "user_1"}},
    ],
)
async def test_what_is_no_stamp_of_ours_is_none(
    affihub: AffihubWrites, world: World, metadata: Mapping[str, object] | None
) -> None:
    id_ = world.affihub.add("jane@example.org", "jane", metadata=metadata).id
    assert (await affihub.partner(id_)).stamp is None


async def test_times_are_aware_and_to_the_second(affihub: AffihubWrites, world: World) -> None:
    id_ = world.affihub.add("jane@example.org", "jane").id
    born = datetime(2023, 12, 1, 5, 0, 7, tzinfo=UTC)
    world.affihub.edit(id_, created_at=born)
    assert (await affihub.partner(id_)).created_at == born


async def test_payout_details_are_never_told(affihub: AffihubWrites, world: World) -> None:
    secret = {"payout_email": "canary@pay.example", "stripe_account_id": "acct_canary"}
    id_ = world.affihub.add("jane@example.org", "jane", payout_method="paypal", **secret).id
    told = (await affihub.partner(id_), await affihub.snapshot(unwatched))
    assert "canary" not in repr(told)
    assert "paypal" not in repr(told)


@pytest.mark.parametrize("id_", ["par_nobody", "par/../x?y#z", "aff_1"])
async def test_nobody_is_not_found(affihub: AffihubWrites, world: World, id_: str) -> None:
    crowd(world, 3)
    with pytest.raises(NotFound) as caught:
        await affihub.partner(id_)
    told = caught.value
    assert (told.side, told.operation, told.status) == ("affihub", "get_partner", 404)


async def test_what_changed_since_is_in_the_next_listing(ground: Ground, world: World) -> None:
    partner = world.affihub.add("jane@example.org", "jane", "active")
    async with ground.affihub() as affihub:
        await affihub.snapshot(unwatched)
        world.affihub.edit(partner.id, status="deactivated")
        records = (await affihub.snapshot(unwatched)).records
    assert records[partner.id].status == "deactivated"


# By address


@pytest.mark.parametrize(
    "gaps",
    [
        {"affihub_search": search, "affihub_search_case": case}
        for search, case in itertools.product(("substring", "exact", "prefix"), ("folds", "exact"))
    ],
)
@pytest.mark.parametrize("asked", ["A+b%c@x.org", "  A+b%c@x.org "])
async def test_partners_are_found_by_their_exact_address_whatever_the_search_does(
    affihub: AffihubWrites, world: World, gaps: Mapping[str, object], asked: str
) -> None:
    world.gaps = world.gaps.with_(gaps)
    emails = ("A+b%c@x.org", "a+b%c@x.org", "aA+b%c@x.org", "A+b%c@x.org.uk", "Ab%c@x.org")
    ids = [world.affihub.add(email, f"s{n}").id for n, email in enumerate(emails)]
    world.affihub.add("other@x.org", "a-b-c-x.org", first_name="A+b%c@x.org")
    found = await affihub.partners_with_email(asked)
    assert [one.id for one in found] == sorted(ids[:2])


async def test_an_address_is_searched_on_all_pages(affihub: AffihubWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"affihub_list_order": "created"})
    for number in range(130):
        world.affihub.add(f"u{number}@x.org", f"jane@x.org-{number}")
    last = world.affihub.add("jane@x.org", "zzz").id
    assert [one.id for one in await affihub.partners_with_email("jane@x.org")] == [last]


async def test_nobody_with_the_address_is_nobody(affihub: AffihubWrites, world: World) -> None:
    crowd(world, 3)
    assert await affihub.partners_with_email("someone@example.org") == ()
