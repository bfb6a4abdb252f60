"""``affisync statement``: what it prints, where, and how it ends."""

import csv
import json
import sqlite3
from decimal import Decimal

import pytest

from connectors.sandbox.exchange import Answer
from connectors.sandbox.script import Step
from tests.cli.playing import Town


def in_step(town: Town, people: int = 3) -> list[tuple[str, str]]:
    """People who are linked and agree; their ids."""
    for _ in range(people):
        town.both()
    assert town("sync", "--yes", "--allow", "all").code == 0
    return sorted(town.linked())


def test_a_pair_in_step_ties_out(town: Town) -> None:
    in_step(town)

    ran = town("statement")

    assert ran.code == 0
    assert "every difference is explained, the remainder is 0." in ran.out
    assert ran.err == ""


def test_what_the_next_sync_would_do_explains_a_difference(town: Town) -> None:
    (whop_id, affihub_id), *_ = in_step(town)
    town.world.affihub.edit(affihub_id, status="deactivated")

    ran = town("statement", "--format", "json")

    assert ran.code == 0
    (one,) = [p for p in ran.document["people"] if p["whop_id"] == whop_id]
    assert (one["status"]["by"], one["status"]["rule"]) == ("row", "affihub-moved")
    dry = town("sync", "--dry-run", "--format", "json").document
    assert one["status"]["key"] in {row["key"] for row in dry["rows"]}


def test_what_nothing_explains_ends_with_4_and_names_the_person(town: Town) -> None:
    with town.shell.config.open("a") as config:
        config.write('\n[pairs.main.commission]\nsync = "two-way"\n')
    (whop_id, affihub_id), *_ = in_step(town)
    town.world.affihub.edit(affihub_id, commission_pct=Decimal(35))
    with sqlite3.connect(town.folder / "state.db") as file:
        file.execute(
            "UPDATE bases SET affihub = '35' WHERE whop_id = ? AND field = 'commission'", [whop_id]
        )
    file.close()

    ran = town("statement")

    assert ran.code == 4
    assert "The remainder: 1 person" in ran.out
    assert f"{whop_id} {affihub_id}" in ran.out
    assert "rate differ: default on Whop, 35 % on Affihub" in ran.out


def test_a_status_changed_in_the_state_alone_is_told_with_the_person(town: Town) -> None:
    (whop_id, affihub_id), *_ = in_step(town)
    with sqlite3.connect(town.folder / "state.db") as file:
        file.execute(
            "UPDATE bases SET value = 'off' WHERE whop_id = ? AND field = 'status'", [whop_id]
        )
    file.close()

    text = " ".join(town("statement").out.split())

    assert "the mapping is behind what both sides say of 1 person, named below." in text
    assert f"({whop_id} {affihub_id}): active on Whop, active on Affihub, mapping: off" in text


def test_an_incomplete_listing_ends_with_1(town: Town) -> None:
    in_step(town)
    empty = Answer(200, json.dumps({"data": [], "total": 3, "page": 1, "per_page": 100}).encode())
    town.faults.set_script([Step(fault=empty, operation="list_partners", times=99)])

    ran = town("statement")

    assert ran.code == 1
    assert "Affihub's listing is incomplete" in " ".join(ran.out.split())


def test_earnings_are_read_when_asked_for_and_said_beforehand(town: Town) -> None:
    (_, affihub_id), *_ = in_step(town)
    town.world.affihub.edit(affihub_id, pending_cents=0, approved_cents=123, paid_cents=0)

    ran = town("statement", "--earnings", "--format", "json")

    assert ran.code == 0
    assert "Reading what 3 partners earned, one by one: about 1 minute" in ran.err
    (one,) = [p for p in ran.document["people"] if p["affihub_id"] == affihub_id]
    assert one["earnings"]["affihub_earned"] == "1.23"


@pytest.mark.parametrize("form", ["csv", "html"])
def test_a_statement_goes_into_a_file_for_its_owner_alone(town: Town, form: str) -> None:
    in_step(town)
    file = town.folder / f"statement.{form}"

    ran = town("statement", "--format", form, "--output", file)

    assert (ran.code, ran.out) == (0, "")
    assert str(file) in ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    if form == "csv":
        assert len(list(csv.DictReader(file.read_text().splitlines()))) == 3


def test_it_keeps_no_run_and_writes_to_neither_side(town: Town) -> None:
    in_step(town)
    runs = town("runs", "--format", "json").document["runs"]
    town.world.log.clear()

    town("statement")

    assert town("runs", "--format", "json").document["runs"] == runs
    assert town.world.log.changes() == []


def test_a_file_nobody_can_write_costs_no_request(town: Town) -> None:
    ran = town("statement", "--output", town.folder / "nowhere" / "statement.txt")

    assert ran.code == 2
    assert list(town.world.log) == []


def test_the_help_shows_an_example(town: Town) -> None:
    ran = town("statement", "--help")

    assert ran.code == 0
    assert "Example: affisync statement" in ran.out
