"""Asking the person at the terminal before anything is written."""

import sys

import typer

from sync.errors import Interrupted, UsageError

YES = ("y", "yes")


def need_answer(*, yes: bool) -> None:
    """Refuse at once where nobody could be asked later on."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask on: add --yes to do it without asking.")


def agree(question: str, *, yes: bool) -> None:
    """Go on with a yes, given now or beforehand; anything else is a no: ``Interrupted``."""
    if yes:
        return
    # On stderr: stdout carries what the command tells, and nothing else.
    typer.echo(f"affisync: {question} [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().casefold() not in YES:
        raise Interrupted("Nothing was changed, as you said.")
