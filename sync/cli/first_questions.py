"""The questions of ``affisync init``; an empty answer takes what stands in brackets."""

import getpass
from dataclasses import replace
from pathlib import Path

import typer

from sync.cli.first_config import KeyFrom, Wishes, key_file
from sync.cli.running import say
from sync.config.keys import DEFAULT_VARIABLES
from sync.core.record import Side

SCHEDULE = "*/15 * * * *"


def asked(given: Wishes, config: Path) -> Wishes:
    """The wishes with every gap asked about."""
    company_id = given.company_id or _line("The Whop company's id (biz_...)")
    return replace(
        given,
        company_id=company_id,
        whop=_key(given, Side.WHOP, config),
        affihub=_key(given, Side.AFFIHUB, config),
        schedule=given.schedule or _line("Schedule of the daemon", SCHEDULE),
    )


def _key(given: Wishes, side: Side, config: Path) -> KeyFrom:
    if given.key(side) != KeyFrom():
        return given.key(side)
    say(f"{side.brand}'s key: a variable's name, a file's path (with a /), or - to type it in.")
    answer = _line(f"{side.brand}'s key comes from", DEFAULT_VARIABLES[side])
    if answer == "-":
        say(f"It is kept in {key_file(config, given.pair, side)}, readable by you alone.")
        return KeyFrom(text=getpass.getpass(f"affisync: {side.brand}'s key (not shown): ").strip())
    if "/" in answer:
        return KeyFrom(file=Path(answer).expanduser())
    return KeyFrom(env=answer)


def _line(question: str, default: str | None = None) -> str:
    answer: str = typer.prompt(f"affisync: {question}", default=default, err=True)
    return answer.strip()
