"""``affisync state``: backup and check, from the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sync.state.check import check
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


def test_without_a_key_the_way_to_do_without_is_told(used: Town) -> None:
    (used.folder / "affisync.whop.key").unlink()

    ran = used("state", "check")

    assert ran.code == 2
    assert "api_key_file" in ran.err
    assert "`affisync state check FILE` needs none" in ran.err


def test_another_fault_of_the_configuration_is_told_alone(used: Town) -> None:
    (used.folder / "affisync.whop.key").unlink()
    text = used.shell.config.read_text(encoding="utf-8").replace("base_url", "base_ulr", 1)
    used.shell.config.write_text(text, encoding="utf-8")

    ran = used("state", "check")

    assert ran.code == 2
    assert "did you mean base_url" in ran.err
    assert "needs none" not in ran.err


@pytest.mark.parametrize("command", ["backup", "check"])
def test_the_help_of_each_shows_an_example(shell: Shell, command: str) -> None:
    ran = shell("state", command, "--help")

    assert ran.code == 0
    assert f"Example: affisync state {command}" in ran.out


def test_the_group_stands_in_the_help(shell: Shell) -> None:
    assert "\n  state " in shell("--help").out
    assert "backup" in shell("state", "--help").out
