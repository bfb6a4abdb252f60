"""How the pairs are doing, on a terminal and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sync.core.plan import Disposition
from sync.core.ports import Holder
from sync.core.report import Trouble
from sync.render.clean import clean
from sync.render.console import printed
from sync.render.document import dumps
from sync.render.plain import plain
from sync.render.spans import ago, ahead, moment_near, span
from sync.render.words import NAME_LIMIT, SENTENCE_LIMIT, number, short, title
from sync.runs.status import Overview, PairStatus, State

SCHEMA: Final = "affisync.status/1"

WIDE: Final = 100
"""From here on, a moment stands on one line, and there is room for the links."""

SIGNS: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.QUARANTINED: ("✕", "bold red"),
        State.FAILING: ("✕", "bold red"),
        State.OVERDUE: ("✕", "bold red"),
        State.NEEDS_PERSON: ("▲", "bold yellow"),
        State.RUNNING: ("●", "cyan"),
        State.NEVER_RAN: ("○", "bold yellow"),
        State.OK: ("✓", "green"),
    }
)

ADVICE: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        Trouble.KEY_REFUSED: "Give the pair a new key; this tells whether it is a good one:",
        Trouble.PERMISSION_MISSING: "This tells which permission the key lacks:",
        Trouble.UNREACHABLE: "It goes on by itself once the API answers; to look closer:",
        Trouble.LISTING_INCOMPLETE: "It goes on by itself with a complete listing; to look closer:",
        Trouble.DEADLINE: "A longer `deadline` helps where runs are long; to see how long:",
        Trouble.CONFIGURATION: "This tells what to mend:",
        Trouble.STATE: "This tells what is wrong with the state:",
        Trouble.FAILED: "The report says more:",
    }
)

COMMANDS: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        Trouble.LISTING_INCOMPLETE: "report",
        Trouble.DEADLINE: "runs",
        Trouble.FAILED: "report",
    }
)
"""Where looking closer begins; with the doctor where nothing else is said."""


def document(overview: Overview) -> str:
    """One JSON document."""
    pairs = [_pair_document(pair) for pair in overview.pairs]
    daemon = plain(overview.daemon)
    return dumps({"schema": SCHEMA, "daemon": daemon, "log": overview.log, "pairs": pairs})


def _pair_document(pair: PairStatus) -> dict[str, object]:
    told = {each.name: plain(getattr(pair, each.name)) for each in fields(pair)}
    within = int(pair.fresh_within.total_seconds())
    return {"name": pair.name, "state": pair.state.value} | told | {"fresh_within": within}


def text(overview: Overview, *, width: int, color: bool) -> str:
    """A table of the pairs; below it what to do about those that need somebody."""
    parts = _shown(overview, wide=width >= WIDE)
    return "".join(printed([part], width=_room(part, width), color=color) for part in parts)


def _room(part: RenderableType, width: int) -> int:
    """A command is copied as one line: it gets as much room as it needs."""
    return max(width, part.cell_len) if isinstance(part, Text) and part.no_wrap else width


def _shown(overview: Overview, *, wide: bool) -> Iterator[RenderableType]:
    yield _daemon(overview)
    yield Text()
    yield _table(overview, wide=wide)
    for pair in overview.pairs:
        steps = tuple(_next_steps(pair, overview.daemon))
        if steps:
            yield Text(f"\n{clean(pair.name, NAME_LIMIT)}", "bold")
            yield from steps
    if overview.log:
        yield Text(f"\nThe log's head is {short(overview.log)}.", "dim")


def _daemon(overview: Overview) -> Text:
    daemon = overview.daemon
    if daemon is None:
        return Text("No daemon runs on this state.", "bold yellow")
    since = moment_near(daemon.since, overview.at)
    return Text(f"The daemon runs since {since} ({clean(daemon.program)}).")


def _table(overview: Overview, *, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim underline")
    for heading in ("Pair", "State", "Fresh", "Last good run", "Next run", "Open"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "State")
    if wide:
        table.add_column("Links", justify="right")
    for pair in overview.pairs:
        cells = _line(pair, overview.at, ", " if wide else "\n")
        table.add_row(*cells, *([f"{pair.links:,}"] if wide else []))
    return table


def _line(pair: PairStatus, now: datetime, between: str) -> tuple[Text, ...]:
    sign, style = SIGNS[pair.state]
    good, then = pair.last_good_run, pair.next_run
    return (
        Text(clean(pair.name, NAME_LIMIT), "bold"),
        Text(f"{sign} {title(pair.state)}", style),
        Text("yes", "green") if pair.fresh else Text("no", "bold red"),
        Text(between.join(ago(good, now)) if good else "never"),
        Text(between.join(ahead(then, now)) if then else "not planned"),
        Text(f"{sum(pair.needs.values()):,}"),
    )


def _next_steps(pair: PairStatus, daemon: Holder | None) -> Iterator[RenderableType]:
    """What is wrong, and the command that leads on; nothing where all is well."""
    yield from _trouble(pair)
    yield from _needs(pair)
    if not pair.fresh and not pair.failures and not pair.running_since:
        yield from _unattended(pair, daemon)


def _trouble(pair: PairStatus) -> Iterator[RenderableType]:
    if pair.trouble is None:
        return
    yield _sentence(pair.reason)
    times = number(pair.failures, "run was", "runs in a row were")
    since = f" since {pair.since:%Y-%m-%d %H:%M} UTC" if pair.since else ""
    later = (
        f"; not tried again before {pair.not_before:%Y-%m-%d %H:%M} UTC" if pair.not_before else ""
    )
    yield _sentence(f"{times} not good{since}{later}.")
    if pair.trouble in ADVICE:
        yield _sentence(ADVICE[pair.trouble])
        yield _command(COMMANDS.get(pair.trouble, "doctor"), pair)


def _needs(pair: PairStatus) -> Iterator[RenderableType]:
    needs = {need: count for need, count in pair.needs.items() if count}
    if needs:
        told = ", ".join(f"{count:,} {need}" for need, count in needs.items())
        yield _sentence(f"Rows that need a person: {told}.")
    if Disposition.HELD in needs:
        yield _command("held", pair)
    if needs.keys() - {Disposition.HELD}:
        yield _command("inbox", pair)


def _unattended(pair: PairStatus, daemon: Holder | None) -> Iterator[RenderableType]:
    if daemon is None:
        yield _sentence(f"A good run is due every {span(pair.fresh_within)}, and no daemon runs:")
        yield _command("sync", pair)
    elif pair.last_good_run:
        yield _sentence(f"No good run for more than {span(pair.fresh_within)}; the latest runs:")
        yield _command("runs", pair)


def _sentence(told: str) -> RenderableType:
    return Padding(Text(clean(told, SENTENCE_LIMIT)), (0, 0, 0, 2))


def _command(name: str, pair: PairStatus) -> RenderableType:
    return Text(f"    affisync {name} --pair {clean(pair.name)}", "bold cyan", no_wrap=True)
