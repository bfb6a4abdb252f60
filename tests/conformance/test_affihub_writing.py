"""The other writing verbs of Affihub: each answers what the server kept, not what was sent."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from connectors.sandbox.world import World
from sync.core.ports import AffihubWrites
from sync.core.record import Stamp
from sync.errors import NotFound, Rejected
from tests.conformance.verbs import STAMP

OURS = {"affisync": {"whop_affiliate_id": "aff_1", "whop_user_id": "user_1"}}


def jane(world: World, status: str = "active", **more: object) -> str:
    return world.affihub.add("jane@example.org", "jane", status, **more).id


@pytest.mark.parametrize("answer", ["empty", "partner", "ok"])
async def test_the_partner_is_read_back_whatever_a_write_is_answered_with(
    affihub: AffihubWrites, world: World, answer: str
) -> None:
    world.gaps = world.gaps.with_({"affihub_patch_answer": answer})
    id_ = jane(world, metadata={"theirs": 1})
    told = [
        await affihub.set_status(id_, "deactivated"),
        await affihub.set_commission(id_, Decimal("12.50")),
        await affihub.set_name(id_, "Zoë", "van Dam"),
        await affihub.write_stamp(id_, STAMP),
    ]
    assert told[-1] == await affihub.partner(id_)
    row = world.affihub.partners[id_]
    assert (row.status, row.commission_pct) == ("deactivated", Decimal("12.5"))
    assert (row.first_name, row.last_name) == ("Zoë", "van Dam")
    assert row.metadata == {"theirs": 1, **OURS}
    assert [write.operation for write in world.writes] == ["update_partner"] * 4


async def test_nothing_else_is_touched(affihub: AffihubWrites, world: World) -> None:
    other = world.affihub.add("john@example.org", "john", "active")
    more = {"first_name": "Jane", "payout_email": "p@x.example", "payout_method": "paypal"}
    id_ = jane(world, commission_pct=Decimal(7), **more)
    before = world.affihub.partners[id_]
    await affihub.set_status(id_, "deactivated")
    await affihub.set_status(id_, "active")
    assert world.affihub.partners[id_] == before
    assert world.affihub.partners[other.id] == other


# Status


@pytest.mark.parametrize("status", ["invited", "active", "deactivated"])
async def test_deactivating_may_be_done_twice(
    affihub: AffihubWrites, world: World, status: str
) -> None:
    id_ = jane(world, status)
    for _ in range(2):
        assert (await affihub.set_status(id_, "deactivated")).status == "deactivated"
    assert len(world.writes) == (status != "deactivated")


async def test_somebody_invited_can_be_made_active(affihub: AffihubWrites, world: World) -> None:
    assert (await affihub.set_status(jane(world, "invited"), "active")).status == "active"


@pytest.mark.parametrize("gap, status", [("yes", "active"), ("ignores", "deactivated")])
async def test_what_becomes_of_a_reactivation_is_told_as_it_is(
    affihub: AffihubWrites, world: World, gap: str, status: str
) -> None:
    world.gaps = world.gaps.with_({"affihub_reactivates": gap})
    assert (await affihub.set_status(jane(world, "deactivated"), "active")).status == status


async def test_a_refused_reactivation_is_told(affihub: AffihubWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"affihub_reactivates": "refuses"})
    id_ = jane(world, "deactivated")
    with pytest.raises(Rejected):
        await affihub.set_status(id_, "active")
    assert world.affihub.partners[id_].status == "deactivated"


# Rate


@pytest.mark.parametrize("percent", ["0", "0.07", "25.00", "33.33", "100"])
async def test_a_rate_arrives_exactly(affihub: AffihubWrites, world: World, percent: str) -> None:
    id_ = jane(world)
    assert (await affihub.set_commission(id_, Decimal(percent))).commission == Decimal(percent)
    assert world.affihub.partners[id_].commission_pct == Decimal(percent)


@pytest.mark.parametrize("decimals, kept", [(None, "12.35"), (2, "12.35"), (1, "12.4"), (0, "12")])
async def test_what_the_server_rounds_is_told_as_it_kept_it(
    affihub: AffihubWrites, world: World, decimals: int | None, kept: str
) -> None:
    world.gaps = world.gaps.with_({"affihub_commission_decimals": decimals})
    told = await affihub.set_commission(jane(world), Decimal("12.35"))
    assert told.commission == Decimal(kept)


async def test_more_decimals_than_are_known_to_be_kept_are_not_sent(
    affihub: AffihubWrites, world: World
) -> None:
    with pytest.raises(Rejected):
        await affihub.set_commission(jane(world), Decimal("12.345"))
    assert affihub.requests() == {}


@pytest.mark.parametrize("percent", ["-0.01", "100.01"])
async def test_a_rate_affihub_does_not_take_changes_nothing(
    affihub: AffihubWrites, world: World, percent: str
) -> None:
    id_ = jane(world, commission_pct=Decimal(20))
    with pytest.raises(Rejected):
        await affihub.set_commission(id_, Decimal(percent))
    assert world.affihub.partners[id_].commission_pct == 20


@pytest.mark.parametrize("gap, kept", [("accepts", None), ("ignores", Decimal(20))])
async def test_what_becomes_of_dropping_a_rate_is_told_as_it_is(
    affihub: AffihubWrites, world: World, gap: str, kept: Decimal | None
) -> None:
    world.gaps = world.gaps.with_({"affihub_patch_null": gap})
    id_ = jane(world, commission_pct=Decimal(20))
    assert (await affihub.set_commission(id_, None)).commission == kept


async def test_refusing_to_drop_a_rate_is_told(affihub: AffihubWrites, world: World) -> None:
    world.gaps = world.gaps.with_({"affihub_patch_null": "rejects"})
    with pytest.raises(Rejected):
        await affihub.set_commission(jane(world, commission_pct=Decimal(20)), None)


# Names and stamps


@pytest.mark.parametrize("first, last", [("Zoë", "Ağça"), ("陈伟 <b>", ""), ("", "")])
async def test_both_names_are_set(
    affihub: AffihubWrites, world: World, first: str, last: str
) -> None:
    id_ = jane(world, first_name="Old", last_name="Name")
    told = await affihub.set_name(id_, first, last)
    assert told.name == f"{first} {last}".strip()
    row = world.affihub.partners[id_]
    assert (row.first_name or "", row.last_name or "") == (first, last)


@pytest.mark.parametrize("merges", [False, True])
@pytest.mark.parametrize(
    "metadata", [None, {}, {"theirs": {"n": [1, 2.5]}}, {"affisync": {"x": 1}, "y": None}]
)
async def test_a_stamp_leaves_every_other_key_as_it_was(
    affihub: AffihubWrites, world: World, metadata: Mapping[str, object] | None, merges: bool
) -> None:
    world.gaps = world.gaps.with_({"affihub_metadata_merge": merges})
    id_ = jane(world, metadata=metadata)
    assert (await affihub.write_stamp(id_, STAMP)).stamp == STAMP
    assert world.affihub.partners[id_].metadata == {**(metadata or {}), **OURS}


async def test_a_stamp_that_is_there_is_not_written_again(
    affihub: AffihubWrites, world: World
) -> None:
    id_ = jane(world, metadata=OURS)
    assert (await affihub.write_stamp(id_, STAMP)).stamp == STAMP
    assert affihub.requests() == {"get_partner": 1}


async def test_another_stamp_takes_its_place(affihub: AffihubWrites, world: World) -> None:
    other = Stamp("aff_2", "user_2")
    id_ = jane(world, metadata=OURS)
    assert (await affihub.write_stamp(id_, other)).stamp == other


async def test_nobody_cannot_be_written_to(affihub: AffihubWrites, world: World) -> None:
    jane(world)
    for writing in (
        affihub.set_status("par_nobody", "deactivated"),
        affihub.set_commission("par_nobody", Decimal(5)),
        affihub.set_name("par_nobody", "A", "B"),
        affihub.write_stamp("par_nobody", STAMP),
    ):
        with pytest.raises(NotFound):
            await writing
    assert world.writes == []
