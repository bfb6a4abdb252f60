"""The stage is the real program: every step does what it says, and the same every time."""

from collections.abc import Iterable

import pytest

from sync.core.record import Side
from sync.errors import ConfigError, PairBusy, UsageError
from tests.stage.stage import Played, Stage, on_stage
from tests.stage.steps import (
    Decide,
    Edit,
    Hit,
    Join,
    Meanwhile,
    Moment,
    Set,
    Step,
    Sync,
    Tie,
    Undo,
    Vanish,
    Vanishing,
    Wait,
)

ANA = Join(name="Ana", whop="active", affihub="active", whop_rate="20", affihub_rate="20")
BO = Join(name="Bo", whop="active")
OFF = Edit(who="Ana", side=Side.WHOP, status="archived")


async def played(stage: Stage, *steps: Step) -> list[Played]:
    return [await stage.play(step) for step in steps]


async def test_a_run_tells_rows_writes_and_both_sides_by_the_names_of_the_story() -> None:
    async with on_stage(people=[ANA, BO]) as stage:
        dry, first, _, second = await played(stage, Sync(dry=True), Sync(), OFF, Sync())

        assert stage.rows(dry) == ("create-partner Bo: apply no-partner",)
        assert stage.writes(dry) == ()
        assert stage.links(first) == ("link Ana: apply same-email applied",)
        assert stage.writes(first) == ("affihub create_partner Bo",)
        assert stage.rows(second) == ("deactivate-partner Ana: apply whop-moved applied",)
        assert stage.standing("Ana") == "archived 20 | deactivated 20"
        assert stage.standing("Bo") == "active | invited"
        assert (dry.exit, first.exit, second.exit) == (3, 0, 0)


async def test_the_same_steps_bring_the_same_requests_and_reports_every_time() -> None:
    async def once() -> list[tuple[object, ...]]:
        people = [Join(name=name, whop="active", affihub="active") for name in "ABCDEF"]
        edits = [Edit(who=name, side=Side.WHOP, status="archived") for name in "ABC"]
        trouble = Sync(faults={"errors": 0.3, "reset-after": 0.1}, seed=3)
        async with on_stage({"guards.deactivate": 50}, people) as stage:
            ends = await played(stage, Sync(), *edits, trouble, Sync(crash=9), Sync())
            return [(end.heard, end.report, end.died) for end in ends]

    assert await once() == await once()


async def test_a_lost_answer_a_lie_and_a_refusal_are_what_they_are_called() -> None:
    def steps(fault: str) -> Iterable[Step]:
        return Sync(), OFF, Sync(hits=(Hit(fault=fault, on="update_partner", times=9),))

    ends = {}
    for fault in ("lost", "lie", "403"):
        async with on_stage(people=[ANA]) as stage:
            last = (await played(stage, *steps(fault)))[-1]
            ends[fault] = (stage.rows(last), stage.standing("Ana").split(" | ")[1])

    row = "deactivate-partner Ana: apply whop-moved failed"
    assert ends["lost"][1] == "deactivated 20"
    assert ends["lie"] == ((row,), "active 20")
    assert ends["403"] == ((row,), "active 20")


async def test_a_listing_without_anybody_or_with_half_of_them_is_told_as_incomplete() -> None:
    people = [Join(name=name, whop="active", affihub="active") for name in "ABCD"]
    for side in Side:
        for shape in ("empty", "partial"):
            async with on_stage(people=people) as stage:
                _, spoiled, well = await played(stage, Sync(), Sync(listing={side: shape}), Sync())

                assert spoiled.report is not None
                assert not spoiled.report.complete
                assert (stage.writes(spoiled), well.exit) == ((), 0)


async def test_a_process_that_dies_leaves_its_lease_and_the_next_run_goes_on() -> None:
    async with on_stage(people=[BO]) as stage:
        (died,) = await played(stage, Sync(crash=12))
        assert died.died

        (after,) = await played(stage, Sync())

        assert (after.exit, stage.standing("Bo")) == (0, "active | invited")
        assert stage.world.created().total() == 1


async def test_of_two_runs_at_once_one_is_refused() -> None:
    async with on_stage(people=[BO]) as stage:
        (both,) = await played(stage, Sync(beside=True))

        assert isinstance(both.second, PairBusy)
        assert both.exit == 0


async def test_what_happens_right_before_a_write_or_a_second_look_happens_then() -> None:
    befores: dict[Moment, bool] = {"re-read": False, "write": True}
    for before, written in befores.items():
        back = Edit(who="Ana", side=Side.WHOP, status="active")
        async with on_stage(people=[ANA]) as stage:
            meanwhile = Meanwhile(step=back, before=before)
            last = (await played(stage, Sync(), OFF, Sync(meanwhile=(meanwhile,))))[-1]

            assert bool(stage.writes(last)) is written


async def test_decisions_ties_and_undo_go_the_programs_own_way() -> None:
    came_back = Edit(who="Ana", side=Side.WHOP, status="active")
    async with on_stage(people=[ANA]) as stage:
        ends = await played(
            stage,
            Sync(),
            OFF,
            Sync(),
            came_back,
            Sync(),
            Decide(verdict="approve", who="Ana"),
            Sync(),
            Undo(),
            Tie(word="unlink", who="Ana"),
            Sync(),
        )

        assert stage.rows(ends[4]) == ("activate-partner Ana: held whop-moved (reactivate)",)
        assert stage.rows(ends[6]) == ("activate-partner Ana: apply whop-moved applied",)
        assert stage.writes(ends[7]) == ("affihub update_partner Ana",)
        assert stage.links(ends[9]) == ()
        assert stage.standing("Ana") == "active 20 | deactivated 20"


async def test_what_the_program_refuses_is_an_answer_and_changes_nothing() -> None:
    async with on_stage(people=[ANA]) as stage:
        undo, misspelt = await played(stage, Undo(), Set(key="status.reactivat", value=True))

        assert isinstance(undo.error, UsageError)
        assert isinstance(misspelt.error, ConfigError)
        assert "did you mean" in str(misspelt.error)
        assert stage.settings == {}


async def test_time_passes_only_when_somebody_says_so() -> None:
    async with on_stage() as stage:
        before = stage.house.clock()
        await stage.play(Wait(hours=3))

        assert (stage.house.clock() - before).total_seconds() == pytest.approx(3 * 3600, abs=1)


async def test_a_record_that_is_unlisted_can_be_read_and_one_that_is_erased_cannot() -> None:
    held = "deactivate-partner Ana: held whop-gone (missing)"
    comes_to: dict[Vanishing, tuple[str, ...]] = {"unlisted": (), "erased": (held,)}
    for how, rows in comes_to.items():
        async with on_stage(people=[ANA]) as stage:
            people = [Join(name=name, whop="active", affihub="active") for name in "BCDE"]
            vanish = Vanish(who="Ana", side=Side.WHOP, how=how)
            last = (await played(stage, *people, Sync(), vanish, Sync()))[-1]

            assert stage.rows(last) == rows
