"""A plan file: exactly its rows are applied, as far as they are still the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.drift import drift
from connectors.sandbox.seed import seeded
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Kind, Outcome
from sync.core.policy import Limit
from sync.core.report import Mode, Report, exit_code
from sync.errors import UsageError
from sync.runs.pair import Order
from sync.runs.plan_file import PlanFile, digest, document, of_report, parsed
from sync.runs.run import run_once
from tests.runs.ends import ALL
from tests.runs.shop import Shop, applied, row_of, said, to_apply
from tests.runs.undoing import edits_of_every_kind


def kept(report: Report) -> PlanFile:
    """The plan of a dry run, there and back."""
    return parsed(document(of_report(report, "biz_1")))


async def apply_file(shop: Shop, plan: PlanFile, *allow: str) -> Report:
    """A run that applies a plan file."""
    shop.clock.pass_(minutes=15)
    async with shop.pair(writes=True) as pair:
        order = Order(Mode.APPLY, frozenset(allow), "ana", revise=plan.only)
        return await run_once(pair, order)


async def test_a_plan_of_every_kind_comes_back_as_it_was_written(roomy: Shop) -> None:
    await edits_of_every_kind(roomy)
    report = await roomy.dry_run(allow=())

    plan = kept(report)

    assert plan == of_report(report, "biz_1")
    assert {row.kind for row in plan.rows} == set(Kind)
    assert plan.log == report.run.log
    assert plan.log


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_a_dry_run_plans_can_be_kept(shop: Shop, seed: int) -> None:
    shop.sync_rates()
    shop.world = seeded(120, seed, clock=shop.clock)
    await shop.settled(allow=ALL)
    drift(shop.world, seed)

    report = await shop.dry_run(allow=())

    assert len(report.rows) > 20
    assert kept(report).rows == report.rows


async def test_all_of_a_plan_is_applied_where_nothing_moved(roomy: Shop) -> None:
    await edits_of_every_kind(roomy)
    report = await roomy.dry_run(allow=ALL)

    done = await apply_file(roomy, kept(report), *ALL)

    assert [row.kind for row in to_apply(report)] == applied(done)
    assert exit_code(done) == 0
    assert applied(await roomy.sync(allow=ALL)) == []


async def test_what_moved_is_skipped_and_told_and_the_rest_goes_on(roomy: Shop) -> None:
    roomy.sync_rates()
    people = [roomy.cast.rated(20, 20) for _ in range(5)]
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.set_rate(affiliate.id, 30)
    plan = kept(await roomy.dry_run())
    roomy.world.whop.set_rate(people[0][0].id, 35)
    roomy.world.affihub.edit(people[1][1].id, commission_pct=Decimal(30))
    roomy.world.affihub.edit(people[2][1].id, commission_pct=Decimal(25))
    new = roomy.both()
    roomy.world.whop.edit(new[0].id, status="archived")

    report = await apply_file(roomy, plan)

    assert [roomy.partner(p).commission_pct for _, p in people] == [20, 30, 25, 30, 30]
    stale = {row.whop_id: row.error for row in report.rows if row.outcome is Outcome.STALE}
    assert stale == {
        people[0][0].id: (
            "Whop's rate was 30 and is 35 now. Planned now: set-commission (20 -> 35)."
        ),
        people[1][0].id: "Planned now: nothing to be done any more.",
        people[2][0].id: (
            "Affihub's rate was 20 and is 25 now. Planned now: set-commission (conflict)."
        ),
    }
    assert exit_code(report) == 1


async def test_what_is_not_in_the_file_is_left_alone(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(one[0].id, status="archived")
    plan = kept(await roomy.dry_run())
    roomy.world.whop.edit(other[0].id, status="archived")
    roomy.both()

    report = await apply_file(roomy, plan)

    assert applied(report) == [Kind.DEACTIVATE_PARTNER]
    assert roomy.partner(one[1]).status == "deactivated"
    assert said(row_of(report, other[0])) == ("waiting", "left-alone", None)
    assert len(roomy.known().links) == 2
    assert exit_code(report) == 0


async def test_only_the_rows_of_the_plan_are_applied(roomy: Shop) -> None:
    people = roomy.crowd(3)
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")
    plan = kept(await roomy.dry_run())

    report = await apply_file(roomy, replace(plan, rows=plan.rows[:1]))

    assert applied(report) == [Kind.DEACTIVATE_PARTNER]


async def test_who_was_held_goes_only_where_people_approved_it_since(roomy: Shop) -> None:
    people = roomy.crowd(3)
    await roomy.settled()
    roomy.limits(deactivate=Limit(2))
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")
    dry = await roomy.dry_run()
    plan = kept(dry)
    held = row_of(dry, people[0][0])
    assert held.disposition is Disposition.HELD
    roomy.store.decide([Decision("main", Verb.APPROVE, held, "ben", roomy.clock())])

    report = await apply_file(roomy, plan)

    assert [roomy.partner(p).status for _, p in people] == ["deactivated", "active", "active"]
    assert exit_code(report) == 4
    roomy.limits(deactivate=Limit(20))
    assert applied(await apply_file(roomy, plan)) == []


async def test_a_limit_that_fewer_rows_keep_is_no_yes_to_what_it_held(roomy: Shop) -> None:
    people = roomy.crowd(3)
    await roomy.settled()
    roomy.limits(deactivate=Limit(2))
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="archived")
    plan = kept(await roomy.dry_run())
    roomy.world.whop.edit(people[0][0].id, status="active")

    assert applied(await apply_file(roomy, plan)) == []
    assert applied(await apply_file(roomy, plan, "deactivate")) == [Kind.DEACTIVATE_PARTNER] * 2


async def test_guards_count_what_is_there_now(roomy: Shop) -> None:
    people = roomy.crowd(4)
    await roomy.settled()
    roomy.limits(deactivate=Limit(3))
    for affiliate, _ in people[:2]:
        roomy.world.whop.edit(affiliate.id, status="archived")
    plan = kept(await roomy.dry_run())
    for affiliate, _ in people[2:]:
        roomy.world.whop.edit(affiliate.id, status="archived")

    report = await apply_file(roomy, plan)

    assert applied(report) == []
    assert [row.outcome for row in report.rows if row.guard == "deactivate"] == [None] * 4


async def test_who_comes_back_waits_for_a_rate_that_is_not_in_the_file(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.sync()
    roomy.world.whop.edit(affiliate.id, status="active")
    plan = kept(await roomy.dry_run())
    roomy.world.whop.set_rate(affiliate.id, 30)

    report = await apply_file(roomy, plan)

    waits = row_of(report, affiliate, Kind.ACTIVATE_PARTNER)
    assert said(waits) == ("waiting", "rate-first", None)
    assert roomy.partner(partner).status == "deactivated"


async def test_a_first_link_of_a_plan_is_made_with_what_follows_from_it(roomy: Shop) -> None:
    roomy.both(first_name=None, last_name=None)
    plan = kept(await roomy.dry_run())

    report = await apply_file(roomy, plan, "first-run")

    assert applied(report) == [Kind.FILL_NAME]
    assert len(roomy.known().links) == 1


Edit = Callable[[dict[str, Any]], object]

EDITS: dict[str, Edit] = {
    "after": lambda row: row.update(after="active"),
    "person": lambda row: row.update(whop_id="aff_other"),
    "rule": lambda row: row.update(rule="affihub-moved"),
    "evidence": lambda row: row["expect"].update(whop_status="deleted"),
    "key": lambda row: row.update(key="0123456789abcdef"),
    "seal": lambda row: row.update(seal="0123456789abcdef"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_a_row_that_was_edited_is_refused(roomy: Shop, edit: Edit) -> None:
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    told = json.loads(document(of_report(await roomy.dry_run(), "biz_1")))
    edit(told["rows"][0])

    with pytest.raises(UsageError, match="The plan was edited after it was made"):
        parsed(json.dumps(told))
    with pytest.raises(UsageError, match=r"Row \w+ was edited after the plan was made"):
        parsed(sealed(told))


def sealed(told: dict[str, Any]) -> str:
    """A document whose digest was made to fit again."""
    return json.dumps(told | {"digest": digest(told)})


EDITS_OF_ALL: dict[str, Edit] = {
    "a row dropped": lambda told: told["rows"].pop(),
    "a row doubled": lambda told: told["rows"].append(told["rows"][0]),
    "rows in another order": lambda told: told["rows"].reverse(),
    "the value of a conflict": lambda told: told["rows"][-1].update(after="90"),
    "the reason of a row": lambda told: told["rows"][0].update(reason="Trust me."),
    "another money": lambda told: told["rows"][0]["person"].update(monthly_usd="0.00"),
    "a guard lifted": lambda told: told["rows"][0].update(disposition="apply", guard=None),
    "who made it": lambda told: told.update(by="nobody"),
    "when it was made": lambda told: told.update(made_at="2020-01-01T00:00:00+00:00"),
    "something added": lambda told: told.update(more="of it"),
    "no digest": lambda told: told.pop("digest"),
    "another digest": lambda told: told.update(digest="sha256:0"),
}


@pytest.mark.parametrize("edit", EDITS_OF_ALL.values(), ids=EDITS_OF_ALL)
async def test_a_plan_that_was_edited_in_any_way_is_refused(roomy: Shop, edit: Edit) -> None:
    roomy.sync_rates()
    roomy.limits(deactivate=Limit(0))
    affiliate, _ = roomy.both()
    rated = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    roomy.world.whop.set_rate(rated[0].id, 30)
    roomy.world.affihub.edit(rated[1].id, commission_pct=Decimal(25))
    told = json.loads(document(of_report(await roomy.dry_run(), "biz_1")))
    assert [row["disposition"] for row in told["rows"]] == ["held", "conflict"]
    assert len(parsed(json.dumps(told, sort_keys=True)).rows) == 2, "the layout does not matter"
    edit(told)

    with pytest.raises(UsageError, match=r"edited.* make a new"):
        parsed(json.dumps(told))


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "This is no plan"),
        ("[]", "This is no plan"),
        ('"plan"', "This is no plan"),
        ('{"schema": "affisync.report/1"}', "'affisync.report/1', not a plan"),
        ('{"schema": "affisync.plan/2"}', "'affisync.plan/2', not a plan"),
        ('{"schema": "affisync.plan/1"}', "not whole"),
        ('{"schema": "affisync.plan/1", "pair": 7}', "not whole"),
    ],
)
def test_what_is_no_plan_is_refused_with_the_way_to_one(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parsed(text)


async def test_half_a_plan_is_refused(roomy: Shop) -> None:
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    text = document(of_report(await roomy.dry_run(), "biz_1"))
    told = json.loads(text)

    for part in told["rows"][0]:
        without = {**told, "rows": [{k: v for k, v in told["rows"][0].items() if k != part}]}
        with pytest.raises(UsageError):
            parsed(sealed(without))
    with pytest.raises(UsageError, match="no plan"):
        parsed(text[: len(text) // 2])


async def test_another_company_and_other_settings_are_refused(roomy: Shop) -> None:
    plan = of_report(await roomy.dry_run(), "biz_1")

    plan.check("biz_1", "sha256:test")
    with pytest.raises(UsageError, match="made for company biz_1"):
        plan.check("biz_2", "sha256:test")
    with pytest.raises(UsageError, match="configuration of pair main changed"):
        plan.check("biz_1", "sha256:other")


async def test_only_a_dry_run_has_a_plan_to_keep(roomy: Shop) -> None:
    with pytest.raises(UsageError, match="no plan to keep"):
        of_report(await roomy.sync(), "biz_1")
