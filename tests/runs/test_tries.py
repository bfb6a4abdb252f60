"""A row that fails is tried again in later runs, with growing pauses, and then is a break."""

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from connectors.sandbox.whop_records import Affiliate
from sync.core.plan import Disposition, Outcome
from sync.core.ports import Parked
from sync.core.report import exit_code
from sync.runs.explain import explain, find, look
from sync.runs.pair import Stop
from tests.runs.shop import Shop, row_of, said

NO = Answer(422, b'{"error": "not today"}')
DOWN = Answer(503, b"busy")


@pytest.fixture
async def leaving(roomy: Shop) -> Affiliate:
    """Somebody whom Affihub is to deactivate, and refuses to."""
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    refuse(roomy, NO)
    return affiliate


def refuse(shop: Shop, answer: Answer, operation: str = "update_partner") -> None:
    shop.faults.set_script([Step(fault=answer, operation=operation, times=10_000)])


def lesson(shop: Shop) -> Parked:
    (only,) = shop.known().parked.values()
    return only


async def test_a_patient_run_leaves_it_until_its_pause_is_over(
    roomy: Shop, leaving: Affiliate
) -> None:
    first = await roomy.sync(patient=True)
    rests = []
    for _ in range(3):
        until = lesson(roomy).until
        assert until is not None
        rests.append((until - lesson(roomy).at).total_seconds() / 60)
        roomy.clock.now = until
        roomy.clock.pass_(minutes=-16)
        early = await roomy.sync(patient=True)
        assert said(row_of(early, leaving)) == ("waiting", "try-again", None)
        assert "Tried" in row_of(early, leaving).reason
        assert exit_code(early) == 0
        await roomy.sync(patient=True)

    assert said(row_of(first, leaving)) == ("waiting", "whop-moved", "failed")
    assert exit_code(first) == 4
    assert rests == [1, 2, 4]
    assert (roomy.world.log.count("update_partner"), lesson(roomy).tries) == (4, 4)


async def test_a_person_is_answered_at_once_and_the_try_counts(
    roomy: Shop, leaving: Affiliate
) -> None:
    for _ in range(3):
        roomy.clock.pass_(minutes=-15)
        report = await roomy.sync()
        assert row_of(report, leaving).outcome is Outcome.FAILED

    assert lesson(roomy).tries == 3


async def test_while_it_waits_for_its_next_try_it_needs_no_person(
    roomy: Shop, leaving: Affiliate
) -> None:
    await roomy.sync(patient=True)
    roomy.clock.pass_(minutes=-15)
    await roomy.sync(patient=True)

    assert roomy.open_keys() == set()
    assert roomy.standing().trouble is None


async def test_after_so_many_refusals_it_is_a_break_until_a_side_moves(
    roomy: Shop, leaving: Affiliate
) -> None:
    roomy.row_tries = 2
    await roomy.sync()
    last = await roomy.sync()
    refusals = roomy.world.log.count("update_partner")
    roomy.clock.pass_(days=30)

    reports = [await roomy.sync(patient=patient) for patient in (True, False)]

    assert said(row_of(last, leaving)) == ("break", "whop-moved", "failed")
    for report in reports:
        assert said(row_of(report, leaving)) == ("break", "gave-up", None)
        assert "the last error was: Affihub refused update_partner" in (
            row_of(report, leaving).reason
        )
        assert exit_code(report) == 4
        assert roomy.open_keys() == {row_of(report, leaving).key}
    assert roomy.world.log.count("update_partner") == refusals == 2
    roomy.world.whop.edit(leaving.id, status="active")
    assert (await roomy.sync()).rows == ()
    assert roomy.known().parked == {}
    roomy.world.whop.edit(leaving.id, status="archived")
    assert row_of(await roomy.sync(), leaving).outcome is Outcome.FAILED
    assert lesson(roomy).tries == 1


async def test_an_outage_of_hours_gives_nobody_up_for_good(roomy: Shop, leaving: Affiliate) -> None:
    roomy.row_tries = 2
    refuse(roomy, DOWN)
    for _ in range(4):
        await roomy.sync(patient=True)
    given_up = lesson(roomy)
    roomy.faults.set_script([])
    roomy.clock.pass_(hours=6)

    report = await roomy.sync(patient=True)

    assert (given_up.disposition, given_up.rule) == (Disposition.BREAK, "gave-up")
    assert given_up.until is not None
    assert row_of(report, leaving).outcome is Outcome.APPLIED
    assert roomy.known().parked == {}
    assert roomy.open_keys() == set()


async def test_one_that_succeeds_is_forgotten(roomy: Shop, leaving: Affiliate) -> None:
    await roomy.sync()
    roomy.faults.set_script([])

    report = await roomy.sync()

    assert row_of(report, leaving).outcome is Outcome.APPLIED
    assert roomy.known().parked == {}


async def test_the_count_survives_a_create_nobody_knows_the_end_of(roomy: Shop) -> None:
    roomy.crowd(1)
    affiliate = roomy.lone_affiliate()
    fail = Step(fault="reset-before", operation="create_partner", times=10_000)
    roomy.faults.set_script([fail])

    for tries in (1, 2, 3):
        report = await roomy.sync()
        assert row_of(report, affiliate).outcome is Outcome.FAILED
        assert (lesson(roomy).tries, len(roomy.intents())) == (tries, 1)
    roomy.faults.set_script([])
    report = await roomy.sync()

    assert row_of(report, affiliate).outcome is Outcome.APPLIED
    assert (roomy.known().parked, roomy.intents()) == ({}, ())
    assert max(roomy.world.created().values()) == 1


async def test_a_create_that_happened_after_all_is_forgotten_too(roomy: Shop) -> None:
    roomy.crowd(1)
    affiliate = roomy.lone_affiliate()
    blind = [
        Step(fault="reset-after", operation="create_partner"),
        Step(fault=DOWN, operation="list_partners", nth=3, times=50),
    ]
    roomy.faults.set_script(blind)
    first = await roomy.sync()
    roomy.faults.set_script([])

    await roomy.sync(patient=True)

    assert row_of(first, affiliate).outcome is Outcome.FAILED
    assert (roomy.known().parked, roomy.intents()) == ({}, ())
    assert max(roomy.world.created().values()) == 1
    assert roomy.link(affiliate.id).evidence == "created"


async def test_a_permission_that_is_missing_is_nobodys_own_failure(
    roomy: Shop, leaving: Affiliate
) -> None:
    refuse(roomy, Answer(403, b"{}"))

    report = await roomy.sync()

    assert said(row_of(report, leaving)) == ("apply", "whop-moved", "failed")
    assert roomy.known().parked == {}


async def test_a_try_that_a_stop_cut_short_counts_nothing(roomy: Shop, leaving: Affiliate) -> None:
    stop = Stop()
    refuse(roomy, DOWN)
    roomy.when(lambda asked: asked.writes, stop.request)

    report = await roomy.sync(stop=stop)

    assert row_of(report, leaving).outcome is Outcome.SKIPPED
    assert roomy.known().parked == {}
    assert (exit_code(report), roomy.standing().trouble) == (1, None)


async def test_what_waits_at_a_prompt_is_not_what_changed_meanwhile(
    roomy: Shop, leaving: Affiliate
) -> None:
    await roomy.sync()
    roomy.faults.set_script([])

    async def yes(_plan: object) -> bool:
        return True

    report = await roomy.sync(confirm=yes)

    assert row_of(report, leaving).outcome is Outcome.APPLIED


async def test_explaining_somebody_tells_of_the_tries(roomy: Shop, leaving: Affiliate) -> None:
    await roomy.sync()
    roomy.clock.now = lesson(roomy).at

    async with roomy.pair(writes=False) as pair:
        seen = await look(pair)
        (someone,) = find(seen, leaving.id)
        resting = await explain(pair, seen, someone)
        roomy.clock.pass_(minutes=2)
        seen = await look(pair)
        rested = await explain(pair, seen, someone)

    assert [said(row) for row in resting.rows] == [("waiting", "try-again", None)]
    assert [said(row) for row in rested.rows] == [("apply", "whop-moved", None)]
    for told in (resting, rested):
        (one,) = told.lessons
        assert one.parked.reason.startswith("Tried once, tried again after ")
