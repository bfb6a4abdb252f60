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
    if not yes and not says_yes(question):
        raise Interrupted("Nothing was changed, as you said.")


def says_yes(question: str) -> bool:
    """Ask, and wait; anything but a yes is a no."""
    # On stderr: stdout carries what the command tells, and nothing else.
    typer.echo(f"affisync: {question} [y/N] ", nl=False, err=True)
    return sys.stdin.readline().strip().casefold() in YES
