"""What goes wrong for everybody ends the run; what goes wrong for one person costs nobody else."""

from decimal import Decimal

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from sync.core.plan import Kind, Outcome
from sync.core.record import Side
from sync.core.report import Mode, RunStatus, exit_code
from sync.errors import StateError
from tests.runs.shop import Asked, Shop, applied, row_of, rows_of, said

REFUSED = Answer(401, b'{"error": {"message": "no such key"}}')
FORBIDDEN = Answer(403, b'{"error": {"message": "not for you"}}')
DOWN = Answer(503, b"busy")
LISTS = [(Side.WHOP, "list_affiliates"), (Side.AFFIHUB, "list_partners")]


@pytest.mark.parametrize("side, operation", LISTS)
@pytest.mark.parametrize("answer", [REFUSED, FORBIDDEN, DOWN], ids=["401", "403", "503"])
@pytest.mark.parametrize("mode", list(Mode))
async def test_a_listing_that_is_refused_is_never_read_as_nobody_there(
    shop: Shop, side: Side, operation: str, answer: Answer, mode: Mode
) -> None:
    shop.crowd(3)
    await shop.settled()
    before = shop.known()
    shop.faults.set_script([Step(fault=answer, side=side, operation=operation, times=100)])

    report = await (shop.sync() if mode is Mode.APPLY else shop.dry_run())

    assert (report.run.status, exit_code(report), report.rows) == (RunStatus.FAILED, 1, ())
    assert side.brand in str(report.run.error)
    assert shop.changes() == []
    assert shop.known().links == before.links
    assert shop.kept().run == report.run


async def test_a_key_refused_in_the_middle_leaves_the_rest_undone(roomy: Shop) -> None:
    roomy.people_at_once = 1
    people = roomy.crowd(4)
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")
    roomy.faults.set_script([Step(fault=REFUSED, operation="update_partner", nth=2)])

    report = await roomy.sync()

    outcomes = [row.outcome for row in report.rows]
    assert outcomes == [Outcome.APPLIED, Outcome.FAILED, Outcome.SKIPPED, Outcome.SKIPPED]
    assert (report.run.status, exit_code(report)) == (RunStatus.FAILED, 1)
    assert "refused the key" in str(report.run.error)
    assert len(roomy.changes()) == 2
    assert [row.outcome for row in roomy.kept().rows] == outcomes
    again = await roomy.sync()
    assert len(applied(again)) == 3
    assert roomy.intents() == ()


async def test_a_refused_key_leaves_held_rows_and_the_first_run_as_they_were(shop: Shop) -> None:
    shop.lone_affiliate()
    shop.faults.set_script([Step(fault=REFUSED, operation="create_partner")])

    await shop.sync(allow=["first-run"])

    assert not shop.known().first_run_done


@pytest.mark.parametrize(
    "operation, kind", [("create_affiliate", Kind.CREATE_AFFILIATE), ("archive_affiliate", None)]
)
async def test_a_forbidden_write_fails_its_kind_and_nothing_else(
    roomy: Shop, operation: str, kind: Kind | None
) -> None:
    kind = kind or Kind.ARCHIVE_AFFILIATE
    roomy.people_at_once = 1
    people = roomy.crowd(3)
    await roomy.settled()
    for _, partner in people:
        roomy.world.affihub.edit(partner.id, status="deactivated")
    for _ in range(3):
        roomy.lone_partner()
    roomy.lone_affiliate()
    roomy.faults.set_script([Step(fault=FORBIDDEN, operation=operation, times=100)])

    report = await roomy.sync()

    barred = rows_of(report, kind)
    assert {row.outcome for row in barred} == {Outcome.FAILED}
    assert len({row.error for row in barred}) == 1
    assert "permission" in str(barred[0].error)
    others = [row for row in report.rows if row.kind is not kind]
    assert {row.outcome for row in others} == {Outcome.APPLIED}
    assert roomy.world.log.count(operation) == 1
    assert (report.run.status, exit_code(report)) == (RunStatus.PARTIAL, 4)


async def test_a_rate_forbidden_on_one_side_is_still_written_to_the_other(roomy: Shop) -> None:
    roomy.people_at_once = 1
    roomy.sync_rates()
    to_whop, to_affihub = roomy.cast.rated(20, 20), roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.affihub.edit(to_whop[1].id, commission_pct=Decimal(30))
    roomy.world.whop.set_rate(to_affihub[0].id, 30)
    roomy.faults.set_script([Step(fault=FORBIDDEN, operation="update_override", times=9)])

    report = await roomy.sync()

    assert row_of(report, to_whop[0]).outcome is Outcome.FAILED
    assert row_of(report, to_affihub[0]).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    "answer",
    [Answer(404, b"{}"), Answer(422, b'{"error": "no"}'), Answer(500, b"{}"), Answer(200, b"{}")],
    ids=["404", "422", "500", "shape"],
)
@pytest.mark.parametrize("verb", ["GET", "PATCH"])
async def test_a_record_that_fails_costs_nobody_else(
    roomy: Shop, answer: Answer, verb: str
) -> None:
    people = roomy.crowd(4)
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")
    (bad, partner) = people[1]
    base = roomy.link(bad.id)

    def spoil(asked: Asked) -> None:
        wanted = asked.path == f"/partners/{partner.id}" and asked.method == verb
        roomy.instead = {asked.path: answer} if wanted else {}

    roomy.before.append(spoil)

    report = await roomy.sync()

    assert row_of(report, bad).outcome in (Outcome.FAILED, Outcome.STALE)
    assert roomy.link(bad.id) == base
    others = [row for row in report.rows if row.whop_id != bad.id]
    assert [row.outcome for row in others] == [Outcome.APPLIED] * 3
    assert report.run.error is None


@pytest.mark.parametrize("side", list(Side))
async def test_unreadable_rows_in_a_listing_cost_nobody_else(shop: Shop, side: Side) -> None:
    people = shop.crowd(30)
    await shop.settled()
    broken = people[:8]
    for affiliate, partner in broken:
        if side is Side.WHOP:
            shop.world.whop.edit(affiliate.id, status=7)
        else:
            shop.world.affihub.edit(partner.id, status=7)
    other = people[9]
    shop.world.whop.edit(other[0].id, status="archived")
    lone = shop.lone_affiliate()

    report = await shop.sync()

    assert {said(row_of(report, affiliate)) for affiliate, _ in broken} == {
        ("break", "unreadable", None)
    }
    assert row_of(report, other[0]).outcome is Outcome.APPLIED
    assert row_of(report, lone).outcome is Outcome.APPLIED


async def test_emails_that_are_forbidden_wait_and_say_so(roomy: Shop) -> None:
    closed = {"whop_product_affiliates": "forbidden", "whop_members_emails": "forbidden"}
    roomy.world.gaps = roomy.world.gaps.with_(closed)
    affiliate = roomy.lone_affiliate()

    report = await roomy.sync()

    assert report.run.error is None
    assert said(row_of(report, affiliate)) == ("waiting", "emails-unreadable", None)


async def test_a_state_that_fails_ends_the_run_before_anything_is_sent(
    roomy: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy.lone_affiliate()

    def full(*_args: object) -> int:
        raise StateError("The disk is full.")

    monkeypatch.setattr(roomy.store, "intend", full)

    report = await roomy.sync()

    assert (report.run.status, report.run.error) == (RunStatus.FAILED, "The disk is full.")
    assert roomy.changes() == []
