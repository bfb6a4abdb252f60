"""Every command of affisync, and the one place where errors become sentences and exit codes.

Heavy modules are imported inside the commands: ``affisync --help`` has to be quick.
"""

import sys
import traceback
from importlib import import_module
from typing import Annotated, Final

import typer

from sync.errors import AffisyncError

COMMANDS: Final = (
    "sync",
    "apply",
    "undo",
    "report",
    "runs",
    "unmatched",
    "link",
    "unlink",
    "keep-apart",
    "links",
    "explain",
    "history",
    "stamp",
    "statement",
    "rebuild",
    "daemon",
    "status",
    "notify",
    "held",
    "approve",
    "reject",
    "inbox",
    "resolve",
    "assign",
    "snooze",
    "whatif",
    "verify-log",
    "state",
    "doctor",
    "init",
    "sandbox",
    "demo",
)
"""In the order the help shows them; each is ``command`` in the module of that name.

A group of commands is ``commands`` there; the help shows groups last.
"""

app = typer.Typer(
    name="affisync",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(value: bool) -> None:  # the form of a typer callback
    if value:
        from sync import __version__

        typer.echo(f"affisync {__version__}")
        raise typer.Exit


@app.callback()
def affisync(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Keep a Whop company's affiliates and an Affihub program's partners in step.

    Who may earn, and at which rate: the same story on both sides, in both directions.
    """


def _register() -> None:
    """Give the app its commands, once in the life of a process."""
    known = len(app.registered_commands) + len(app.registered_groups)
    for name in COMMANDS[known:]:
        module = import_module(f"sync.cli.{name.replace('-', '_')}")
        if hasattr(module, "commands"):
            app.add_typer(module.commands, name=name)
        else:
            app.command(name)(module.command)


def main() -> None:
    """Run the command line; every error ends as one or two sentences on stderr."""
    debug = "--debug" in sys.argv
    try:
        _register()
        app(standalone_mode=True)
    except AffisyncError as error:
        if debug:
            traceback.print_exc()
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("Stopped at once. What was in hand is settled by the next run.")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # the last net: a bug is told as one, with the way to more
        if debug:
            raise
        _say(f"affisync ran into a bug of its own ({type(error).__name__}).")
        _say("Nothing is lost: what was written is recorded. Run it with --debug and report it.")
        sys.exit(1)


def _say(text: str) -> None:
    from sync.render.clean import clean

    for line in text.splitlines():
        typer.echo(f"affisync: {clean(line, 1000)}", err=True)
