"""``affisync explain``: everything about one person, and why a run would do what it would."""

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
)
from sync.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.runs.explain import Explanation, Someone
    from sync.runs.pair import Pair
    from sync.runs.remember import Decided

MOST_TOLD = 20
"""People listed where a text may mean several."""


def command(
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            help="An id (aff_..., par_..., user_...), email, username, slug or part of a name.",
        ),
    ],
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsListFormat = ListFormat.TEXT,
    debug: Debug = False,  # read by main
) -> None:
    """Tell who somebody is on both sides, what a run would do about them, and why.

    Reads both sides and writes to neither.

    Example: affisync explain maria@example.com
    """
    from sync.app import open_app
    from sync.cli.explained import document, text
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.cli.watching import ask_sides

    with open_app(config, os.environ) as app:
        name = app.only_pair(pair)
        told = ask_sides(app, name, lambda opened: _explained(opened, person))
    if form is ListFormat.JSON:
        tell(document(told))
    else:
        tell(text(told, width=columns(), color=has_color()))


async def _explained(pair: "Pair", wanted: str) -> "Explanation":
    from sync.runs.explain import explain, look

    seen = await look(pair)
    return await explain(pair, seen, one_of(seen, wanted))


def one_of(seen: "Decided", wanted: str) -> "Someone":
    """The one person a text means; ``UsageError`` where it means nobody or several."""
    from sync.runs.explain import find

    match find(seen, wanted):
        case [someone]:
            return someone
        case found:
            raise UsageError(_unclear(wanted, found))


def _unclear(wanted: str, found: "Sequence[Someone]") -> str:
    if not found:
        return (
            f"Nobody on either side is known as {wanted}; "
            "try an id, an email, a username, a slug or part of a name."
        )
    lines = [f"{wanted} may mean {len(found)} people; name one by id:"]
    lines += [_one(someone) for someone in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(f"and {len(found) - MOST_TOLD} more")
    return "\n".join(lines)


def _one(someone: "Someone") -> str:
    person = someone.person
    ids = " and ".join(filter(None, (someone.whop_id, someone.affihub_id)))
    return ", ".join(filter(None, (f"{ids}: {person.label}", person.email)))
