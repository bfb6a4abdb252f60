"""What a run wrote is taken back: both sides as before, and no later run does it again."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.core.decision import Decision, Verb
from sync.core.plan import Disposition, Kind, Outcome
from sync.core.policy import Limit
from sync.core.report import Mode, Report, RunStatus, exit_code
from sync.core.undo_reason import undo_of
from sync.errors import UsageError
from sync.runs.undo import find
from tests.runs.ends import ALL, end_of
from tests.runs.shop import Shop, applied, row_of, rows_of, said, to_apply
from tests.runs.test_crashes import rates_both_ways, rates_on_plans, status_changes
from tests.runs.undoing import (
    a_run_of_every_kind,
    both_sides,
    edits_of_every_kind,
    undo,
    undo_that_dies,
)

STAY = (Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE, Kind.FILL_NAME)


async def test_a_run_of_every_kind_is_undone_but_for_what_cannot_be(roomy: Shop) -> None:
    before = await edits_of_every_kind(roomy)
    done = await roomy.sync(allow=ALL)
    kinds = Counter(row.kind for row in done.rows if row.outcome is Outcome.APPLIED)
    assert set(kinds) == set(Kind)
    assert kinds.total() >= 50

    report = await undo(roomy, done.run.id, why="the wrong list")

    after = both_sides(roomy)
    created = _ids_of(done, Kind.CREATE_PARTNER, Kind.CREATE_AFFILIATE)
    made = {i: one for i, one in after.items() if i not in before}
    assert len(made) == kinds[Kind.CREATE_PARTNER] + kinds[Kind.CREATE_AFFILIATE]
    assert all(_is_of(roomy, i, created) for i in made)
    changed = {i for i in before if before[i] != after[i]}
    assert changed == {row.affihub_id for row in rows_of(done, Kind.FILL_NAME)}
    undone = Counter(row.kind for row in report.rows if row.outcome is Outcome.APPLIED)
    invited = [r for r in done.rows if r.kind is Kind.ACTIVATE_PARTNER and r.before == "invited"]
    stay = sum(kinds[kind] for kind in (*STAY, Kind.LINK)) + len(invited)
    assert undone.total() == kinds.total() - stay
    assert report.run.status is RunStatus.APPLIED
    assert exit_code(report) == 0


async def test_after_an_undo_nothing_is_due_and_nobody_is_reminded(roomy: Shop) -> None:
    done = await a_run_of_every_kind(roomy)
    await undo(roomy, done.run.id, by="ana")
    there = both_sides(roomy)
    roomy.world.log.clear()

    reports = [await roomy.sync(allow=ALL) for _ in range(2)]
    for report in reports:
        assert applied(report) == []
        assert roomy.changes() == []
        assert exit_code(report) == 0
        assert not any(row.needs_person for row in report.rows)
        assert not any(note.startswith("Dropped") for note in report.notes)
    report = reports[-1]
    assert both_sides(roomy) == there
    held = [row for row in report.rows if row.disposition is Disposition.HELD]
    assert len(held) == sum(not row.rule.startswith("same") for row in held) > 30
    assert all("rejected by ana" in str(row.decided) for row in held)
    assert all(done.run.id in str(row.decided) for row in held)


async def test_an_undo_that_is_undone_leaves_what_the_run_had_left(roomy: Shop) -> None:
    done = await a_run_of_every_kind(roomy)
    there = both_sides(roomy)
    first = await undo(roomy, done.run.id)

    second = await undo(roomy, first.run.id)

    assert both_sides(roomy) == there
    assert {row.outcome for row in second.rows if row.rule.startswith("redo")} == {Outcome.APPLIED}
    assert applied(await roomy.sync(allow=ALL)) == []
    quiet = await roomy.sync(allow=ALL)
    assert [row for row in quiet.rows if row.disposition is Disposition.HELD] == []

    third = await undo(roomy, done.run.id)
    assert applied(third) == applied(first)
    assert applied(await roomy.sync(allow=ALL)) == []


async def test_what_moved_since_is_told_and_left_and_the_rest_goes_on(roomy: Shop) -> None:
    roomy.sync_rates()
    people = [roomy.cast.rated(20, 20) for _ in range(4)]
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.set_rate(affiliate.id, 30)
    done = await roomy.sync()
    roomy.world.affihub.edit(people[0][1].id, commission_pct=Decimal(45))
    roomy.world.whop.set_rate(people[1][0].id, 31)
    written = roomy.partner(people[2][1])

    report = await undo(roomy, done.run.id)

    moved = [r for r in report.rows if r.outcome is Outcome.STALE]
    assert {r.error for r in moved} == {
        "Affihub's rate was 30 and is 45 now.",
        "Whop's rate was 30 and is 31 now.",
    }
    assert roomy.partner(people[0][1]).commission_pct == 45
    assert roomy.partner(people[1][1]).commission_pct == 30
    assert written.commission_pct == 30
    assert [roomy.partner(p).commission_pct for _, p in people[2:]] == [20, 20]
    assert exit_code(report) == 1


async def test_who_moves_between_the_look_and_the_write_is_left(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.affihub.edit(partner.id, status="deactivated")
    done = await roomy.sync()
    roomy.when(
        lambda asked: asked.method == "GET" and asked.path.endswith(affiliate.id),
        lambda: roomy.world.whop.edit(affiliate.id, status="deleted"),
    )

    report = await undo(roomy, done.run.id)

    assert said(row_of(report, affiliate, Kind.UNARCHIVE_AFFILIATE)) == ("apply", "undo", "stale")
    assert roomy.store.decisions("main") == ()


async def test_what_a_later_run_wrote_again_is_not_undone_by_the_earlier_one(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    runs = []
    for rate in (30, 20, 30):
        roomy.world.whop.set_rate(affiliate.id, rate)
        runs.append((await roomy.sync()).run.id)

    report = await undo(roomy, runs[0])

    row = next(row for row in report.rows if row.rule == "undo")
    assert (row.outcome, row.error) == (Outcome.STALE, f"Run {runs[2]} wrote it again since.")
    assert roomy.partner(partner).commission_pct == 30


async def test_one_row_is_undone_by_its_key_alone(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    await roomy.settled()
    for affiliate, _ in (one, other):
        roomy.world.whop.edit(affiliate.id, status="archived")
    done = await roomy.sync()
    row = row_of(done, one[0])

    report = await undo(roomy, row.key[:10])

    assert applied(report) == [Kind.ACTIVATE_PARTNER]
    assert roomy.partner(one[1]).status == "active"
    assert roomy.partner(other[1]).status == "deactivated"
    again = await undo(roomy, f"{done.run.id}:{row_of(done, other[0]).key[:10]}")
    assert applied(again) == [Kind.ACTIVATE_PARTNER]


async def test_a_second_undo_of_the_same_run_says_that_it_was_taken_back(roomy: Shop) -> None:
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    done = await roomy.sync()
    first = await undo(roomy, done.run.id)

    report = await undo(roomy, done.run.id)

    assert applied(report) == []
    (note,) = [note for note in report.notes if note.startswith("Not undone")]
    assert f"run {first.run.id} took it back already" in note
    assert exit_code(report) == 0


async def test_an_invitation_that_ended_cannot_be_undone(roomy: Shop) -> None:
    affiliate, partner = roomy.both(partner="invited")
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    done = await roomy.sync()

    report = await undo(roomy, done.run.id)

    assert applied(report) == []
    assert roomy.partner(partner).status == "deactivated"
    assert [note for note in report.notes if "made invited again" in note]


async def test_a_dry_run_shows_what_would_be_undone_and_asks_nothing_of_anybody(
    roomy: Shop,
) -> None:
    done = await a_run_of_every_kind(roomy, 1)
    roomy.world.log.clear()
    links = roomy.known().links

    report = await undo(roomy, done.run.id, mode=Mode.DRY_RUN)

    assert len(to_apply(report)) == sum(row.rule.startswith("undo") for row in report.rows) > 10
    assert any("mailed" in note for note in report.notes)
    assert roomy.changes() == []
    assert roomy.known().links == links
    assert exit_code(report) == 3


async def test_guards_hold_an_undo_until_it_is_approved(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    done = await roomy.sync()

    first = await undo(roomy, done.run.id, allow=())
    held = row_of(first, affiliate)
    (verdict,) = first.guards
    assert verdict.command == f"affisync undo {done.run.id} --pair main --allow reactivate"
    assert said(held) == ("held", "undo", None)
    assert held.guard == "reactivate"
    assert roomy.open_keys() == {held.key}
    assert undo_of(held) == done.run.id
    now = roomy.clock()
    roomy.store.decide([Decision("main", Verb.APPROVE, held, "ben", now)])
    await roomy.sync()

    report = await undo(roomy, done.run.id, allow=())

    assert applied(report) == [Kind.ACTIVATE_PARTNER]
    assert roomy.partner(partner).status == "active"
    assert next(past.fate for past in roomy.store.decisions("main")) == "spent"


async def test_the_limits_of_a_pair_count_the_rows_of_an_undo(roomy: Shop) -> None:
    roomy.allow(reactivate=True)
    people = [roomy.both("archived", "deactivated") for _ in range(4)]
    await roomy.settled()
    for affiliate, _ in people:
        roomy.world.whop.edit(affiliate.id, status="active")
    done = await roomy.sync()
    roomy.limits(deactivate=Limit(3))

    report = await undo(roomy, done.run.id, allow=())

    assert applied(report) == []
    assert {row.guard for row in rows_of(report, Kind.DEACTIVATE_PARTNER)} == {"deactivate"}


async def test_whoever_is_not_switched_off_again_keeps_the_rate(roomy: Shop) -> None:
    """At the old rate nobody earns who is still on."""
    roomy.allow(reactivate=True)
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    await roomy.sync()
    roomy.world.whop.set_rate(affiliate.id, 30)
    roomy.world.whop.edit(affiliate.id, status="active")
    done = await roomy.sync()
    assert applied(done) == [Kind.SET_COMMISSION, Kind.ACTIVATE_PARTNER]
    roomy.limits(deactivate=Limit(0))

    report = await undo(roomy, done.run.id, allow=())

    assert said(row_of(report, affiliate, Kind.SET_COMMISSION)) == ("waiting", "off-first", None)
    assert roomy.partner(partner).commission_pct == 30
    assert applied(await undo(roomy, done.run.id, allow=("deactivate",))) == [
        Kind.DEACTIVATE_PARTNER,
        Kind.SET_COMMISSION,
    ]
    assert roomy.partner(partner).commission_pct == 20


async def test_everything_else_that_is_due_is_left_to_the_next_sync(roomy: Shop) -> None:
    one, other = roomy.both(), roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(one[0].id, status="archived")
    done = await roomy.sync()
    roomy.world.whop.edit(other[0].id, status="archived")
    roomy.both()

    report = await undo(roomy, done.run.id)

    assert applied(report) == [Kind.ACTIVATE_PARTNER]
    assert said(row_of(report, other[0])) == ("waiting", "left-alone", None)
    assert len(roomy.known().links) == 2
    after = await roomy.sync()
    assert applied(after) == [Kind.DEACTIVATE_PARTNER]
    assert len(roomy.known().links) == 3


async def test_what_was_undone_is_done_again_once_somebody_approves_it(roomy: Shop) -> None:
    affiliate, partner = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    done = await roomy.sync()
    await undo(roomy, done.run.id)
    row = row_of(await roomy.sync(), affiliate)
    roomy.store.decide([Decision("main", Verb.APPROVE, row, "ben", roomy.clock())])

    report = await roomy.sync()

    assert applied(report) == [Kind.DEACTIVATE_PARTNER]
    assert roomy.partner(partner).status == "deactivated"


async def test_what_was_undone_is_no_longer_quiet_once_a_side_changes(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 30)
    done = await roomy.sync()
    await undo(roomy, done.run.id)
    roomy.world.whop.set_rate(affiliate.id, 35)

    report = await roomy.sync()

    assert applied(report) == [Kind.SET_COMMISSION]
    assert roomy.partner(partner).commission_pct == 35
    assert any(note.startswith("Dropped") for note in report.notes)


async def test_a_choice_for_both_sides_is_undone_on_both(roomy: Shop) -> None:
    roomy.sync_rates()
    affiliate, partner = roomy.cast.rated(20, 20)
    await roomy.settled()
    roomy.world.whop.set_rate(affiliate.id, 30)
    roomy.world.affihub.edit(partner.id, commission_pct=Decimal(25))
    conflict = row_of(await roomy.sync(), affiliate)
    use = Decision("main", Verb.USE, conflict, "ben", roomy.clock(), value="40")
    roomy.store.decide([use])
    done = await roomy.sync()
    assert len(applied(done)) == 2

    report = await undo(roomy, done.run.id)
    again = await undo(roomy, done.run.id)

    assert applied(report) == [Kind.SET_COMMISSION, Kind.SET_COMMISSION]
    assert [row for row in again.rows if row.outcome] == []
    (note,) = [note for note in again.notes if note.startswith("Not undone")]
    assert f"2 x set-commission: run {report.run.id} took it back already" in note
    assert roomy.world.whop.rate(affiliate.id) == 30
    assert roomy.partner(partner).commission_pct == 25
    after = row_of(await roomy.sync(), affiliate)
    assert said(after)[:2] == ("conflict", "both-moved")


@pytest.mark.parametrize("scene", [status_changes, rates_both_ways, rates_on_plans])
async def test_wherever_an_undo_dies_another_one_ends_it(
    roomy: Shop, tmp_path: Path, scene: Callable[[Shop], Any]
) -> None:
    roomy.people_at_once = 1
    await scene(roomy)
    sides = both_sides(roomy)
    done = await roomy.sync(allow=ALL)
    whole = roomy.copy(tmp_path / "whole")
    await undo(whole, done.run.id)
    assert both_sides(whole) == sides
    expected = await _rest(whole)

    steps = 0
    while await undo_that_dies(shop := roomy.copy(tmp_path / f"died-{steps}"), done.run.id, steps):
        await undo(shop, done.run.id)
        assert both_sides(shop) == sides, f"died at step {steps}"
        assert await _rest(shop) == expected, f"died at step {steps}"
        steps += 1
    assert steps > 5


@pytest.mark.parametrize("scene", [status_changes, rates_both_ways, rates_on_plans])
async def test_after_an_undo_that_died_a_sync_does_nothing_again(
    roomy: Shop, tmp_path: Path, scene: Callable[[Shop], Any]
) -> None:
    """What was undone stays so, what was not stays as the run left it, and nothing flips."""
    roomy.people_at_once = 1
    await scene(roomy)
    sides = both_sides(roomy)
    done = await roomy.sync(allow=ALL)
    left = both_sides(roomy)

    steps = 0
    while await undo_that_dies(shop := roomy.copy(tmp_path / f"died-{steps}"), done.run.id, steps):
        now = both_sides(shop)
        await shop.sync(allow=ALL)
        after = both_sides(shop)
        slots = shop.policy.commission.slot.plan_ids
        if not slots:  # what was cut off between two plans is brought to its end
            assert after == now, f"died at step {steps}"
        assert all(one in (sides[i], left[i]) for i, one in after.items()), f"at step {steps}"
        assert applied(await shop.sync(allow=ALL)) == [], f"died at step {steps}"
        shop.close()
        steps += 1
    assert steps > 5


async def test_only_what_was_applied_can_be_undone(roomy: Shop) -> None:
    affiliate, _ = roomy.both()
    await roomy.settled()
    roomy.world.whop.edit(affiliate.id, status="archived")
    dry = await roomy.dry_run()
    done = await roomy.sync()
    for wanted, told in (
        (dry.run.id, "was a dry run and wrote nothing"),
        (f"{done.run.id}:0000", "applied no row 0000"),
        ("nobody", "There is no run nobody"),
        ("nobody:1", "There is no run nobody"),
        (" ", "Say what to undo"),
    ):
        with pytest.raises(UsageError, match=told):
            find(roomy.store, "main", wanted)


def _ids_of(report: Report, *kinds: Kind) -> set[str]:
    rows = rows_of(report, *kinds)
    return {i for row in rows for i in (row.whop_id, row.affihub_id) if i}


def _is_of(shop: Shop, record_id: str, people: set[str]) -> bool:
    link = next(link for link in shop.known().links if record_id in (link.whop_id, link.affihub_id))
    return bool({link.whop_id, link.affihub_id} & people)


async def _rest(shop: Shop) -> dict[str, Any]:
    """Where a pair stands after another sync, which has nothing to do."""
    assert shop.intents() == ()
    assert applied(await shop.sync(allow=ALL)) == []
    end = end_of(shop)
    shop.close()
    return end
