"""``affisync verify-log``: whether the record of runs and decisions is still what it was."""

import re
from typing import Annotated, Final

import typer

from sync.cli.options import DEFAULT_CONFIG, AsListFormat, ConfigFile, Debug, ListFormat
from sync.errors import UsageError

NOT_AS_IT_WAS: Final = 4
HEAD: Final = re.compile("[0-9a-f]{12,64}")


def command(
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="HASH",
            help="A head of the log from an earlier report, or its start of 12 characters or more.",
        ),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Check every run, its rows and every decision in the state against the log.

    The log is a chain of hashes: whoever changes what is recorded has to write all later entries
    anew. That shows by nothing in the state itself, but every report, notification and `status`
    names the head of the log at its time. A head from outside that the log does not know convicts
    the state; compare with one from before the change you fear.

    Ends with 0 where all is as it was recorded, with 4 where something is not, or where the log
    does not know the head: a person has to look then.

    Example: affisync verify-log --head 3f9a1c5be027
    """
    from sync.cli.as_it_is import open_as_it_is
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.render.verified import Checked, document, text

    asked = _hash(head)
    with open_as_it_is(config) as app:
        checked = Checked(app.store.verify_log(asked), asked)
    if form is ListFormat.JSON:
        tell(document(checked))
    else:
        tell(text(checked, width=columns(), color=has_color()))
    raise typer.Exit(0 if checked.is_sound else NOT_AS_IT_WAS)


def _hash(head: str | None) -> str | None:
    asked = head.strip().lower() if head is not None else None
    if asked is not None and not HEAD.fullmatch(asked):
        raise UsageError(
            "--head takes a head of the log as reports show it: 12 to 64 characters, 0-9 and a-f."
        )
    return asked
