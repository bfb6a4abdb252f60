"""What people decided is carried out by the next run that writes: exactly that, and only once."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.affihub_records import Partner
from connectors.sandbox.whop_records import Affiliate
from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Kind, Outcome, Row
from sync.core.policy import Hold, Limit
from sync.core.ports import Fate
from sync.core.report import Report, RunStatus, exit_code
from tests.runs.dying import die_at
from tests.runs.ends import settled_end
from tests.runs.shop import Shop, applied, row_of, said

People = list[tuple[Affiliate, Partner]]


def decide(shop: Shop, verb: Verb, rows: Iterable[Row], by: str = "ana", **told: Any) -> None:
    """Somebody decides about rows of the latest report."""
    shop.clock.pass_(minutes=1)
    until = shop.clock() + timedelta(hours=72) if verb in (Verb.APPROVE, Verb.SNOOZE) else None
    told = {"by": by, "at": shop.clock(), "until": until, **told}
    shop.store.decide([Decision("main", verb, row, **told) for row in rows])


def fates(shop: Shop) -> list[Fate | None]:
    return [one.fate for one in shop.store.decisions("main")]


def expired(report: Report) -> int:
    return sum(note.startswith("Expired before it was applied: ") for note in report.notes)


async def mass_change(shop: Shop, count: int = 8) -> tuple[People, Report]:
    """Many people leave Whop at once: all are held."""
    people = shop.crowd(20)
    await shop.settled()
    for affiliate, _ in people[:count]:
        shop.world.whop.edit(affiliate.id, status="archived")
    report = await shop.sync()
    assert {row.guard for row in report.rows} == {"deactivate"}
    return people[:count], report


async def test_half_is_approved_two_move_and_exactly_the_rest_is_applied(shop: Shop) -> None:
    people, held = await mass_change(shop)
    approved = [row_of(held, affiliate) for affiliate, _ in people[:4]]
    decide(shop, Verb.APPROVE, approved)
    assert shop.changes() == []
    for affiliate, _ in people[:2]:
        shop.world.whop.edit(affiliate.id, status="deleted")

    dry = await shop.dry_run()
    report = await shop.sync()

    assert [r.key for r in dry.rows if r.disposition is Disposition.APPLY] == [
        r.key for r in report.rows if r.outcome is Outcome.APPLIED
    ]
    done = {row.whop_id for row in report.rows if row.outcome is Outcome.APPLIED}
    assert done == {affiliate.id for affiliate, _ in people[2:4]}
    assert len(shop.changes()) == 2
    assert (report.run.status, exit_code(report)) == (RunStatus.APPLIED, 4)
    assert len([note for note in report.notes if note.startswith("Dropped")]) == 2
    assert fates(shop) == [Fate.DROPPED, Fate.DROPPED, Fate.SPENT, Fate.SPENT]
    assert applied(await shop.sync()) == []


async def test_a_row_approved_by_one_moves_while_it_is_written_and_stays_approved(
    shop: Shop,
) -> None:
    people, held = await mass_change(shop)
    affiliate, partner = people[0]
    decide(shop, Verb.APPROVE, [row_of(held, affiliate)])

    def meanwhile() -> None:
        shop.world.affihub.edit(partner.id, status="invited")

    shop.when(lambda asked: asked.path == f"/partners/{partner.id}", meanwhile)
    stale = await shop.sync()

    assert row_of(stale, affiliate).outcome is Outcome.STALE
    assert fates(shop) == [None]
    assert shop.changes() == []


async def test_an_approval_expires(shop: Shop) -> None:
    people, held = await mass_change(shop)
    decide(shop, Verb.APPROVE, [row_of(held, people[0][0])])
    shop.clock.pass_(hours=73)

    dry, report = await shop.dry_run(), await shop.sync()

    assert applied(report) == []
    assert expired(dry) == expired(report) == 1
    assert fates(shop) == [Fate.EXPIRED]
    assert expired(await shop.sync()) == 0, "told once"
    assert shop.store.verify_log().problems == ()


async def test_what_is_approved_and_written_is_not_written_again_when_it_comes_back(
    shop: Shop,
) -> None:
    people, held = await mass_change(shop)
    affiliate, partner = people[0]
    decide(shop, Verb.APPROVE, [row_of(held, affiliate)])
    await shop.sync()
    shop.world.whop.edit(affiliate.id, status="active")
    shop.world.affihub.edit(partner.id, status="active")
    await shop.sync()
    shop.world.whop.edit(affiliate.id, status="archived")
    shop.world.log.clear()

    report = await shop.sync()

    assert row_of(report, affiliate).guard == "deactivate"
    assert shop.changes() == []


async def test_a_rejected_row_is_quiet_until_it_changes(shop: Shop) -> None:
    shop.limits(deactivate=Limit(0))
    affiliate, _ = shop.both()
    await shop.settled()
    shop.world.whop.edit(affiliate.id, status="archived")
    held = await shop.sync()
    assert exit_code(held) == 4
    decide(shop, Verb.REJECT, [row_of(held, affiliate)], why="by mistake")

    quiet = await shop.sync(allow=["all"])

    assert said(row_of(quiet, affiliate)) == ("held", "whop-moved", None)
    assert (row_of(quiet, affiliate).guard, exit_code(quiet)) == (Hold.REJECTED, 0)
    assert [row.key for row in quiet.news.gone] == [row_of(held, affiliate).key]
    assert shop.open_keys() == set()
    shop.world.whop.edit(affiliate.id, status="deleted")
    changed = await shop.sync()
    assert (row_of(changed, affiliate).guard, exit_code(changed)) == ("deactivate", 4)
    assert fates(shop) == [Fate.DROPPED]


async def test_a_conflict_is_resolved_by_the_next_run(roomy: Shop) -> None:
    one, _ = roomy.both("archived")
    other, partner = roomy.both("active", "deactivated")
    asked = await roomy.sync()
    assert {row.disposition for row in asked.rows if row.kind is not Kind.LINK} == {
        Disposition.CONFLICT
    }
    decide(roomy, Verb.USE, [row_of(asked, one)], value="affihub")
    decide(roomy, Verb.USE, [row_of(asked, other)], value="whop")

    report = await roomy.sync()

    assert set(applied(report)) == {Kind.UNARCHIVE_AFFILIATE, Kind.ACTIVATE_PARTNER}
    assert roomy.affiliate(one).status == "active"
    assert roomy.partner(partner).status == "active"
    assert (report.news.gone, exit_code(report)) == ((), 0)
    assert fates(roomy) == [Fate.SPENT, Fate.SPENT]
    assert (await roomy.sync()).rows == ()


async def test_somebody_gone_is_switched_off_once_that_is_approved(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    roomy.crowd(30)
    await roomy.settled()
    roomy.world.whop.remove(affiliate.id)
    held = await roomy.sync()
    decide(roomy, Verb.APPROVE, [row_of(held, affiliate)])

    await roomy.sync()

    assert roomy.partner(partner).status == "deactivated"


async def test_a_rate_is_chosen_for_both_sides(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 25)
    asked = await roomy.sync()
    decide(roomy, Verb.USE, [row_of(asked, affiliate)], value="30")

    report = await roomy.sync()

    assert applied(report) == [Kind.SET_COMMISSION] * 2
    assert roomy.partner(partner).commission_pct == Decimal(30)
    assert roomy.world.whop.rate(affiliate.id) == Decimal(30)
    base = roomy.link(affiliate.id).commission
    assert base is not None
    assert (base.value, base.whop, base.affihub) == ("30", "30", "30")
    assert (await roomy.sync()).rows == ()


async def test_where_the_second_side_moved_meanwhile_a_chosen_rate_is_not_agreed(
    roomy: Shop,
) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 25)
    asked = await roomy.sync()
    decide(roomy, Verb.USE, [row_of(asked, affiliate)], value="30")

    def meanwhile() -> None:
        roomy.world.whop.set_rate(affiliate.id, 21)

    roomy.when(lambda asked: asked.writes and partner.id in asked.path, meanwhile)
    report = await roomy.sync()

    assert sorted(str(row.outcome) for row in report.rows) == ["applied", "stale"]
    assert roomy.link(affiliate.id).commission is None
    again = row_of(await roomy.sync(), affiliate)
    assert (again.disposition, again.rule) == (Disposition.CONFLICT, "first-link-ask")
    assert fates(roomy) == [Fate.DROPPED]


async def test_two_different_names_let_a_row_pass_that_needs_two(roomy: Shop) -> None:
    roomy.allow(two_people=frozenset({"deactivate-partner"}))
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    held = row_of(await roomy.sync(allow=["all"]), affiliate)
    assert held.guard == Hold.TWO_PEOPLE
    decide(roomy, Verb.APPROVE, [held])
    assert applied(await roomy.sync()) == []
    decide(roomy, Verb.APPROVE, [held], "ben")

    assert applied(await roomy.sync()) == [Kind.DEACTIVATE_PARTNER]
    assert roomy.partner(partner).status == "deactivated"
    assert fates(roomy) == [Fate.SPENT, Fate.SPENT]


async def test_a_frozen_day_is_counted_in_the_pairs_time_zone(roomy: Shop) -> None:
    """It is still the 2nd in UTC when it is the 3rd in Auckland."""
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    roomy.clock.now = roomy.clock.now.replace(day=2, hour=20)
    roomy.allow(freeze=(date(2026, 11, 3),))

    async with roomy.pair(writes=False) as pair:
        assert pair.today() == date(2026, 11, 2)
    roomy.zone = ZoneInfo("Pacific/Auckland")
    frozen = await roomy.sync(allow=["all"])

    assert row_of(frozen, affiliate).guard == Hold.FREEZE
    roomy.clock.pass_(hours=24)
    assert applied(await roomy.sync()) == [Kind.DEACTIVATE_PARTNER]


async def test_approving_all_first_writes_lifts_the_first_run(shop: Shop) -> None:
    lone = [shop.lone_affiliate() for _ in range(2)]
    held = await shop.sync(allow=())
    assert {row.guard for row in held.rows} == {"first-run"}
    decide(shop, Verb.APPROVE, [row_of(held, lone[0])])
    await shop.sync(allow=())
    assert not shop.known().first_run_done
    decide(shop, Verb.APPROVE, [row_of(held, lone[1])])

    report = await shop.sync(allow=())

    assert applied(report) == [Kind.CREATE_PARTNER]
    assert shop.known().first_run_done


async def test_a_decision_made_while_a_person_looks_at_the_plan_is_heeded(roomy: Shop) -> None:
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    planned = await roomy.dry_run()

    async def meanwhile(_plan: object) -> bool:
        decide(roomy, Verb.REJECT, [row_of(planned, affiliate)], "ben", why="no")
        return True

    report = await roomy.sync(confirm=meanwhile)

    assert report.run.error is not None
    assert "decision changed this pair" in report.run.error
    assert roomy.changes() == []
    assert row_of(await roomy.sync(), affiliate).guard == Hold.REJECTED


async def test_who_flips_back_and_forth_is_frozen_until_somebody_chooses(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    affiliate, partner = roomy.both()
    await roomy.settled()
    for status in ("archived", "active", "archived"):
        roomy.world.whop.edit(affiliate.id, status=status)
        assert len(applied(await roomy.sync())) == 1
    roomy.world.whop.edit(affiliate.id, status="active")
    roomy.world.log.clear()

    frozen = row_of(await roomy.sync(allow=["all"]), affiliate)

    assert said(frozen) == ("break", "oscillation", None)
    assert roomy.changes() == []
    decide(roomy, Verb.USE, [frozen], value="off")
    assert applied(await roomy.sync()) == [Kind.ARCHIVE_AFFILIATE]
    assert roomy.affiliate(affiliate).status == "archived"
    assert roomy.partner(partner).status == "deactivated"
    roomy.world.whop.edit(affiliate.id, status="active")
    assert said(row_of(await roomy.sync(), affiliate)) == ("break", "oscillation", None)
    roomy.clock.pass_(hours=24)
    assert applied(await roomy.sync()) == [Kind.ACTIVATE_PARTNER]


async def test_news_tell_what_is_new_what_waits_and_what_went_away(roomy: Shop) -> None:
    one, _ = roomy.both("archived")
    other, _ = roomy.both("archived")
    first = await roomy.sync()
    began = {key: first.news.since[key] for key in first.news.new}
    assert set(began) == {row_of(first, one).key, row_of(first, other).key}
    roomy.world.whop.edit(one.id, status="active")
    third, _ = roomy.both("archived")

    dry = await roomy.dry_run()
    second = await roomy.sync()

    assert dry.news.new == second.news.new == {row_of(second, third).key}
    assert second.news.since[row_of(second, other).key] == began[row_of(first, other).key]
    assert [row.whop_id for row in second.news.gone] == [one.id]
    assert (await roomy.sync()).news.gone == ()


async def half_decided(shop: Shop) -> None:
    """Approved, rejected and resolved rows, one of them a rate for both sides."""
    shop.sync_rates()
    shop.limits(deactivate=Limit(0))
    people = shop.crowd(4)
    rated, _ = shop.cast.rated(20, 25)
    unsure, _ = shop.both("archived")
    await shop.settled()
    for affiliate, _ in people[:3]:
        shop.world.whop.edit(affiliate.id, status="archived")
    report = await shop.sync()
    decide(shop, Verb.APPROVE, [row_of(report, affiliate) for affiliate, _ in people[:2]])
    decide(shop, Verb.REJECT, [row_of(report, people[2][0])], why="no")
    decide(shop, Verb.USE, [row_of(report, rated)], value="30")
    decide(shop, Verb.USE, [row_of(report, unsure)], value="affihub")


async def test_wherever_a_run_dies_what_was_decided_is_done_once(
    roomy: Shop, tmp_path: Path
) -> None:
    roomy.people_at_once = 1
    await half_decided(roomy)
    expected = await settled_end(roomy.copy(tmp_path / "whole"))

    steps = 0
    while await die_at(shop := roomy.copy(tmp_path / f"died-{steps}"), steps, ()):
        assert await settled_end(shop) == expected, f"died at step {steps}"
        written = len(shop.world.writes)
        assert written == 5, f"died at step {steps}: {written} writes"
        steps += 1
    assert steps > 10


async def test_after_a_crash_an_approval_is_not_used_for_what_came_later(
    roomy: Shop, tmp_path: Path
) -> None:
    """Applied, and nobody lived to say so; then the same person comes back, and leaves again."""
    roomy.limits(deactivate=Limit(0))
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    decide(roomy, Verb.APPROVE, [row_of(await roomy.sync(), affiliate)])
    steps, unspent = 0, 0
    while await die_at(shop := roomy.copy(tmp_path / f"died-{steps}"), steps, ()):
        steps += 1
        if shop.partner(partner).status != "deactivated" or fates(shop) != [None]:
            continue
        unspent += 1
        shop.world.whop.edit(affiliate.id, status="active")
        shop.world.affihub.edit(partner.id, status="active")
        await shop.sync(allow=())
        shop.world.whop.edit(affiliate.id, status="archived")
        shop.world.log.clear()

        report = await shop.sync(allow=())

        assert row_of(report, affiliate).guard == "deactivate", f"died at step {steps}"
        assert shop.changes() == []
    assert unspent > 2
