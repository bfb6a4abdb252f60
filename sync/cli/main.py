"""Every command of affisync, and the one place where errors become sentences and exit codes.

Heavy modules are imported inside the commands: ``affisync --help`` has to be quick.
"""

import gc
import os
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.core import TyperGroup

from sync.errors import AffisyncError, Interrupted

if TYPE_CHECKING:
    from typer._click.core import Context  # what the class below is given, by no public name

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
    "selftest",
)
"""In the order the help shows them; each is ``command`` in the module of that name.

A group of commands is ``commands`` there; the help shows groups last.
"""

RARELY: Final = 50_000
"""New objects between two looks for garbage in cycles. A run keeps nearly all it reads until it
ends: Python's own 700 mean looking through everybody again and again, a tenth of a run's time."""

STOPPED: Final = "Stopped at once. What was in hand is settled by the next run."


class Sentences(TyperGroup):
    """The commands; what goes wrong with one is told in our words, not in those of a library."""

    def invoke(self, ctx: "Context") -> object:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise
        except KeyboardInterrupt:  # the library would end with 130 and say nothing
            raise Interrupted(STOPPED) from None


app = typer.Typer(
    name="affisync",
    cls=Sentences,
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


def _register(names: Iterable[str] = COMMANDS) -> None:
    """Give the app these commands, and no others."""
    app.registered_commands.clear()
    app.registered_groups.clear()
    for name in names:
        module = import_module(f"sync.cli.{name.replace('-', '_')}")
        if hasattr(module, "commands"):
            app.add_typer(module.commands, name=name)
        else:
            app.command(name)(module.command)


def main() -> None:
    """Run the command line; every error ends as one or two sentences on stderr."""
    debug = "--debug" in sys.argv
    _accept_any_output()
    try:
        # The one that is asked for is enough for itself; help and mistakes need them all.
        _register(set(sys.argv[1:2]) & set(COMMANDS) or COMMANDS)
        gc.set_threshold(RARELY)
        app(standalone_mode=True)
    except AffisyncError as error:
        if debug:
            traceback.print_exc()
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say(STOPPED)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # the last net: a bug is told as one, with the way to more
        if debug:
            raise
        _say(f"affisync ran into a bug of its own ({type(error).__name__}).")
        _say("Nothing is lost: what was written is recorded. Run it with --debug and report it.")
        sys.exit(1)


def _accept_any_output() -> None:
    """A closed stdout takes everything, and a terminal says a letter it does not know as a ?."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _say(text: str) -> None:
    from sync.render.clean import clean

    for line in text.splitlines():
        typer.echo(f"affisync: {clean(line, 1000)}", err=True)
