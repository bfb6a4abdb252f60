"""Laws of deciding: what people say acts on the rows they saw, once, and on nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from hypothesis import assume, given, note
from hypothesis import strategies as st

from sync.core.decision import Decision, Verb, seal, subject
from sync.core.plan import Disposition, Field, Kind, Plan, Row
from sync.core.policy import Hold
from sync.core.resolving import RESOLVED, can_use, continues
from sync.core.sequence import CREATES
from tests.core.people import NO_GUARDS
from tests.laws.simulator import applied, cut_off
from tests.laws.test_converge import agreed, moved, tell, written
from tests.laws.worlds import WHOLE, World, careful, law, story, table, worlds

NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
PEOPLE: Final = st.sampled_from(["ana", "ben"])
VALUES: Final = ("whop", "affihub", "on", "off", "20", "25", "40", "12.5", "")
SAID_ALOUD: Final = (
    Verb.APPROVE,
    Verb.REJECT,
    Verb.USE,
    Verb.RETRY,
    Verb.SNOOZE,
    Verb.IGNORE_FIELD,
)


@st.composite
def decisions(
    draw: st.DrawFn, rows: Sequence[Row], verbs: Sequence[Verb] = SAID_ALOUD
) -> tuple[Decision, ...]:
    """What people say about some of these rows, one after the other."""
    chosen = draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else []
    return tuple(
        Decision(
            pair="main",
            verb=draw(st.sampled_from(verbs)),
            row=row,
            by=draw(PEOPLE),
            at=NOON + timedelta(minutes=number),
            value=draw(st.sampled_from((*can_use(row), *VALUES))),
            number=number,
        )
        for number, row in enumerate(chosen, start=1)
    )


@st.composite
def decided(
    draw: st.DrawFn, verbs: Sequence[Verb] = SAID_ALOUD, *, whole: bool = False
) -> tuple[World, tuple[Decision, ...]]:
    """A world with anything that may hold rows, and what people say about its plan."""
    world = draw(careful(draw(worlds(WHOLE) if whole else worlds())))
    return world, draw(decisions(world.plan().rows, verbs))


def show(world: World, said: Sequence[Decision], *plans: Plan) -> None:
    words = [f"{d.by} {d.verb} {d.value or ''} {d.row.kind} of {d.row.identity}" for d in said]
    note(story(world) + f"\ntoday: {world.today}\nsaid: {words}")
    for plan in plans:
        note(table(plan) + "\n")


def going(plan: Plan) -> set[str]:
    return {row.key for row in plan.rows if row.disposition is Disposition.APPLY}


@law
@given(decided([Verb.APPROVE]))
def test_an_approval_of_one_row_lets_no_other_pass(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    world, said = drawn
    before, after = world.plan(), world.deciding(*said).plan()
    show(world, said, before, after)
    meant = {one.row.key for one in said}
    whose = {one.row.identity for one in said}
    held = {row.key for row in before.rows if row.disposition is Disposition.HELD}

    passed = going(after) - going(before)

    assert passed & held <= meant
    others = [row for row in after.rows if row.key in passed - meant]
    assert all(row.identity in whose for row in others), "follows a row of the same person"


@law
@given(decided())
def test_no_word_about_one_person_lets_a_row_of_another_pass(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    """Not even a no: that one of many is a mistake makes the others no better."""
    world, said = drawn
    before, after = world.plan(), world.deciding(*said).plan()
    show(world, said, before, after)
    whose = {one.row.identity for one in said}

    passed = [row for row in after.rows if row.key in going(after) - going(before)]

    assert all(row.identity in whose for row in passed)


@law
@given(decided())
def test_what_passes_was_approved_by_enough_names(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    world, said = drawn
    before, after = world.plan(), world.deciding(*said).plan()
    show(world, said, before, after)
    held = {row.key: row for row in before.rows if row.disposition is Disposition.HELD}

    for row in after.rows:
        if row.key in held and row.disposition is Disposition.APPLY:
            names = {d.by for d in said if d.verb is Verb.APPROVE and d.seal == seal(row)}
            assert len(names) >= (2 if row.kind in world.policy.two_people else 1)
            if world.today in world.policy.freeze and row.field in (Field.STATUS, Field.COMMISSION):
                assert held[row.key].guard == Hold.FREEZE


@law
@given(decided([Verb.REJECT]), st.sampled_from([(), ("all",)]))
def test_what_is_rejected_is_quiet_and_not_done(
    drawn: tuple[World, tuple[Decision, ...]], waived: tuple[str, ...]
) -> None:
    world, said = drawn
    plan = world.deciding(*said).plan(waived)
    show(world, said, plan)
    seals = {one.seal for one in said}

    for row in plan.rows:
        if seal(row) in seals and row.kind is not Kind.LINK:
            assert row.disposition is not Disposition.APPLY
            assert not row.needs_person
            assert row.decided


@st.composite
def edited(draw: st.DrawFn) -> tuple[World, World, tuple[Decision, ...]]:
    """A world, what people said about it, and what became of it meanwhile."""
    world, said = draw(decided(whole=True))
    gathered = world.gathered
    partners = {
        key: replace(
            one,
            status=draw(
                st.sampled_from([one.status, one.status, "active", "deactivated", "invited"])
            ),
            commission=draw(st.sampled_from([one.commission, one.commission, Decimal(40), None])),
        )
        for key, one in gathered.affihub.records.items()
    }
    affiliates = {
        key: replace(one, status=draw(st.sampled_from([one.status, one.status, "archived"])))
        for key, one in gathered.whop.records.items()
    }
    later = replace(
        gathered,
        whop=replace(gathered.whop, records=affiliates),
        affihub=replace(gathered.affihub, records=partners),
    )
    return world, replace(world, gathered=later), said


@law
@given(edited())
def test_a_decision_never_acts_on_a_row_that_changed(
    drawn: tuple[World, World, tuple[Decision, ...]],
) -> None:
    world, later, said = drawn
    without, plan = later.plan(), later.deciding(*said).plan()
    show(later, said, world.plan(), without, plan)
    meant = {one.seal for one in said}
    alone = {subject(one.row) for one in said if one.verb is Verb.IGNORE_FIELD}
    now = {row.key: row for row in plan.rows}

    for row in without.rows:
        if seal(row) in meant or subject(row) in alone:
            continue
        if any(continues(d, row) for d in said if subject(d.row) == subject(row)):
            continue
        same = now[row.key]
        assert not same.quiet
        assert same.decided is None
        if row.disposition in (Disposition.CONFLICT, Disposition.BREAK):
            assert same == row
        if row.disposition is Disposition.HELD:
            assert same.disposition is not Disposition.APPLY


@law
@given(edited())
def test_whoever_decided_about_a_row_that_changed_is_told(
    drawn: tuple[World, World, tuple[Decision, ...]],
) -> None:
    _, later, said = drawn
    plan = later.deciding(*said).plan()
    show(later, said, plan)
    there = {seal(row) for row in plan.rows}

    dropped = [one for one in said if one.number in plan.dropped]

    assert all(one.seal not in there for one in dropped)
    assert len([note for note in plan.notes if note.startswith("Dropped")]) == len(dropped)
    if later.gathered.saw_all:
        gone = [
            d for d in said if d.seal not in there and d.verb not in (Verb.USE, Verb.IGNORE_FIELD)
        ]
        assert {d.number for d in gone} <= set(plan.dropped)


@law
@given(decided())
def test_l1_and_l2_what_a_person_must_choose_is_done_only_as_somebody_chose(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    world, said = drawn
    before, after = world.plan(["all"]), world.deciding(*said).plan(["all"])
    show(world, said, before, after)
    asked = {
        subject(row)
        for row in before.rows
        if row.disposition in (Disposition.CONFLICT, Disposition.BREAK)
    }
    uses = {subject(one.row): one for one in said if one.verb is Verb.USE}

    for row in after.rows:
        if row.disposition is Disposition.APPLY and subject(row) in asked:
            assert row.rule == RESOLVED
            use = uses[subject(row)]
            assert use.value in VALUES
            if row.field is Field.COMMISSION and use.value not in ("whop", "affihub"):
                assert Decimal(row.after or "") == Decimal(use.value or "")


@law
@given(decided(), st.sampled_from([(), ("all",)]))
def test_l4_after_decisions_are_carried_out_nothing_is_left_to_write(
    drawn: tuple[World, tuple[Decision, ...]], waived: tuple[str, ...]
) -> None:
    world, said = drawn
    first_world = world.deciding(*said)
    first = first_world.plan(waived)
    after = applied(first_world, first, waived)

    second = after.plan(waived)

    show(world, said)
    tell((first_world, first), (after, second))
    late = moved(first)
    assert [row for row in written(second) if row.whop_id not in late] == []


@law
@given(decided())
def test_l3_after_decisions_linked_people_agree_or_are_listed(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    world, said = drawn
    first_world = world.deciding(*said)
    first = first_world.plan(["all"])
    after = applied(first_world, first, ["all"])
    second = after.plan(["all"])
    show(world, said)
    tell((first_world, first), (after, second))
    listed = {row.identity for row in second.rows}

    assert {link.whop_id for link in after.known.links if not agreed(after, link)} <= listed


@law
@given(decided(), st.data())
def test_l6_the_order_of_what_was_read_never_changes_what_is_decided(
    drawn: tuple[World, tuple[Decision, ...]], data: st.DataObject
) -> None:
    world, said = drawn
    one = world.deciding(*said)
    turned = replace(one.known, links=tuple(data.draw(st.permutations(one.known.links))))
    show(world, said)

    assert replace(one, known=turned).plan() == one.plan()


@law
@given(decided([Verb.USE, Verb.REJECT, Verb.IGNORE_FIELD], whole=True), st.integers(0, 9))
def test_l7_a_crash_between_two_rows_and_a_rerun_end_as_without_a_crash(
    drawn: tuple[World, tuple[Decision, ...]], count: int
) -> None:
    """Guards aside: what a crashed run wrote counts in the budgets of the next one."""
    world, said = drawn
    open_policy = replace(
        world.policy, guards=NO_GUARDS, two_people=frozenset(), reactivate=True, freeze=()
    )
    open_world = replace(world, policy=open_policy)
    whole = broken = open_world.deciding(*said)
    plan = whole.plan()
    assume(not moved(plan))

    broken = settled(cut_off(broken, plan, count))
    whole = settled(whole)

    show(open_world, said, plan, broken.plan(), whole.plan())
    assert sides(broken) == sides(whole)


def settled(world: World) -> World:
    for _ in range(3):
        world = applied(world, world.plan())
    return world


def sides(world: World) -> tuple[object, ...]:
    overrides = {
        key: sorted((o.plan_id or "", str(o.commission_value)) for o in mine)
        for key, mine in world.gathered.overrides.items()
    }
    return world.affiliates, world.partners, overrides


@law
@given(decided(whole=False))
def test_l8_no_word_creates_or_switches_off_anybody_over_an_incomplete_listing(
    drawn: tuple[World, tuple[Decision, ...]],
) -> None:
    world, said = drawn
    assume(not world.gathered.complete)
    plan = world.deciding(*said).plan(["all"])
    show(world, said, plan)

    for row in plan.rows:
        if row.disposition in (Disposition.APPLY, Disposition.HELD):
            assert row.kind not in CREATES
            if row.kind in (Kind.DEACTIVATE_PARTNER, Kind.ARCHIVE_AFFILIATE):
                assert row.affihub_id in world.partners
                assert row.whop_id in world.affiliates or row.whop_id in world.gathered.whop.gone
    assert not plan.dropped
