"""L1 and L2: what is written has a reason outside the plan, and conflicts are left to people."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from hypothesis import given, note
from hypothesis import strategies as st

from sync.core.commission import slot_rate
from sync.core.plan import Acceptance, Base, Disposition, Field, Kind, Link, Row
from sync.core.policy import CommissionSync, OnFirstLink
from sync.core.record import Partner, Side, email_key
from tests.laws.worlds import World, law, story, table, worlds

WRITES = (Disposition.APPLY, Disposition.HELD)
RATES = (Kind.SET_COMMISSION, Kind.REMOVE_COMMISSION)
CREATES = (Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)


def writes(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that write to a side, now or once a person says yes."""
    return (row for row in rows if row.disposition in WRITES and not row.kind.is_local)


def link_of(world: World, row: Row) -> Link:
    """The link of a row's person; one made by this run never agreed on anything yet."""
    known = {link.whop_id: link for link in world.known.links}
    assert row.whop_id is not None
    assert row.affihub_id is not None
    user = world.affiliates[row.whop_id].user_id if row.whop_id in world.affiliates else ""
    return known.get(row.whop_id, Link(row.whop_id, user, row.affihub_id, "new"))


def whop_says(world: World, link: Link) -> str:
    if link.whop_id in world.gathered.whop.gone:
        return "off"
    return {"active": "on", "archived": "off", "deleted": "off"}[
        world.affiliates[link.whop_id].status or ""
    ]


def affihub_says(world: World, link: Link) -> str:
    status = world.partners[link.affihub_id].status
    return {"active": "on", "invited": "on", "deactivated": "off"}[status]


def leaders(world: World, base: Base | None, whop: str, affihub: str) -> set[Side]:
    """Who may decide where one side says on and the other off: who moved, or who is named."""
    if base is not None:
        return {
            side for side, now in ((Side.WHOP, whop), (Side.AFFIHUB, affihub)) if now != base.value
        }
    match world.policy.status_on_first_link:
        case OnFirstLink.WHOP:
            return {Side.WHOP}
        case OnFirstLink.AFFIHUB:
            return {Side.AFFIHUB}
        case OnFirstLink.RESTRICTIVE:
            return {Side.WHOP if whop == "off" else Side.AFFIHUB}
        case OnFirstLink.ASK:
            return set()


def status_has_a_reason(world: World, row: Row) -> bool:
    if row.rule == "activation-owed":
        created = row.affihub_id is None or link_of(world, row).activation_owed
        return world.policy.activate and created
    link = link_of(world, row)
    whop, affihub = whop_says(world, link), affihub_says(world, link)
    switched_on = row.kind in (Kind.ACTIVATE_PARTNER, Kind.UNARCHIVE_AFFILIATE)
    wanted = "on" if switched_on else "off"
    told = {Side.WHOP: whop, Side.AFFIHUB: affihub}
    if row.kind is Kind.ACTIVATE_PARTNER and link.acceptance is Acceptance.INVITED:
        assert world.policy.activate, "made active without ever having accepted"
    return told == {row.side: "off" if switched_on else "on", row.side.other: wanted} and leaders(
        world, link.status, whop, affihub
    ) == {row.side.other}


def rate_has_a_reason(world: World, row: Row) -> bool:
    terms = world.policy.commission
    named = terms.on_first_link.value == row.side.other.value
    if terms.sync is CommissionSync.OFF:
        return False
    if None in (row.whop_id, row.affihub_id):
        return named
    link = link_of(world, row)
    if link.commission is None:
        return named
    whop = slot_rate(world.gathered.overrides[link.whop_id], terms.slot)
    affihub = world.partners[link.affihub_id].commission
    assert whop is None or isinstance(whop, Decimal)
    assert affihub is None or isinstance(affihub, Decimal)
    moved = {
        Side.WHOP: _differs(link.commission.whop, whop),
        Side.AFFIHUB: _differs(link.commission.affihub, affihub),
    }
    leads = terms.sync.value in ("two-way", row.side.other.value)
    return leads and moved == {row.side: False, row.side.other: True}


def _differs(base: str | None, now: Decimal | None) -> bool:
    return (None if base is None else Decimal(base)) != now


def create_has_a_reason(world: World, row: Row) -> bool:
    links = world.known.links
    if row.kind is Kind.CREATE_PARTNER:
        affiliate = world.affiliates[row.whop_id or ""]
        free = affiliate.id not in {link.whop_id for link in links}
        return world.policy.create_partners and free and affiliate.status == "active"
    partner = world.partners[row.affihub_id or ""]
    free = partner.id not in {link.affihub_id for link in links}
    return world.policy.create_affiliates and free and partner.status == "active"


def name_has_a_reason(world: World, row: Row) -> bool:
    link = link_of(world, row)
    return link.name is None and world.partners[link.affihub_id].name == ""


def has_a_reason(world: World, row: Row) -> bool:
    match row.field:
        case Field.RECORD:
            return create_has_a_reason(world, row)
        case Field.STATUS:
            return status_has_a_reason(world, row)
        case Field.COMMISSION:
            return rate_has_a_reason(world, row)
        case Field.NAME:
            return name_has_a_reason(world, row)
        case _:
            return False


@law
@given(worlds())
def test_l1_whatever_is_written_the_other_side_did_or_a_setting_names(world: World) -> None:
    plan = world.plan(["all"])

    for row in writes(plan.rows):
        note(story(world) + "\n\n" + table(plan) + f"\n\nwithout a reason: {row}")
        assert has_a_reason(world, row)


@law
@given(worlds())
def test_no_rate_is_written_that_its_side_cannot_hold(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))
    rates = [(r.side, Decimal(r.after)) for r in writes(plan.rows) if r.kind in RATES and r.after]

    for side, rate in rates:
        assert rate * 100 % (100 if side is Side.WHOP else 1) == 0
        assert (1 if side is Side.WHOP else 0) <= rate <= 100


@law
@given(worlds(), st.sampled_from(["all", "first-run", ""]))
def test_nothing_follows_a_create_that_is_not_done(world: World, waived: str) -> None:
    plan = world.plan([waived])
    note(story(world) + "\n\n" + table(plan))
    created = {r.identity: r.disposition for r in plan.rows if r.kind in CREATES}

    for row in plan.rows:
        if row.disposition is Disposition.APPLY and None in (row.whop_id, row.affihub_id):
            assert created[row.identity] is Disposition.APPLY


@law
@given(worlds())
def test_l2_nothing_is_written_where_a_person_must_choose(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))

    undecided = {
        (row.identity, row.field)
        for row in plan.rows
        if row.disposition in (Disposition.CONFLICT, Disposition.BREAK)
    }

    assert undecided.isdisjoint({(row.identity, row.field) for row in writes(plan.rows)})


@law
@given(worlds())
def test_l2_nothing_at_all_is_done_to_people_nobody_can_tell_apart(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))
    unclear = [row for row in plan.rows if row.rule in ("ambiguous", "unreadable", "partner-gone")]

    for told in unclear:
        rows = [row for row in plan.rows if row.identity == told.identity]
        assert rows == [told]


@law
@given(worlds())
def test_nobody_gets_two_writes_of_one_field(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))

    written = Counter((row.identity, row.field, row.side) for row in writes(plan.rows))

    assert set(written.values()) <= {1}


@law
@given(worlds(), st.sampled_from(["all", "reactivate", ""]))
def test_no_rate_is_written_for_somebody_who_is_off_and_stays_off(
    world: World, waived: str
) -> None:
    plan = world.plan([waived])
    note(story(world) + "\n\n" + table(plan))
    returning = {r.identity: r.disposition for r in plan.rows if r.is_reactivation}
    linked = [r for r in writes(plan.rows) if r.kind in RATES and r.whop_id and r.affihub_id]

    for row in linked:
        link = link_of(world, row)
        if {whop_says(world, link), affihub_says(world, link)} != {"on"}:
            assert row.identity in returning
            if row.disposition is Disposition.APPLY:
                assert returning[row.identity] is Disposition.APPLY


@law
@given(worlds())
def test_nobody_is_created_whose_address_is_there_already(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))
    on_affihub = {email_key(partner.email) for partner in world.partners.values()}
    on_whop = {
        email_key(email)
        for affiliate in world.affiliates.values()
        for email in world.gathered.emails.get(affiliate.user_id, ())
    }

    for row in writes(plan.rows):
        if row.kind is Kind.CREATE_PARTNER:
            assert email_key(row.person.email or "") not in on_affihub
        if row.kind is Kind.CREATE_AFFILIATE:
            assert email_key(row.person.email or "") not in on_whop


@law
@given(worlds())
def test_at_most_one_record_is_created_for_an_address(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))

    created = [row for row in writes(plan.rows) if row.kind in CREATES]

    keys = [email_key(row.person.email or "") for row in created]
    assert len(keys) == len(set(keys))
    assert "" not in keys


@law
@given(worlds())
def test_no_user_is_created_or_linked_twice(world: World) -> None:
    """One Whop user, one partner: whoever was shut out has no second way in."""
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))
    linked = {link.user_id for link in world.known.links}

    for row in plan.rows:
        if row.kind in (Kind.CREATE_PARTNER, Kind.LINK) and row.disposition in WRITES:
            assert world.affiliates[row.whop_id or ""].user_id not in linked


@law
@given(worlds())
def test_nobody_is_linked_to_somebody_they_are_kept_apart_from(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))

    for link in plan.refreshed:
        assert (link.user_id, link.affihub_id) not in world.known.apart


@law
@given(worlds())
def test_nobody_is_linked_twice(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))
    links = {link.whop_id: link for link in (*world.known.links, *plan.refreshed)}

    assert len(links) == plan.links
    assert len({link.affihub_id for link in links.values()}) == plan.links


@law
@given(worlds())
def test_a_guess_never_links(world: World) -> None:
    """Whoever this run links has an address or a stamp to show for it."""
    plan = world.plan()
    note(story(world) + "\n\n" + table(plan))

    for row in plan.rows:
        if row.kind is Kind.LINK and row.disposition is Disposition.APPLY:
            partner: Partner = world.partners[row.affihub_id or ""]
            user = world.affiliates[row.whop_id or ""].user_id
            keys = {email_key(email) for email in world.gathered.emails[user]}
            assert email_key(partner.email) in keys - {""}
