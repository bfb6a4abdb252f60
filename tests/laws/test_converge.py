"""L3 and L4: a run leaves both sides agreed or told about, and the next one has nothing to do."""

from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, note
from hypothesis import strategies as st

from sync.core.commission import slot_rate
from sync.core.plan import Base, Disposition, Kind, Link, Plan, Row
from sync.core.policy import CommissionSync
from tests.laws.simulator import applied
from tests.laws.worlds import WHOLE, World, law, story, table, worlds

WAIVERS = st.sampled_from([(), ("all",), ("first-run", "reactivate"), ("deactivate", "first-run")])


def written(plan: Plan) -> list[Row]:
    return [r for r in plan.rows if r.disposition is Disposition.APPLY and not r.kind.is_local]


def moved(plan: Plan) -> set[str | None]:
    """Affiliates a link moved to: what follows from that is the next run's."""
    return {
        row.after
        for row in plan.rows
        if row.kind is Kind.MOVE_LINK and row.disposition is Disposition.APPLY
    }


def tell(*steps: tuple[World, Plan]) -> None:
    for number, (world, plan) in enumerate(steps, start=1):
        note(f"--- run {number}\n{story(world)}\n\n{table(plan)}\n")


@law
@given(worlds(), WAIVERS)
def test_l4_a_second_run_with_no_outside_edit_writes_nothing(
    world: World, waived: tuple[str, ...]
) -> None:
    first = world.plan(waived)
    after = applied(world, first, waived)

    second = after.plan(waived)

    tell((world, first), (after, second))
    late = moved(first)
    assert [row for row in written(second) if row.whop_id not in late] == []
    if not late:
        assert [row for row in second.rows if row.disposition is Disposition.APPLY] == []
        known = {link.whop_id: link for link in after.known.links}
        for fresh in second.refreshed:
            moved_bases = zip(_bases(known[fresh.whop_id]), _bases(fresh), strict=True)
            assert all(before in (None, now) for before, now in moved_bases)


def _bases(link: Link) -> tuple[Base | None, ...]:
    return link.status, link.commission, link.name


@law
@given(worlds(), WAIVERS)
def test_l4_after_a_link_moved_one_more_run_is_enough(
    world: World, waived: tuple[str, ...]
) -> None:
    for _ in range(2):
        world = applied(world, world.plan(waived), waived)

    third = world.plan(waived)

    note(story(world) + "\n\n" + table(third))
    assert written(third) == []


@law
@given(worlds(), WAIVERS)
def test_l4_what_waits_for_a_person_is_the_same_in_the_second_run(
    world: World, waived: tuple[str, ...]
) -> None:
    """Held rows keep their keys, so that a yes given meanwhile still means them."""
    first = world.plan(waived)
    after = applied(world, first, waived)
    second = after.plan(waived)
    tell((world, first), (after, second))
    created = {row.identity for row in written(first) if row.kind.value.startswith("create")}

    def asked(plan: Plan) -> set[str]:
        return {
            row.key
            for row in plan.rows
            if row.disposition.needs_person and row.identity not in created
        }

    if not moved(first):
        assert asked(first) <= asked(second)


def agreed(world: World, link: Link) -> bool:
    """Whether a linked person is the same on both sides, as far as both were seen."""
    affiliate, partner = world.affiliates.get(link.whop_id), world.partners.get(link.affihub_id)
    if affiliate is None and link.whop_id in world.gathered.whop.gone:
        return partner is None or partner.status == "deactivated"
    if affiliate is None or partner is None:
        return True
    on = {"active": True, "archived": False, "deleted": False}.get(affiliate.status or "")
    if on is None or on is not {"active": True, "invited": True, "deactivated": False}.get(
        partner.status
    ):
        return False
    return not on or rates_agree(world, link)


def rates_agree(world: World, link: Link) -> bool:
    terms, read = world.policy.commission, world.gathered.overrides
    if terms.sync is CommissionSync.OFF or link.whop_id not in read:
        return True
    whop = slot_rate(read[link.whop_id], terms.slot)
    affihub = world.partners[link.affihub_id].commission
    match whop, affihub:
        case None, None:
            return True
        case Decimal() as one, Decimal() as other if abs(one - other) <= Decimal("0.01"):
            return True
        case _:
            return str(affihub) == "Untold.ABSENT"


@law
@given(worlds(), WAIVERS)
def test_l3_after_a_run_linked_people_agree_or_are_listed(
    world: World, waived: tuple[str, ...]
) -> None:
    first = world.plan(waived)
    after = applied(world, first, waived)
    second = after.plan(waived)
    tell((world, first), (after, second))
    listed = {row.identity for row in second.rows}

    differing = {link.whop_id for link in after.known.links if not agreed(after, link)}

    assert differing <= listed


@law
@given(worlds(WHOLE))
def test_l3_everybody_created_is_linked(world: World) -> None:
    first = world.plan(["all"])
    after = applied(world, first, ["all"])
    note(story(world) + "\n\n" + table(first))

    created: Iterable[Row] = (r for r in written(first) if r.kind.value.startswith("create"))

    linked = {link.whop_id for link in after.known.links} | {
        link.affihub_id for link in after.known.links
    }
    assert all(row.identity in linked for row in created)
