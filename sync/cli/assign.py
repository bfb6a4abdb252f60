"""``affisync assign``: who sees to a row of the inbox."""

from typing import Annotated

import typer

from sync.cli.choosing import As, DryRun
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
)
from sync.errors import UsageError


def command(
    rows_and_owner: Annotated[
        list[str],
        typer.Argument(metavar="ROW... OWNER", help="Ids, or unique starts of them; then a name."),
    ],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to know of it.")] = "",
    name: As = None,
    dry_run: DryRun = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Say who sees to a row; `affisync inbox --owner NAME` lists what somebody has.

    Example: affisync assign 3fa9c1 ana --note "ask her agency first"
    """
    from sync.cli.choosing import Asked, decide, typed_ids, whose
    from sync.core.decision import Verb
    from sync.core.inbox import is_open
    from sync.core.weigh import Wish
    from sync.runs.choosing import Choice

    *rows, owner = rows_and_owner
    if not rows:
        raise UsageError("Say which row, and then who sees to it: affisync assign ROW OWNER")
    decide(
        Asked(config, pair, form, dry_run=dry_run),
        Choice(typed_ids(rows)),
        is_open,
        lambda app: Wish(Verb.ASSIGN, whose(name), app.clock(), note, value=owner.strip()),
    )
