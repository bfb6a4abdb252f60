"""The result of a selftest for people: a line per law, then an account of each that was broken."""

import textwrap
from collections.abc import Iterator
from typing import Final

from sync.render.clean import clean
from sync.selftest.case import Turn
from sync.selftest.laws.law import Law
from sync.selftest.laws.verdict import Account
from sync.selftest.result import Result, Tally

MOST_ACCOUNTS: Final = 12
"""So many are told in full; whoever has more has one cause, or reads the JSON."""
MOST_SIGHTS: Final = 8
LONGEST: Final = 400
"""Characters of one sentence of an account."""
WORDS: Final = max(len(law.value) for law in Law)


def text(result: Result, *, width: int) -> str:
    """The whole result in lines of at most ``width`` characters."""
    broken = list(result.broken())
    lines = [*map(_line, result.tallies()), "", *_wrapped(_summary(result, len(broken)), width)]
    for one in broken[:MOST_ACCOUNTS]:
        lines += ["", *_account(*one, width=width)]
    if len(broken) > MOST_ACCOUNTS:
        lines += ["", f"{len(broken) - MOST_ACCOUNTS} more are in the result as --format json."]
    return "\n".join(lines) + "\n"


def _line(tally: Tally) -> str:
    mark = "ok  " if tally.held == tally.tried else "FAIL"
    counted = f"{tally.held}/{tally.tried}"
    return f"{mark}  {tally.law.name:<3}  {tally.law.value:<{WORDS}}  {counted:>7}"


def _summary(result: Result, broken: int) -> str:
    number = len(result.tried)
    tried = f"{number} case{'' if number == 1 else 's'}"
    cases = f"{tried} in {result.seconds:.0f} s, from seed {result.seed}"
    if not broken:
        return f"Every law held: {cases}."
    return (
        f"affisync does not keep its promises here: {broken} broken in {cases}. That is a bug, or"
        " a fault of this machine; the accounts below say how to see each again."
    )


def _account(turn: Turn, law: Law, account: Account, *, width: int) -> Iterator[str]:
    yield f"{law.name} in case {turn.case.name}, seed {turn.seed}"
    for step in account.did:
        yield from _told("done", step, width)
    yield from _told("expected", account.expected, width)
    for sight in account.saw[:MOST_SIGHTS]:
        yield from _told("seen", sight, width)
    if len(account.saw) > MOST_SIGHTS:
        yield from _told("seen", f"and {len(account.saw) - MOST_SIGHTS} more", width)
    yield from _told("again", turn.command, width)


def _told(what: str, sentence: str, width: int) -> list[str]:
    indent = " " * 12
    return textwrap.wrap(
        clean(sentence, LONGEST), width, initial_indent=f"  {what:<10}", subsequent_indent=indent
    )


def _wrapped(sentence: str, width: int) -> list[str]:
    return textwrap.wrap(sentence, width)
