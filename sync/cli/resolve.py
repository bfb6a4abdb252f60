"""``affisync resolve``: a person settles conflicts, breaks and rows that failed."""

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.choosing import All, As, DryRun, Ids, OfField, OfKind, OfPerson, OfRule, Why
from sync.cli.options import (
    DEFAULT_CONFIG,
    AsListFormat,
    ConfigFile,
    Debug,
    ListFormat,
    PairName,
    Yes,
)
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.core.decision import Verb


def command(
    rows: Ids = None,
    use: Annotated[
        str | None,
        typer.Option(
            "--use", metavar="whop|affihub|VALUE", help="Whose value counts, or this value."
        ),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed.")] = False,
    ignore_field: Annotated[
        bool, typer.Option("--ignore-field", help="Leave this field of this person alone.")
    ] = False,
    kind: OfKind = None,
    field: OfField = None,
    rule: OfRule = None,
    person: OfPerson = None,
    everything: All = False,
    name: As = None,
    why: Why = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Settle what is in the inbox, one by one or by what it has in common; the next run does it.

    Rows that do not accept it are told with the reason, the others are settled; then it ends
    with 4.

    Example: affisync resolve --field commission --rule first-link-ask --use whop
    """
    from sync.cli.choosing import Asked, decide, typed_ids, whose
    from sync.core.decision import Verb
    from sync.core.inbox import is_open, may_retry
    from sync.core.weigh import Wish
    from sync.runs.choosing import Choice

    verb = _verb(use, retry=retry, ignore_field=ignore_field)
    choice = Choice(typed_ids(rows), kind, field=field, rule=rule, person=person, all=everything)
    fits = may_retry if verb is Verb.RETRY else is_open
    decide(
        Asked(config, pair, form, dry_run=dry_run, yes=yes),
        choice,
        fits,
        lambda app: Wish(verb, whose(name), app.clock(), why, value=_value(use)),
    )


def _value(use: str | None) -> str | None:
    """A value as rows accept it: ``Whop``, ``25 %``."""
    return use and use.strip().removesuffix("%").strip().casefold()


def _verb(use: str | None, *, retry: bool, ignore_field: bool) -> "Verb":
    from sync.core.decision import Verb

    asked = {Verb.USE: use is not None, Verb.RETRY: retry, Verb.IGNORE_FIELD: ignore_field}
    verbs = [verb for verb, wanted in asked.items() if wanted]
    if len(verbs) != 1:
        raise UsageError("Say one of --use whop|affihub|VALUE, --retry and --ignore-field.")
    return verbs[0]
