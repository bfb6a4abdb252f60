"""Who is linked is followed: what one side did since both agreed, the other side does as well."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connectors.sandbox import drift
from connectors.sandbox.drift import Linked
from connectors.sandbox.world import World
from sync.core.plan import Acceptance, Base, Kind, Outcome
from sync.core.record import Side
from sync.core.report import exit_code
from tests.runs.shop import Shop, applied, row_of, said

Edit = Callable[[World, Linked], object]

ON = ("active", "active")
OFF = ("archived", "deactivated")
INVITED = ("active", "invited")
GONE = "gone"


def invite_again(world: World, who: Linked) -> None:
    """The partner is set back to invited."""
    world.affihub.edit(who.partner.id, status="invited")


def nothing(world: World, who: Linked) -> None:
    """Nobody does anything."""


def leave_both(world: World, who: Linked) -> None:
    """Both owners shut the person out by themselves."""
    drift.archive(world, who)
    drift.deactivate(world, who)


def return_on_both(world: World, who: Linked) -> None:
    """Both owners bring the person back by themselves."""
    drift.unarchive(world, who)
    drift.activate(world, who)


@dataclass(frozen=True)
class Case:
    """What both sides agreed on, what happens then, the row, and where both end."""

    start: tuple[str, str]
    edit: Edit
    row: tuple[Kind, str, str] | None
    end: tuple[str | None, str]


CASES = (
    Case(
        ON,
        drift.archive,
        (Kind.DEACTIVATE_PARTNER, "apply", "whop-moved"),
        ("archived", "deactivated"),
    ),
    Case(
        ON,
        drift.delete,
        (Kind.DEACTIVATE_PARTNER, "apply", "whop-moved"),
        ("deleted", "deactivated"),
    ),
    Case(ON, drift.vanish, (Kind.DEACTIVATE_PARTNER, "held", "whop-gone"), (GONE, "active")),
    Case(
        ON,
        drift.deactivate,
        (Kind.ARCHIVE_AFFILIATE, "apply", "affihub-moved"),
        ("archived", "deactivated"),
    ),
    Case(ON, leave_both, None, ("archived", "deactivated")),
    Case(ON, invite_again, None, ("active", "invited")),
    Case(ON, drift.rename, None, ON),
    Case(ON, drift.move_email, None, ON),
    Case(INVITED, drift.activate, None, ON),
    Case(
        INVITED,
        drift.archive,
        (Kind.DEACTIVATE_PARTNER, "apply", "whop-moved"),
        ("archived", "deactivated"),
    ),
    Case(
        INVITED,
        drift.deactivate,
        (Kind.ARCHIVE_AFFILIATE, "apply", "affihub-moved"),
        ("archived", "deactivated"),
    ),
    Case(
        OFF,
        drift.unarchive,
        (Kind.ACTIVATE_PARTNER, "held", "whop-moved"),
        ("active", "deactivated"),
    ),
    Case(
        OFF,
        drift.activate,
        (Kind.UNARCHIVE_AFFILIATE, "held", "affihub-moved"),
        ("archived", "active"),
    ),
    Case(
        OFF,
        invite_again,
        (Kind.UNARCHIVE_AFFILIATE, "waiting", "not-accepted-yet"),
        ("archived", "invited"),
    ),
    Case(OFF, drift.delete, None, ("deleted", "deactivated")),
    Case(OFF, return_on_both, None, ON),
    Case(OFF, nothing, None, OFF),
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{'-'.join(c.start)}-{c.edit.__name__}")
async def test_an_edit_is_followed_once_and_then_there_is_nothing_to_do(
    roomy: Shop, case: Case
) -> None:
    affiliate, partner = roomy.both(*case.start)
    roomy.crowd(3)
    await roomy.settled()
    case.edit(roomy.world, Linked(affiliate, partner))

    report = await roomy.sync()
    again = await roomy.sync()

    if case.row is None:
        assert report.rows == ()
        assert roomy.changes() == []
    else:
        row = row_of(report, affiliate)
        assert (row.kind, row.disposition, row.rule) == case.row
        assert row.outcome is (Outcome.APPLIED if case.row[1] == "apply" else None)
        assert len(roomy.changes()) == (case.row[1] == "apply")
    assert applied(again) == []
    kept = roomy.world.whop.affiliates.get(affiliate.id)
    assert (kept.status if kept else GONE, roomy.partner(partner).status) == case.end


@pytest.mark.parametrize("edit", [drift.unarchive, drift.activate])
async def test_people_are_brought_back_without_asking_where_a_setting_says_so(
    roomy: Shop, edit: Edit
) -> None:
    roomy.allow(reactivate=True)
    affiliate, partner = roomy.both(*OFF)
    await roomy.settled()
    edit(roomy.world, Linked(affiliate, partner))

    report = await roomy.sync()

    assert said(row_of(report, affiliate))[::2] == ("apply", "applied")
    assert (roomy.affiliate(affiliate).status, roomy.partner(partner).status) == ON
    assert roomy.link(affiliate.id).status == Base("on", *ON)
    assert (await roomy.sync()).rows == ()


@pytest.mark.parametrize("edit", [drift.unarchive, drift.activate])
async def test_one_run_may_be_allowed_to_bring_people_back(roomy: Shop, edit: Edit) -> None:
    affiliate, partner = roomy.both(*OFF)
    await roomy.settled()
    edit(roomy.world, Linked(affiliate, partner))

    assert row_of(await roomy.sync(), affiliate).guard == "reactivate"
    await roomy.sync(allow=["reactivate"])

    assert (roomy.affiliate(affiliate).status, roomy.partner(partner).status) == ON


async def test_a_deleted_affiliate_cannot_be_brought_back(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    affiliate, partner = roomy.both("deleted", "deactivated")
    await roomy.settled()
    drift.activate(roomy.world, Linked(affiliate, partner))

    report = await roomy.sync(allow=["all"])

    assert said(row_of(report, affiliate)) == ("conflict", "deleted-stays-deleted", None)
    assert (roomy.changes(), exit_code(report)) == ([], 4)


class TestWhoNeverAccepted:
    """Somebody only ever seen as invited is not made active by us."""

    async def _returned(self, shop: Shop) -> tuple[str, str]:
        shop.allow(reactivate=True)
        affiliate, partner = shop.both(*INVITED)
        await shop.settled()
        drift.archive(shop.world, Linked(affiliate, partner))
        await shop.sync()
        assert shop.link(affiliate.id).acceptance is Acceptance.INVITED
        drift.unarchive(shop.world, Linked(affiliate, partner))
        return affiliate.id, partner.id

    async def test_stays_off_when_whop_brings_them_back(self, roomy: Shop) -> None:
        whop_id, affihub_id = await self._returned(roomy)

        report = await roomy.sync(allow=["all"])

        row = row_of(report, roomy.world.whop.affiliates[whop_id])
        assert said(row) == ("break", "never-accepted", None)
        assert roomy.world.affihub.partners[affihub_id].status == "deactivated"

    async def test_is_made_active_where_a_setting_says_so(self, roomy: Shop) -> None:
        roomy.allow(activate=True)
        whop_id, affihub_id = await self._returned(roomy)

        await roomy.sync()

        assert roomy.world.affihub.partners[affihub_id].status == "active"
        assert roomy.link(whop_id).acceptance is Acceptance.ACCEPTED

    async def test_may_come_back_once_they_were_seen_active(self, roomy: Shop) -> None:
        roomy.allow(reactivate=True)
        affiliate, partner = roomy.both(*INVITED)
        await roomy.settled()
        who = Linked(affiliate, partner)
        drift.activate(roomy.world, who)
        await roomy.sync()
        drift.archive(roomy.world, who)
        await roomy.sync()
        drift.unarchive(roomy.world, who)

        await roomy.sync()

        assert roomy.partner(partner).status == "active"


class TestWhoIsMissing:
    """A linked record that a whole listing lacks is read directly."""

    async def test_an_affiliate_that_answers_is_as_good_as_listed(self, roomy: Shop) -> None:
        roomy.crowd(3)
        affiliate, _ = roomy.both()
        await roomy.settled()
        roomy.world.gaps = roomy.world.gaps.with_({"whop_lists_archived": False})
        roomy.world.whop.edit(affiliate.id, status="deleted")

        report = await roomy.sync()

        assert said(row_of(report, affiliate)) == ("apply", "whop-moved", "applied")

    async def test_an_affiliate_that_is_gone_is_held_and_followed_when_allowed(
        self, roomy: Shop
    ) -> None:
        affiliate, partner = roomy.both()
        roomy.crowd(3)
        await roomy.settled()
        roomy.world.whop.remove(affiliate.id)

        held = await roomy.sync()
        row = row_of(held, affiliate)
        assert (row.kind, row.guard) == (Kind.DEACTIVATE_PARTNER, "missing")
        assert roomy.changes() == []

        done = await roomy.sync(allow=["missing"])

        assert row_of(done, affiliate).outcome is Outcome.APPLIED
        assert roomy.partner(partner).status == "deactivated"
        assert roomy.link(affiliate.id).status == Base("off", "gone", "deactivated")
        assert (await roomy.sync()).rows == ()

    async def test_a_partner_that_is_gone_is_a_break_and_never_created_again(
        self, roomy: Shop
    ) -> None:
        affiliate, partner = roomy.both()
        roomy.crowd(3)
        await roomy.settled()
        roomy.world.affihub.remove(partner.id)

        report = await roomy.sync(allow=["all"])

        assert said(row_of(report, affiliate)) == ("break", "partner-gone", None)
        assert (roomy.changes(), exit_code(report)) == ([], 4)


class TestMovingALink:
    """The linked affiliate is deleted, and the same user has one other."""

    async def _restarted(self, shop: Shop) -> tuple[str, str, str]:
        affiliate, partner = shop.both()
        await shop.settled()
        drift.restart(shop.world, Linked(affiliate, partner))
        (new,) = (a for a in shop.world.whop.affiliates.values() if a.id != affiliate.id)
        return affiliate.id, new.id, partner.id

    async def test_is_held_and_nothing_else_happens_to_that_person(self, roomy: Shop) -> None:
        old, new, partner = await self._restarted(roomy)

        report = await roomy.sync()

        (row,) = report.rows
        assert (row.kind, row.guard) == (Kind.MOVE_LINK, "missing")
        assert (row.side, row.before, row.after) == (Side.WHOP, old, new)
        assert roomy.changes() == []
        assert [(link.whop_id, link.affihub_id) for link in roomy.known().links] == [(old, partner)]

    async def test_is_done_when_allowed_without_a_write_to_either_side(self, roomy: Shop) -> None:
        _, new, partner = await self._restarted(roomy)

        report = await roomy.sync(allow=["missing"])

        assert applied(report) == [Kind.MOVE_LINK]
        (link,) = roomy.known().links
        assert (link.whop_id, link.affihub_id, link.evidence) == (new, partner, "moved")
        assert roomy.changes() == []
        assert (await roomy.sync()).rows == ()

    async def test_follows_the_new_affiliate_from_then_on(self, roomy: Shop) -> None:
        _, new, partner = await self._restarted(roomy)
        await roomy.sync(allow=["missing"])
        roomy.world.whop.edit(new, status="archived")

        await roomy.sync()

        assert roomy.world.affihub.partners[partner].status == "deactivated"

    async def test_is_left_where_the_old_affiliate_came_back_meanwhile(self, roomy: Shop) -> None:
        old, new, _ = await self._restarted(roomy)
        roomy.when(
            lambda asked: asked.path in (f"/affiliates/{old}", f"/affiliates/{new}"),
            lambda: roomy.world.whop.edit(old, status="active"),
        )

        report = await roomy.sync(allow=["missing"])

        assert report.rows[0].outcome is Outcome.STALE
        assert [link.whop_id for link in roomy.known().links] == [old]


async def test_people_kept_apart_by_hand_are_not_linked_by_their_address(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    with roomy.leased() as fence:
        roomy.store.keep_apart(fence, affiliate.user_id, partner.id)

    report = await roomy.sync(allow=["all"])

    assert (report.rows, roomy.known().links, roomy.changes()) == ((), (), [])
