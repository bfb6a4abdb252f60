"""An apply keeps how its pair is doing; what a person has to look at stays known between runs."""

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.decision import Verb
from sync.core.plan import Kind, Outcome, Plan
from sync.core.policy import Limit
from sync.core.report import Mode, RunStatus, Trouble, exit_code
from sync.core.standing import Standing
from sync.core.weigh import Wish, weigh
from sync.errors import ConfigError, PairBusy, StateError
from sync.runs.deciding import record
from sync.runs.pair import Order, Stop
from sync.runs.pending import cases
from sync.runs.run import run_once
from tests.runs.shop import Shop, applied

REFUSED = Answer(401, b"{}")
FORBIDDEN = Answer(403, b"{}")
DOWN = Answer(503, b"busy")
RESET = "reset-before"


def fail(shop: Shop, fault: Answer | str, operation: str = "list_partners") -> None:
    shop.faults.set_script([Step(fault=fault, operation=operation, times=100)])


@pytest.mark.parametrize(
    "fault, trouble",
    [
        (REFUSED, Trouble.KEY_REFUSED),
        (FORBIDDEN, Trouble.PERMISSION_MISSING),
        (DOWN, Trouble.UNREACHABLE),
        (RESET, Trouble.UNREACHABLE),
        (Answer(200, b"<html>"), Trouble.UNREACHABLE),
        (Answer(422, b"{}"), Trouble.FAILED),
    ],
    ids=["401", "403", "503", "reset", "html", "422"],
)
async def test_a_failed_run_says_what_kind_of_failure_it_was(
    shop: Shop, fault: Answer | str, trouble: Trouble
) -> None:
    shop.crowd(2)
    await shop.settled()
    good = shop.standing()
    fail(shop, fault)

    report = await shop.sync()

    standing = shop.standing()
    assert (report.run.status, report.run.trouble) == (RunStatus.FAILED, trouble)
    assert shop.kept().run == report.run
    assert (standing.trouble, standing.failures) == (trouble, 1)
    assert (standing.last_started, standing.last_good) == (report.run.started_at, good.last_good)
    assert standing.reason == report.run.error


async def test_a_key_refused_in_the_middle_of_an_apply_is_a_trouble_as_well(roomy: Shop) -> None:
    roomy.lone_affiliate()
    fail(roomy, REFUSED, "create_partner")

    report = await roomy.sync()

    assert report.run.trouble is roomy.standing().trouble is Trouble.KEY_REFUSED
    assert roomy.standing().quarantined


async def test_a_good_run_keeps_when_it_was_and_clears_what_was_before(shop: Shop) -> None:
    shop.crowd(2)
    for _ in range(4):
        fail(shop, DOWN)
        await shop.sync()
    assert shop.standing().quarantined
    shop.faults.set_script([])

    report = await shop.sync()

    started, ended = report.run.started_at, report.run.finished_at
    assert shop.standing() == Standing("main", last_started=started, last_good=ended)


async def test_what_the_daemon_says_of_the_next_run_is_left_alone(shop: Shop) -> None:
    shop.store.keep_next_run("main", shop.clock())

    await shop.sync()
    fail(shop, DOWN)
    await shop.sync()

    assert shop.standing().next_run is not None


async def test_a_dry_run_keeps_no_standing(shop: Shop) -> None:
    fail(shop, REFUSED)

    report = await shop.dry_run()

    assert report.run.trouble is Trouble.KEY_REFUSED
    assert shop.standing() == Standing("main")


async def test_a_no_at_the_prompt_keeps_no_standing(shop: Shop) -> None:
    shop.lone_affiliate()

    async def no(_plan: Plan) -> bool:
        return False

    await shop.sync(confirm=no)

    assert shop.standing() == Standing("main")


async def test_another_company_is_a_trouble_of_the_configuration(shop: Shop) -> None:
    await shop.settled()
    shop.world.whop.company_id = "biz_other"

    with pytest.raises(ConfigError):
        await shop.sync()

    assert shop.kept().run.trouble is shop.standing().trouble is Trouble.CONFIGURATION
    assert shop.standing().quarantined


async def test_a_pair_that_is_held_says_nothing_about_itself(shop: Shop) -> None:
    async with shop.pair(writes=True) as pair:
        with shop.leased(), pytest.raises(PairBusy):
            await run_once(pair, Order(Mode.APPLY))

    assert shop.standing() == Standing("main")


async def test_a_state_that_fails_is_a_trouble_of_its_own(
    roomy: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy.lone_affiliate()

    def full(*_args: object) -> int:
        raise StateError("The disk is full.")

    monkeypatch.setattr(roomy.store, "intend", full)

    report = await roomy.sync()

    assert report.run.trouble is roomy.standing().trouble is Trouble.STATE


async def test_a_standing_that_cannot_be_kept_hides_no_report(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise StateError("The disk is full.")

    monkeypatch.setattr(shop.store, "keep_standing", full)
    shop.crowd(1)

    report = await shop.sync()

    assert (report.run.status, report.run.error) == (RunStatus.APPLIED, None)
    assert shop.kept() == report


async def test_a_bug_is_kept_as_a_failed_run_and_raised(shop: Shop) -> None:
    def fall(_asked: object) -> None:
        raise ZeroDivisionError("of somebody@example.org")

    shop.before.append(fall)

    with pytest.raises(ZeroDivisionError):
        await shop.sync()

    kept = shop.kept().run
    assert (kept.status, kept.trouble) == (RunStatus.FAILED, Trouble.FAILED)
    assert kept.error == "A fault in affisync itself: ZeroDivisionError."
    assert shop.standing().failures == 1


async def test_a_run_stopped_by_a_person_says_nothing_about_the_pair(shop: Shop) -> None:
    shop.crowd(2)
    await shop.settled()
    before, stop = shop.standing(), Stop()
    shop.when(lambda asked: asked.path == "/partners", stop.request)

    report = await shop.sync(stop=stop)

    after = shop.standing()
    assert (report.run.status, report.run.trouble) == (RunStatus.FAILED, None)
    assert (after.last_good, after.failures) == (before.last_good, 0)
    assert after.last_started == report.run.started_at


async def test_a_try_cut_short_by_a_stop_says_nothing_about_the_server(shop: Shop) -> None:
    stop = Stop()
    fail(shop, DOWN)
    shop.when(lambda asked: asked.path == "/partners", stop.request)

    report = await shop.sync(stop=stop)

    assert report.run.error == "Stopped as asked, before anything was written."
    assert (report.run.trouble, shop.standing().failures) == (None, 0)


async def test_an_incomplete_listing_is_a_trouble_that_goes_away(shop: Shop) -> None:
    shop.crowd(2)
    await shop.settled()
    gaps = shop.world.gaps
    shop.world.gaps = gaps.with_({"affihub_list_total": "absent"})

    report = await shop.sync()
    doubted = shop.standing()
    shop.world.gaps = gaps
    await shop.sync()

    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 1)
    assert doubted.trouble is Trouble.LISTING_INCOMPLETE
    assert doubted.reason.startswith("Affihub's listing is incomplete (")
    assert shop.standing().trouble is None


async def test_a_first_run_nobody_allowed_is_held_and_rests_an_hour_at_most(shop: Shop) -> None:
    shop.lone_affiliate()

    for _ in range(5):
        await shop.sync(allow=[])

    standing = shop.standing()
    assert (standing.trouble, standing.failures) == (Trouble.GUARD_HELD, 5)
    assert standing.not_before is not None
    assert (standing.not_before - shop.clock()).total_seconds() == 3600
    await shop.sync()
    assert shop.standing().trouble is None


async def test_a_yes_that_a_run_under_way_did_not_know_waits_for_no_quarantine(shop: Shop) -> None:
    shop.lone_affiliate()
    for _ in range(4):
        await shop.sync(allow=[])
    assert shop.standing().quarantined

    def meanwhile() -> None:
        wish = Wish(Verb.APPROVE, "ana", shop.clock())
        record(shop.store, weigh(cases(shop.store, "main", wish.at), wish))

    shop.when(lambda asked: asked.path == "/partners", meanwhile)
    report = await shop.sync(allow=[])

    assert [row.guard for row in report.rows] == ["first-run"], "it was planned without that yes"
    assert shop.standing().not_before is None
    assert applied(await shop.sync(allow=[])) == [Kind.CREATE_PARTNER]


class TestRowsThatNeedAPerson:
    """They stay known between runs, with the time they were first seen."""

    async def test_are_those_that_are_held_in_conflict_or_a_break(self, roomy: Shop) -> None:
        roomy.both("active", "deactivated")
        roomy.limits(deactivate=Limit(0))
        people = roomy.crowd(1)
        await roomy.settled()
        roomy.world.whop.edit(people[0][0].id, status="archived")

        report = await roomy.sync()

        assert len(report.rows) == 2
        assert roomy.open_keys() == {row.key for row in report.rows}

    async def test_keep_their_time_and_go_when_they_are_gone(self, roomy: Shop) -> None:
        affiliate, _ = roomy.both("active", "deactivated")
        await roomy.sync()
        (first,) = roomy.store.open_rows("main")
        await roomy.sync()
        (second,) = roomy.store.open_rows("main")
        roomy.world.whop.edit(affiliate.id, status="archived")
        await roomy.sync()

        assert first.since == second.since
        assert roomy.open_keys() == set()

    async def test_stay_known_while_a_listing_is_incomplete(self, roomy: Shop) -> None:
        roomy.both("active", "deactivated")
        await roomy.settled()
        open_ = roomy.open_keys()
        for whop_id in list(roomy.world.whop.affiliates):
            roomy.world.whop.remove(whop_id)

        report = await roomy.sync()

        assert report.rows == ()
        assert roomy.open_keys() == open_ != set()

    async def test_are_also_those_that_no_key_may_write(self, roomy: Shop) -> None:
        people = roomy.crowd(3)
        await roomy.settled()
        for affiliate, _ in people:
            roomy.world.whop.edit(affiliate.id, status="archived")
        fail(roomy, FORBIDDEN, "update_partner")

        report = await roomy.sync()

        assert {row.outcome for row in report.rows} == {Outcome.FAILED}
        assert roomy.open_keys() == {row.key for row in report.rows}
        assert roomy.known().parked == {}

    async def test_are_none_of_a_run_that_did_not_come_to_its_end(self, roomy: Shop) -> None:
        roomy.both("active", "deactivated")
        await roomy.settled()
        open_, _ = roomy.open_keys(), roomy.lone_affiliate()
        fail(roomy, REFUSED, "create_partner")

        await roomy.sync()

        assert roomy.open_keys() == open_

    async def test_that_failed_stay_known_when_a_stop_left_them_out(self, roomy: Shop) -> None:
        stop = Stop()
        roomy.people_at_once = 1
        leaving = [affiliate for affiliate, _ in roomy.crowd(2)]
        await roomy.settled()
        for affiliate in leaving:
            roomy.world.whop.edit(affiliate.id, status="archived")
        fail(roomy, FORBIDDEN, "update_partner")
        await roomy.sync()
        open_ = roomy.open_keys()
        roomy.faults.set_script([])
        roomy.when(lambda asked: asked.writes, stop.request)

        report = await roomy.sync(stop=stop)

        assert [row.outcome for row in report.rows] == [Outcome.APPLIED, Outcome.SKIPPED]
        assert roomy.open_keys() <= open_
        assert {row.key for row in report.rows if row.outcome is Outcome.SKIPPED} <= open_
