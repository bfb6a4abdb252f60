"""``affisync demo``: the whole main job against the bundled sandbox, from nothing to in step."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import Debug, ReportFormat
from sync.errors import UsageError

if TYPE_CHECKING:
    from connectors.sandbox.world import World
    from sync.app import App
    from sync.core.report import Report

DEFAULT_FOLDER = Path("affisync-demo")

MADE_BY = "# Made by `affisync sandbox`"
"""How a configuration begins that is no real one."""

COMMISSION = """\
[pairs.main.commission]
sync = "two-way"
"""


def command(
    people: Annotated[int, typer.Option(min=20, help="How many people the sandbox has.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    folder: Annotated[
        Path, typer.Option("--output", metavar="FOLDER", help="Where configuration and reports go.")
    ] = DEFAULT_FOLDER,
    debug: Debug = False,
) -> None:
    """Bring a made-up company and program into step, and show every step.

    Example: affisync demo --people 300
    """
    from connectors.sandbox.seed import seeded

    asyncio.run(_demo(seeded(people, seed), seed, folder))


async def _demo(world: "World", seed: int, folder: Path) -> None:
    from connectors.sandbox.drift import drift
    from connectors.sandbox.server import serve, write_config
    from sync.app import open_app

    config = _fresh(folder) / "affisync.toml"
    async with serve(world) as urls:
        write_config(config, urls, world, more=COMMISSION)
        with open_app(config, {}) as app:
            _say(f"A Whop company and an Affihub program are being played at {urls.whop}")
            _say(f"and {urls.affihub}: the same people, kept by hand, never in step.")
            await _first_run(app, folder)
            drift(world, seed)
            await _a_week_later(app, folder)
    _say(f"The reports are in {folder}/: open {folder}/4-a-week-later.html in a browser.")
    _say("Play on:  affisync sandbox --write-config sandbox.toml")


def _fresh(folder: Path) -> Path:
    """The demo's folder, without the files an earlier demo left there; nobody else's is touched."""
    config = folder / "affisync.toml"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the demo with --output.")
    if config.exists() and not config.read_text(encoding="utf-8").startswith(MADE_BY):
        raise UsageError(f"{config} is not the demo's; name another folder with --output.")
    if not config.exists() and any(folder.glob("state.db*")):
        raise UsageError(f"{folder} holds a state that is not the demo's; name another --output.")
    for pattern in ("affisync.toml", "affisync.*.key", "state.db*", "[1-6]-*.html"):
        for left in folder.glob(pattern):
            left.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def _first_run(app: "App", folder: Path) -> None:
    _step(1, "affisync sync --dry-run", "what would change? nothing is written")
    await _run(app, folder, "1-dry-run", dry_run=True)
    _step(2, "affisync sync --yes --allow first-run", "a person allows the pair's first writes")
    await _run(app, folder, "2-first-run", brief=True, allow=("first-run",))
    _step(3, "affisync sync --yes", "the second run has nothing to do")
    await _run(app, folder, "3-second-run", brief=True)


async def _a_week_later(app: "App", folder: Path) -> None:
    _step(4, "affisync sync --dry-run", "a week later: both sides were edited by hand")
    await _run(app, folder, "4-a-week-later", dry_run=True)
    _step(5, "affisync sync --yes", "what is safe is done; what needs a person waits for one")
    await _run(app, folder, "5-applied", brief=True)
    _step(6, "affisync sync --yes", "and again nothing to do")
    await _run(app, folder, "6-nothing-to-do", brief=True)


async def _run(
    app: "App",
    folder: Path,
    name: str,
    *,
    dry_run: bool = False,
    brief: bool = False,
    allow: Collection[str] = (),
) -> None:
    """One run; its text to the terminal, or one line of it, and the HTML report to the folder."""
    from sync.cli.running import Asked, run_pair
    from sync.cli.show import show, write
    from sync.render import Format, render

    asked = Asked(dry_run=dry_run, ask=False, allowed=frozenset(allow), by="the demo")
    report = await run_pair(app, "main", asked)
    write(folder / f"{name}.html", render(report, Format.HTML))
    if brief:
        _brief(report)
    else:
        show(report, ReportFormat.TEXT)


def _brief(report: "Report") -> None:
    """A report in two lines: what was done, what is left and for whom."""
    counts = report.counts
    requests = {side.brand: sum(n.values()) for side, n in report.requests.items()}
    told = ("applied", "failed", "stale", "held", "conflict", "break", "waiting")
    typer.echo(
        f"  {report.run.status}: {counts['linked']} linked, {counts['in_sync']} in step; "
        + ", ".join(f"{counts[name]} {name}" for name in told if counts[name])
    )
    typer.echo("  requests: " + ", ".join(f"{side} {n}" for side, n in requests.items()))


def _step(number: int, what: str, why: str) -> None:
    typer.secho(f"\n{number}. {what}", bold=True)
    typer.echo(f"   {why}\n")


def _say(text: str) -> None:
    typer.echo(text)
