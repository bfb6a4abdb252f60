"""Laws of what is held: limits, memory and lessons hold whatever the world."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, note
from hypothesis import strategies as st

from sync.core.guard import allowance, classes
from sync.core.plan import Disposition, Field, Row
from sync.core.policy import GuardClass, Guards, Hold, Limit
from sync.core.ports import Parked, Spent
from sync.core.reconcile import guard_facts
from tests.laws.simulator import applied
from tests.laws.worlds import World, careful, law, story, table, worlds

AT = datetime(2026, 11, 20, tzinfo=UTC)
LEARNT = st.sampled_from([Disposition.BREAK, Disposition.CONFLICT, Disposition.WAITING])
LIMITED = tuple(name for name in GuardClass if name is not GuardClass.FIRST_RUN)


@law
@given(worlds())
def test_no_more_rows_go_than_each_guard_allows(world: World) -> None:
    plan = world.plan()
    note(story(world) + "\n\n" + table(plan))
    guards, known = world.policy.guards, world.known
    facts = guard_facts(world.policy, known, plan.links)
    going = Counter(
        name for row in plan.rows if row.disposition is Disposition.APPLY for name in classes(row)
    )

    for name in LIMITED:
        limit = guards.limits[name]
        if name is GuardClass.REACTIVATE and not world.policy.reactivate:
            limit = Limit(0)
        allowed = allowance(limit, facts, guards.floor, known.spent.get(name, Spent())).rows
        assert going[name] <= allowed, name


@law
@given(worlds())
def test_every_held_row_names_a_guard_that_says_its_numbers_and_the_way_out(world: World) -> None:
    plan = world.plan()
    note(story(world) + "\n\n" + table(plan))
    verdicts = {verdict.guard: verdict for verdict in plan.verdicts}
    held = Counter(row.guard for row in plan.rows if row.disposition is Disposition.HELD)

    assert all(
        (row.guard is not None) is (row.disposition is Disposition.HELD) for row in plan.rows
    )
    assert {guard: verdict.held for guard, verdict in verdicts.items()} == held
    for guard, verdict in verdicts.items():
        assert verdict.counted > verdict.limit, "held although there was room"
        assert str(verdict.held) in verdict.message or str(verdict.counted) in verdict.message
        assert verdict.command == f"affisync sync --pair main --allow {guard}"


@law
@given(worlds().flatmap(careful))
def test_what_nothing_waives_is_held_whatever_is_waived(world: World) -> None:
    plan = world.plan(["all", *Hold])
    note(story(world) + f"\ntoday: {world.today}\n\n" + table(plan))
    policy, guards = world.policy, world.policy.guards
    going = [row for row in plan.rows if row.disposition is Disposition.APPLY]
    rates = [row for row in going if row.field is Field.COMMISSION]

    assert {row.kind for row in going}.isdisjoint(policy.two_people)
    if world.today in policy.freeze:
        assert not [row for row in going if row.field in (Field.STATUS, Field.COMMISSION)]
    if guards.max_rate_jump is not None:
        moves = [(Decimal(r.after or "nan"), Decimal(r.before or "nan")) for r in rates]
        assert all(abs(after - before) <= guards.max_rate_jump for after, before in moves)
    if guards.max_monthly_effect_usd is not None and rates:
        effects = [abs(row.effect_usd or Decimal("nan")) for row in rates if row.effect_usd != 0]
        assert sum(effects) <= guards.max_monthly_effect_usd


@law
@given(worlds().flatmap(careful))
def test_everything_that_holds_says_how_many_and_names_a_command(world: World) -> None:
    plan = world.plan()
    note(story(world) + f"\ntoday: {world.today}\n\n" + table(plan))
    held = Counter(row.guard for row in plan.rows if row.disposition is Disposition.HELD)

    assert {verdict.guard: verdict.held for verdict in plan.verdicts} == held
    for verdict in plan.verdicts:
        of_class = verdict.guard in set(GuardClass)
        way = f"sync --pair main --allow {verdict.guard}"
        way = way if of_class else f"approve --pair main --guard {verdict.guard}"
        assert verdict.command == f"affisync {way}"


@law
@given(worlds())
def test_the_first_writes_of_a_pair_wait_for_a_person(world: World) -> None:
    careful = replace(world.policy, guards=replace(world.policy.guards, first_run=True))
    plan = replace(world, policy=careful, known=replace(world.known, first_run_done=False)).plan()
    note(story(world) + "\n\n" + table(plan))

    going = [r for r in plan.rows if r.disposition is Disposition.APPLY and not r.kind.is_local]

    assert going == []


@law
@given(worlds(), st.sampled_from([*GuardClass, "all"]))
def test_waiving_a_guard_lets_no_row_go_that_no_guard_held(world: World, waived: str) -> None:
    careful, waiver = world.plan(), world.plan([waived])
    note(story(world) + "\n\n" + table(careful) + "\n\nwaived\n" + table(waiver))
    before = {row.key: row for row in careful.rows}

    assert before.keys() == {row.key for row in waiver.rows}
    for row in waiver.rows:
        was = before[row.key].disposition
        if was in (Disposition.CONFLICT, Disposition.BREAK):
            assert row.disposition is was


@st.composite
def some_rows(draw: st.DrawFn, world: World) -> list[Row]:
    """Any of the rows that a world's plan has while no guard holds any."""
    rows = world.plan(["all"]).rows
    return draw(st.lists(st.sampled_from(rows), unique=True)) if rows else []


@st.composite
def worlds_with_memory(draw: st.DrawFn) -> World:
    """A world some of whose rows a limit held in an earlier run."""
    world = draw(worlds())
    held = {r.key: str(name) for r in draw(some_rows(world)) for name in classes(r)[-1:]}
    return replace(world, known=replace(world.known, held=held))


@st.composite
def worlds_with_lessons(draw: st.DrawFn) -> World:
    """A world some of whose rows an earlier try taught something about."""
    world = draw(worlds())
    parked = {
        row.key: Parked(draw(LEARNT), "lesson", "Because.", AT) for row in draw(some_rows(world))
    }
    return replace(world, known=replace(world.known, parked=parked))


@law
@given(worlds())
def test_nobody_is_switched_off_for_being_gone_before_a_person_says_so(world: World) -> None:
    plan = replace(world, policy=replace(world.policy, guards=Guards())).plan()
    note(story(world) + "\n\n" + table(plan))
    gone = world.gathered.whop.gone

    assert not [r for r in plan.rows if r.whop_id in gone and r.disposition is Disposition.APPLY]


@law
@given(worlds_with_memory())
def test_leftovers_never_slip_under_a_limit(world: World) -> None:
    plan, held = world.plan(), world.known.held
    note(story(world) + "\n\n" + table(plan))

    assert not [r for r in plan.rows if r.key in held and r.disposition is Disposition.APPLY]


@law
@given(worlds_with_lessons())
def test_what_a_try_taught_is_not_tried_again(world: World) -> None:
    plan, parked = world.plan(["all"]), world.known.parked
    note(story(world) + f"\nparked: {sorted(parked)}\n\n" + table(plan))

    sent = {row.key for row in plan.rows if row.disposition is Disposition.APPLY}

    assert sent.isdisjoint(parked)


@law
@given(worlds())
def test_allowing_everything_leaves_nothing_held(world: World) -> None:
    plan = world.plan(["all"])
    note(story(world) + "\n\n" + table(plan))

    assert Disposition.HELD not in {row.disposition for row in plan.rows}
    assert plan.verdicts == ()
    assert applied(world, plan, ["all"]).known.held == {}
