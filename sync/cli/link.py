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
    from collections.abc import Sequence

    from sync.app import App
    from sync.core.ports import Known
    from sync.runs.linking import Two

SHOWN = 5
"""People named before a whole file of them is linked."""


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
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Link an affiliate and a partner who are the same person; the next sync compares them.

    Example: affisync link aff_9Kq2 maria@example.com
    """
    from sync.app import open_app
    from sync.cli.asking import need_answer
    from sync.cli.telling import tell_links

    need_answer(yes=yes)
    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        match affiliate, partner, file:
            case str(), str(), None:
                twos = _link_two(app, name, (affiliate, partner), yes=yes)
            case None, None, Path():
                twos = _link_many(app, name, file, yes=yes)
            case _:
                raise UsageError("Name an AFFILIATE and a PARTNER, or a file with --import.")
        named = {two.affiliate.id for two in twos}
        links = app.store.known(name, app.clock()).links
        tell_links(form, name, (link for link in links if link.whop_id in named))


def _link_two(app: "App", name: str, ids: tuple[str, str], *, yes: bool) -> "Sequence[Two]":
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
        return [two]
    if two.apart in known.apart:
        say("Until now they were kept apart, because a person said so.")
    agree("Link these two?", yes=yes)
    link(app.store, name, [two], app.clock())
    say("Linked. What the two disagree on shows in: affisync sync --dry-run")
    return [two]


def _link_many(app: "App", name: str, file: Path, *, yes: bool) -> "Sequence[Two]":
    from sync.cli.asking import agree
    from sync.cli.running import say
    from sync.render.who import affiliate_line, partner_line
    from sync.runs.linking import Taken, link

    twos, known = _checked(app, name, file)
    taken = Taken(known.links)
    new = [two for two in twos if not taken.together(two)]
    if len(new) < len(twos):
        say(f"{len(twos) - len(new)} of {len(twos)} are linked already.")
    if not new:
        say("Nothing to do.")
        return twos
    for two in new[:SHOWN]:
        say(f"{affiliate_line(two.affiliate)} = {partner_line(two.partner)}")
    if len(new) > SHOWN:
        say(f"and {len(new) - SHOWN} more")
    agree(f"Link {len(new)}?", yes=yes)
    link(app.store, name, new, app.clock())
    say(f"Linked {len(new)}. What they disagree on shows in: affisync sync --dry-run")
    return twos


def _checked(app: "App", name: str, file: Path) -> "tuple[list[Two], Known]":
    """Both records of every line; ``UsageError`` tells every bad line at once."""
    from sync.cli.pairs_file import read_pairs, refuse
    from sync.cli.watching import ask_sides
    from sync.runs.linking import Taken, Two, objections, read_records

    pairs = read_pairs(file)
    ids = [line.whop_id for line in pairs.lines], [line.affihub_id for line in pairs.lines]
    records = ask_sides(app, name, lambda pair: read_records(pair, *ids))
    taken = Taken(records.known.links)
    problems = list(pairs.problems)
    for line in pairs.lines:
        told = objections(line.whop_id, line.affihub_id, records, taken)
        problems += (f"line {line.number}: {problem}" for problem in told)
    refuse(problems)
    twos = [Two(records.affiliates[a], records.partners[p]) for a, p in zip(*ids, strict=True)]
    return twos, records.known
