"""A person's word about who is who, checked against both sides and kept under the lease."""

from collections.abc import Iterable

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Link
from sync.core.ports import Known
from sync.errors import PairBusy, UsageError
from sync.runs.linking import (
    FEW,
    PATIENCE,
    Records,
    Taken,
    Two,
    held,
    keep_apart,
    link,
    links_of,
    objections,
    read_records,
    read_two,
    unlink,
)
from sync.state.store import open_store
from tests.runs.shop import Shop


async def two_of(shop: Shop, affiliate: Affiliate, partner: Partner) -> Two:
    async with shop.pair(writes=False) as pair:
        two, _ = await read_two(pair, affiliate.id, partner.id)
        return two


async def records_of(shop: Shop, people: Iterable[tuple[Affiliate, Partner]]) -> Records:
    ids = [(affiliate.id, partner.id) for affiliate, partner in people]
    async with shop.pair(writes=False) as pair:
        return await read_records(pair, [a for a, _ in ids], [p for _, p in ids])


async def test_linking_and_unlinking_leave_the_other_links_alone(shop: Shop) -> None:
    shop.crowd(3)
    await shop.settled()
    before = set(shop.known().links)
    two = await two_of(shop, *shop.both())

    link(shop.store, "main", [two], shop.clock())
    linked = set(shop.known().links)
    unlink(shop.store, "main", [two.link], apart=False)

    assert linked == before | {two.link}
    assert set(shop.known().links) == before
    assert shop.known().apart == frozenset()


async def test_who_was_taken_while_a_person_thought_is_not_taken_over(shop: Shop) -> None:
    affiliate, partner = shop.both()
    two = await two_of(shop, affiliate, partner)
    other = await two_of(shop, affiliate, shop.lone_partner())
    new = await two_of(shop, *shop.both())
    link(shop.store, "main", [two], shop.clock())

    with pytest.raises(UsageError, match=partner.id):
        link(shop.store, "main", [new, other], shop.clock())

    assert shop.known().links == (two.link,)


async def test_linking_the_linked_again_keeps_what_they_agreed_on(shop: Shop) -> None:
    two = await two_of(shop, *shop.both())
    await shop.settled()
    (before,) = shop.known().links

    link(shop.store, "main", [two], shop.clock())

    assert shop.known().links == (before,)
    assert before.status is not None


async def test_two_who_were_linked_meanwhile_are_not_kept_apart(shop: Shop) -> None:
    two = await two_of(shop, *shop.both())
    link(shop.store, "main", [two], shop.clock())

    with pytest.raises(UsageError, match="affisync unlink"):
        keep_apart(shop.store, "main", two, shop.clock())

    assert shop.known().apart == frozenset()


async def test_the_lease_is_given_back_whatever_happens(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError), held(shop.store, "main"):
        raise ZeroDivisionError

    shop.store.lease("main").release()


def test_the_lease_is_waited_for(shop: Shop) -> None:
    slept: list[float] = []
    with (
        shop.leased(),
        open_store(shop.state, clock=shop.clock, sleep=slept.append) as store,
        pytest.raises(PairBusy),
        held(store, "main"),
    ):
        pytest.fail("nobody may get here")

    assert sum(slept) == pytest.approx(PATIENCE)


async def test_many_records_come_out_of_the_listings(shop: Shop) -> None:
    people = shop.crowd(FEW + 1)

    records = await records_of(shop, people)

    assert len(records.affiliates) == len(records.partners) == FEW + 1
    assert not any("retrieve" in asked or "get_partner" in asked for asked in shop.asked())


async def test_who_is_missing_from_a_listing_is_read_by_itself(shop: Shop) -> None:
    people = shop.crowd(FEW + 1)
    shop.world.gaps = shop.world.gaps.with_({"whop_lists_archived": False})
    marketplace = shop.cast.affiliate(shop.cast.user(shop.cast.person(username="whop")))

    records = await records_of(shop, [*people, (marketplace, people[0][1])])

    assert records.affiliates[marketplace.id].is_marketplace
    problems = objections(marketplace.id, people[0][1].id, records, Taken(()))
    assert "marketplace" in " ".join(problems)


async def test_addresses_of_both_sides_name_a_link(shop: Shop) -> None:
    affiliate, partner = shop.both()
    await shop.settled()
    email = shop.world.whop.user_of(affiliate.id).email
    shop.world.affihub.edit(partner.id, email="new@example.com")

    async with shop.pair(writes=False) as pair:
        old = await links_of(pair, str(email).upper())
        new = await links_of(pair, "new@example.com")

    assert old == new == shop.known().links


def test_objections_name_both_others() -> None:
    taken = Taken([Link("aff_1", "user_1", "par_1", "email"), Link("aff_2", "u", "par_2", "stamp")])
    records = Records({}, {}, Known())

    assert list(objections("aff_1", "par_2", records, taken)) == [
        "Whop has no affiliate aff_1.",
        "Affihub has no partner par_2.",
    ]
