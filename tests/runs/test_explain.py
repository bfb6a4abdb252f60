"""One person in full: who a text means, and everything that is told about them."""

from dataclasses import replace

import pytest

from sync.core.plan import Disposition, Field, Kind
from sync.runs.explain import Explanation, FieldNow, Someone, everybody, explain, find, look
from tests.runs.shop import Shop


async def found(shop: Shop, wanted: str) -> tuple[Someone, ...]:
    async with shop.pair(writes=False) as pair:
        return find(await look(pair), wanted)


async def explained(shop: Shop, wanted: str) -> Explanation:
    async with shop.pair(writes=False) as pair:
        seen = await look(pair)
        (someone,) = find(seen, wanted)
        return await explain(pair, seen, someone)


def field(told: Explanation, wanted: Field) -> FieldNow:
    (one,) = (one for one in told.fields if one.field is wanted)
    return one


async def test_a_look_writes_nothing_and_keeps_no_run(shop: Shop) -> None:
    shop.crowd(3)

    await found(shop, "anybody")

    assert shop.changes() == []
    assert shop.known().links == ()
    assert shop.store.runs("main", 10) == ()


async def test_everybody_is_told_once(roomy: Shop) -> None:
    linked = roomy.both()
    await roomy.settled()
    new, lone, other = roomy.both(), roomy.lone_affiliate(), roomy.lone_partner()

    async with roomy.pair(writes=False) as pair:
        people = list(everybody(await look(pair)))

    assert {(one.whop_id, one.affihub_id) for one in people} == {
        (linked[0].id, linked[1].id),
        (new[0].id, new[1].id),
        (lone.id, None),
        (None, other.id),
    }
    assert len(people) == 4


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize(
    "by", ["affiliate", "partner", "user", "email", "username", "slug", "name"]
)
async def test_a_person_can_be_named_in_many_ways(shop: Shop, by: str, linked: bool) -> None:
    affiliate, partner = shop.both(first_name="Zoë", last_name="Ångström", slug="zoe-the-one")
    shop.crowd(3)
    if linked:
        await shop.settled()
    user = shop.world.whop.user_of(affiliate.id)
    names = {
        "affiliate": affiliate.id,
        "partner": partner.id,
        "user": user.id,
        "email": f" {partner.email.upper()} ",
        "username": f"@{user.username}",
        "slug": "ZOE-THE-ONE",
        "name": "zoe angs",
    }

    (someone,) = await found(shop, names[by])

    assert (someone.whop_id, someone.affihub_id) == (affiliate.id, partner.id)
    assert (someone.link is not None, someone.new is not None) == (linked, not linked)


async def test_a_surer_way_to_name_somebody_wins(shop: Shop) -> None:
    _, partner = shop.both(first_name="Ann", last_name="One")
    shop.both(first_name=partner.id, last_name="Two")

    (someone,) = await found(shop, partner.id)

    assert someone.affihub_id == partner.id


@pytest.mark.parametrize("wanted", ["", "   ", "nobody like that"])
async def test_some_texts_name_nobody(shop: Shop, wanted: str) -> None:
    shop.crowd(2)

    assert await found(shop, wanted) == ()


async def test_all_who_share_a_name_are_found(shop: Shop) -> None:
    shop.both(first_name="Ann", last_name="One")
    shop.both(first_name="Ann", last_name="Two")

    assert len(await found(shop, "ann ")) == 2


async def test_somebody_in_step_has_bases_values_and_no_row(shop: Shop) -> None:
    affiliate, partner = shop.both()
    await shop.settled()

    told = await explained(shop, affiliate.id)

    assert told.rows == ()
    assert told.verdict == "Both sides agree; there is nothing to do."
    status = field(told, Field.STATUS)
    assert status.base is not None
    assert (status.base.value, status.whop, status.affihub) == ("on", "active", "active")
    assert field(told, Field.NAME).affihub == f"{partner.first_name} {partner.last_name}"
    assert field(told, Field.COMMISSION).note == "not compared: commission.sync is off"


async def test_a_change_is_told_with_its_rule(shop: Shop) -> None:
    affiliate, partner = shop.both()
    shop.crowd(2)
    await shop.settled()
    shop.world.whop.edit(affiliate.id, status="archived")

    told = await explained(shop, partner.email)

    (row,) = told.rows
    assert (row.kind, row.rule, row.disposition) == (
        Kind.DEACTIVATE_PARTNER,
        "whop-moved",
        Disposition.APPLY,
    )
    assert told.verdict == ""
    assert field(told, Field.STATUS).whop == "archived"


async def test_rates_of_both_sides_are_told(shop: Shop) -> None:
    affiliate, _ = shop.cast.rated(25, "12.5")
    shop.sync_rates()

    rate = field(await explained(shop, affiliate.id), Field.COMMISSION)

    assert (rate.base, rate.whop, rate.affihub, rate.note) == (None, "25", "12.5", "")


async def test_a_rate_that_is_no_percentage_says_why(shop: Shop) -> None:
    affiliate, _ = shop.cast.rated(20, 20)
    for override in shop.world.whop.overrides_of(affiliate.id):
        shop.world.whop.edit_override(override.id, revenue_basis="pre_fees")
    shop.sync_rates()

    rate = field(await explained(shop, affiliate.id), Field.COMMISSION)

    assert rate.whop is None
    assert "pre_fees" in rate.note


async def test_somebody_alone_says_why_nothing_is_done(shop: Shop) -> None:
    partner = shop.lone_partner("invited")

    told = await explained(shop, partner.id)

    assert told.rows == ()
    assert told.verdict == "Nothing to do: invited, not accepted yet."
    assert told.alone[0].id == partner.id


async def test_a_suggestion_is_told(shop: Shop) -> None:
    affiliate = shop.lone_affiliate("archived")
    user = shop.world.whop.user_of(affiliate.id)
    person = shop.cast.person()
    shop.cast.partner(replace(person, email="else@example.com"), "invited", slug=user.username)

    told = await explained(shop, affiliate.id)

    assert "username equals slug" in str(told.alone[0].suggestion)


async def test_everybody_of_an_ambiguous_group_has_the_row_about_it(shop: Shop) -> None:
    affiliate, partner = shop.both(email="one@example.com")
    shop.world.whop.edit_user(affiliate.user_id, email="one@example.com")
    other = shop.cast.partner(shop.cast.person(), email="ONE@example.com")

    for record in (affiliate.id, partner.id, other.id):
        (row,) = (await explained(shop, record)).rows
        assert row.rule == "ambiguous"


async def test_who_is_kept_apart_is_told_on_both_sides(shop: Shop) -> None:
    affiliate, partner = shop.both()
    with shop.leased() as fence:
        shop.store.keep_apart(fence, affiliate.user_id, partner.id)

    assert (await explained(shop, affiliate.id)).apart == (partner.id,)
    assert (await explained(shop, partner.id)).apart == (affiliate.user_id,)


async def test_a_lesson_and_the_history_are_told(roomy: Shop) -> None:
    partner = roomy.lone_partner(account=False)
    await roomy.sync()

    told = await explained(roomy, partner.id)

    assert [row.rule for row in told.rows] == ["unknown-to-whop"]
    assert [lesson.parked.rule for lesson in told.lessons] == ["unknown-to-whop"]
    assert [past.row.kind for past in told.history] == [Kind.CREATE_AFFILIATE]


async def test_a_linked_person_who_is_not_listed_is_told_as_unseen(shop: Shop) -> None:
    affiliate, partner = shop.both()
    people = shop.crowd(2)
    await shop.settled()
    for one, _ in [(affiliate, partner), *people]:
        shop.world.whop.remove(one.id)

    told = await explained(shop, affiliate.id)

    assert told.someone.affiliate is None
    assert told.someone.whop_id == affiliate.id
    assert told.verdict.startswith("Not seen on Whop")
    assert any("incomplete" in note for note in told.notes)
