"""``affisync state``: backup and check, from the command line."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sync.state.check import check
from sync.state.store import Store
from tests.cli.playing import Shell, Town


@pytest.fixture
def used(town: Town) -> Town:
    """A town whose state holds a run."""
    town.both()
    town("sync", "--dry-run")
    return town


def spoil(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE runs SET status = 'canary'")
        raw.commit()


def test_a_backup_is_made_checked_and_told(used: Town) -> None:
    ran = used("state", "backup", "copy.db")

    assert ran.code == 0
    assert f"{used.folder / 'copy.db'} (" in ran.out
    assert ran.out.endswith("sound.\n")
    assert check(used.folder / "copy.db") == ()


def test_a_backup_as_one_document(used: Town) -> None:
    ran = used("state", "backup", "copy.db", "--format", "json")

    assert ran.code == 0
    assert ran.document == {
        "schema": "affisync.state-backup/1",
        "state": str(used.folder / "state.db"),
        "file": str(used.folder / "copy.db"),
        "bytes": (used.folder / "copy.db").stat().st_size,
        "sound": True,
        "problems": [],
    }


def test_a_file_that_is_there_wants_force(used: Town) -> None:
    used("state", "backup", "copy.db")

    ran = used("state", "backup", "copy.db")

    assert (ran.code, ran.out) == (2, "")
    assert "--force" in ran.err
    assert used("state", "backup", "copy.db", "--force").code == 0


def test_a_copy_that_is_not_sound_is_kept_and_told(used: Town) -> None:
    spoil(used.folder / "state.db")

    ran = used("state", "backup", "copy.db", "--format", "json")

    assert ran.code == 2
    assert not ran.document["sound"]
    assert (used.folder / "copy.db").exists()


def test_before_any_run_there_is_nothing_to_back_up_or_check(town: Town) -> None:
    backup, checked = town("state", "backup", "copy.db"), town("state", "check")

    assert backup.code == 2
    assert "There is no state" in backup.err
    assert checked.code == 2
    assert f"There is no file {town.folder / 'state.db'}." in checked.out
    assert not (town.folder / "state.db").exists()


def test_the_state_of_the_configuration_is_checked(used: Town) -> None:
    ran = used("state", "check")

    assert (ran.code, ran.out) == (0, f"{used.folder / 'state.db'}: sound.\n")


def test_a_state_that_is_not_sound_ends_with_two_and_the_way_out(used: Town) -> None:
    spoil(used.folder / "state.db")

    ran = used("state", "check")

    assert ran.code == 2
    assert "  In the table runs 1 have a status that cannot be understood.\n" in ran.out
    assert "affisync rebuild" in ran.out
    assert "canary" not in ran.out
    told = used("state", "check", "--format", "json").document
    assert (told["schema"], told["sound"]) == ("affisync.state-check/1", False)
    assert len(told["problems"]) == 1


def test_a_damaged_state_is_told_and_never_a_crash(used: Town) -> None:
    path = used.folder / "state.db"
    for offset in (0, 100, 4096, 20_480):
        with path.open("r+b") as raw:
            raw.seek(offset)
            raw.write(b"\xff" * 3000)

        ran = used("state", "check", "--format", "json")

        assert ran.code == 2
        assert ran.document["problems"]
        assert ran.err == ""


def test_a_file_is_checked_without_any_configuration(used: Town) -> None:
    used("state", "backup", "copy.db")
    used.shell.config.unlink()

    assert used("state", "check", "copy.db").code == 0


@pytest.mark.parametrize("command", [("backup", "copy.db"), ("check",)])
def test_neither_needs_a_key(used: Town, command: tuple[str, ...]) -> None:
    for key in used.folder.glob("*.key"):
        key.unlink()

    ran = used("state", *command)

    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("command", [("backup", "copy.db"), ("check",)])
def test_a_configuration_that_cannot_be_used_is_told(used: Town, command: tuple[str, ...]) -> None:
    text = used.shell.config.read_text(encoding="utf-8").replace("base_url", "base_ulr", 1)
    used.shell.config.write_text(text, encoding="utf-8")

    ran = used("state", *command)

    assert ran.code == 2
    assert "did you mean base_url" in ran.err


@pytest.mark.parametrize("command", ["backup", "check"])
def test_a_name_that_is_too_long_is_told_and_no_bug(used: Town, command: str) -> None:
    ran = used("state", command, "x" * 300)

    assert ran.code == 2
    assert "File name too long" in ran.out + ran.err
    assert "bug" not in ran.err


@pytest.mark.parametrize("command", ["backup", "check"])
def test_the_help_of_each_shows_an_example(shell: Shell, command: str) -> None:
    ran = shell("state", command, "--help")

    assert ran.code == 0
    assert f"Example: affisync state {command}" in ran.out


def test_the_group_stands_in_the_help(shell: Shell) -> None:
    assert "\n  state " in shell("--help").out
    assert "backup" in shell("state", "--help").out


def test_a_run_whose_state_goes_away_writes_to_neither_side_from_then_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        town.cast.both(town.cast.person())
    town("sync", "--yes", "--allow", "all")
    for affiliate in town.world.whop.affiliates.values():
        town.world.whop.edit(affiliate.id, status="archived")
    state, aside, intend = town.folder / "state.db", town.folder / "aside.db", Store.intend
    announced = count(1)

    def moved_at_the_third(store: Store, *write: Any) -> int:
        if next(announced) == 3:
            state.rename(aside)
        return intend(store, *write)

    before = len(town.world.writes)
    with monkeypatch.context() as moving:
        moving.setattr(Store, "intend", moved_at_the_third)
        ran = town("sync", "--yes", "--allow", "all")

    assert len(town.world.writes) - before <= 2
    assert (ran.code, "was moved or deleted" in ran.err) == (2, True)
    aside.rename(state)
    with closing(sqlite3.connect(state)) as raw:  # this program lives on, whose lease it was
        raw.execute("UPDATE leases SET holder = NULL")
        raw.commit()
    assert town("sync", "--yes", "--allow", "all").code == 0
    assert len(town.world.writes) - before == 12
