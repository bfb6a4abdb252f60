"""Laws of the statement: it comes out for every world, and misses whatever a plan forgets."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import assume, given, note
from hypothesis import strategies as st

from sync.core.accounts import Account, Finding
from sync.core.grounds import By, Reason
from sync.core.plan import Plan
from sync.core.record import Side
from sync.core.statement import Statement, statement
from tests.laws.worlds import WHOLE, World, law, story, table, worlds

AT = datetime(2026, 11, 20, tzinfo=UTC)

Ids = tuple[str | None, str | None]


def stated(world: World, plan: Plan) -> Statement:
    return statement(world.gathered, world.known, plan, world.policy, AT)


def tell(world: World, plan: Plan) -> None:
    note(story(world) + "\n\n" + table(plan))


def ids(accounts: tuple[Account, ...]) -> set[Ids]:
    return {(one.whop_id, one.affihub_id) for one in accounts}


@law
@given(worlds())
def test_every_difference_of_every_world_is_explained(world: World) -> None:
    plan = world.plan()
    tell(world, plan)

    done = stated(world, plan)

    assert ids(done.remainder) == set()
    assert done.adds_up
    assert not any(ledger.remainder for ledger in done.ledgers)


def reasons(one: Account) -> Iterator[Reason]:
    yield from filter(None, (one.status.reason, one.rate.reason))


@law
@given(worlds(), st.data())
def test_without_its_row_exactly_those_whom_it_explains_are_the_remainder(
    world: World, data: st.DataObject
) -> None:
    plan = world.plan()
    tell(world, plan)
    explained: defaultdict[str, set[Ids]] = defaultdict(set)
    for one in stated(world, plan).accounts:
        for reason in reasons(one):
            if reason.row:
                explained[reason.row.key].add((one.whop_id, one.affihub_id))
    assume(explained)
    key = data.draw(st.sampled_from(sorted(explained)))

    # Whom the plan lists as alone is told of twice: in a row and in the list.
    records = {record for pair in explained[key] for record in pair}
    listed = {
        side: tuple(one for one in ones if one.id not in records)
        for side, ones in plan.unmatched.items()
    }
    rows = tuple(row for row in plan.rows if row.key != key)
    done = stated(world, replace(plan, rows=rows, unmatched=listed))

    assert ids(done.remainder) == explained[key]
    assert done.adds_up, "the counts are not the plan's"


@law
@given(worlds())
def test_a_plan_that_forgets_everything_leaves_everybody_who_differs(world: World) -> None:
    plan = world.plan()
    tell(world, plan)
    by_plan = (By.ROW, By.UNMATCHED, By.REMEMBERED)

    before = stated(world, plan)
    done = stated(world, Plan())

    assert ids(done.remainder) == {
        (one.whop_id, one.affihub_id)
        for one in before.accounts
        if any(reason.by in by_plan for reason in reasons(one))
    }


@law
@given(worlds(WHOLE))
def test_who_is_on_on_one_side_only_is_what_lies_between_the_counts(world: World) -> None:
    plan = world.plan()
    tell(world, plan)
    on = next(ledger for ledger in stated(world, plan).ledgers if ledger.name == "on")
    linked = {link.whop_id: link.affihub_id for link in world.known.links}
    whop = {a.id for a in world.affiliates.values() if a.status == "active"}
    affihub = {p.id for p in world.partners.values() if p.status in ("active", "invited")}
    both = {i for i in whop if linked.get(i) in affihub}

    assert (on.start.people, on.end.people) == (len(whop), len(affihub))
    less = {one.whop_id for line in on.lines if line.sign < 0 for one in line.accounts}
    more = {one.affihub_id for line in on.lines if line.sign > 0 for one in line.accounts}
    assert less == whop - both
    assert more == affihub - {linked[i] for i in both}


@law
@given(worlds())
def test_sums_and_counts_are_those_of_the_people(world: World) -> None:
    plan = world.plan()
    done = stated(world, plan)

    for side, records in ((Side.WHOP, world.affiliates), (Side.AFFIHUB, world.partners)):
        assert sum(c.people for c in done.statuses if c.book.value == side) == len(records)
    assert sum(c.people for c in done.statuses if c.book.value == "mapping") == len(
        world.known.links
    )
    agree = [one for one in done.accounts if one.link and one.status.finding is Finding.SAME]
    status = next(ledger for ledger in done.ledgers if ledger.name == "status")
    assert status.end.people == len(agree)
