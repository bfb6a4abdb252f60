"""``affisync init``: by options and by asking, never over what is there, proven before it is."""

import os
from pathlib import Path

import pytest

from sync.config import Config, load
from tests.cli.playing import Shell

KEYS = {"WHOP_API_KEY": "whop-secret", "AFFIHUB_API_KEY": "affihub-secret"}
HERE = ("--company-id", "biz_1")


def loaded(path: Path) -> Config:
    return load(path, KEYS)


def test_options_alone_are_enough(shell: Shell) -> None:
    ran = shell("init", *HERE)

    assert (ran.code, ran.out) == (0, "")
    config = loaded(shell.config)
    assert config.pairs["main"].whop.company_id == "biz_1"
    assert config.pairs["main"].whop.api_key.get_secret_value() == "whop-secret"
    assert config.state_path == shell.folder / "state.db"


def test_the_file_is_for_its_owner_alone(shell: Shell) -> None:
    before = os.umask(0)
    try:
        shell("init", *HERE)
    finally:
        os.umask(before)

    assert shell.config.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in shell.folder.iterdir()] == ["affisync.toml"]


def test_it_names_the_next_commands_and_the_keys_to_export(shell: Shell) -> None:
    ran = shell("init", *HERE, "--config", "other.toml")

    assert "affisync doctor --config other.toml" in ran.err
    assert "affisync sync --dry-run --config other.toml" in ran.err
    assert "export WHOP_API_KEY=" in ran.err
    assert "export AFFIHUB_API_KEY=" in ran.err


def test_keys_that_are_there_are_not_asked_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)

    ran = shell("init", *HERE)

    assert "export" not in ran.err
    assert "secret" not in ran.err + shell.config.read_text(encoding="utf-8")


def test_every_option_has_its_place(shell: Shell) -> None:
    key = shell.folder / "whop.key"
    key.touch(mode=0o600)
    key.write_text("from-a-file", encoding="utf-8")

    ran = shell(
        "init", *HERE, "--whop-key-file", "whop.key", "--affihub-key-env", "OTHER_KEY",
        "--whop-url", "https://whop.example.com/api/v1", "--affihub-url", "http://localhost:9/v1",
        "--schedule", "every 30m", "--pair", "eu-1",
    )  # fmt: skip

    assert ran.code == 0
    pair = load(shell.config, {"OTHER_KEY": "other"}).pairs["eu-1"]
    assert pair.whop.api_key.get_secret_value() == "from-a-file"
    assert pair.affihub.api_key.get_secret_value() == "other"
    assert pair.whop.base_url == "https://whop.example.com/api/v1"
    assert pair.affihub.base_url == "http://localhost:9/v1"
    assert "every 30m" in shell.config.read_text(encoding="utf-8")


def test_what_is_there_is_not_written_over(shell: Shell) -> None:
    shell.config.write_text("mine", encoding="utf-8")

    ran = shell("init", *HERE)

    assert ran.code == 2
    assert "--force" in ran.err
    assert shell.config.read_text(encoding="utf-8") == "mine"


def test_force_writes_over_it_and_makes_it_private(shell: Shell) -> None:
    shell.config.write_text("mine", encoding="utf-8")
    shell.config.chmod(0o644)

    assert shell("init", *HERE, "--force").code == 0

    assert loaded(shell.config).pairs["main"].whop.company_id == "biz_1"
    assert shell.config.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_loaded_is_not_written(shell: Shell) -> None:
    shell.config.write_text("mine", encoding="utf-8")

    ran = shell(
        "init", "--force", "--company-id", "biz 1", "--schedule", "sometimes",
        "--whop-url", "http://whop.example.com",
    )  # fmt: skip

    assert ran.code == 2
    for told in ("company_id", "schedule", "base_url", "Nothing was written."):
        assert told in ran.err
    assert shell.config.read_text(encoding="utf-8") == "mine"
    assert len(list(shell.folder.iterdir())) == 1


@pytest.mark.parametrize("mode, told", [(None, "no such file"), (0o644, "chmod 600")])
def test_a_key_file_that_cannot_be_used_is_told(shell: Shell, mode: int | None, told: str) -> None:
    key = shell.folder / "whop.key"
    if mode:
        key.write_text("key", encoding="utf-8")
        key.chmod(mode)

    ran = shell("init", *HERE, "--whop-key-file", "whop.key")

    assert ran.code == 2
    assert told in ran.err
    assert not shell.config.exists()


def test_a_key_cannot_come_from_two_places(shell: Shell) -> None:
    ran = shell("init", *HERE, "--whop-key-file", "whop.key", "--whop-key-env", "KEY")

    assert ran.code == 2
    assert "not by both" in ran.err


def test_without_a_terminal_the_company_must_be_named(shell: Shell) -> None:
    ran = shell("init")

    assert ran.code == 2
    assert "--company-id" in ran.err


def test_a_folder_that_is_not_there_is_told(shell: Shell) -> None:
    ran = shell("init", *HERE, "--config", "nowhere/affisync.toml")

    assert ran.code == 2
    assert "nowhere/affisync.toml" in ran.err


def test_a_folder_in_the_place_of_the_file_is_told(shell: Shell) -> None:
    shell.config.mkdir()

    ran = shell("init", *HERE, "--force")

    assert ran.code == 2
    assert "affisync.toml" in ran.err


def test_on_a_terminal_it_asks_for_what_no_option_says(shell: Shell) -> None:
    ran = shell("init", answers="biz_9\n\nOTHER_KEY\nevery 20m\n")

    assert ran.code == 0
    text = shell.config.read_text(encoding="utf-8")
    for line in (
        'company_id = "biz_9"',
        'api_key_env = "WHOP_API_KEY"',
        'api_key_env = "OTHER_KEY"',
        'schedule = "every 20m"',
    ):
        assert line in text


def test_keys_that_are_typed_in_go_into_files_of_their_own(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(["whop-typed", "affihub-typed"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(keys))

    ran = shell("init", *HERE, answers="-\n-\n\n")

    assert ran.code == 0
    config = load(shell.config, {})
    assert config.pairs["main"].whop.api_key.get_secret_value() == "whop-typed"
    assert config.pairs["main"].affihub.api_key.get_secret_value() == "affihub-typed"
    for path in shell.folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert "typed" not in ran.err + shell.config.read_text(encoding="utf-8")


def test_a_typed_key_that_is_none_writes_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "two words")

    ran = shell("init", *HERE, answers="-\n\n\n")

    assert ran.code == 2
    assert "spaces" in ran.err
    assert "two words" not in ran.err
    assert list(shell.folder.iterdir()) == []
