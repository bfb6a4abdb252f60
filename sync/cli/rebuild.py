"""``affisync rebuild``: the links, made anew from stamps and addresses after the state was lost."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

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
    from sync.runs.rebuild import Announce, Rebuilt


def command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be restored; restore nothing.")
    ] = False,
    no_stamps: Annotated[
        bool,
        typer.Option("--no-stamps", help="Go by addresses alone: quick, and proves fewer people."),
    ] = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Restore the links of a lost state from the partners' stamps and from equal addresses.

    Reads both sides and writes to neither; links that are there already are kept. Ends with 3
    where --dry-run finds links to restore, with 4 where somebody could not be proved.

    Example: affisync rebuild --dry-run
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.rebuilt import document, exit_code, text
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell

    need_answer(yes=yes or dry_run)
    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        look = _look if dry_run else _rebuild
        found = look(app, name, stamps=not no_stamps, yes=yes)
    if form is ListFormat.JSON:
        tell(document(found, dry_run=dry_run))
    else:
        tell(text(found, dry_run=dry_run, width=columns(), color=has_color()))
    raise typer.Exit(exit_code(found, dry_run=dry_run))


def _look(app: "App", name: str, *, stamps: bool, yes: bool = False) -> "Rebuilt":
    from sync.cli.watching import ask_sides
    from sync.runs.rebuild import look

    return ask_sides(app, name, lambda pair: look(pair, _announce(app, name), stamps=stamps))


def _rebuild(app: "App", name: str, *, stamps: bool, yes: bool) -> "Rebuilt":
    """Look and restore in one go, or let the pair go while a person thinks."""
    from sync.cli.asking import agree
    from sync.cli.running import say
    from sync.cli.watching import ask_sides
    from sync.runs.linking import held
    from sync.runs.rebuild import restore

    # Held while reading too: a run in between would link by address alone.
    with held(app.store, name) as lease:
        found = _look(app, name, stamps=stamps)
        if yes or not found.restored:
            return ask_sides(app, name, lambda pair: restore(pair, lease, found))
    if found.needs_person:
        say("Some people are not proved and are left alone; the report that follows names them.")
    agree(f"Restore {_count(found)}?", yes=yes)
    with held(app.store, name) as lease:
        return ask_sides(app, name, lambda pair: restore(pair, lease, found))


def _count(found: "Rebuilt") -> str:
    from sync.cli.rebuilt import evidence
    from sync.render.words import number

    return f"{number(len(found.restored), 'link')} ({evidence(found)})"


def _announce(app: "App", name: str) -> "Announce":
    """Say how long it takes before it does."""
    from sync.cli.running import say
    from sync.render.words import number

    per_minute = app.config.pairs[name].affihub.requests_per_minute

    def announce(partners: int) -> None:
        if partners:
            minutes = number(-(-partners // per_minute), "minute")
            say(
                f"Reading {number(partners, 'partner')} one by one for their stamps: about "
                f"{minutes} at {per_minute:,} requests a minute. Without them, by addresses "
                "alone, it is quick: --no-stamps."
            )

    return announce
