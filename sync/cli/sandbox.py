"""``affisync sandbox``: both APIs played on this machine, with people that look real."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.options import Debug
from sync.errors import UsageError

if TYPE_CHECKING:
    from connectors.sandbox.server import Urls

MOST_PEOPLE = 1_000_000


def command(
    people: Annotated[int, typer.Option(min=0, max=MOST_PEOPLE, help="How many people.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    whop_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of Whop; 0 takes a free one.")
    ] = 0,
    affihub_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of Affihub; 0 takes a free one.")
    ] = 0,
    write_config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a configuration and key files that work at once."),
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROFILE=SHARE",
            help="Let a share of the requests go wrong, such as errors=0.3. Repeatable.",
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Serve a Whop company and an Affihub program on loopback, until Ctrl-C.

    Example: affisync sandbox --people 300 --write-config sandbox.toml
    """
    from connectors.sandbox.faults import Faults
    from connectors.sandbox.seed import seeded
    from connectors.sandbox.server import run
    from connectors.sandbox.server import write_config as write

    if write_config and write_config.exists():
        text = write_config.read_text(encoding="utf-8", errors="replace")
        if not text.startswith("# Made by `affisync sandbox`"):
            raise UsageError(f"{write_config} is not a sandbox's; name another --write-config.")
    world = seeded(people, seed)

    def announce(urls: "Urls") -> None:
        typer.echo(f"Whop     {urls.whop}\nAffihub  {urls.affihub}")
        if write_config:
            write(write_config, urls, world)
            typer.echo(f"Try it:  affisync sync --dry-run --config {write_config}")

    try:
        run(
            world,
            whop_port=whop_port,
            affihub_port=affihub_port,
            announce=announce,
            faults=Faults(_rates(faults or ()), seed=seed),
        )
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(f"The sandbox cannot start: {reason}; try other ports, or 0.") from error


def _rates(faults: "list[str] | tuple[()]") -> dict[str, float]:
    """``errors=0.3`` as a profile and a share; an unknown profile names those there are."""
    from connectors.sandbox.faults import PROFILES

    rates = {}
    for text in faults:
        name, _, share = text.partition("=")
        if name not in (*PROFILES, "all"):
            raise UsageError(f"There is no fault {name!r}; there are: {', '.join(PROFILES)}, all.")
        try:
            rates[name] = float(share or 1)
        except ValueError:
            raise UsageError(f"{share!r} is no share; write {name}=0.3.") from None
        if not 0 <= rates[name] <= 1:
            raise UsageError(f"{name}={share}: a share is between 0 and 1.")
    return rates
