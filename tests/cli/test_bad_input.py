"""What people get wrong outside a run: each is one plain message and the exit code for it."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.playing import Shell, Town

COMMANDS = {
    "report": "report",
    "runs": "runs",
    "link": "link aff_1 par_1 --yes",
    "unlink": "unlink aff_1 --yes",
    "keep-apart": "keep-apart aff_1 par_1 --yes",
    "links": "links",
    "explain": "explain ann",
    "stamp": "stamp --yes",
}
ASKING = ("link", "unlink", "keep-apart", "explain", "stamp")
"""Those that ask a side something, and need the key to it."""

every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())


@every_command
def test_a_missing_configuration_is_told_with_the_way_out(shell: Shell, command: str) -> None:
    ran = shell(*command.split())

    assert (ran.code, ran.out) == (2, "")
    assert "affisync.toml: there is no such file" in ran.err
    assert "affisync init" in ran.err
    assert "Traceback" not in ran.err


@every_command
def test_unknown_keys_name_the_right_one(town: Town, command: str) -> None:
    text = town.shell.config.read_text(encoding="utf-8").replace("base_url", "base_ulr", 1)
    town.shell.config.write_text(text, encoding="utf-8")

    ran = town(*command.split())

    assert ran.code == 2
    assert "pairs.main.whop.base_ulr: unknown key; did you mean base_url?" in ran.err


@every_command
def test_unknown_variables_name_the_right_one(
    town: Town, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("AFFISYNC_STATE_URL", "sqlite:///x.db")

    ran = town(*command.split())

    assert ran.code == 2
    assert "did you mean AFFISYNC_STATE__URL?" in ran.err


@pytest.mark.parametrize("command", ["sync --dry-run", *(COMMANDS[name] for name in ASKING)])
def test_a_missing_key_is_told_with_its_place(town: Town, command: str) -> None:
    (town.folder / "affisync.whop.key").unlink()

    ran = town(*command.split())

    assert ran.code == 2
    assert "pairs.main.whop.api_key_file" in ran.err


@pytest.mark.parametrize("command", ["report", "runs", "links"])
def test_what_asks_neither_side_needs_no_key(town: Town, command: str) -> None:
    town("sync", "--dry-run")
    (town.folder / "affisync.whop.key").unlink()

    assert town(command).code == 0


@every_command
def test_a_foreign_state_is_refused_and_left_alone(town: Town, command: str) -> None:
    path = town.folder / "state.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (id INTEGER)")
    connection.close()
    before = path.read_bytes()

    ran = town(*command.split())

    assert ran.code == 2
    assert "another program" in ran.err
    assert path.read_bytes() == before


@every_command
def test_a_newer_state_is_refused(town: Town, command: str) -> None:
    town("sync", "--dry-run")
    connection = sqlite3.connect(town.folder / "state.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    ran = town(*command.split())

    assert ran.code == 2
    assert "newer affisync" in ran.err


@every_command
def test_a_state_without_a_folder_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("AFFISYNC_STATE__URL", "sqlite:///nowhere/state.db")

    ran = town(*command.split())

    assert ran.code == 2
    assert "no folder" in ran.err


@every_command
def test_a_folder_in_the_place_of_the_state_is_told(town: Town, command: str) -> None:
    (town.folder / "state.db").mkdir()

    ran = town(*command.split())

    assert ran.code == 2
    assert "is a directory" in ran.err


@every_command
def test_unknown_options_and_forms_end_with_two(shell: Shell, command: str) -> None:
    assert shell(*command.split(), "--no-such-option").code == 2
    assert shell(*command.split(), "--format", "yaml").code == 2


@every_command
def test_every_help_has_an_example_that_begins_with_its_command(shell: Shell, command: str) -> None:
    name = command.split(maxsplit=1)[0]

    ran = shell(name, "--help")

    assert ran.code == 0
    assert f"Example: affisync {name}" in ran.out


@pytest.mark.parametrize("path", ["links", "report"])
def test_an_output_that_is_a_folder_is_told(town: Town, path: str, tmp_path: Path) -> None:
    town("sync", "--dry-run")

    ran = town(path, "--output", tmp_path)

    assert ran.code == 2
    assert "Is a directory" in ran.err


def test_debug_shows_where_it_went_wrong_and_ends_with_the_same_code(shell: Shell) -> None:
    ran = shell("runs", "--debug")

    assert ran.code == 2
    assert "Traceback" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        "held",
        "inbox",
        "history ann",
        "runs",
        "report",
        "links",
        "statement",
        "unmatched --kept",
        "approve --all --yes",
        "resolve --all --retry --yes",
    ],
)
def test_where_the_state_is_gone_nobody_says_that_all_is_well(town: Town, command: str) -> None:
    ran = town(*command.split())

    assert (ran.code, ran.out) == (2, "")
    assert "There is no state file" in ran.err
    assert "affisync sync --dry-run" in ran.err
    assert not (town.folder / "state.db").exists()


@pytest.mark.parametrize("typed", ["", "aff_1", "aff_1 par_1 --review", "--review --import x.csv"])
def test_link_says_what_is_missing_before_whether_there_is_a_terminal(
    shell: Shell, typed: str
) -> None:
    ran = shell("link", *typed.split())

    assert (ran.code, ran.out) == (2, "")
    for way in ("an AFFILIATE and a PARTNER", "--import FILE", "--review on a terminal"):
        assert way in ran.err


@pytest.mark.parametrize("typed", ["approve --kind nope", "runs --format nope", "state check -x"])
def test_a_word_that_is_none_of_those_there_are_is_told_in_plain_words(
    shell: Shell, typed: str
) -> None:
    ran = shell(*typed.split())

    assert (ran.code, ran.out) == (2, "")
    assert "Value error" not in ran.err
    assert "Usage: affisync" in ran.err
