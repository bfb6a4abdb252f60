"""``overrides`` and the three verbs that write them: terms are exact, or refused."""

from decimal import Decimal

import pytest

from connectors.sandbox.world import World
from sync.core.ports import NewOverride, WhopWrites
from sync.core.record import Override
from sync.errors import NotFound, Rejected
from tests.conformance.verbs import enlist


def share(percent: str | int, **more: str) -> NewOverride:
    return NewOverride("rev_share", Decimal(percent), **more)


def on_plan(percent: str | int, plan: str = "plan_1", **more: str) -> NewOverride:
    return NewOverride("standard", Decimal(percent), plan_id=plan, **more)


# Reading


async def test_every_override_is_told_with_all_its_terms(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    flat = world.whop.add_override(
        id_,
        override_type="standard",
        commission_type="flat_fee",
        commission_value=Decimal("7.05"),
        plan_id="plan_1",
        applies_to_payments="first_payment",
    )
    product = world.whop.add_override(
        id_,
        override_type="rev_share",
        commission_value=Decimal("12.5"),
        product_id="prod_1",
        revenue_basis="pre_fees",
    )
    told = await whop.overrides(id_)
    expected = [
        Override(
            id=flat.id,
            override_type="standard",
            commission_type="flat_fee",
            commission_value=Decimal("7.05"),
            plan_id="plan_1",
            applies_to_payments="first_payment",
        ),
        Override(
            id=product.id,
            override_type="rev_share",
            commission_type="percentage",
            commission_value=Decimal("12.5"),
            product_id="prod_1",
            revenue_basis="pre_fees",
        ),
    ]
    assert list(told) == sorted(expected, key=lambda one: one.id)


@pytest.mark.parametrize("count", [0, 1, 100, 101, 230])
async def test_overrides_of_all_pages_are_told_by_id(
    whop: WhopWrites, world: World, count: int
) -> None:
    id_, other = enlist(world, "jane"), enlist(world, "john")
    world.whop.set_rate(other, 50)
    for plan in range(count):
        world.whop.add_override(
            id_, override_type="standard", commission_value=Decimal(10), plan_id=f"plan_{plan}"
        )
    told = [one.id for one in await whop.overrides(id_)]
    assert told == sorted(one.id for one in world.whop.overrides_of(id_))


async def test_overrides_of_nobody_are_not_found(whop: WhopWrites) -> None:
    with pytest.raises(NotFound):
        await whop.overrides("aff_nobody")


# Writing


@pytest.mark.parametrize(
    "new, terms",
    [
        (share("25.00", revenue_basis="pre_fees"), ("rev_share", 25, None, None, None, "pre_fees")),
        (
            share(7, product_id="prod_1"),
            ("rev_share", 7, None, "prod_1", None, "post_fees"),
        ),
        (
            on_plan(100, applies_to_payments="first_payment"),
            ("standard", 100, "plan_1", None, "first_payment", None),
        ),
        (on_plan(1), ("standard", 1, "plan_1", None, "all_payments", None)),
    ],
)
async def test_an_override_is_made_as_asked_with_what_whop_means_by_the_rest(
    whop: WhopWrites, world: World, new: NewOverride, terms: tuple[object, ...]
) -> None:
    id_ = enlist(world, "jane")
    await whop.create_override(id_, new)
    (one,) = await whop.overrides(id_)
    assert (
        one.override_type,
        one.commission_value,
        one.plan_id,
        one.product_id,
        one.applies_to_payments,
        one.revenue_basis,
    ) == terms
    assert one.commission_type == "percentage"


@pytest.mark.parametrize(
    "gap, sent, kept", [("accept", "12.5", "12.5"), ("round", "12.5", "13"), ("round", "0.4", "1")]
)
async def test_what_whop_makes_of_a_fraction_is_read_back(
    whop: WhopWrites, world: World, gap: str, sent: str, kept: str
) -> None:
    world.gaps = world.gaps.with_({"whop_fractional": gap})
    id_ = enlist(world, "jane")
    await whop.create_override(id_, share(sent))
    (made,) = await whop.overrides(id_)
    await whop.update_override(id_, made.id, Decimal(50))
    await whop.update_override(id_, made.id, Decimal(sent))
    (changed,) = await whop.overrides(id_)
    assert (made.commission_value, changed.commission_value) == (Decimal(kept), Decimal(kept))


@pytest.mark.parametrize("percent", ["12.5", "0", "-1", "101", "100.5"])
async def test_a_percentage_whop_does_not_take_changes_nothing(
    whop: WhopWrites, world: World, percent: str
) -> None:
    id_ = enlist(world, "jane")
    world.whop.set_rate(id_, 20)
    (held,) = world.whop.overrides_of(id_)
    with pytest.raises(Rejected):
        await whop.create_override(id_, on_plan(percent))
    with pytest.raises(Rejected):
        await whop.update_override(id_, held.id, Decimal(percent))
    assert world.whop.overrides_of(id_) == [held]


@pytest.mark.parametrize("new", [share(30), share(30, product_id="prod_1"), on_plan(30)])
@pytest.mark.parametrize("gap, rates", [("allow", [20, 30]), ("merge", [30]), ("reject", [20])])
async def test_a_second_one_for_the_same_is_whops_to_decide(
    whop: WhopWrites, world: World, new: NewOverride, gap: str, rates: list[int]
) -> None:
    world.gaps = world.gaps.with_({"whop_duplicate_overrides": gap})
    id_ = enlist(world, "jane")
    first = NewOverride(new.override_type, Decimal(20), new.plan_id, new.product_id)
    await whop.create_override(id_, first)
    if gap == "reject":
        with pytest.raises(Rejected):
            await whop.create_override(id_, new)
    else:
        await whop.create_override(id_, new)
    assert sorted(one.commission_value for one in world.whop.overrides_of(id_)) == rates


async def test_other_plans_and_products_are_no_duplicates(whop: WhopWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"whop_duplicate_overrides": "reject"})
    id_ = enlist(world, "jane")
    for new in (share(5), share(5, product_id="prod_1"), on_plan(5), on_plan(5, "plan_2")):
        await whop.create_override(id_, new)
    assert len(await whop.overrides(id_)) == 4


async def test_only_the_percentage_changes(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    await whop.create_override(id_, on_plan(20, applies_to_payments="first_payment"))
    await whop.create_override(id_, share(20))
    before = {one.id: one for one in world.whop.overrides_of(id_)}
    changed, other = before
    await whop.update_override(id_, changed, Decimal("30.00"))
    after = {one.id: one for one in world.whop.overrides_of(id_)}
    assert after[other] == before[other]
    assert after[changed].commission_value == 30
    assert after[changed].applies_to_payments == before[changed].applies_to_payments


async def test_deleting_may_be_done_twice(whop: WhopWrites, world: World) -> None:
    id_ = enlist(world, "jane")
    world.whop.set_rate(id_, 20)
    (held,) = world.whop.overrides_of(id_)
    for _ in range(2):
        await whop.delete_override(id_, held.id)
    assert await whop.overrides(id_) == ()
    assert [write.operation for write in world.writes] == ["delete_override"]


async def test_what_is_not_there_is_not_found(whop: WhopWrites, world: World) -> None:
    jane, john = enlist(world, "jane"), enlist(world, "john")
    world.whop.set_rate(john, 20)
    (held,) = world.whop.overrides_of(john)
    with pytest.raises(NotFound):
        await whop.create_override("aff_nobody", share(20))
    with pytest.raises(NotFound):
        await whop.update_override(jane, "affov_nothing", Decimal(20))
    with pytest.raises(NotFound):
        await whop.update_override(jane, held.id, Decimal(30))
    await whop.delete_override(jane, held.id)
    assert world.whop.overrides_of(john) == [held]
