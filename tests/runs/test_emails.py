"""Addresses are asked for when they are needed and old, never while somebody is linked."""

from typing import Any

import pytest

from sync.core.record import Side
from tests.runs.shop import Shop, row_of, said

ASKING = ("list_product_affiliates", "list_members")


@pytest.fixture
def alone(roomy: Shop) -> Shop:
    """Nobody is created, so that who is alone stays alone."""
    roomy.allow(create_partners=False, create_affiliates=False)
    roomy.crowd(2)
    return roomy


def asked(shop: Shop) -> int:
    """Requests for addresses since the log was cleared."""
    count = sum(shop.world.log.count(operation) for operation in ASKING)
    shop.world.log.clear()
    return count


async def test_the_linked_are_never_asked_about_again(alone: Shop) -> None:
    await alone.settled()
    alone.clock.pass_(days=400)

    await alone.sync()

    assert asked(alone) == 0


async def test_a_known_address_of_somebody_alone_is_asked_for_after_a_week(alone: Shop) -> None:
    alone.lone_affiliate()
    await alone.settled()

    alone.clock.pass_(days=6, hours=23)
    await alone.sync()
    within = asked(alone)
    alone.clock.pass_(hours=1)
    await alone.sync()
    after = asked(alone)
    await alone.sync()

    assert (within, after > 0, asked(alone)) == (0, True, 0)


async def test_an_unknown_address_is_asked_for_after_a_day(alone: Shop) -> None:
    alone.lone_affiliate(shown=False)
    await alone.settled()

    alone.clock.pass_(hours=23, minutes=30)
    await alone.sync()
    within = asked(alone)
    alone.clock.pass_(minutes=30)
    await alone.sync()
    after = asked(alone)
    await alone.sync()

    assert (within, after > 0, asked(alone)) == (0, True, 0)


async def test_an_address_that_turns_up_links_and_is_not_asked_for_before(alone: Shop) -> None:
    affiliate = alone.lone_affiliate(shown=False)
    user = alone.world.whop.user_of(affiliate.id)
    partner = alone.world.affihub.add(str(user.email), "theirs", "active", first_name="A")
    await alone.settled()
    alone.world.whop.show_email(user.id)

    early = await alone.sync()
    alone.clock.pass_(hours=24)
    late = await alone.sync()

    assert (early.counts["linked"], late.counts["linked"]) == (2, 3)
    assert alone.link(affiliate.id).affihub_id == partner.id


async def test_a_dry_run_keeps_what_it_read(alone: Shop) -> None:
    await alone.dry_run()
    first = asked(alone)

    await alone.dry_run()

    assert (first > 0, asked(alone)) == (True, 0)


async def test_somebody_new_costs_one_question_and_not_one_for_each_person(alone: Shop) -> None:
    alone.crowd(70)
    await alone.settled()
    alone.lone_affiliate()

    await alone.sync()

    assert asked(alone) <= 2


@pytest.mark.parametrize(
    "gap",
    [
        {"whop_product_affiliates": "missing"},
        {"whop_product_affiliates": "no-emails"},
        {"whop_product_affiliates": "current-only"},
        {"whop_members_emails": "forbidden"},
        {"whop_members_emails": "off"},
    ],
    ids=lambda gap: next(f"{k}-{v}" for k, v in gap.items()),
)
async def test_one_open_door_is_enough_for_those_behind_it(
    roomy: Shop, gap: dict[str, Any]
) -> None:
    roomy.world.gaps = roomy.world.gaps.with_(gap)
    user = roomy.cast.user(roomy.cast.person())
    enrolled = "whop_members_emails" in gap
    affiliate = roomy.cast.affiliate(user, "active", "enrollment" if enrolled else "member")

    report = await roomy.sync()

    assert said(row_of(report, affiliate)) == ("apply", "no-partner", "applied")
    assert roomy.partner_of(affiliate).email == user.email


async def test_letter_case_and_blanks_make_no_difference(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    roomy.world.affihub.edit(partner.id, email=f" {partner.email.upper()} ")

    await roomy.sync()

    assert roomy.link(affiliate.id).affihub_id == partner.id


async def test_a_tag_makes_two_people(roomy: Shop) -> None:
    roomy.allow(create_partners=False, create_affiliates=False)
    affiliate, partner = roomy.both()
    local, _, domain = partner.email.partition("@")
    roomy.world.affihub.edit(partner.id, email=f"{local}+tag@{domain}")

    report = await roomy.sync()

    assert roomy.known().links == ()
    assert [len(report.unmatched[side]) for side in Side] == [1, 1]
    assert affiliate.id == report.unmatched[Side.WHOP][0].id


async def test_two_with_one_address_are_linked_to_nobody(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    roomy.cast.partner(roomy.cast.person(email=partner.email.upper()), slug="twin")

    report = await roomy.sync(allow=["all"])

    (row,) = report.rows
    assert said(row) == ("conflict", "ambiguous", None)
    assert affiliate.id in row.reason
    assert (roomy.changes(), roomy.known().links) == ([], ())


async def test_an_affiliate_without_a_readable_address_waits(roomy: Shop) -> None:
    roomy.both()
    affiliate = roomy.lone_affiliate(shown=False)

    report = await roomy.sync(allow=["all"])

    assert said(row_of(report, affiliate)) == ("waiting", "email-unknown", None)
    assert roomy.changes() == []


async def test_the_marketplaces_affiliate_takes_no_part(roomy: Shop) -> None:
    roomy.both()
    person = roomy.cast.person(name="Whop", username="whop")
    roomy.cast.affiliate(roomy.cast.user(person))

    report = await roomy.sync(allow=["all"])

    assert report.snapshots[Side.WHOP].records == 1
    assert (report.unmatched.get(Side.WHOP, ()), roomy.changes()) == ((), [])
