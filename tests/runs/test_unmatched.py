"""Who is alone now or in the latest run, and a person's walk through those they may be."""

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.oddities import slug_like_username
from connectors.sandbox.whop_records import Affiliate
from sync.core.record import Side
from sync.errors import ConfigError, PairBusy, UsageError
from sync.runs.linking import Two, link
from sync.runs.unmatched import Look, Review, kept, look
from tests.runs.shop import Shop


def lookalikes(shop: Shop) -> tuple[Affiliate, Partner]:
    """An affiliate and a partner of the same username and name, under two addresses."""
    before = set(shop.world.whop.affiliates), set(shop.world.affihub.partners)
    slug_like_username(shop.cast)
    (whop_id,) = set(shop.world.whop.affiliates) - before[0]
    (affihub_id,) = set(shop.world.affihub.partners) - before[1]
    return shop.world.whop.affiliates[whop_id], shop.world.affihub.partners[affihub_id]


def ids(*twos: tuple[Affiliate, Partner]) -> set[tuple[str, str]]:
    return {(affiliate.id, partner.id) for affiliate, partner in twos}


async def seen(shop: Shop) -> Look:
    async with shop.pair(writes=False) as pair:
        return await look(pair)


async def reviewed(shop: Shop) -> Review:
    return Review(await seen(shop), shop.store, shop.clock)


async def test_who_is_alone_is_listed_with_whom_they_may_be(shop: Shop) -> None:
    shop.crowd(2)
    affiliate, partner = lookalikes(shop)
    alone = shop.lone_affiliate("archived")

    told = (await seen(shop)).unmatched

    assert [one.alone.id for one in told.people[Side.WHOP]] == [affiliate.id, alone.id]
    (lonely,) = told.people[Side.AFFIHUB]
    assert lonely.alone.id == partner.id
    (candidate,) = lonely.candidates
    assert candidate.ids == (affiliate.id, partner.id)
    assert candidate.mutual
    assert told.candidates == (candidate,)
    assert (told.notes, told.run) == ((), None)


async def test_a_look_writes_nothing_and_reads_no_rates(shop: Shop) -> None:
    shop.sync_rates()
    shop.cast.rated(20, 20)
    lookalikes(shop)

    await seen(shop)

    assert shop.changes() == []
    assert shop.world.log.count("list_overrides") == 0
    assert shop.store.runs("main", 10) == ()
    assert shop.known().links == ()


async def test_who_is_linked_is_suggested_to_nobody(shop: Shop) -> None:
    _, partner = lookalikes(shop)
    look_before = await seen(shop)
    link(shop.store, "main", [look_before.two(look_before.unmatched.candidates[0])], shop.clock())
    other = shop.cast.partner(shop.cast.person(), email="x@example.net", slug=f"{partner.slug}-2")

    told = (await seen(shop)).unmatched

    assert told.candidates == ()
    assert [one.alone.id for one in told.people[Side.AFFIHUB]] == [other.id]


async def test_an_incomplete_listing_is_told(shop: Shop) -> None:
    shop.crowd(30)
    await shop.settled()
    for affihub_id in list(shop.world.affihub.partners)[:25]:
        shop.world.affihub.remove(affihub_id)

    (note,) = (await seen(shop)).unmatched.notes

    assert note.startswith("Affihub's listing is incomplete (25 of 30 linked people missing")


async def test_another_company_is_a_fault_of_the_configuration(shop: Shop) -> None:
    with shop.leased() as fence:
        shop.store.remember_company(fence, "biz_other")

    with pytest.raises(ConfigError, match="biz_other"):
        await seen(shop)


async def test_what_a_run_kept_is_told_without_a_request(shop: Shop) -> None:
    affiliate, partner = lookalikes(shop)
    report = await shop.dry_run()
    shop.world.log.clear()

    told = kept(shop.store, "main", shop.clock)

    assert len(shop.world.log) == 0
    assert told.run == report.run.id
    assert told.at == report.run.finished_at
    assert {each.ids for each in told.candidates} == ids((affiliate, partner))
    (candidate,) = (await seen(shop)).unmatched.candidates
    assert told.candidates[0].likeness == candidate.likeness


async def test_who_was_linked_since_a_run_is_alone_no_more(shop: Shop) -> None:
    two = lookalikes(shop)
    other = lookalikes(shop)
    await shop.dry_run()
    look_before = await seen(shop)
    now = next(c for c in look_before.unmatched.candidates if c.ids in ids(two))
    link(shop.store, "main", [look_before.two(now)], shop.clock())

    told = kept(shop.store, "main", shop.clock)

    assert {each.ids for each in told.candidates} == ids(other)
    assert [len(told.people[side]) for side in Side] == [1, 1]


async def test_who_was_kept_apart_since_a_run_is_not_suggested(shop: Shop) -> None:
    affiliate, partner = lookalikes(shop)
    await shop.dry_run()
    with shop.leased() as fence:
        shop.store.keep_apart(fence, affiliate.user_id, partner.id)

    told = kept(shop.store, "main", shop.clock)

    assert told.candidates == ()
    assert [len(told.people[side]) for side in Side] == [1, 1]


async def test_a_run_that_failed_is_passed_over(shop: Shop) -> None:
    lookalikes(shop)
    good = await shop.dry_run()
    shop.instead["/partners"] = Answer(401, b'{"error": {"message": "no such key"}}')
    failed = await shop.dry_run()

    assert failed.run.error is not None
    assert kept(shop.store, "main", shop.clock).run == good.run.id


async def test_without_a_kept_run_the_way_out_is_told(shop: Shop) -> None:
    with pytest.raises(UsageError, match="leave out --kept"):
        kept(shop.store, "main", shop.clock)


async def test_an_answer_is_recorded_at_once(shop: Shop) -> None:
    first, second = lookalikes(shop), lookalikes(shop)
    review = await reviewed(shop)

    order = [next(iter(review))]
    review.link(order[0])
    linked = {(each.whop_id, each.affihub_id) for each in shop.known().links}
    order += [next(iter(review))]
    review.keep_apart(order[1])

    assert {each.ids for each in order} == ids(first, second)
    assert linked == {order[0].ids}
    assert shop.known().apart == {review.two(order[1]).apart}
    assert shop.known().links[0].evidence == "by hand"


async def test_a_walk_can_be_left_and_begun_anew(shop: Shop) -> None:
    for _ in range(3):
        lookalikes(shop)
    review = await reviewed(shop)
    answers = iter(review)
    one, other = next(answers), next(answers)
    review.link(one)
    review.keep_apart(other)

    again = list(await reviewed(shop))

    assert len(again) == 1
    assert again[0].ids not in (one.ids, other.ids)


async def test_nobody_linked_on_the_way_comes_again(shop: Shop) -> None:
    affiliate, partner = lookalikes(shop)
    person = shop.cast.person(first=partner.first_name, last=partner.last_name)
    shop.cast.partner(person, email="third@example.net", slug=f"{partner.slug}-2")
    review = await reviewed(shop)
    assert len(review) == 2

    candidate = next(iter(review))
    assert candidate.ids == (affiliate.id, partner.id)
    review.link(candidate)

    assert list(review) == []


async def test_who_was_taken_meanwhile_is_refused_and_the_rest_goes_on(shop: Shop) -> None:
    lookalikes(shop)
    lookalikes(shop)
    review = await reviewed(shop)
    candidate = next(iter(review))
    two = review.two(candidate)
    elsewhere = shop.lone_partner()
    async with shop.pair(writes=False) as pair:
        other = Two(two.affiliate, await pair.affihub.partner(elsewhere.id))
    link(shop.store, "main", [other], shop.clock())

    with pytest.raises(UsageError, match=elsewhere.id):
        review.link(candidate)

    assert review.linked == []
    assert len(list(review)) == 1


async def test_a_pair_in_use_records_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.runs.linking.PATIENCE", 0)
    lookalikes(shop)
    review = await reviewed(shop)
    candidate = next(iter(review))

    with shop.leased(), pytest.raises(PairBusy):
        review.keep_apart(candidate)

    assert review.parted == []
    review.keep_apart(candidate)
    assert len(review.parted) == 1
