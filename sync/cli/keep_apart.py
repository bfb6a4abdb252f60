"""``affisync keep-apart``: a person says that two who look alike are not the same person."""

import os
from typing import Annotated

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
from sync.errors import UsageError


def command(
    affiliate: Annotated[
        str, typer.Argument(metavar="AFFILIATE", help="The affiliate's id: aff_...")
    ],
    partner: Annotated[
        str, typer.Argument(metavar="PARTNER", help="The partner's id (par_...) or email.")
    ],
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Remember that an affiliate and a partner are two people, whatever their emails say.

    Example: affisync keep-apart aff_9Kq2 par_71xw
    """
    from sync.app import open_app
    from sync.cli.asking import agree, need_answer
    from sync.cli.running import say
    from sync.cli.telling import tell_links
    from sync.cli.watching import ask_sides
    from sync.render.who import affiliate_line, partner_line
    from sync.runs.linking import Taken, keep_apart, linked_now, read_two

    need_answer(yes=yes)
    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        two, known = ask_sides(app, name, lambda opened: read_two(opened, affiliate, partner))
        say(affiliate_line(two.affiliate))
        say(partner_line(two.partner))
        if Taken(known.links).together(two):
            raise UsageError(linked_now(two))
        if two.apart in known.apart:
            say("They are kept apart already; nothing to do.")
        else:
            agree("Keep these two apart?", yes=yes)
            keep_apart(app.store, name, two, app.clock())
            say("Kept apart from now on; only `affisync link` brings them together.")
    tell_links(form, name, apart=[two.apart])
