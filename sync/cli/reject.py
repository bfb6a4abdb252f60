"""``affisync reject``: a person says no to held rows."""

from typing import Annotated

import typer

from sync.cli.choosing import All, As, DryRun, Ids, OfGuard, OfKind, OfPerson
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
    Yes,
)


def command(
    rows: Ids = None,
    kind: OfKind = None,
    guard: OfGuard = None,
    person: OfPerson = None,
    everything: All = False,
    name: As = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why not; it is kept with it.")
    ] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Say no to held rows: they are not done, and nobody is reminded, until they change.

    Ends with 4 where some of the rows cannot be rejected.

    Example: affisync reject 3fa9c1 --reason "still under contract"
    """
    from sync.cli.choosing import Asked, decide, typed_ids, whose
    from sync.core.decision import Verb
    from sync.core.inbox import awaits_word
    from sync.core.weigh import Wish
    from sync.runs.choosing import Choice

    choice = Choice(typed_ids(rows), kind, guard=guard, person=person, all=everything)
    asked = Asked(config, pair, form, dry_run=dry_run, yes=yes)
    decide(
        asked, choice, awaits_word, lambda app: Wish(Verb.REJECT, whose(name), app.clock(), reason)
    )
