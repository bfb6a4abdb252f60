"""``affisync unlink``: a person says that two linked records are not the same person."""

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
from sync.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.core.plan import Link
    from sync.runs.pair import Pair

APART = "They are kept apart from now on; only `affisync link` brings them together again."
FORGOTTEN = "They are forgotten, not kept apart: the next sync links them again by equal email."


def command(
    people: Annotated[
        list[str],
        typer.Argument(metavar="ID|EMAIL...", help="Ids (aff_..., par_..., user_...) or emails."),
    ],
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Do not keep them apart: the next sync may link them again."),
    ] = False,
    yes: Yes = False,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Part people who were linked by mistake, and remember to keep them apart.

    Nothing is written to either side: whoever was switched off stays so.

    Example: affisync unlink aff_9Kq2
    """
    from sync.app import open_app
    from sync.cli.asking import agree, need_answer
    from sync.cli.running import say
    from sync.cli.telling import tell_links
    from sync.cli.watching import ask_sides
    from sync.render.who import link_line
    from sync.runs.linking import unlink

    need_answer(yes=yes)
    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        links = ask_sides(app, name, lambda opened: _meant(opened, people))
        emails = app.store.known(name, app.clock()).emails
        for link in links:
            reading = emails.get(link.user_id)
            say(link_line(link, reading.emails if reading else ()))
        agree("Part these two?" if len(links) == 1 else f"Part these {len(links)}?", yes=yes)
        unlink(app.store, name, links, apart=not forget)
        say(f"Unlinked. {FORGOTTEN if forget else APART}")
    apart = () if forget else ((link.user_id, link.affihub_id) for link in links)
    tell_links(form, name, links, apart)


async def _meant(pair: "Pair", people: "Sequence[str]") -> "tuple[Link, ...]":
    """The one link behind each text; ``UsageError`` tells every text that names none or several."""
    from sync.runs.linking import links_of

    links: dict[str, Link] = {}
    problems = []
    for wanted in people:
        found = await links_of(pair, wanted)
        if len(found) == 1:
            links[found[0].whop_id] = found[0]
        else:
            problems.append(_unclear(wanted, found))
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(links.values())


def _unclear(wanted: str, found: "Sequence[Link]") -> str:
    if not found:
        return f"Nobody linked is known as {wanted}; see: affisync links --search TEXT"
    which = ", ".join(f"{link.whop_id} and {link.affihub_id}" for link in found)
    return f"{wanted} may mean several: {which}. Name an affiliate or a partner by its id."
