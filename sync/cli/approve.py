"""``affisync approve``: a person says yes to held rows."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.choosing import (
    All,
    As,
    DryRun,
    Ids,
    OfGuard,
    OfKind,
    OfPerson,
    Why,
)
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
    from sync.core.weigh import Wish


def command(
    rows: Ids = None,
    kind: OfKind = None,
    guard: OfGuard = None,
    person: OfPerson = None,
    everything: All = False,
    name: As = None,
    why: Why = "",
    expire: Annotated[
        str | None,
        typer.Option("--expire", metavar="TIME", help="How long it holds, instead of as set."),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Say yes to held rows, one by one or by what they have in common; the next run applies them.

    A yes is to the row as it is: once anything about it changed, it counts no more. Ends with 4
    where some of the rows cannot be approved.

    Example: affisync approve --kind deactivate-partner --why "left the program"
    """
    from sync.cli.choosing import Asked, decide, time_ahead, typed_ids, whose
    from sync.core.decision import Verb
    from sync.core.inbox import awaits_word
    from sync.core.weigh import Wish
    from sync.runs.choosing import Choice

    lasts = None if expire is None else time_ahead(expire, "--expire")

    def wish(app: "App") -> "Wish":
        now = app.clock()
        until = now + (lasts or app.config.approvals.expire)
        return Wish(Verb.APPROVE, whose(name), now, why, until)

    choice = Choice(typed_ids(rows), kind, guard=guard, person=person, all=everything)
    decide(Asked(config, pair, form, dry_run=dry_run, yes=yes), choice, awaits_word, wish)
