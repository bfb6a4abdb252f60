"""The worlds to start from: how many, how odd, and the same for the same seed."""

import time
from collections import Counter
from decimal import Decimal

import pytest

from connectors.sandbox.drift import ARRIVALS, CHANGES, drift, linked
from connectors.sandbox.oddities import ODDITIES
from connectors.sandbox.people import strangers
from connectors.sandbox.seed import agreed, seeded
from connectors.sandbox.whop_records import MARKETPLACE
from connectors.sandbox.world import World
from tests.sandbox.clients import Clock, affihub_client, whop_client

SAME = {("active", "active"), ("active", "invited"), ("archived", "deactivated")} | {
    ("deleted", "deactivated")
}


def agreeing(world: World) -> int:
    """Linked people of one meaning and one rate."""
    return sum(
        who.statuses in SAME and world.whop.rate(who.affiliate.id) == who.partner.commission_pct
        for who in linked(world)
    )


def told(world: World) -> tuple[object, ...]:
    return (list(world.whop.affiliates.items()), list(world.affihub.partners.items()))


@pytest.mark.parametrize("people", [0, 1, 2, 10, 12, 20, 50])
def test_small_worlds_stand(clock: Clock, people: int) -> None:
    world = seeded(people, 3, clock=clock)

    drift(world, 1)

    assert len(world.whop.affiliates) >= people * 2 // 3


def test_four_in_five_of_three_hundred_agree(clock: Clock) -> None:
    assert 0.75 <= agreeing(seeded(300, 1, clock=clock)) / 300 <= 0.9


def test_a_large_world_has_no_more_oddities_than_one_of_three_hundred(clock: Clock) -> None:
    world = seeded(2000, 1, clock=clock)

    assert 2000 - agreeing(world) <= sum(count for count, _ in ODDITIES) + 1


def test_everybody_agrees_in_an_agreed_world(clock: Clock) -> None:
    world = agreed(200, 4, clock=clock)

    assert agreeing(world) == len(world.whop.affiliates) == len(world.affihub.partners) == 200
    for who in linked(world):
        name = world.whop.users[who.affiliate.user_id].name or ""
        assert {who.partner.first_name, who.partner.last_name}
        assert (who.partner.first_name or "") in name


@pytest.mark.parametrize("make", [seeded, agreed])
def test_one_seed_gives_one_world(clock: Clock, make: type[object]) -> None:
    worlds = [(make)(60, seed, clock=clock) for seed in (7, 7, 8)]  # type: ignore[call-arg]
    first, same, other = (told(world) for world in worlds)  # type: ignore[arg-type]

    assert first == same
    assert first != other


def test_the_oddities_a_sync_must_survive_are_there(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)
    affiliates, partners = world.whop.affiliates.values(), world.affihub.partners.values()
    users = [world.whop.users[affiliate.user_id] for affiliate in affiliates]
    per_user = Counter(affiliate.user_id for affiliate in affiliates)
    folded = Counter(partner.email.casefold() for partner in partners)
    overrides = world.whop.overrides.values()

    assert {a.status for a in affiliates} == {"active", "archived", "deleted", "suspended", None}
    assert {p.status for p in partners} == {"invited", "active", "deactivated", "paused"}
    assert [user.username for user in users].count(MARKETPLACE) == 1
    assert None in [user.username for user in users]
    assert None in [user.name for user in users]
    assert max(per_user.values()) == 2
    assert max(folded.values()) == 2
    assert any("@" not in partner.email for partner in partners)
    assert any("+" in partner.email for partner in partners)
    assert any(partner.email != partner.email.lower() for partner in partners)
    assert any(not partner.first_name and not partner.last_name for partner in partners)
    assert Decimal("12.5") in {partner.commission_pct for partner in partners}
    assert {(o.override_type, o.commission_type) for o in overrides} == {
        ("standard", "percentage"),
        ("standard", "flat_fee"),
        ("rev_share", "percentage"),
        ("rev_share", "flat_fee"),
    }
    assert "pre_fees" in {o.revenue_basis for o in overrides}
    assert "first_payment" in {o.applies_to_payments for o in overrides}
    assert any(o.product_id for o in overrides)
    names = " ".join(user.name or "" for user in users)
    for sign in ("<b>", "[VIP]", "=HYPERLINK", "'", "🦄"):
        assert sign in names


def test_names_come_from_many_scripts(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)
    letters = {letter for user in world.whop.users.values() for letter in user.name or ""}
    starts = {
        "Latin accents": 0xC0,
        "Greek": 0x391,
        "Cyrillic": 0x410,
        "Hebrew": 0x5D0,
        "Arabic": 0x621,
        "Devanagari": 0x905,
        "Thai": 0xE01,
        "Vietnamese": 0x1EA0,
        "kana": 0x3041,
        "Han": 0x4E00,
        "Hangul": 0xAC00,
    }

    for script, start in starts.items():
        assert any(start <= ord(letter) < start + 0x60 for letter in letters) or any(
            start <= ord(letter) < start + 0x5000 for letter in letters if start >= 0x4E00
        ), script


def test_no_two_strangers_share_an_address(clock: Clock) -> None:
    world = agreed(3000, 1, clock=clock)

    assert len({user.email for user in world.whop.users.values()}) == 3000
    assert len({user.username for user in world.whop.users.values()}) == 3000
    assert len({partner.slug for partner in world.affihub.partners.values()}) == 3000


def test_addresses_are_plain_latin(clock: Clock) -> None:
    people = strangers(seeded(0, 1, clock=clock).chance)

    emails = [next(people).email for _ in range(500)]

    assert all(email.isascii() and email == email.lower() for email in emails)


def test_ten_thousand_people_are_seeded_quickly(clock: Clock) -> None:
    """A generous bound: about half a second of CPU time on a laptop."""
    started = time.process_time()

    seeded(10_000, 1, clock=clock)

    assert time.process_time() - started < 5


async def test_an_agreed_world_keeps_both_contracts(clock: Clock) -> None:
    world = agreed(60, 2, clock=clock)

    async with whop_client(world) as whop, affihub_client(world) as affihub:
        company = world.whop.company_id
        page = await whop.get("/affiliates", params={"company_id": company, "first": 100})
        for row in page.json()["data"]:
            await whop.get(f"/affiliates/{row['id']}/overrides")
        members = await whop.get("/members", params={"company_id": company})
        partners = (await affihub.get("/partners", params={"per_page": 100})).json()
        for row in partners["data"]:
            await affihub.get(f"/partners/{row['id']}")

    assert len(page.json()["data"]) == len(partners["data"]) == 60
    assert members.json()["data"]


def test_a_week_of_drift_has_every_kind_of_edit(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)

    edits = Counter(edit.what for edit in drift(world, 1))

    wanted = Counter[str]()
    for count, _, _, change in CHANGES:
        wanted[change.__name__] += count
    for count, arrive in ARRIVALS:
        wanted[arrive.__name__] += count
    assert edits == wanted


def test_drift_touches_nobody_twice_and_only_the_well_known(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)
    known = {who.partner.email for who in linked(world)}

    edits = drift(world, 1)

    emails = [edit.email for edit in edits]
    arrivals = {arrive.__name__ for _, arrive in ARRIVALS}
    assert len(emails) == len(set(emails))
    assert {edit.email for edit in edits if edit.what not in arrivals} <= known


def test_drift_writes_nothing_into_the_log(clock: Clock) -> None:
    world = seeded(50, 1, clock=clock)

    drift(world, 1)

    assert world.writes == []
    assert len(world.log) == 0


def test_one_seed_gives_one_drift(clock: Clock) -> None:
    worlds = [seeded(100, 1, clock=clock) for _ in range(2)]

    assert drift(worlds[0], 5) == drift(worlds[1], 5)
    assert told(worlds[0]) == told(worlds[1])


def test_weeks_can_pass_one_after_the_other(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)

    weeks = [drift(world, week) for week in range(5)]

    assert all(weeks)
    emails = Counter(user.email for user in world.whop.users.values() if user.email)
    assert max(emails.values()) == 1


def test_a_restarted_affiliate_leaves_a_deleted_one_behind(clock: Clock) -> None:
    world = seeded(300, 1, clock=clock)

    email = next(edit.email for edit in drift(world, 1) if edit.what == "restart")

    statuses = [affiliate.status for affiliate in world.whop.affiliates_of(email)]
    assert statuses == ["deleted", "active"]
