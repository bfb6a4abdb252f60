"""``affisync init``: write a configuration that works, by asking or from options alone."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import DEFAULT_CONFIG, ConfigFile, Debug
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.cli.first_config import Wishes


def command(
    company_id: Annotated[
        str | None,
        typer.Option("--company-id", metavar="BIZ", help="The Whop company: biz_..."),
    ] = None,
    whop_key_env: Annotated[
        str | None, typer.Option("--whop-key-env", metavar="NAME", help="Variable with Whop's key.")
    ] = None,
    whop_key_file: Annotated[
        Path | None, typer.Option("--whop-key-file", metavar="FILE", help="File with Whop's key.")
    ] = None,
    affihub_key_env: Annotated[
        str | None,
        typer.Option("--affihub-key-env", metavar="NAME", help="Variable with Affihub's key."),
    ] = None,
    affihub_key_file: Annotated[
        Path | None,
        typer.Option("--affihub-key-file", metavar="FILE", help="File with Affihub's key."),
    ] = None,
    whop_url: Annotated[
        str | None, typer.Option("--whop-url", metavar="URL", help="Another base URL of Whop.")
    ] = None,
    affihub_url: Annotated[
        str | None, typer.Option("--affihub-url", metavar="URL", help="Another one of Affihub.")
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option("--schedule", metavar="WHEN", help='Cron fields, or such as "every 15m".'),
    ] = None,
    name: Annotated[
        str, typer.Option("--pair", metavar="NAME", help="What to call the pair.")
    ] = "main",
    force: Annotated[
        bool, typer.Option("--force", help="Write over a configuration that is there.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    debug: Debug = False,  # read by main
) -> None:
    """Write a configuration for one pair, readable by you alone.

    Asks on a terminal for what no option says; without a terminal, defaults stand in for it.

    Example: affisync init --company-id biz_XXXXXXXXXXXXXX
    """
    from sync.cli.first_config import KeyFrom, Wishes, unset, write_first

    if config.exists() and not force:
        raise UsageError(f"{config} is there already; write over it with --force, or name another.")
    given = Wishes(
        company_id=company_id,
        whop=KeyFrom(env=whop_key_env, file=whop_key_file),
        affihub=KeyFrom(env=affihub_key_env, file=affihub_key_file),
        whop_url=whop_url,
        affihub_url=affihub_url,
        schedule=schedule,
        pair=name,
    )
    wishes = _completed(given, config)
    write_first(config, wishes, os.environ)
    _next(config, unset(wishes, os.environ))


def _completed(given: "Wishes", config: Path) -> "Wishes":
    """The wishes with what was asked for on the terminal, if there is one."""
    if sys.stdin.isatty():
        from sync.cli.first_questions import asked

        return asked(given, config)
    if given.company_id is None:
        raise UsageError("There is no terminal to ask on: name the company with --company-id.")
    return given


def _next(config: Path, unset: tuple[str, ...]) -> None:
    from sync.cli.running import say

    named = "" if config == DEFAULT_CONFIG else f" --config {config}"
    say(f"Written: {config}. All there is to set is in config.example.toml.")
    for variable in unset:
        say(f"First: put the key into the variable {variable} (export {variable}=...).")
    say(f"Next:  affisync doctor{named}")
    say(f"Then:  affisync sync --dry-run{named}")
