"""A partner is created once, for somebody whose address is known, and never by mistake."""

from typing import Any

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Acceptance, Base, Disposition, Kind, Outcome
from sync.core.record import Side
from tests.runs.dying import die_at
from tests.runs.shop import Asked, Shop, applied, row_of, rows_of, said

CREATE = Kind.CREATE_PARTNER


def posting(asked: Asked) -> bool:
    """Whether this is the create itself, after every look before it."""
    return (asked.side, asked.method, asked.path) == (Side.AFFIHUB, "POST", "/partners")


def searching(asked: Asked) -> bool:
    """Whether this looks at the affiliate again, right before the search."""
    return asked.side is Side.WHOP and asked.path.startswith("/affiliates/")


def address(shop: Shop, affiliate: Affiliate) -> str:
    email = shop.world.whop.user_of(affiliate.id).email
    assert email is not None
    return email


async def test_the_address_is_searched_for_right_before_the_create(roomy: Shop) -> None:
    roomy.lone_affiliate()

    await roomy.sync()

    asked = [(r.operation, r.query) for r in roomy.world.log if r.side is Side.AFFIHUB]
    place = [operation for operation, _ in asked].index("create_partner")
    assert asked[place - 1][0] == "list_partners"
    assert "search=" in asked[place - 1][1]


async def test_somebody_invited_meanwhile_is_left_and_linked_by_the_next_run(roomy: Shop) -> None:
    affiliate = roomy.lone_affiliate()
    email = address(roomy, affiliate)
    roomy.when(searching, lambda: roomy.world.affihub.add(email.upper(), "theirs", "active"))

    report = await roomy.sync()

    assert row_of(report, affiliate).outcome is Outcome.STALE
    assert roomy.changes() == []
    again = await roomy.sync()
    assert [row.kind for row in again.rows if row.kind is Kind.LINK] == [Kind.LINK]
    assert roomy.link(affiliate.id).evidence == "email"


REFUSALS = [
    {"affihub_duplicate_status": status, "affihub_error_body": body}
    for status, body in ((409, "json"), (422, "text"), (400, "empty"), (500, "json"))
]


class TestARefusedCreate:
    """Whoever has the address is looked up: adopted, or told to a person."""

    async def _refused(self, shop: Shop, gap: dict[str, Any], **partner: Any) -> Affiliate:
        shop.allow(activate=True)
        shop.world.gaps = shop.world.gaps.with_(gap)
        affiliate = shop.lone_affiliate()
        email = address(shop, affiliate)
        known = {"email": email, "slug": "theirs", "first_name": "Their", **partner}
        shop.when(posting, lambda: shop.world.affihub.add(**known))
        return affiliate

    @pytest.mark.parametrize("gap", REFUSALS, ids=lambda gap: str(gap["affihub_duplicate_status"]))
    @pytest.mark.parametrize("status", ["invited", "active"])
    async def test_adopts_a_partner_in_good_standing(
        self, roomy: Shop, gap: dict[str, Any], status: str
    ) -> None:
        affiliate = await self._refused(roomy, gap, status=status)

        report = await roomy.sync()

        row, link = row_of(report, affiliate, CREATE), roomy.link(affiliate.id)
        assert row.outcome is Outcome.APPLIED
        told = f"Affihub had this person already as {link.affihub_id}: linked, nobody was made."
        assert row.reason == told
        assert link.evidence == "email"
        assert link.status == Base("on", "active", status)
        accepted = Acceptance.ACCEPTED if status == "active" else Acceptance.INVITED
        assert link.acceptance is accepted
        assert (await roomy.sync()).rows == ()

    async def test_does_not_switch_on_whom_somebody_else_invited(self, roomy: Shop) -> None:
        affiliate = await self._refused(roomy, {}, status="invited")

        report = await roomy.sync()
        again = await roomy.sync()

        assert row_of(report, affiliate, Kind.ACTIVATE_PARTNER).outcome is Outcome.STALE
        assert again.rows == ()
        assert roomy.partner_of(affiliate).status == "invited"

    @pytest.mark.parametrize("gap", REFUSALS, ids=lambda gap: str(gap["affihub_duplicate_status"]))
    @pytest.mark.parametrize("status", ["deactivated", "paused"])
    async def test_adopts_nobody_who_was_shut_out(
        self, roomy: Shop, gap: dict[str, Any], status: str
    ) -> None:
        affiliate = await self._refused(roomy, gap, status=status)

        report = await roomy.sync()

        row = row_of(report, affiliate, CREATE)
        assert (row.disposition, row.rule, row.outcome) == (
            Disposition.CONFLICT,
            "found-off",
            Outcome.FAILED,
        )
        assert roomy.known().links == ()
        assert row_of(report, affiliate, Kind.ACTIVATE_PARTNER).outcome is Outcome.SKIPPED

    async def test_adopts_nobody_who_is_linked_to_somebody_else(self, roomy: Shop) -> None:
        other, partner = roomy.both()
        await roomy.settled()
        affiliate = roomy.lone_affiliate()
        email = address(roomy, affiliate)
        roomy.when(posting, lambda: roomy.world.affihub.edit(partner.id, email=email))

        report = await roomy.sync()

        assert said(row_of(report, affiliate)) == ("conflict", "address-taken", "failed")
        assert [link.whop_id for link in roomy.known().links] == [other.id]
        roomy.world.log.clear()
        again = await roomy.sync()
        assert row_of(again, affiliate).disposition is Disposition.CONFLICT
        assert roomy.changes() == []

    async def test_adopts_nobody_who_is_kept_apart_by_hand(self, roomy: Shop) -> None:
        other, partner = roomy.both()
        affiliate = roomy.lone_affiliate()
        email = address(roomy, affiliate)
        with roomy.leased() as fence:
            roomy.store.keep_apart(fence, affiliate.user_id, partner.id)
            roomy.store.keep_apart(fence, other.user_id, partner.id)
        roomy.when(posting, lambda: roomy.world.affihub.edit(partner.id, email=email))

        report = await roomy.sync()

        assert said(row_of(report, affiliate, CREATE)) == ("conflict", "kept-apart", "failed")
        assert roomy.known().links == ()

    async def test_without_anybody_there_is_a_failure_with_the_servers_words(
        self, roomy: Shop
    ) -> None:
        affiliate = roomy.lone_affiliate()
        no = Answer(422, b'{"error": "this program is full"}')
        roomy.faults.set_script([Step(fault=no, operation="create_partner")])

        report = await roomy.sync()

        row = row_of(report, affiliate)
        assert row.outcome is Outcome.FAILED
        assert "422" in str(row.error)
        assert "this program is full" in str(row.error)
        assert roomy.intents() == ()
        assert applied(await roomy.sync()) == [CREATE]


class TestSlugs:
    """Made from the username; with a stable suffix where that one is taken."""

    async def test_the_username_is_the_slug(self, roomy: Shop) -> None:
        affiliate = roomy.lone_affiliate()
        roomy.world.whop.edit_user(affiliate.user_id, username="Ana.María_99")

        await roomy.sync()

        assert roomy.partner_of(affiliate).slug == "ana-maria-99"

    @pytest.mark.parametrize("when", ["listed", "meanwhile"])
    @pytest.mark.parametrize("gap", REFUSALS, ids=lambda gap: str(gap["affihub_duplicate_status"]))
    async def test_a_taken_slug_gets_a_suffix(
        self, roomy: Shop, gap: dict[str, Any], when: str
    ) -> None:
        roomy.world.gaps = roomy.world.gaps.with_(gap)
        affiliate = roomy.lone_affiliate()
        slug = str(roomy.world.whop.user_of(affiliate.id).username)

        def take() -> Partner:
            return roomy.world.affihub.add("other@example.org", slug, "active")

        if when == "listed":
            roomy.allow(create_affiliates=False)
            take()
        else:
            roomy.when(posting, take)

        await roomy.sync()

        assert roomy.partner_of(affiliate).slug.startswith(f"{slug}-")

    async def test_nobody_without_letters_is_left_without_one(self, roomy: Shop) -> None:
        affiliate = roomy.lone_affiliate()
        roomy.world.whop.edit_user(affiliate.user_id, username=None, name="🦄")

        await roomy.sync()

        slug = roomy.partner_of(affiliate).slug
        assert slug
        assert slug == slug.lower()
        assert slug.isascii()


class TestALostAnswer:
    """It is looked for, and sent once more only when nobody is found."""

    @pytest.mark.parametrize(
        "fault, sent",
        [
            ("reset-after", 1),
            ("truncated", 1),
            ("reset-before", 2),
            ("html", 2),
        ],
    )
    async def test_makes_one_partner_who_is_ours(self, roomy: Shop, fault: str, sent: int) -> None:
        roomy.allow(activate=True)
        affiliate = roomy.lone_affiliate()
        roomy.faults.set_script([Step(fault=fault, operation="create_partner")])

        report = await roomy.sync()

        assert row_of(report, affiliate, CREATE).outcome is Outcome.APPLIED
        assert roomy.link(affiliate.id).evidence == "created"
        assert roomy.partner_of(affiliate).status == "active"
        assert roomy.world.log.count("create_partner") == sent
        assert set(roomy.world.created().values()) == {1}

    @pytest.mark.parametrize("fault", ["reset-after", "reset-before"])
    async def test_that_cannot_be_looked_into_is_settled_by_the_next_run(
        self, roomy: Shop, fault: str
    ) -> None:
        roomy.allow(activate=True)
        affiliate = roomy.lone_affiliate()
        down = Step(fault="reset-before", operation="list_partners", nth=4, times=100)
        lost = Step(fault=fault, operation="create_partner")
        roomy.faults.set_script([lost, down])

        report = await roomy.sync()

        row = row_of(report, affiliate, CREATE)
        assert row.outcome is Outcome.FAILED
        assert "not sent again before a look" in str(row.error)
        assert len(roomy.intents()) == 1
        roomy.faults.set_script([])
        await roomy.sync()
        assert roomy.intents() == ()
        assert set(roomy.world.created().values()) == {1}
        assert roomy.link(affiliate.id).evidence == "created"
        assert roomy.partner_of(affiliate).status == "active"
        assert (await roomy.sync()).rows == ()


class TestAfterACrash:
    """What came of the create is seen by address, time and stamp."""

    async def _cut_off(self, shop: Shop) -> Affiliate:
        """The process died right before the create was sent."""
        shop.allow(activate=True)
        affiliate = shop.lone_affiliate()
        assert await die_at(shop, step_of_create(shop), ("all",))
        assert len(shop.intents()) == 1
        assert shop.changes() == []
        return affiliate

    async def test_somebody_elses_invitation_is_not_taken_for_ours(self, roomy: Shop) -> None:
        affiliate = await self._cut_off(roomy)
        email = address(roomy, affiliate)
        roomy.world.affihub.add(email, "theirs", "invited", first_name="Their")

        await roomy.sync()

        assert roomy.link(affiliate.id).evidence == "email"
        assert roomy.partner_of(affiliate).status == "invited"
        assert roomy.intents() == ()

    async def test_ours_that_was_shut_out_since_never_accepted(self, roomy: Shop) -> None:
        affiliate = await self._cut_off(roomy)
        stamp = {"whop_affiliate_id": affiliate.id, "whop_user_id": affiliate.user_id}
        email = address(roomy, affiliate)
        roomy.world.affihub.add(email, "ours", "deactivated", metadata={"affisync": stamp})

        report = await roomy.sync()

        link = roomy.link(affiliate.id)
        assert (link.evidence, link.acceptance) == ("created", Acceptance.INVITED)
        assert link.status is None
        assert said(row_of(report, affiliate)) == ("conflict", "first-link-ask", None)

    async def test_a_dry_run_settles_nothing(self, roomy: Shop) -> None:
        await self._cut_off(roomy)

        report = await roomy.dry_run()

        assert (len(roomy.intents()), roomy.changes()) == (1, [])
        assert CREATE in {row.kind for row in report.rows}


def step_of_create(shop: Shop) -> int:
    """The step after which the create of the only person would be sent: links, intent."""
    assert len(shop.world.whop.affiliates) == 1
    return 2


async def test_people_are_not_created_where_a_setting_says_so(roomy: Shop) -> None:
    roomy.allow(create_partners=False)
    roomy.lone_affiliate()

    report = await roomy.sync(allow=["all"])

    assert (report.rows, roomy.changes()) == ((), [])
    assert report.unmatched[Side.WHOP][0].reason == "creating partners is switched off"


@pytest.mark.parametrize("status", ["archived", "deleted", None, "suspended"])
async def test_only_active_affiliates_become_partners(roomy: Shop, status: str | None) -> None:
    roomy.lone_affiliate(status)

    report = await roomy.sync(allow=["all"])

    assert (rows_of(report, CREATE), roomy.changes()) == ([], [])


async def test_the_report_says_how_many_people_may_be_mailed(roomy: Shop) -> None:
    for _ in range(3):
        roomy.lone_affiliate()

    report = await roomy.dry_run()

    assert "Creating a partner may mail that person: 3 would be created." in report.notes
