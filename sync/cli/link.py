"""``affisync link``: a person says that an affiliate and a partner are the same person."""

import os
from pathlib import Path
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
from sync.errors import UsageError

if TYPE_CHECKING:
    from sync.app import App
    from sync.cli.pairs_file import PairsFile
    from sync.runs.linking import Two

SHOWN = 5
"""People named before a whole file of them is linked."""

WHAT = (
    "Say whom to link: name an AFFILIATE and a PARTNER, or --import FILE, "
    "or --review on a terminal."
)


def command(
    affiliate: Annotated[
        str | None, typer.Argument(metavar="AFFILIATE", help="The affiliate's id: aff_...")
    ] = None,
    partner: Annotated[
        str | None, typer.Argument(metavar="PARTNER", help="The partner's id (par_...) or email.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help="Link many: a CSV file with the columns whop_id and affihub_id, such as "
            "`affisync links --format csv` writes. All of its lines are linked, or none.",
        ),
    ] = None,
    review: Annotated[
        bool,
        typer.Option(
            "--review",
            help="Go through the suggestions of `affisync unmatched` on the terminal, best first.",
        ),
    ] = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Link an affiliate and a partner who are the same person; the next sync compares them.

    Each answer of --review is recorded at once: leave it with q and go on another day.

    Example: affisync link aff_9Kq2 maria@example.com

    Example: affisync link --review
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.link_review import need_terminal, walk
    from sync.cli.telling import tell_links

    ways = (bool(affiliate and partner), file is not None, review)
    if sum(ways) != 1 or (affiliate is None) != (partner is None):
        raise UsageError(WHAT)
    if review:
        need_terminal(yes=yes)
    need_answer(yes=yes)
    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        apart: list[tuple[str, str]] = []
        if file:
            named = _link_many(app, name, file, yes=yes)
        elif affiliate and partner:
            named = _link_two(app, name, (affiliate, partner), yes=yes)
        else:
            named, apart = walk(app, name)
        links = app.store.known(name, app.clock()).links
        tell_links(form, name, (link for link in links if link.whop_id in named), apart)


def _link_two(app: "App", name: str, ids: tuple[str, str], *, yes: bool) -> set[str]:
    from sync.cli.asking import agree
    from sync.cli.running import say
    from sync.cli.watching import ask_sides
    from sync.render.who import affiliate_line, partner_line
    from sync.runs.linking import Taken, link, read_two

    two, known = ask_sides(app, name, lambda pair: read_two(pair, *ids))
    taken = Taken(known.links)
    if problems := list(taken.objections(two)):
        raise UsageError("\n".join(problems))
    say(affiliate_line(two.affiliate))
    say(partner_line(two.partner))
    if taken.together(two):
        say("They are linked already; nothing to do.")
        return {two.affiliate.id}
    if two.apart in known.apart:
        say("Until now they were kept apart, because a person said so.")
    agree("Link these two?", yes=yes)
    link(app.store, name, [two], app.clock())
    say("Linked. What the two disagree on shows in: affisync sync --dry-run")
    return {two.affiliate.id}


def _link_many(app: "App", name: str, file: Path, *, yes: bool) -> set[str]:
    from sync.cli.asking import agree
    from sync.cli.pairs_file import read_pairs
    from sync.cli.running import say
    from sync.render.who import affiliate_line, partner_line
    from sync.runs.linking import link

    pairs = read_pairs(file)
    new = _new(app, name, pairs)
    named = {line.whop_id for line in pairs.lines}
    if len(new) < len(pairs.lines):
        say(f"{len(pairs.lines) - len(new)} of {len(pairs.lines)} are linked already.")
    if not new:
        say("Nothing to do.")
        return named
    for two in new[:SHOWN]:
        say(f"{affiliate_line(two.affiliate)} = {partner_line(two.partner)}")
    if len(new) > SHOWN:
        say(f"and {len(new) - SHOWN} more")
    agree(f"Link {len(new)}?", yes=yes)
    link(app.store, name, new, app.clock())
    say(f"Linked {len(new)}. What they disagree on shows in: affisync sync --dry-run")
    return named


def _new(app: "App", name: str, pairs: "PairsFile") -> "list[Two]":
    """Both records of every line that is no link yet; ``UsageError`` tells every bad line at once.

    A line that is a link is left alone, whatever has become of the records since.
    """
    from sync.cli.pairs_file import refuse
    from sync.cli.watching import ask_sides
    from sync.runs.linking import Taken, Two, objections, read_records

    links = app.store.known(name, app.clock()).links
    linked = {(link.whop_id, link.affihub_id) for link in links}
    lines = [line for line in pairs.lines if line.ids not in linked]
    if not lines:
        refuse(pairs.problems)
        return []
    ids = [line.whop_id for line in lines], [line.affihub_id for line in lines]
    records = ask_sides(app, name, lambda pair: read_records(pair, *ids))
    taken = Taken(records.known.links)
    problems = list(pairs.problems)
    for line in lines:
        told = objections(*line.ids, records, taken)
        problems += (f"line {line.number}: {problem}" for problem in told)
    refuse(problems)
    return [Two(records.affiliates[a], records.partners[p]) for a, p in zip(*ids, strict=True)]
