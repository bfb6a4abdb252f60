"""Making somebody an affiliate finds as well, and may bring back: nobody comes back by mistake."""

from collections.abc import Callable

import pytest

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate, User
from sync.core.plan import Base, Disposition, Kind, Outcome, Plan
from sync.core.record import Side
from sync.core.report import exit_code
from tests.runs.shop import Asked, Shop, applied, row_of, rows_of, said

CREATE = Kind.CREATE_AFFILIATE


@pytest.fixture
def town(roomy: Shop) -> Shop:
    """Somebody's address can be read, so that affiliates may be created at all."""
    roomy.both()
    return roomy


def posting(asked: Asked) -> bool:
    """Whether this is the create itself."""
    return (asked.side, asked.method, asked.path) == (Side.WHOP, "POST", "/affiliates")


def rereading(partner: Partner) -> Callable[[Asked], bool]:
    """Whether this looks at the partner again, right before the search by address."""
    return lambda asked: asked.path == f"/partners/{partner.id}"


def hidden(shop: Shop, status: str) -> tuple[Affiliate, Partner]:
    """An affiliate whose address nobody shows, and a partner with that address."""
    affiliate = shop.lone_affiliate(status, shown=False)
    email = shop.world.whop.user_of(affiliate.id).email
    assert email is not None
    return affiliate, shop.world.affihub.add(email, "theirs", "active", first_name="Their")


def user_of(shop: Shop, partner: Partner) -> User:
    (user,) = shop.world.whop.users.where("email", partner.email)
    return user


async def test_the_address_is_looked_up_before_the_create(town: Shop) -> None:
    town.lone_partner()

    report = await town.sync()

    assert applied(report) == [CREATE]
    asked = [r for r in town.world.log if r.side is Side.WHOP]
    place = [r.operation for r in asked].index("create_affiliate")
    looks = asked[place - 2 : place]
    assert {r.operation for r in looks} == {"list_members", "list_product_affiliates"}
    assert all("query=" in r.query for r in looks)


async def test_a_new_affiliate_is_linked_with_what_both_agree_on(town: Shop) -> None:
    partner = town.lone_partner()

    await town.sync()

    affiliate = town.affiliate_of(partner)
    link = town.link(affiliate.id)
    assert (link.affihub_id, link.evidence) == (partner.id, "created")
    assert link.status == Base("on", "active", "active")
    assert (await town.sync()).rows == ()


class TestAnAddressWhopDoesNotKnow:
    """Waits, is not posted again, and looked up at most once a day."""

    @pytest.mark.parametrize("status", [404, 422, 400])
    async def test_is_waiting_and_posted_once(self, town: Shop, status: int) -> None:
        town.world.gaps = town.world.gaps.with_({"whop_unknown_email_status": status})
        partner = town.lone_partner(account=False)

        first = await town.sync()
        second = await town.sync()

        assert said(row_of(first, partner)) == ("waiting", "unknown-to-whop", None)
        assert said(row_of(second, partner)) == ("waiting", "unknown-to-whop", None)
        assert exit_code(second) == 0
        assert town.changes() == ["whop create_affiliate"]
        assert town.intents() == ()

    async def test_is_looked_up_once_a_day_without_a_write(self, town: Shop) -> None:
        town.lone_partner(account=False)
        await town.settled()

        for _ in range(4):
            await town.sync()
        looks = sum("query=" in request.query for request in town.world.log)
        town.clock.pass_(hours=24)
        await town.sync()
        await town.sync()
        later = sum("query=" in request.query for request in town.world.log)

        assert (looks, later, town.changes()) == (0, 2, [])

    async def test_becomes_an_affiliate_once_whop_shows_somebody_with_it(self, town: Shop) -> None:
        partner = town.lone_partner(account=False)
        await town.settled()
        user = town.world.whop.add_user(partner.email, "Late Comer", "latecomer")
        town.world.whop.show_email(user.id, "member")
        town.clock.pass_(hours=24)

        await town.sync()
        report = await town.sync()

        assert applied(report) == [CREATE]
        assert town.affiliate_of(partner).user_id == user.id

    async def test_is_linked_once_that_person_became_an_affiliate(self, town: Shop) -> None:
        partner = town.lone_partner(account=False)
        await town.settled()
        user = town.world.whop.add_user(partner.email, "Late Comer", "latecomer")
        town.cast.affiliate(user)

        report = await town.sync()

        assert [row.kind for row in report.rows] == [Kind.LINK]
        assert town.changes() == []


class TestWhoWasShutOut:
    """An archived affiliate whom only the create reveals is archived again, for a person to see."""

    async def test_is_archived_again_and_a_lasting_conflict(self, town: Shop) -> None:
        affiliate, partner = hidden(town, "archived")

        first = await town.sync()

        assert said(row_of(first, partner)) == ("conflict", "found-off", "failed")
        assert affiliate.id in row_of(first, partner).reason
        assert town.changes() == ["whop create_affiliate", "whop archive_affiliate"]
        assert town.affiliate(affiliate).status == "archived"
        assert len(town.known().links) == 1
        for _ in range(2):
            again = await town.sync(allow=["all"])
            assert said(row_of(again, partner)) == ("conflict", "found-off", None)
        assert len(town.changes()) == 2

    async def test_stays_so_where_the_create_did_not_bring_them_back(self, town: Shop) -> None:
        town.world.gaps = town.world.gaps.with_({"whop_unarchives_on_create": False})
        affiliate, partner = hidden(town, "archived")

        report = await town.sync()

        assert said(row_of(report, partner)) == ("conflict", "found-off", "failed")
        assert town.changes() == ["whop create_affiliate"]
        assert town.affiliate(affiliate).status == "archived"

    async def test_is_archived_again_also_when_linked_to_somebody_else(self, town: Shop) -> None:
        affiliate, linked = town.both("archived", "deactivated")
        await town.settled()
        user = town.world.whop.user_of(affiliate.id)
        town.world.affihub.edit(linked.id, email="moved@example.org")
        for enrollment in town.world.whop.enrollments.where("user", user.id):
            del town.world.whop.enrollments[enrollment.id]
        for member in town.world.whop.members.where("user", user.id):
            del town.world.whop.members[member.id]
        town.clock.pass_(days=8)
        other = town.world.affihub.add("else@example.org", "else", "active", first_name="E")
        town.world.whop.edit_user(user.id, email="else@example.org")

        report = await town.sync()

        assert said(row_of(report, other)) == ("conflict", "address-taken", "failed")
        assert town.affiliate(affiliate).status == "archived"

    @pytest.mark.parametrize("status", [422, 403, 500, 404])
    async def test_is_seen_to_by_the_next_run_where_archiving_again_failed(
        self, town: Shop, status: int
    ) -> None:
        affiliate, partner = hidden(town, "archived")
        no = Answer(status, b'{"error": {"message": "not now"}}')
        town.faults.set_script([Step(fault=no, operation="archive_affiliate", times=6)])

        first = await town.sync()

        assert row_of(first, partner).outcome is Outcome.FAILED
        assert town.affiliate(affiliate).status == "active"
        assert len(town.intents()) == 1
        town.faults.set_script([])
        second = await town.sync()
        assert town.affiliate(affiliate).status == "archived"
        assert said(row_of(second, partner)) == ("conflict", "found-off", None)
        assert town.intents() == ()
        assert town.world.log.count("create_affiliate") == 1

    async def test_is_not_posted_about_again_while_archiving_again_fails(self, town: Shop) -> None:
        affiliate, partner = hidden(town, "archived")
        town.world.whop.permissions.discard("affiliate:update")

        await town.sync()
        reports = [await town.sync() for _ in range(3)]

        assert {said(row_of(report, partner)) for report in reports} == {
            ("waiting", "unsettled", None)
        }
        assert town.world.log.count("create_affiliate") == 1
        assert all(report.run.error is None for report in reports)
        town.world.whop.permissions.add("affiliate:update")
        await town.sync()
        assert town.affiliate(affiliate).status == "archived"

    async def test_keeps_nobody_from_applying_the_rest_at_a_prompt(self, town: Shop) -> None:
        _, partner = hidden(town, "archived")
        town.world.whop.permissions.discard("affiliate:update")
        await town.sync()
        lone = town.lone_affiliate()

        async def yes(_plan: Plan) -> bool:
            return True

        report = await town.sync(confirm=yes)

        assert said(row_of(report, partner)) == ("waiting", "unsettled", None)
        assert row_of(report, lone).outcome is Outcome.APPLIED

    async def test_whose_address_is_shown_is_linked_and_asked_about(self, town: Shop) -> None:
        affiliate, partner = hidden(town, "archived")
        user = town.world.whop.user_of(affiliate.id)
        town.when(rereading(partner), lambda: town.world.whop.show_email(user.id))

        first = await town.sync()
        second = await town.sync()

        assert row_of(first, partner).outcome is Outcome.APPLIED
        assert "had this person already" in row_of(first, partner).reason
        assert said(row_of(second, partner)) == ("conflict", "first-link-ask", None)
        assert town.changes() == []
        assert town.link(affiliate.id).status is None

    @pytest.mark.parametrize("gap", ["new", "revive", "refuse"])
    async def test_by_deletion_does_not_come_back(self, town: Shop, gap: str) -> None:
        town.world.gaps = town.world.gaps.with_({"whop_create_over_deleted": gap})
        affiliate, partner = hidden(town, "deleted")

        report = await town.sync(allow=["all"])

        assert town.affiliate(affiliate).status != "active"
        expected = {"new": "applied", "revive": "failed", "refuse": None}[gap]
        assert said(row_of(report, partner))[2] == expected
        assert town.world.log.count("create_affiliate") == 1


class TestWhoIsAnAffiliateAlready:
    """Found instead of created, and linked where nothing speaks against it."""

    async def test_is_linked_when_the_create_reveals_them(self, town: Shop) -> None:
        affiliate, partner = hidden(town, "active")

        report = await town.sync()

        row = row_of(report, partner)
        assert row.outcome is Outcome.APPLIED
        told = f"Whop had this person already as {affiliate.id}: linked, nobody was made."
        assert (row.reason, row.error) == (told, None)
        link = town.link(affiliate.id)
        assert (link.affihub_id, link.evidence) == (partner.id, "email")
        assert link.status == Base("on", "active", "active")
        assert (await town.sync()).rows == ()

    async def test_is_linked_without_a_write_when_their_address_is_shown_now(
        self, town: Shop
    ) -> None:
        affiliate, partner = hidden(town, "active")
        user = town.world.whop.user_of(affiliate.id)
        town.when(rereading(partner), lambda: town.world.whop.show_email(user.id, "member"))

        report = await town.sync()

        assert row_of(report, partner).outcome is Outcome.APPLIED
        assert town.link(affiliate.id).affihub_id == partner.id
        assert town.changes() == []

    @pytest.mark.parametrize("shown", [True, False])
    async def test_is_not_linked_where_a_person_keeps_them_apart(
        self, town: Shop, shown: bool
    ) -> None:
        affiliate, partner = hidden(town, "active")
        with town.leased() as fence:
            town.store.keep_apart(fence, affiliate.user_id, partner.id)
        if shown:
            show = town.world.whop.show_email
            town.when(rereading(partner), lambda: show(affiliate.user_id))

        report = await town.sync()

        assert row_of(report, partner).disposition is Disposition.CONFLICT
        assert row_of(report, partner).rule == "kept-apart"
        assert affiliate.id not in {link.whop_id for link in town.known().links}

    async def test_is_a_conflict_when_linked_to_somebody_else(self, town: Shop) -> None:
        affiliate, linked = town.both()
        await town.settled()
        user = town.world.whop.user_of(affiliate.id)
        other = town.world.affihub.add("else@example.org", "else", "active", first_name="E")
        town.world.whop.edit_user(user.id, email="else@example.org")

        report = await town.sync()

        row = row_of(report, other)
        assert (row.disposition, row.rule) == (Disposition.CONFLICT, "address-taken")
        assert town.link(affiliate.id).affihub_id == linked.id

    async def test_is_a_conflict_when_whop_never_listed_them(self, town: Shop) -> None:
        partner = town.lone_partner()
        user = user_of(town, partner)
        moment = town.cast.moment()

        def appear() -> None:
            town.world.whop.add_affiliate(user.id, created_at=moment, updated_at=moment)

        town.when(posting, appear)

        report = await town.sync()

        assert said(row_of(report, partner)) == ("conflict", "found-unlisted", "failed")
        assert len(town.known().links) == 1


class TestWhereNoAddressCanBeRead:
    """Affiliates wait, and the report says why."""

    @pytest.mark.parametrize("how", ["closed", "no permission"])
    async def test_nobody_is_created_on_either_side(self, roomy: Shop, how: str) -> None:
        if how == "closed":
            closed = {"whop_product_affiliates": "missing", "whop_members_emails": "forbidden"}
            roomy.world.gaps = roomy.world.gaps.with_(closed)
        else:
            roomy.world.whop.permissions.discard("member:email:read")
        partner, affiliate = roomy.lone_partner(), roomy.lone_affiliate()

        report = await roomy.sync(allow=["all"])

        assert said(row_of(report, partner)) == ("waiting", "emails-unreadable", None)
        assert said(row_of(report, affiliate)) == ("waiting", "emails-unreadable", None)
        assert "member:email:read" in row_of(report, partner).reason
        assert (roomy.changes(), exit_code(report)) == ([], 0)

    async def test_also_where_some_were_read_before(self, town: Shop) -> None:
        await town.settled()
        town.lone_affiliate()
        partner = town.lone_partner()
        town.world.whop.permissions.discard("member:email:read")

        report = await town.sync()

        assert said(row_of(report, partner)) == ("waiting", "emails-unreadable", None)
        assert town.changes() == []

    async def test_until_they_can_be_read_and_not_a_day_longer(self, roomy: Shop) -> None:
        roomy.world.whop.permissions.discard("member:email:read")
        partner, affiliate = roomy.lone_partner(), roomy.lone_affiliate()
        await roomy.sync()
        roomy.world.whop.permissions.add("member:email:read")

        report = await roomy.sync()

        assert row_of(report, partner).outcome is Outcome.APPLIED
        assert row_of(report, affiliate).outcome is Outcome.APPLIED


async def test_a_partner_who_changed_the_address_meanwhile_is_left(town: Shop) -> None:
    partner = town.lone_partner()
    town.when(
        rereading(partner),
        lambda: town.world.affihub.edit(partner.id, email="other@example.org"),
    )

    report = await town.sync()

    assert row_of(report, partner).outcome is Outcome.STALE
    assert town.changes() == []


@pytest.mark.parametrize("status", ["invited", "deactivated", "paused"])
async def test_only_active_partners_become_affiliates(town: Shop, status: str) -> None:
    town.lone_partner(status)

    report = await town.sync(allow=["all"])

    assert (rows_of(report, CREATE), town.changes()) == ([], [])


async def test_affiliates_are_not_created_where_a_setting_says_so(town: Shop) -> None:
    town.allow(create_affiliates=False)
    town.lone_partner()

    report = await town.sync(allow=["all"])

    assert (rows_of(report, CREATE), town.changes()) == ([], [])


@pytest.mark.parametrize("fault", ["reset-after", "reset-before", "truncated", "html", "errors"])
async def test_a_lost_answer_to_a_create_makes_one_affiliate(town: Shop, fault: str) -> None:
    partner = town.lone_partner()
    town.faults.set_script([Step(fault=fault, operation="create_affiliate", times=2)])

    report = await town.sync()

    assert row_of(report, partner).outcome is Outcome.APPLIED
    assert set(town.world.created().values()) == {1}
    assert town.link(town.affiliate_of(partner).id).affihub_id == partner.id


@pytest.mark.parametrize("fault", ["reset-after", "truncated"])
async def test_a_lost_answer_brings_nobody_back_either(town: Shop, fault: str) -> None:
    affiliate, partner = hidden(town, "archived")
    town.faults.set_script([Step(fault=fault, operation="create_affiliate", times=2)])

    report = await town.sync()

    assert said(row_of(report, partner)) == ("conflict", "found-off", "failed")
    assert town.affiliate(affiliate).status == "archived"


@pytest.mark.parametrize("fault", ["reset-after", "reset-before"])
@pytest.mark.parametrize("status", ["archived", "active", None])
async def test_a_create_nobody_ever_answers_is_settled_by_the_next_run(
    town: Shop, fault: str, status: str | None
) -> None:
    affiliate, partner = hidden(town, status) if status else (None, town.lone_partner())
    town.faults.set_script([Step(fault=fault, operation="create_affiliate", times=6)])

    first = await town.sync()
    assert row_of(first, partner).outcome is Outcome.FAILED
    assert len(town.intents()) == 1
    town.faults.set_script([])
    second = await town.sync()
    again = await town.sync()

    assert town.intents() == ()
    assert applied(again) == []
    assert max(town.world.created().values(), default=1) == 1
    if affiliate and status == "archived":
        assert town.affiliate(affiliate).status == "archived"
        assert said(row_of(again, partner)) == ("conflict", "found-off", None)
    else:
        assert town.link(town.affiliate_of(partner).id).affihub_id == partner.id
        assert row_of(second, partner).outcome is Outcome.APPLIED
