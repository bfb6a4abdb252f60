"""What is judged by: each check sees what it is there to see, and nothing where nothing is."""

import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.cast import Cast, cast_for
from connectors.sandbox.drift import ARRIVALS, CHANGES, Edit
from connectors.sandbox.world import World, empty_world
from sync.core.record import Side
from sync.selftest.cases.kills import _survived
from sync.selftest.cases.rivals import BUSY, _kept_apart, _taken_over
from sync.selftest.ground.apart import NoReport, Ran
from sync.selftest.ground.program import Told
from sync.selftest.laws.agreement import touched, unasked, unlisted
from sync.selftest.laws.causes import CALLED_FOR, called_for, called_for_at_first, without_cause
from sync.selftest.laws.end import End, made_twice, other_end
from sync.selftest.laws.rows import unplanned, untrue
from sync.selftest.laws.secrets import PLANTED, blurted, leaks, plant
from sync.selftest.laws.sides import differences, standing


@pytest.fixture
def world() -> World:
    return empty_world(seed=1)


@pytest.fixture
def cast(world: World) -> Cast:
    return cast_for(world, 1)


def report(*rows: dict[str, Any], error: str | None = None) -> Told:
    """A report with these rows, as far as checks look at it."""
    whole = [{**EMPTY, **row} for row in rows]
    return Told({"run": {"error": error}, "rows": whole, "unmatched": {"whop": []}}, ())


EMPTY: dict[str, Any] = {
    "key": "k1",
    "kind": "deactivate-partner",
    "side": "affihub",
    "person": {"email": "ana@example.com", "username": None},
    "whop_id": None,
    "affihub_id": None,
    "disposition": "apply",
    "outcome": None,
}


def seen(check: Iterable[str]) -> str:
    """All that a check saw, in one text."""
    return "\n".join(check)


class TestCauses:
    def test_every_edit_there_is_has_its_causes(self) -> None:
        edits = {change.__name__ for *_, change in CHANGES} | {a.__name__ for _, a in ARRIVALS}

        assert set(CALLED_FOR) == edits

    def test_what_the_other_side_calls_for_may_be_written(self, world: World) -> None:
        world.wrote(Side.AFFIHUB, "update_partner", "par_1", "Ana@example.com")

        allowed = called_for([Edit("archive", "ana@example.com")])

        assert seen(without_cause(world.writes, allowed)) == ""

    @pytest.mark.parametrize("edit", ["deactivate", "raise_apart", "rename"])
    def test_anything_else_has_no_cause(self, world: World, edit: str) -> None:
        world.wrote(Side.AFFIHUB, "update_partner", "par_1", "ana@example.com")

        allowed = called_for([Edit(edit, "ana@example.com")])

        assert "update_partner on Affihub for ana@example.com" in seen(
            without_cause(world.writes, allowed)
        )

    def test_nobody_else_may_be_written_to(self, world: World) -> None:
        world.wrote(Side.WHOP, "archive_affiliate", "aff_1", "ben@example.com")

        allowed = called_for([Edit("deactivate", "ana@example.com")])

        assert "ben@example.com" in seen(without_cause(world.writes, allowed))

    def test_at_first_sight_no_status_calls_for_a_write(self, world: World, cast: Cast) -> None:
        _, partner = cast.both(cast.person(), status="archived")
        world.wrote(Side.AFFIHUB, "update_partner", partner.id, partner.email)

        assert partner.email in seen(without_cause(world.writes, called_for_at_first(world)))

    def test_at_first_sight_who_is_alone_calls_for_a_create(self, world: World, cast: Cast) -> None:
        person, other = cast.person(), cast.person()
        cast.affiliate(cast.user(person))
        cast.partner(other)
        world.wrote(Side.AFFIHUB, "create_partner", "par_1", person.email)
        world.wrote(Side.WHOP, "create_affiliate", "aff_1", other.email)

        assert seen(without_cause(world.writes, called_for_at_first(world))) == ""


class TestAgreement:
    def test_who_differs_must_be_in_the_report(self, world: World, cast: Cast) -> None:
        affiliate, partner = cast.both(cast.person(), partner="deactivated")

        assert partner.email in seen(unlisted(world, report()))
        assert seen(unlisted(world, report({"whop_id": affiliate.id}))) == ""

    def test_rates_that_differ_must_be_too(self, world: World, cast: Cast) -> None:
        _, partner = cast.rated(25, 20)

        assert "25 % there, 20 % here" in seen(unlisted(world, report()))
        assert seen(unlisted(world, report({"affihub_id": partner.id}))) == ""

    def test_who_is_off_on_both_sides_has_no_rate_to_differ_in(
        self, world: World, cast: Cast
    ) -> None:
        affiliate, _ = cast.both(cast.person(), status="archived", partner="deactivated")
        world.whop.set_rate(affiliate.id, 30)

        assert seen(unlisted(world, report())) == ""

    def test_who_was_to_be_left_alone_and_was_not_is_seen(self, world: World, cast: Cast) -> None:
        affiliate, partner = cast.rated(20, 30)
        before = standing(world)
        world.whop.set_rate(affiliate.id, 30)

        assert partner.email in seen(touched([partner.email], before, standing(world)))
        assert seen(touched(["somebody@else.example"], before, standing(world))) == ""

    def test_a_person_must_be_asked(self, world: World, cast: Cast) -> None:
        affiliate, partner = cast.both(cast.person(), status="archived")
        row = {"whop_id": affiliate.id}

        assert (
            seen(unasked([partner.email], world, report({**row, "disposition": "conflict"}))) == ""
        )
        assert partner.email in seen(
            unasked([partner.email], world, report({**row, "disposition": "waiting"}))
        )


class TestRows:
    @pytest.fixture
    def row(self, world: World, cast: Cast) -> dict[str, Any]:
        partner = cast.partner(cast.person())
        return {"affihub_id": partner.id, "outcome": "applied"}

    def test_a_row_that_was_written_is_true(self, world: World, row: dict[str, Any]) -> None:
        partner = world.affihub.partners[row["affihub_id"]]
        world.wrote(Side.AFFIHUB, "update_partner", partner.id, partner.email)

        assert seen(untrue(report(row), world)) == ""

    def test_a_row_that_was_not_written_is_untrue(self, world: World, row: dict[str, Any]) -> None:
        assert "nothing like it was written" in seen(untrue(report(row), world))

    def test_a_write_that_no_row_tells_is_seen(self, world: World) -> None:
        world.wrote(Side.WHOP, "create_override", "affov_1", "ana@example.com")

        assert "of which the report says nothing" in seen(untrue(report(), world))

    def test_a_link_writes_to_neither_side(self, world: World, row: dict[str, Any]) -> None:
        assert seen(untrue(report({**row, "kind": "link"}), world)) == ""

    @pytest.mark.parametrize(
        "plan,done,expected",
        [
            ([{}], [{"outcome": "applied"}], ""),
            ([{}], [{"outcome": "failed"}], ""),
            ([{}], [{"disposition": "waiting"}], ""),
            ([{}], [{}], "planned and not tried"),
            ([{}], [], "the report has lost it"),
            ([], [{"outcome": "applied"}], "tried and not planned"),
            ([{"disposition": "held"}], [{"outcome": "applied"}], "tried and not planned"),
        ],
    )
    def test_what_is_tried_is_what_was_planned(
        self, plan: Sequence[dict[str, Any]], done: Sequence[dict[str, Any]], expected: str
    ) -> None:
        told = seen(unplanned(report(*plan), report(*done)))

        assert expected in told
        assert bool(expected) == bool(told)


class TestEnds:
    END = End({(Side.WHOP, "ana@example.com"): ("active",)}, frozenset({"of ana and ana"}), 0)

    def test_an_equal_end_is_no_other(self) -> None:
        assert seen(other_end(self.END, replace(self.END))) == ""

    @pytest.mark.parametrize(
        "change,expected",
        [
            ({"sides": {}}, "ana@example.com on Whop: expected <active>, saw nobody"),
            ({"links": frozenset[str]()}, "expected the link of ana and ana"),
            ({"links": frozenset({"of ana and ana", "of b"})}, "saw the link of b"),
            ({"unsettled": 1}, "does not know what came of them"),
        ],
    )
    def test_whatever_differs_is_seen(self, change: dict[str, Any], expected: str) -> None:
        assert expected in seen(other_end(self.END, replace(self.END, **change)))

    def test_who_is_created_twice_is_seen(self, world: World) -> None:
        world.wrote(Side.AFFIHUB, "create_partner", "par_1", "ana@example.com")
        world.wrote(Side.WHOP, "create_affiliate", "aff_1", "ana@example.com")
        assert seen(made_twice(world.writes)) == ""

        world.wrote(Side.AFFIHUB, "create_partner", "par_2", "Ana@Example.com")

        assert seen(made_twice(world.writes)) == "ana@example.com was created 2 times on Affihub"

    def test_rates_and_names_and_slugs_count(self, world: World, cast: Cast) -> None:
        _, partner = cast.both(cast.person())
        for change in ({"commission_pct": Decimal(5)}, {"first_name": "Other"}, {"slug": "other"}):
            before = standing(world)
            world.affihub.edit(partner.id, **change)
            assert partner.email in seen(differences(before, standing(world)))


class TestSecrets:
    @pytest.mark.parametrize("what", PLANTED)
    def test_each_is_found_in_what_was_shown(self, tmp_path: Path, what: str) -> None:
        shown = f"before {PLANTED[what].upper()} after"

        assert seen(leaks([shown], tmp_path)) == f"{what} was shown"

    @pytest.mark.parametrize("what", PLANTED)
    def test_each_is_found_in_the_bytes_of_the_state(self, tmp_path: Path, what: str) -> None:
        (tmp_path / "state.db-wal").write_bytes(b"\x00" + PLANTED[what].encode() + b"\xff")

        assert seen(leaks([], tmp_path)) == f"{what} was kept in state.db-wal"

    def test_the_keys_in_their_own_files_are_where_they_belong(self, tmp_path: Path) -> None:
        (tmp_path / "affisync.whop.key").write_text(PLANTED["Whop's key"])

        assert seen(leaks(["nothing"], tmp_path)) == ""

    def test_every_partner_has_some_and_both_systems_have_their_keys(
        self, world: World, cast: Cast
    ) -> None:
        cast.partner(cast.person())
        plant(world)

        told = repr(list(world.affihub.partners.values())) + world.whop.key + world.affihub.key

        assert all(secret in told for secret in PLANTED.values())

    @pytest.mark.parametrize("form", ["json", "text", "page", "rows"])
    def test_a_server_that_blurts_tells_some(self, tmp_path: Path, form: str) -> None:
        assert seen(leaks([blurted(Side.WHOP, 422, form).body.decode()], tmp_path))


class TestRivals:
    DONE = Ran(0, "{}", "")
    TURNED_AWAY = Ran(BUSY, "", "another run holds it")

    def test_one_goes_on_and_the_other_is_turned_away(self) -> None:
        assert seen(_kept_apart(self.DONE, self.TURNED_AWAY, 0)) == ""

    @pytest.mark.parametrize(
        "first,second,meanwhile,expected",
        [
            (DONE, DONE, 0, "the second program ended with 0"),
            (DONE, TURNED_AWAY, 1, "1 writes while the first one waited"),
            (TURNED_AWAY, TURNED_AWAY, 0, "the first program ended with 5"),
        ],
    )
    def test_whatever_else_happens_is_seen(
        self, first: Ran, second: Ran, meanwhile: int, expected: str
    ) -> None:
        assert expected in seen(_kept_apart(first, second, meanwhile))

    @pytest.mark.parametrize(
        "ran,waited,left,expected",
        [
            (DONE, 1.0, True, ""),
            (DONE, 1.0, False, "left no lease"),
            (TURNED_AWAY, 1.0, True, "was turned away"),
            (DONE, 46.0, True, "took 46 s"),
        ],
    )
    def test_a_left_lease_is_taken_over_at_once(
        self, ran: Ran, waited: float, left: bool, expected: str
    ) -> None:
        told = seen(_taken_over(ran, waited, left=left))

        assert expected in told
        assert bool(expected) == bool(told)


def test_a_process_without_a_report_tells_what_it_said() -> None:
    with pytest.raises(NoReport, match="exit code 2, and no report: affisync: no key"):
        Ran(2, "", "affisync: no key\n").told()


@pytest.mark.parametrize("code", [0, 4, 5])
def test_a_kill_that_never_came_is_no_proof(code: int) -> None:
    assert "never came to that write" in seen(_survived(Ran(code, "{}", "")))


def test_a_kill_that_came_is_nothing_wrong() -> None:
    assert seen(_survived(Ran(-signal.SIGKILL, "", ""))) == ""
