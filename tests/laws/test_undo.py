"""An undo as a step of the laws: both sides as before, and no later run does it again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import given, note
from hypothesis import strategies as st

from sync.core.decision import Decision, subject
from sync.core.inverse import stays
from sync.core.partial import Basis
from sync.core.plan import Disposition, Kind, Outcome, Plan, Row
from sync.core.ports import PastRow, Settlement
from sync.core.undo import Done, now_of, take_back
from sync.core.undone import with_undone
from tests.laws.simulator import APPLIED_AT, WATCHED, Simulator, applied
from tests.laws.test_converge import WAIVERS
from tests.laws.worlds import World, law, story, table, worlds

AT: Final = APPLIED_AT + timedelta(minutes=15)


def done_by(plan: Plan) -> list[Row]:
    """What a run that applied a plan kept of it."""
    rows = (row for row in plan.rows if row.disposition is Disposition.APPLY)
    return [replace(row, outcome=Outcome.APPLIED) for row in rows]


def plan_back(world: World, done: Iterable[Row], waived: Iterable[str] = ("all",)) -> Plan:
    """The plan that takes rows back, in this world."""
    basis = Basis(world.gathered, world.known, world.policy, tuple(waived))
    written = tuple(Done(row) for row in done)
    return take_back(written, "The wrong list.", basis, world.plan(waived))[0]


def taken_back(world: World, plan: Plan) -> World:
    """The world after every row of an undo was applied and recorded, one after the other."""
    gathered, known = world.gathered, world.known
    at = Simulator(
        world.policy,
        dict(gathered.whop.records),
        dict(gathered.affihub.records),
        dict(gathered.overrides),
        dict(gathered.emails),
        {link.whop_id: link for link in known.links},
    )
    said: list[Decision] = []
    for row in done_by(plan):
        at.apply(row)
        now = now_of(gathered, at.links.values(), world.policy)
        link = next(one for one in at.links.values() if one.affihub_id == row.affihub_id)
        kept = with_undone(Settlement(row, link), now, "ana", AT)
        assert kept.link is not None
        at.remember(kept.link)
        said += kept.decisions
    lately = (PastRow("undo", AT, row) for row in done_by(plan) if row.field in WATCHED)
    return replace(
        world,
        gathered=replace(
            gathered,
            whop=replace(gathered.whop, records=at.affiliates),
            affihub=replace(gathered.affihub, records=at.partners),
            overrides=at.overrides,
        ),
        known=replace(
            known,
            links=tuple(at.links.values()),
            decisions=(*known.decisions, *said),
            lately=(*known.lately, *lately),
        ),
    )


def sides(world: World, people: set[str]) -> dict[str, object]:
    """What both sides show of these people, but for the ids of overrides."""
    told = {
        i: sorted(
            (o.override_type, str(o.commission_value), str(o.plan_id), str(o.product_id))
            for o in held
        )
        for i, held in world.gathered.overrides.items()
        if i in people
    }
    return {
        **{i: (one, told.get(i)) for i, one in world.affiliates.items() if i in people},
        **{i: one for i, one in world.partners.items() if i in people},
    }


def whole(world: World, done: Iterable[Row]) -> set[str]:
    """Records of which every written row can be undone."""
    ids = {*world.affiliates, *world.partners}
    left = [row for row in done if stays(row, world.policy) and row.kind is not Kind.LINK]
    return ids - {i for row in left for i in (row.whop_id, row.affihub_id)}


@law
@given(worlds(), WAIVERS)
def test_an_undo_leaves_both_sides_as_they_were(world: World, waived: tuple[str, ...]) -> None:
    plan = world.plan(waived)
    after = applied(world, plan, waived)
    done = done_by(plan)
    back = plan_back(after, done)
    note(f"{story(world)}\n\n{table(plan)}\n\n{story(after)}\n\n{table(back)}")

    then = taken_back(after, back)

    people = whole(world, done)
    note(story(then))
    assert sides(then, people) == sides(world, people)


@law
@given(worlds(), WAIVERS)
def test_l4_after_an_undo_the_next_run_writes_nothing(
    world: World, waived: tuple[str, ...]
) -> None:
    plan = world.plan(waived)
    after = applied(world, plan, waived)
    back = plan_back(after, done_by(plan))
    then = taken_back(after, back)

    again = then.plan(waived)

    note(f"{story(world)}\n\n{table(plan)}\n\n{story(after)}\n\n{table(back)}")
    note(f"{story(then)}\n\n{table(again)}")
    due = {row.key for row in done_by(after.plan(waived))}
    assert [row for row in done_by(again) if row.key not in due] == []
    assert again.dropped == ()


@law
@given(worlds(), WAIVERS)
def test_l2_an_undo_writes_nothing_but_what_the_run_wrote(
    world: World, waived: tuple[str, ...]
) -> None:
    plan = world.plan(waived)
    done = done_by(plan)
    written = {(subject(row)[1], row.side, row.after, row.before) for row in done}

    back = plan_back(applied(world, plan, waived), done)

    note(f"{story(world)}\n\n{table(plan)}\n\n{table(back)}")
    for row in done_by(back):
        assert (row.field, row.side, row.before, row.after) in written


@law
@given(worlds(), WAIVERS)
def test_an_undo_that_is_undone_leaves_both_sides_as_the_run_did(
    world: World, waived: tuple[str, ...]
) -> None:
    plan = world.plan(waived)
    after = applied(world, plan, waived)
    back = plan_back(after, done_by(plan))
    then = taken_back(after, back)
    forth = plan_back(then, done_by(back))
    note(f"{story(world)}\n\n{table(plan)}\n\n{story(after)}\n\n{table(back)}")
    note(f"{story(then)}\n\n{table(forth)}")

    there = taken_back(then, forth)

    everybody = {*after.affiliates, *after.partners}
    assert sides(there, everybody) == sides(after, everybody)


@law
@given(worlds(), WAIVERS, st.data())
def test_what_moved_since_is_never_written_over(
    world: World, waived: tuple[str, ...], data: st.DataObject
) -> None:
    plan = world.plan(waived)
    after = applied(world, plan, waived)
    moved = {
        i: replace(one, status=data.draw(st.sampled_from(("active", "invited", "deactivated"))))
        for i, one in after.partners.items()
    }
    affihub = replace(after.gathered.affihub, records=moved)
    edited = replace(after, gathered=replace(after.gathered, affihub=affihub))

    back = plan_back(edited, done_by(plan))

    note(f"{story(world)}\n\n{table(plan)}\n\n{story(edited)}\n\n{table(back)}")
    for row in done_by(back):
        if row.field == "status":
            now, then = moved[row.affihub_id or ""], after.partners[row.affihub_id or ""]
            assert now.status == then.status
