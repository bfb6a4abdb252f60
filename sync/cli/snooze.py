"""``affisync snooze``: a row leaves the inbox for a while."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.choosing import All, As, DryRun, Ids, OfField, OfKind, OfPerson, OfRule
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
    Yes,
)

if TYPE_CHECKING:
    from sync.app import App


def command(
    time: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long: 8h, 3d.", show_default=False)
    ],
    rows: Ids = None,
    kind: OfKind = None,
    field: OfField = None,
    rule: OfRule = None,
    person: OfPerson = None,
    everything: All = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to know of it.")] = "",
    name: As = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Put rows off: nobody is reminded of them until the time is over, and nothing is done.

    Example: affisync snooze 3fa9c1 --for 3d --note "waits for legal"
    """
    from sync.cli.choosing import Asked, decide, time_ahead, typed_ids, whose
    from sync.core.decision import Verb
    from sync.core.inbox import is_open
    from sync.core.weigh import Wish
    from sync.runs.choosing import Choice

    lasts = time_ahead(time, "--for")

    def wish(app: "App") -> Wish:
        now = app.clock()
        return Wish(Verb.SNOOZE, whose(name), now, note, now + lasts)

    choice = Choice(typed_ids(rows), kind, field=field, rule=rule, person=person, all=everything)
    decide(Asked(config, pair, form, dry_run=dry_run, yes=yes), choice, is_open, wish)
