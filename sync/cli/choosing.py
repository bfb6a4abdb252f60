"""Options of the commands that decide about rows, and the way from them to a recorded decision."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sync.cli.options import DEFAULT_CONFIG, ListFormat, who
from sync.core.plan import Field, Kind
from sync.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sync.app import App
    from sync.core.cases import Case
    from sync.core.weigh import Weighed, Wish
    from sync.runs.choosing import Choice

REFUSED: Final = 4
"""Some rows did not accept the decision: they still need a person."""

STDIN: Final = "-"

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ROW", help="Ids, or unique starts of them; - reads them."),
]
OfKind = Annotated[
    Kind | None, typer.Option("--kind", metavar="KIND", help="Only rows of this kind.")
]
OfField = Annotated[
    Field | None,
    typer.Option(
        "--field", metavar="FIELD", help="Only rows about this: status, commission, name."
    ),
]
OfGuard = Annotated[
    str | None, typer.Option("--guard", metavar="GUARD", help="Only rows this guard holds.")
]
OfRule = Annotated[
    str | None, typer.Option("--rule", metavar="RULE", help="Only rows this rule made.")
]
OfPerson = Annotated[
    str | None,
    typer.Option(
        "--person", metavar="TEXT", help="Only who has this id, email or name, or part of one."
    ),
]
All = Annotated[bool, typer.Option("--all", help="Everything there is to decide this way.")]
AlsoQuiet = Annotated[
    bool, typer.Option("--all", help="Also what was rejected, put off or left alone.")
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Whose word it is; without it, this user's."),
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; it is kept with it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show whom it is about; record nothing.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where and how a command was called."""

    config: Path
    pair: str | None
    form: ListFormat
    dry_run: bool = False
    yes: bool = False


def whose(name: str | None) -> str:
    """Who decides: the name given, else the person at the keyboard."""
    return who() if name is None else name


def unless_default(config: Path) -> Path | None:
    """The configuration file, where a command that people are told to type has to name it."""
    return None if config == DEFAULT_CONFIG else config


def typed_ids(ids: list[str] | None) -> tuple[str, ...]:
    """The ids of the command line; those of stdin, one a line, in the place of a -."""
    return tuple(
        each
        for text in ids or ()
        for each in (sys.stdin.read().split() if text == STDIN else [text])
    )


def decide(
    asked: Asked,
    choice: "Choice",
    fits: "Callable[[Case], bool]",
    wish: "Callable[[App], Wish]",
) -> None:
    """Choose, weigh, ask where many rows are meant at once, record, tell; ends the command."""
    from sync.cli.as_it_is import open_kept
    from sync.core.inbox import by_importance
    from sync.core.weigh import weigh
    from sync.runs.deciding import record

    with open_kept(asked.config) as app:
        weighed = weigh(by_importance(_chosen(app, asked.pair, choice, fits)), wish(app))
        if not asked.dry_run:
            _agree(weighed, choice, asked)
            record(app.store, weighed)
    _tell(weighed, asked)
    raise typer.Exit(REFUSED if weighed.refused else 0)


def waiting(app: "App", pair: str | None, at: "datetime | None" = None) -> "tuple[Case, ...]":
    """Everything that waits for a person, of the pair named or of every pair."""
    from sync.runs.pending import cases

    now, two_people = at or app.clock(), app.config.approvals.two_people
    return tuple(
        case for name in app.pair_names(pair) for case in cases(app.store, name, now, two_people)
    )


def _chosen(
    app: "App", pair: str | None, choice: "Choice", fits: "Callable[[Case], bool]"
) -> "tuple[Case, ...]":
    from sync.runs.choosing import choose
    from sync.runs.gone import what_became

    found, names = waiting(app, pair), app.pair_names(pair)
    return choose(found, choice, fits, lambda id_: what_became(app.store, names, found, id_))


def _agree(weighed: "Weighed", choice: "Choice", asked: Asked) -> None:
    """Ask before many rows are decided by what they have in common; all at once need an answer."""
    from sync.cli.asking import agree, need_answer
    from sync.cli.running import say
    from sync.render.cases import line
    from sync.render.words import number

    count = len(weighed.accepted)
    if asked.yes or choice.ids or count <= 1:
        return
    if choice.all:
        need_answer(yes=asked.yes)
    if sys.stdin.isatty():
        for case in weighed.accepted[:10]:
            say(line(case))
        if count > 10:  # noqa: PLR2004
            say(f"and {count - 10:,} more; --dry-run shows all")
        agree(f"Decide so about {number(count, 'row')}?", yes=asked.yes)


def _tell(weighed: "Weighed", asked: Asked) -> None:
    from sync.cli.show import columns, has_color
    from sync.cli.telling import tell
    from sync.render.decided import document, text

    if asked.form is ListFormat.JSON:
        tell(document(weighed, dry_run=asked.dry_run))
        return
    width, color = columns(), has_color()
    tell(
        text(weighed, unless_default(asked.config), dry_run=asked.dry_run, width=width, color=color)
    )


def time_ahead(text: str, option: str) -> "timedelta":
    """A length of time as the configuration writes it."""
    from pydantic import TypeAdapter, ValidationError

    from sync.config.values import Duration

    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError:
        raise UsageError(f'{option} must be a time such as "90s", "15m", "1h" or "2d".') from None
