"""A rebuild: everything read, what is proved kept under the lease, and nothing written anywhere."""

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from connectors.transport import RetryPolicy
from sync.core.claims import Why
from sync.core.match import Evidence
from sync.core.plan import Acceptance, Base, Kind, Link
from sync.core.record import Side
from sync.core.report import Report
from sync.errors import AffisyncError, ConfigError, Interrupted, KeyRefused, LeaseLost, Rejected
from sync.runs import rebuild
from sync.runs.linking import held, keep_apart, read_two
from sync.runs.pair import Stop
from sync.runs.rebuild import Rebuilt
from sync.runs.stamping import survey, write_stamps
from tests.runs.shop import Shop, rows_of

CREATES = (Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)
STATUSES = (
    Kind.ACTIVATE_PARTNER,
    Kind.DEACTIVATE_PARTNER,
    Kind.UNARCHIVE_AFFILIATE,
    Kind.ARCHIVE_AFFILIATE,
)
REFUSED = Answer(422, b'{"error": "no"}')


async def looked(shop: Shop, stop: Stop | None = None, *, stamps: bool = True) -> Rebuilt:
    async with shop.pair(writes=False, stop=stop) as pair:
        return await rebuild.look(pair, lambda _partners: None, stamps=stamps)


async def rebuilt(shop: Shop, *, stamps: bool = True) -> Rebuilt:
    """A whole rebuild, as the command does it."""
    with held(shop.store, "main") as lease:
        found = await looked(shop, stamps=stamps)
        async with shop.pair(writes=False) as pair:
            return await rebuild.restore(pair, lease, found)


async def stamp_all(shop: Shop) -> None:
    with held(shop.store, "main") as lease:
        async with shop.pair(writes=True) as pair:
            await write_stamps(pair, lease, await survey(pair))


def lose_the_state(shop: Shop) -> None:
    shop.close()
    for file in shop.state.parent.glob("state.db*"):
        file.unlink()
    shop.world.log.clear()


def remember(shop: Shop, *people: tuple[Affiliate, Partner]) -> None:
    """Link these by hand, as a person who knows better than their addresses."""
    links = [Link(a.id, a.user_id, p.id, "by hand") for a, p in people]
    with shop.leased() as fence:
        shop.store.save_links(fence, links)


def pairs(links: tuple[Link, ...]) -> set[tuple[str, str, str]]:
    return {(one.whop_id, one.affihub_id, one.evidence) for one in links}


def stranger(
    shop: Shop, status: str = "active", partner: str = "active"
) -> tuple[Affiliate, Partner]:
    """Somebody on both sides with another address on each."""
    person = shop.cast.person()
    return shop.lone_affiliate(status), shop.cast.partner(person, partner)


async def a_town_in_step(shop: Shop) -> set[tuple[str, str]]:
    """People of every kind, linked every way, stamped where nothing else would tell."""
    shop.crowd(3)
    shop.both("archived", "deactivated")
    shop.both("deleted", "deactivated")
    shop.both("active", "invited")
    shop.lone_affiliate()
    shop.lone_partner()
    unknown = shop.lone_affiliate(shown=False), shop.cast.partner(shop.cast.person())
    remember(
        shop,
        stranger(shop),
        stranger(shop, "archived", "deactivated"),
        stranger(shop, "active", "invited"),
        unknown,
    )
    await shop.settled()
    await stamp_all(shop)
    shop.both()
    shop.both("archived", "deactivated")
    await shop.settled()
    report = await shop.dry_run()
    assert report.rows == ()
    return {(one.whop_id, one.affihub_id) for one in shop.known().links}


async def test_a_lost_state_is_restored_and_the_next_sync_has_nothing_to_do(roomy: Shop) -> None:
    before = await a_town_in_step(roomy)
    lose_the_state(roomy)

    found = await rebuilt(roomy)
    report: Report = await roomy.dry_run()

    assert {(one.whop_id, one.affihub_id) for one in roomy.known().links} == before
    assert (found.by(Evidence.STAMP), found.by(Evidence.EMAIL)) == (len(before) - 2, 2)
    assert not found.needs_person
    assert rows_of(report, *CREATES, *STATUSES) == []
    assert report.rows == ()
    assert roomy.changes() == []


async def test_without_the_rebuild_the_next_sync_would_have_written(roomy: Shop) -> None:
    await a_town_in_step(roomy)
    lose_the_state(roomy)

    report = await roomy.dry_run()

    assert rows_of(report, *CREATES) != []


async def test_a_second_time_there_is_nothing_to_restore(roomy: Shop) -> None:
    await a_town_in_step(roomy)
    lose_the_state(roomy)
    await rebuilt(roomy)
    links = roomy.known().links

    again = await rebuilt(roomy)

    assert again.restored == ()
    assert again.kept == len(links)
    assert again.survey.asked == 0
    assert roomy.known().links == links


async def test_bases_are_what_both_sides_say_now(roomy: Shop) -> None:
    on, off = roomy.both(), roomy.both("deleted", "deactivated")
    invited, differing = roomy.both(partner="invited"), roomy.both("archived", "active")

    await rebuilt(roomy)

    link = roomy.link(on[0].id)
    assert (link.status, link.acceptance) == (Base("on", "active", "active"), Acceptance.ACCEPTED)
    assert roomy.link(off[0].id).status == Base("off", "deleted", "deactivated")
    assert roomy.link(off[0].id).acceptance is Acceptance.UNSEEN
    assert roomy.link(invited[0].id).acceptance is Acceptance.INVITED
    assert roomy.link(differing[0].id).status is None
    assert {link.commission for link in roomy.known().links} == {None}


async def test_who_differs_is_asked_about_by_the_next_sync(roomy: Shop) -> None:
    roomy.both("archived", "active")

    found = await rebuilt(roomy)
    (row,) = (await roomy.dry_run()).rows

    assert row.rule == "first-link-ask"
    assert "1 of the restored differ in status" in " ".join(found.notes)


async def test_rates_have_a_base_where_they_are_equal_and_rates_are_synced(roomy: Shop) -> None:
    roomy.sync_rates()
    equal, differing = roomy.cast.rated(20, 20), roomy.cast.rated(20, 30)

    found = await rebuilt(roomy)

    assert roomy.link(equal[0].id).commission == Base("20", "20", "20")
    assert roomy.link(differing[0].id).commission is None
    assert "1 of the restored have rates that differ" in " ".join(found.notes)


async def test_a_name_that_is_empty_now_stays_empty(roomy: Shop) -> None:
    roomy.both(first_name=None, last_name=None)

    await rebuilt(roomy)

    assert (await roomy.dry_run()).rows == ()


async def test_the_first_writes_stay_held_and_the_company_is_remembered(roomy: Shop) -> None:
    roomy.both()

    await rebuilt(roomy)

    known = roomy.known()
    assert known.company_id == roomy.world.whop.company_id
    assert not known.first_run_done


async def test_a_state_of_another_company_is_refused(roomy: Shop) -> None:
    with roomy.leased() as fence:
        roomy.store.remember_company(fence, "biz_other")

    with pytest.raises(ConfigError):
        await rebuilt(roomy)

    assert roomy.asked() == []


async def test_a_look_restores_nothing(roomy: Shop) -> None:
    roomy.both()

    found = await looked(roomy)

    assert len(found.restored) == 1
    assert roomy.known().links == ()
    assert roomy.known().company_id is None
    assert roomy.changes() == []


async def test_only_partners_without_a_link_are_read_singly(roomy: Shop) -> None:
    roomy.crowd(3)
    await rebuilt(roomy)
    roomy.both()
    roomy.world.log.clear()

    found = await rebuilt(roomy)

    assert roomy.asked().count("affihub get_partner") == 1
    assert (found.kept, len(found.restored)) == (3, 1)


async def test_without_stamps_no_partner_is_read_singly(roomy: Shop) -> None:
    roomy.both()
    remember(roomy, stranger(roomy))
    await stamp_all(roomy)
    lose_the_state(roomy)

    found = await rebuilt(roomy, stamps=False)

    assert "affihub get_partner" not in roomy.asked()
    assert (found.by(Evidence.STAMP), found.by(Evidence.EMAIL)) == (0, 1)
    assert "Stamps were not read" in found.notes[0]
    assert {side: len(ones) for side, ones in found.alone.items()} == {
        Side.WHOP: 1,
        Side.AFFIHUB: 1,
    }


async def test_who_is_alone_and_on_needs_a_person_and_who_is_off_does_not(roomy: Shop) -> None:
    roomy.lone_affiliate("archived")
    roomy.lone_partner("deactivated")
    idle = await rebuilt(roomy)
    affiliate = roomy.lone_affiliate()

    found = await rebuilt(roomy)

    assert not idle.needs_person
    assert found.needs_person
    assert [one.id for one in found.alone[Side.WHOP]] == [affiliate.id]
    assert "a sync would create one" in found.alone[Side.WHOP][0].reason
    assert found.idle == {Side.WHOP: 1, Side.AFFIHUB: 1}


async def test_a_doubt_tells_what_the_next_sync_would_do(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    remember(roomy, (one[0], other[1]))
    await stamp_all(roomy)
    lose_the_state(roomy)

    found = await rebuilt(roomy)

    assert roomy.known().links == ()
    (unproved,) = found.unproved
    assert unproved.doubt.why is Why.OTHER_ADDRESS
    linked = {(row.whop_id, row.affihub_id) for row in unproved.rows if row.kind is Kind.LINK}
    assert linked == {(one[0].id, one[1].id), (other[0].id, other[1].id)}


async def test_a_stamp_against_a_link_is_told_and_the_link_stays(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    remember(roomy, (affiliate, partner))
    await stamp_all(roomy)
    metadata = roomy.partner(partner).metadata
    roomy.world.affihub.edit(roomy.lone_partner(account=False).id, metadata=metadata)
    links = roomy.known().links

    found = await rebuilt(roomy)

    assert [one.doubt.why for one in found.unproved] == [Why.LINKED]
    assert roomy.known().links == links


async def test_who_is_kept_apart_stays_so(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    async with roomy.pair(writes=False) as pair:
        two, _ = await read_two(pair, affiliate.id, partner.id)
    keep_apart(roomy.store, "main", two, roomy.clock())

    await rebuilt(roomy)

    assert roomy.known().links == ()
    assert roomy.known().apart == {two.apart}


@pytest.mark.parametrize("side", list(Side))
async def test_half_a_list_restores_nobody(roomy: Shop, side: Side) -> None:
    roomy.crowd(3)
    operation = {Side.WHOP: "list_affiliates", Side.AFFIHUB: "list_partners"}[side]
    broken = {
        Side.WHOP: b'{"data": [], "page_info": {"has_next_page": true, "end_cursor": "x"}}',
        Side.AFFIHUB: b'{"data": [], "total": 3, "page": 1, "per_page": 100}',
    }[side]
    roomy.faults.set_script([Step(fault=Answer(200, broken), operation=operation, times=99)])

    with pytest.raises(AffisyncError, match="nothing is restored from half a list") as told:
        await rebuilt(roomy)

    assert told.value.exit_code == 1
    assert side.brand in str(told.value)
    assert roomy.known().links == ()
    assert "affihub get_partner" not in roomy.asked()


async def test_a_partner_that_cannot_be_read_is_left_and_told(roomy: Shop) -> None:
    roomy.crowd(4)
    roomy.faults.set_script([Step(fault=REFUSED, operation="get_partner", nth=2)])

    found = await rebuilt(roomy)

    assert [one.doubt.why for one in found.unproved] == [Why.UNREAD]
    assert len(roomy.known().links) == 3
    roomy.faults.set_script([])
    assert len((await rebuilt(roomy)).restored) == 1


async def test_too_many_that_cannot_be_read_end_it(roomy: Shop) -> None:
    roomy.crowd(60)
    roomy.faults.set_script([Step(fault=REFUSED, operation="get_partner", times=999)])

    with pytest.raises(Rejected):
        await rebuilt(roomy)

    assert roomy.asked().count("affihub get_partner") <= rebuild.TOO_MANY + roomy.people_at_once
    assert roomy.known().links == ()


async def test_a_refused_key_ends_it(roomy: Shop) -> None:
    roomy.crowd(20)
    roomy.faults.set_script(
        [Step(fault=Answer(401, b"{}"), operation="get_partner", nth=5, times=999)]
    )

    with pytest.raises(KeyRefused):
        await rebuilt(roomy)

    assert roomy.known().links == ()


async def test_a_stop_ends_it_between_two_partners(roomy: Shop) -> None:
    roomy.crowd(30)
    stop = Stop()
    roomy.when(lambda asked: asked.path.startswith("/partners/"), stop.request)

    with pytest.raises(Interrupted):
        await looked(roomy, stop)

    assert roomy.asked().count("affihub get_partner") <= roomy.people_at_once


async def test_one_who_was_linked_meanwhile_is_left_as_linked(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    found = await looked(roomy)
    remember(roomy, one)

    with held(roomy.store, "main") as lease:
        async with roomy.pair(writes=False) as pair:
            done = await rebuild.restore(pair, lease, found)

    assert [r.link.whop_id for r in done.restored] == [other[0].id]
    assert pairs(roomy.known().links) == {
        (one[0].id, one[1].id, "by hand"),
        (other[0].id, other[1].id, "email"),
    }


async def test_a_lost_lease_restores_nothing(roomy: Shop) -> None:
    roomy.both()
    found = await looked(roomy)

    with held(roomy.store, "main") as lease:
        roomy.clock.pass_(minutes=5)
        with roomy.leased():
            async with roomy.pair(writes=False) as pair:
                with pytest.raises(LeaseLost):
                    await rebuild.restore(pair, lease, found)

    assert roomy.known().links == ()


async def test_without_any_address_stamps_alone_prove(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    remember(roomy, one)
    await stamp_all(roomy)
    lose_the_state(roomy)
    roomy.world.gaps = roomy.world.gaps.with_(
        {"whop_product_affiliates": "forbidden", "whop_members_emails": "forbidden"}
    )

    found = await rebuilt(roomy)

    assert [r.link.whop_id for r in found.restored] == [one[0].id]
    assert other[0].id in {entry.id for entry in found.alone[Side.WHOP]}
    assert "no email at all" in " ".join(found.notes)


async def test_a_fault_now_and_then_costs_nobody(roomy: Shop) -> None:
    roomy.retries = RetryPolicy()
    roomy.crowd(10)
    roomy.faults.set_script([Step(fault=Answer(503, b""), operation="get_partner", nth=3, times=2)])

    found = await rebuilt(roomy)

    assert len(found.restored) == 10
    assert not found.needs_person
