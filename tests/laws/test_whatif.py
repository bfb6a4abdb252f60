"""Laws of comparing two plans: nothing differs by itself, nothing that differs is missed."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, note

from sync.core.partial import Basis
from sync.core.plan import Plan
from sync.core.policy import Policy
from sync.core.whatif import compare
from sync.runs.keepsake import keepsake, packed, unpacked
from tests.core.people import TEXTS
from tests.laws.worlds import POLICIES, World, law, story, table, worlds

AT = datetime(2026, 11, 20, tzinfo=UTC)


def otherwise(world: World, policy: Policy) -> Plan:
    return replace(world, policy=policy).plan()


@law
@given(worlds())
def test_what_was_kept_makes_the_same_plan(world: World) -> None:
    plan = world.plan()
    note(story(world) + "\n\n" + table(plan))
    basis = Basis(world.gathered, world.known, world.policy)

    kept = unpacked(packed(keepsake(AT, "sha256:0", basis)))

    assert kept.basis == replace(basis, waived=frozenset())
    assert kept.plan(kept.basis.policy, TEXTS) == plan


@law
@given(worlds())
def test_under_the_same_settings_nothing_differs(world: World) -> None:
    difference = compare(world.plan(), world.plan())

    assert difference.is_empty
    found = (difference.rows, difference.guards, difference.learnt, difference.listed)
    assert not any(found)


@law
@given(worlds(), POLICIES)
def test_the_differences_make_the_one_plan_of_the_other(world: World, policy: Policy) -> None:
    before, after = world.plan(), otherwise(world, policy)
    note(f"{story(world)}\n\n{table(before)}\n\nunder {policy}\n\n{table(after)}")

    difference = compare(before, after)

    lost = {changed.before for changed in difference.rows} - {None}
    won = {changed.after for changed in difference.rows} - {None}
    assert (set(before.rows) - lost) | won == set(after.rows)
    assert not lost & won
    same = (before.rows, before.verdicts, before.refreshed, before.unmatched) == (
        after.rows,
        after.verdicts,
        after.refreshed,
        after.unmatched,
    )
    assert difference.is_empty is same


@law
@given(worlds(), POLICIES)
def test_the_way_back_is_the_same_way(world: World, policy: Policy) -> None:
    there = compare(world.plan(), otherwise(world, policy))
    back = compare(otherwise(world, policy), world.plan())

    assert {(c.before, c.after) for c in there.rows} == {(c.after, c.before) for c in back.rows}
    assert (there.learnt, there.listed) == (back.learnt, back.listed)
