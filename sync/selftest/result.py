"""What came of a selftest, by law, and as one document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sync.selftest.case import Turn
from sync.selftest.laws.law import Law
from sync.selftest.laws.verdict import Account, Verdict

SCHEMA: Final = "affisync.selftest/1"


@dataclass(frozen=True, slots=True)
class Tried:
    """A case that was tried, what came of it, and how many seconds that took."""

    turn: Turn
    verdicts: tuple[Verdict, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a law was held against a case, and how often it held."""

    law: Law
    held: int
    tried: int


@dataclass(frozen=True, slots=True)
class Result:
    """All cases of a selftest; ``seconds`` is how long it took from start to end."""

    seed: int
    chaos: bool
    tried: tuple[Tried, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every law held, in every case."""
        return all(verdict.held for tried in self.tried for verdict in tried.verdicts)

    def tallies(self) -> Iterator[Tally]:
        """A line per law that was tried."""
        for law in Law:
            mine = [v for tried in self.tried for v in tried.verdicts if v.law is law]
            if mine:
                yield Tally(law, sum(verdict.held for verdict in mine), len(mine))

    def broken(self) -> Iterator[tuple[Turn, Law, Account]]:
        """Every case in which a law did not hold, and how."""
        for tried in self.tried:
            for verdict in tried.verdicts:
                if verdict.account:
                    yield tried.turn, verdict.law, verdict.account


def document(result: Result) -> dict[str, Any]:
    """The result as JSON-ready values (``affisync.selftest/1``)."""
    return {
        "schema": SCHEMA,
        "holds": result.holds,
        "chaos": result.chaos,
        "seed": result.seed,
        "seconds": round(result.seconds, 1),
        "laws": [
            {"law": one.law.name, "says": one.law.value, "held": one.held, "tried": one.tried}
            for one in result.tallies()
        ],
        "broken": [_broken(*one) for one in result.broken()],
        "cases": [_case(tried) for tried in result.tried],
    }


def _broken(turn: Turn, law: Law, account: Account) -> dict[str, Any]:
    return {
        "law": law.name,
        "case": turn.case.name,
        "seed": turn.seed,
        "did": list(account.did),
        "expected": account.expected,
        "saw": list(account.saw),
        "command": turn.command,
    }


def _case(tried: Tried) -> dict[str, Any]:
    return {
        "case": tried.turn.case.name,
        "what": tried.turn.case.what,
        "seed": tried.turn.seed,
        "held": all(verdict.held for verdict in tried.verdicts),
        "seconds": round(tried.seconds, 2),
    }
