"""A pair's first runs: everybody is linked, created, filled in; then there is nothing to do."""

from collections import Counter
from dataclasses import replace

import pytest

from connectors.sandbox.seed import agreed, seeded
from sync.core.plan import Acceptance, Base, Disposition, Kind, Outcome, Plan
from sync.core.policy import Limit, OnFirstLink
from sync.core.record import Side
from sync.core.report import Mode, RunStatus, exit_code
from tests.runs.shop import Shop, applied, row_of, rows_of, said, to_apply


async def yes(_plan: Plan) -> bool:
    return True


async def no(_plan: Plan) -> bool:
    return False


async def test_a_first_run_links_creates_and_fills(shop: Shop) -> None:
    both = shop.both()
    nameless = shop.both(first_name=None, last_name=None)
    affiliate, partner = shop.lone_affiliate(), shop.lone_partner()

    report = await shop.sync()

    assert (report.run.status, exit_code(report)) == (RunStatus.APPLIED, 0)
    kinds = Counter(row.kind for row in report.rows)
    assert kinds == Counter(
        {Kind.LINK: 2, Kind.CREATE_PARTNER: 1, Kind.CREATE_AFFILIATE: 1, Kind.FILL_NAME: 1}
    )
    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    assert shop.link(both[0].id).affihub_id == both[1].id
    assert shop.link(affiliate.id).affihub_id == shop.partner_of(affiliate).id
    assert shop.link(shop.affiliate_of(partner).id).affihub_id == partner.id
    filled = shop.partner(nameless[1])
    name = shop.world.whop.user_of(nameless[0].id).name
    assert f"{filled.first_name} {filled.last_name}".strip() == name


async def test_a_created_partner_is_invited_named_and_stamped(shop: Shop) -> None:
    affiliate = shop.lone_affiliate()

    await shop.sync()

    made, user = shop.partner_of(affiliate), shop.world.whop.user_of(affiliate.id)
    assert made.status == "invited"
    assert made.email == user.email
    assert f"{made.first_name} {made.last_name}".strip() == user.name
    assert made.slug == user.username
    stamp = {"whop_affiliate_id": affiliate.id, "whop_user_id": user.id}
    assert made.metadata == {"affisync": stamp}
    link = shop.link(affiliate.id)
    assert link.status == Base("on", "active", "invited")
    assert (link.evidence, link.acceptance) == ("created", Acceptance.INVITED)
    assert not link.activation_owed


async def test_a_second_run_changes_nothing_and_asks_for_the_pages_and_little_more(
    shop: Shop,
) -> None:
    shop.world = seeded(250, 3, clock=shop.clock)
    await shop.settled(allow=["all"])

    report = await shop.sync(allow=["all"])

    assert shop.changes() == []
    assert applied(report) == []
    pages = len(shop.world.whop.affiliates) // 100 + 1 + len(shop.world.affihub.partners) // 100 + 1
    assert len(shop.world.log) <= pages + 3
    assert sum(note.requests for note in report.snapshots.values()) == len(shop.world.log)


async def test_a_run_over_people_in_agreement_has_only_link_rows_and_then_none(shop: Shop) -> None:
    shop.world = agreed(120, 2, clock=shop.clock)

    first, second = await shop.sync(allow=[]), await shop.sync(allow=[])

    assert {row.kind for row in first.rows} == {Kind.LINK}
    assert (second.rows, second.run.status) == ((), RunStatus.IN_SYNC)
    assert second.counts["in_sync"] == second.counts["linked"] == 120
    assert shop.changes() == []


async def test_a_dry_run_leaves_both_sides_and_the_mapping_as_they_were(shop: Shop) -> None:
    shop.world = seeded(120, 3, clock=shop.clock)
    blank = shop.known()

    report = await shop.dry_run(allow=["all"])

    assert shop.changes() == []
    assert (report.run.mode, exit_code(report)) == (Mode.DRY_RUN, 4)
    assert report.counts["apply"] > 100
    assert {row.outcome for row in report.rows} == {None}
    assert replace(shop.known(), emails={}, overrides={}) == blank
    assert shop.intents() == ()
    assert shop.kept() == report


async def test_a_dry_run_plans_what_an_apply_then_does(shop: Shop) -> None:
    shop.world = seeded(120, 3, clock=shop.clock)

    planned, done = await shop.dry_run(allow=["all"]), await shop.sync(allow=["all"])

    keys = {row.key: (row.kind, row.side, row.before, row.after) for row in planned.rows}
    assert {row.key: (row.kind, row.side, row.before, row.after) for row in done.rows} == keys
    went = {row.key for row in done.rows if row.outcome is Outcome.APPLIED}
    meant = {row.key for row in planned.rows if row.disposition is Disposition.APPLY}
    learnt = {row.key: row.rule for row in done.rows if row.key in meant - went}
    assert sorted(learnt.values()) == ["address-taken", "unknown-to-whop"]
    assert went < meant


class TestTheFirstRunGuard:
    """A pair's first writes wait for a person; linking and reading are free."""

    async def test_holds_every_write_but_no_link(self, shop: Shop) -> None:
        shop.both(first_name=None, last_name=None)
        shop.lone_affiliate()

        report = await shop.sync(allow=[])

        assert shop.changes() == []
        assert len(shop.known().links) == 1
        assert {(row.kind, row.guard) for row in report.rows} == {
            (Kind.LINK, None),
            (Kind.FILL_NAME, "first-run"),
            (Kind.CREATE_PARTNER, "first-run"),
        }
        (verdict,) = report.guards
        assert verdict.command == "affisync sync --pair main --allow first-run"
        assert (report.run.status, exit_code(report)) == (RunStatus.HELD, 4)
        assert not shop.known().first_run_done

    async def test_goes_on_holding_run_after_run(self, shop: Shop) -> None:
        shop.lone_affiliate()
        await shop.sync(allow=[])

        report = await shop.sync(allow=[])

        assert (shop.changes(), report.rows[0].guard) == ([], "first-run")

    @pytest.mark.parametrize("word", ["first-run", "all"])
    async def test_is_lifted_for_good_by_a_run_it_was_waived_for(
        self, shop: Shop, word: str
    ) -> None:
        shop.lone_affiliate()

        report = await shop.sync(allow=[word])

        assert applied(report) == [Kind.CREATE_PARTNER]
        assert report.run.allowed == (word,)
        later = shop.lone_affiliate()
        assert row_of(await shop.sync(allow=[]), later).outcome is Outcome.APPLIED

    async def test_is_lifted_by_a_yes_typed_at_the_prompt(self, shop: Shop) -> None:
        shop.lone_affiliate()

        report = await shop.sync(allow=[], confirm=yes)

        assert applied(report) == [Kind.CREATE_PARTNER]
        assert shop.known().first_run_done

    async def test_is_lifted_by_a_run_that_had_nothing_to_write(self, shop: Shop) -> None:
        shop.both()
        await shop.sync(allow=[])

        shop.lone_affiliate()

        assert applied(await shop.sync(allow=[])) == [Kind.CREATE_PARTNER]

    async def test_stays_where_another_guard_holds_all_there_was_to_write(self, shop: Shop) -> None:
        shop.limits(create_partner=Limit(0))
        shop.lone_affiliate()
        for confirm in (None, yes):
            report = await shop.sync(allow=[], confirm=confirm)
            assert report.rows[0].guard == "create-partner"

        assert not shop.known().first_run_done

    async def test_stays_where_a_listing_could_not_be_read_whole(self, shop: Shop) -> None:
        shop.lone_affiliate()
        shop.world.gaps = shop.world.gaps.with_({"affihub_list_total": "absent"})

        report = await shop.sync(allow=[])

        assert said(report.rows[0]) == ("waiting", "listing-incomplete", None)
        assert not shop.known().first_run_done

    async def test_is_switched_off_in_the_settings(self, shop: Shop) -> None:
        shop.allow(guards=replace(shop.policy.guards, first_run=False))
        shop.lone_affiliate()

        assert applied(await shop.sync(allow=[])) == [Kind.CREATE_PARTNER]

    async def test_is_not_lifted_by_a_dry_run(self, shop: Shop) -> None:
        shop.both()

        await shop.dry_run(allow=["first-run"])

        assert not shop.known().first_run_done


class TestThePrompt:
    """A person sees the plan and says yes or no; nothing is held or changed meanwhile."""

    async def test_a_no_changes_nothing_anywhere(self, shop: Shop) -> None:
        shop.both()
        shop.lone_affiliate()
        blank = shop.known()

        report = await shop.sync(allow=[], confirm=no)

        assert shop.changes() == []
        assert replace(shop.known(), emails={}) == blank
        assert report.run.mode is Mode.DRY_RUN
        assert {row.outcome for row in report.rows} == {None}
        assert shop.kept() == report

    async def test_shows_the_rows_a_yes_would_write(self, shop: Shop) -> None:
        affiliate = shop.lone_affiliate()
        shown: list[Plan] = []

        async def look(plan: Plan) -> bool:
            shown.append(plan)
            return False

        await shop.sync(allow=[], confirm=look)

        (row,) = shown[0].rows
        assert (row.whop_id, row.disposition) == (affiliate.id, Disposition.APPLY)

    async def test_asks_nobody_when_there_is_nothing_to_write(self, shop: Shop) -> None:
        shop.both()

        async def never(_plan: Plan) -> bool:
            raise AssertionError

        report = await shop.sync(allow=[], confirm=never)

        assert (report.run.mode, len(shop.known().links)) == (Mode.APPLY, 1)

    async def test_leaves_the_pair_free_for_others_meanwhile(self, shop: Shop) -> None:
        shop.lone_affiliate()

        async def look(_plan: Plan) -> bool:
            with shop.leased():
                return True

        assert applied(await shop.sync(allow=[], confirm=look)) == [Kind.CREATE_PARTNER]


async def test_who_is_off_on_one_side_is_asked_about_at_first_sight(shop: Shop) -> None:
    off_on_whop, off_on_affihub = shop.both("archived"), shop.both(partner="deactivated")

    report = await shop.sync()

    for affiliate, _ in (off_on_whop, off_on_affihub):
        assert said(row_of(report, affiliate)) == ("conflict", "first-link-ask", None)
        assert shop.link(affiliate.id).status is None
    assert shop.changes() == []


@pytest.mark.parametrize(
    "who, first, second",
    [
        (OnFirstLink.RESTRICTIVE, Kind.DEACTIVATE_PARTNER, Kind.ARCHIVE_AFFILIATE),
        (OnFirstLink.WHOP, Kind.DEACTIVATE_PARTNER, Kind.ACTIVATE_PARTNER),
        (OnFirstLink.AFFIHUB, Kind.UNARCHIVE_AFFILIATE, Kind.ARCHIVE_AFFILIATE),
    ],
)
async def test_a_setting_may_settle_first_sights(
    shop: Shop, who: OnFirstLink, first: Kind, second: Kind
) -> None:
    shop.allow(status_on_first_link=who, reactivate=True)
    off_on_whop, off_on_affihub = shop.both("archived"), shop.both(partner="deactivated")

    report = await shop.sync()

    assert row_of(report, off_on_whop[0]).kind is first
    assert row_of(report, off_on_affihub[0]).kind is second
    assert {row.outcome for row in report.rows} == {Outcome.APPLIED}
    assert to_apply(await shop.sync()) == []


@pytest.mark.parametrize(
    "affiliate, partner",
    [(None, "active"), ("suspended", "active"), ("active", "paused"), (None, "invited")],
)
async def test_a_status_nobody_has_heard_of_is_told_and_not_acted_on(
    shop: Shop, affiliate: str | None, partner: str
) -> None:
    one, _ = shop.both(partner=partner)
    shop.world.whop.edit(one.id, status=affiliate)

    report = await shop.sync()

    assert said(row_of(report, one)) == ("break", "unknown-status", None)
    assert (shop.changes(), shop.link(one.id).status) == ([], None)


async def test_an_unknown_status_of_somebody_alone_is_only_listed(shop: Shop) -> None:
    shop.lone_affiliate(None)
    shop.lone_partner("paused")

    report = await shop.sync()

    assert report.rows == ()
    assert [len(report.unmatched[side]) for side in Side] == [1, 1]
    assert shop.changes() == []


async def test_a_known_status_that_turns_unknown_keeps_the_base(shop: Shop) -> None:
    affiliate, partner = shop.both()
    await shop.settled()
    shop.world.whop.edit(affiliate.id, status=None)
    await shop.sync()
    shop.world.whop.edit(affiliate.id, status="archived")

    report = await shop.sync()

    assert said(row_of(report, affiliate)) == ("apply", "whop-moved", "applied")
    assert shop.partner(partner).status == "deactivated"


class TestNames:
    """An empty name is filled once per link; a name cleared later stays cleared."""

    async def test_a_name_cleared_later_stays_cleared(self, shop: Shop) -> None:
        _, partner = shop.both(first_name=None, last_name=None)
        await shop.settled()
        shop.world.affihub.edit(partner.id, first_name=None, last_name=None)

        report = await shop.sync()

        assert (rows_of(report, Kind.FILL_NAME), shop.changes()) == ([], [])

    async def test_a_name_that_was_there_is_left_when_it_is_cleared(self, shop: Shop) -> None:
        _, partner = shop.both()
        await shop.settled()
        shop.world.affihub.edit(partner.id, first_name="", last_name="")

        assert (await shop.sync()).rows == ()

    async def test_a_name_given_meanwhile_is_not_overwritten(self, shop: Shop) -> None:
        affiliate, partner = shop.both(first_name=None, last_name=None)
        shop.when(
            lambda asked: asked.path == f"/partners/{partner.id}",
            lambda: shop.world.affihub.edit(partner.id, first_name="Their", last_name="Own"),
        )

        report = await shop.sync()

        assert row_of(report, affiliate).outcome is Outcome.STALE
        assert shop.partner(partner).first_name == "Their"

    async def test_a_name_with_odd_blanks_is_filled_and_done(self, shop: Shop) -> None:
        affiliate, partner = shop.both(first_name=None, last_name=None)
        shop.world.whop.edit_user(affiliate.user_id, name="  Ana \u00a0 María  de la Cruz ")

        report = await shop.sync()

        assert row_of(report, affiliate).outcome is Outcome.APPLIED
        filled = shop.partner(partner)
        assert (filled.first_name, filled.last_name) == ("Ana María de la", "Cruz")
        assert (await shop.sync()).rows == ()
