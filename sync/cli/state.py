"""``affisync state``: copy the state while it is in use, and see whether it is sound."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sync.cli.options import DEFAULT_CONFIG, AsListFormat, ConfigFile, Debug, ListFormat

BACKUP_SCHEMA = "affisync.state-backup/1"
CHECK_SCHEMA = "affisync.state-check/1"
ADVICE = (
    "Put a backup in its place, or move it away: `affisync rebuild` restores the links from the"
    " stamps and addresses."
)
UNSOUND = 2

commands = typer.Typer(
    name="state",
    help="Copy the state while it is in use, and see whether it is sound.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Copy the state to FILE, readable by you alone; runs may go on meanwhile.

    The copy is one moment of the state, and looked through before this ends: with 2 where it is not
    sound. To go back to it, stop every run, put it in the place of the state (with no file named
    like the state and -wal or -shm left beside it) and run again.

    Example: affisync state backup /backups/state-monday.db
    """
    from sync.state.backup import backup as copy
    from sync.state.check import check as problems_of

    path = _state_path(config)
    copy(path, target, overwrite=force)
    size = target.stat().st_size
    seen = problems_of(target)
    if form is ListFormat.JSON:
        known = {"state": str(path), "file": str(target.absolute()), "bytes": size}
        _document(BACKUP_SCHEMA, known, seen)
    else:
        _text(f"{target.absolute()} ({size / 1_000_000:,.1f} MB), a copy of {path}", seen)
    raise typer.Exit(UNSOUND if seen else 0)


@commands.command("check")
def check(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A backup; left out, the state of --config."),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Look through the state, or a backup of it, and change nothing.

    Ends with 0 where it is sound, with 2 where it is not.

    Example: affisync state check /backups/state-monday.db
    """
    from sync.state.check import check as problems_of

    path = file or _state_path(config)
    seen = problems_of(path)
    if form is ListFormat.JSON:
        _document(CHECK_SCHEMA, {"file": str(path.absolute())}, seen)
    else:
        _text(str(path.absolute()), seen)
    raise typer.Exit(UNSOUND if seen else 0)


def _state_path(config: Path) -> Path:
    from sync.config import load

    return load(config, os.environ, keys=False).state_path


def _text(about: str, problems: tuple[str, ...]) -> None:
    from sync.cli.telling import tell
    from sync.render.clean import clean

    told = [f"{about}: {'not sound' if problems else 'sound'}."]
    told += [f"  {clean(problem, 1000)}" for problem in problems]
    tell("\n".join([*told, ADVICE] if problems else told))


def _document(schema: str, known: dict[str, object], problems: tuple[str, ...]) -> None:
    from sync.cli.telling import tell
    from sync.render.document import dumps

    tell(dumps({"schema": schema, **known, "sound": not problems, "problems": problems}))
