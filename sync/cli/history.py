"""``affisync history``: every value a person's fields had, and who set it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import (
    DEFAULT_CONFIG,
    AsSheetFormat,
    ConfigFile,
    Debug,
    Output,
    PairName,
    SheetFormat,
)
from sync.core.plan import Field

if TYPE_CHECKING:
    from sync.app import App
    from sync.core.history import History
    from sync.runs.history import Whom
    from sync.runs.pair import Pair


def command(
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            help="An id (aff_..., par_..., user_...), email, username, slug or part of a name.",
        ),
    ],
    field: Annotated[
        Field | None, typer.Option("--field", metavar="FIELD", help="Only this field.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    pair: PairName = None,
    form: AsSheetFormat = SheetFormat.TEXT,
    output: Output = None,
    debug: Debug = False,  # read by main
) -> None:
    """Tell every value somebody's fields had, who set it, and what people decided about them.

    Out of what is kept of runs; both sides are only asked who somebody is, where an id or the
    address of somebody linked does not say so.

    Example: affisync history maria@example.com --field commission
    """
    from sync.cli.as_it_is import open_kept
    from sync.cli.telling import tell
    from sync.runs.history import whom

    with open_kept(config) as app:
        name = app.only_pair(pair)
        who = whom(app.store, name, app.clock, person) or _ask(config, name, person)
        told = _told(app, name, who, field)
    tell(_rendered(told, form, output), output)


def _ask(config: Path, name: str, person: str) -> "Whom":
    """Ask both sides who that is; only this needs the keys."""
    from sync.app import open_app
    from sync.cli.watching import ask_sides

    async def asking(opened: "Pair") -> "Whom":
        from sync.cli.explain import one_of
        from sync.runs.explain import look
        from sync.runs.history import of_someone

        return of_someone(one_of(await look(opened), person))

    with open_app(config, os.environ) as app:
        return ask_sides(app, name, asking)


def _told(app: "App", name: str, who: "Whom", field: Field | None) -> "History":
    from sync.runs.history import history

    return history(app.store, name, app.clock, who, field)


def _rendered(told: "History", form: SheetFormat, output: Path | None) -> str:
    from sync.cli.show import columns, has_color
    from sync.render.history import document, sheet, text

    match form:
        case SheetFormat.JSON:
            return document(told)
        case SheetFormat.CSV:
            return sheet(told)
        case SheetFormat.TEXT:
            return text(told, width=columns(), color=has_color(output))
