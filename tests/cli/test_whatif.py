"""``affisync whatif``: the same people by other settings, with both sides out of reach."""

import re
import socket
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.sandbox.faults import Faults
from tests.cli.playing import Shell, nobody, serving, town_in

LIMIT = "deactivate = 20"


@pytest.fixture
def left(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """What a dry run kept of five people who left Whop; then the network and the keys went."""
    world, faults = nobody(), Faults()
    with serving(world, faults) as urls:
        town = town_in(shell, urls, world, faults)
        text = shell.config.read_text().replace("[state]", "[state]\nkeep_snapshots = 3")
        shell.config.write_text(f"{text}\n[pairs.main.guards]\n{LIMIT}\n", encoding="utf-8")
        for _ in range(5):
            town.both()
        assert town("sync", "--yes", "--allow", "all").code == 0
        for affiliate in list(world.whop.affiliates.values()):
            world.whop.edit(affiliate.id, status="archived", monthly=Decimal(100))
        assert town("sync", "--dry-run").code == 3
    for file in shell.folder.glob("*.key"):
        file.unlink()

    def refuse(*_: object) -> None:
        pytest.fail("whatif asks nobody")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return shell


def other(shell: Shell, limit: str = "deactivate = 2", name: str = "new.toml") -> Path:
    """A copy of the configuration with another limit."""
    path = shell.folder / name
    path.write_text(shell.config.read_text().replace(LIMIT, limit), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but those a reader of the state leaves beside it for a while."""
    files = (path for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm")))
    return {path.name: path.read_bytes() for path in files}


def test_the_same_configuration_makes_no_difference(left: Shell) -> None:
    ran = left("whatif")

    assert ran.code == 0
    assert "of main under affisync.toml: the plan is the same." in ran.out
    assert ran.err == ""


def test_an_edit_of_the_configuration_in_use_is_compared_with_what_ran(left: Shell) -> None:
    other(left, name="affisync.toml")

    assert left("whatif").code == 3


def test_a_stricter_guard_holds_what_the_run_would_have_applied(left: Shell) -> None:
    ran = left("whatif", "--config", other(left))

    assert ran.code == 3
    assert "under new.toml: 5 rows of the plan would be otherwise." in ran.out
    assert "Apply → held · 5" in ran.out
    assert ran.out.count("held by deactivate: ") == 5
    assert re.search(r"Apply +5  \$500\.00 a month at stake +0", ran.out)
    assert re.search(r"Held +0 +5  \$500\.00 a month at stake", ran.out)
    assert "holds nothing" in ran.out
    assert "holds 5 of 5 rows, 2 may go" in ran.out


def test_the_document_has_both_plans_beside_each_other(left: Shell) -> None:
    told = left("whatif", "--config", other(left), "--format", "json").document

    assert (told["schema"], told["pair"], told["same"]) == ("affisync.whatif/1", "main", False)
    assert (told["counts"]["before"]["apply"], told["counts"]["after"]["apply"]) == (5, 0)
    assert (told["counts"]["before"]["held"], told["counts"]["after"]["held"]) == (0, 5)
    assert told["config"]["before"] != told["config"]["after"]
    assert {(r["turn"]["before"], r["turn"]["after"]) for r in told["rows"]} == {("apply", "held")}
    assert {row["after"]["guard"] for row in told["rows"]} == {"deactivate"}
    (guard,) = told["guards"]
    assert (guard["before"], guard["after"]["held"]) == (None, 5)
    assert set(told["totals"]["after"]) == {"apply", "held", "conflict", "waiting", "break"}
    same = left("whatif", "--format", "json")
    assert (same.code, same.document["same"], same.document["rows"]) == (0, True, [])


def test_a_run_is_named_by_the_start_of_its_id(left: Shell) -> None:
    runs = left("runs", "--format", "json").document["runs"]
    first = runs[-1]["run"]["id"]

    ran = left("whatif", "--run", first, "--config", other(left), "--format", "json")

    assert (ran.code, ran.document["run"], ran.document["rows"]) == (0, first, [])
    assert ran.document["notes"]["run"][0].endswith("so both plans do: all.")


def test_nothing_is_written(left: Shell) -> None:
    new = other(left)
    before = contents(left.folder)

    left("whatif", "--config", new)

    assert contents(left.folder) == before


def test_a_configuration_elsewhere_is_compared_in_the_state_of_the_base(left: Shell) -> None:
    elsewhere = left.folder / "drafts"
    elsewhere.mkdir()
    new = other(left).rename(elsewhere / "new.toml")
    base = left.config.rename(left.folder / "live.toml")

    assert left("whatif", "--config", new, "--base", base).code == 3
    alone = left("whatif", "--config", new)
    assert alone.code == 2
    assert "There is no state file" in alone.err
    assert not (elsewhere / "state.db").exists()
    assert left("whatif", "--config", new.rename(left.folder / "new.toml")).code == 3


def test_without_a_kept_run_it_names_the_setting(left: Shell) -> None:
    ran = left("whatif", "--run", "2020")

    assert ran.code == 2
    assert "Set state.keep_snapshots" in ran.err
    assert ran.out == ""


def test_a_pair_the_other_configuration_does_not_have_is_refused(left: Shell) -> None:
    ran = left("whatif", "--config", other(left), "--pair", "shop")

    assert ran.code == 2
    assert "There is no pair 'shop'" in ran.err
