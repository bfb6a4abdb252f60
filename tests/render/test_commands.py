"""Commands work where they are pasted: they name the configuration they need."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync.render import Format, render
from sync.render.commands import Commands, with_commands
from tests.render.reports import DRY, FOLDED, IN_SYNC


def test_the_default_configuration_needs_no_name() -> None:
    commands = Commands("main")

    assert commands.explain == "affisync explain EMAIL --pair main"
    assert commands.inbox == "affisync inbox --pair main"
    assert commands.page("r1") == "affisync report r1 --format html --output report.html"
    assert with_commands(DRY, commands) is DRY


@pytest.mark.parametrize(
    "path, named",
    [
        ("eu.toml", "eu.toml"),
        ("/etc/affisync/eu.toml", "/etc/affisync/eu.toml"),
        ("my file.toml", "'my file.toml'"),
        ("a'b; rm.toml", """'a'"'"'b; rm.toml'"""),
    ],
)
def test_another_configuration_is_named_as_a_shell_reads_it(path: str, named: str) -> None:
    commands = Commands("main", Path(path))

    assert commands.inbox == f"affisync inbox --pair main --config {named}"
    assert commands.explain.endswith(f" --config {named}")
    assert commands.page("r1").endswith(f" --config {named}")


def test_only_our_own_commands_are_told_where_the_configuration_is() -> None:
    assert Commands("main", Path("x.toml")).typed("chmod 600 x") == "chmod 600 x"


def test_a_command_in_a_sentence_of_a_guard_is_told_it_too() -> None:
    message = "25 held. Row by row: affisync approve --pair eu-1 --guard deactivate."
    (verdict,) = DRY.guards
    report = replace(DRY, guards=(replace(verdict, message=message),))

    (told,) = with_commands(report, Commands("eu-1", Path("eu.toml"))).guards

    assert told.message == (
        "25 held. Row by row: affisync approve --pair eu-1 --guard deactivate --config eu.toml."
    )
    assert Commands("eu-1", Path("eu.toml")).told("affisync does nothing.") == (
        "affisync does nothing."
    )


def test_nothing_in_a_path_steers_a_terminal() -> None:
    assert "\x1b" not in Commands("main", Path("\x1b[31m.toml")).inbox


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN, Format.HTML, Format.JSON])
def test_every_format_names_it_with_the_guards_command(form: Format) -> None:
    wanted = "affisync sync --pair main --allow deactivate"

    assert f"{wanted} --config eu.toml" in render(DRY, form, config=Path("eu.toml"))
    assert f"{wanted} --config" not in render(DRY, form)


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN, Format.HTML])
def test_every_format_names_it_with_its_own_commands(form: Format) -> None:
    text = render(replace(FOLDED, guards=()), form, config=Path("eu.toml"))

    assert "affisync explain EMAIL --pair main --config eu.toml" in text
    assert "--pair main\n" not in text
    assert "--pair main<" not in text
    assert "--pair main`" not in text


def test_a_report_without_commands_names_nothing() -> None:
    assert "eu.toml" not in render(IN_SYNC, Format.TEXT, config=Path("eu.toml"))
