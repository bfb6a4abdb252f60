"""A case: one thing that is done to made-up people, and what it is tried by."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sync.selftest.laws.law import Law
from sync.selftest.trial import Trial


@dataclass(frozen=True, slots=True)
class Case:
    """One case by name; ``budget`` are the seconds after which it counts as hung.

    ``law`` is the one that is broken where the case does not come to its end; ``worlds`` are the
    made-up worlds, each of another seed, that it is tried on.
    """

    name: str
    what: str
    law: Law
    play: Callable[[Trial], Coroutine[Any, Any, None]]
    worlds: int = 1
    budget: float = 120.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A case to be tried on the world of one seed."""

    case: Case
    seed: int

    @property
    def command(self) -> str:
        """What a person types to see it again."""
        return f"affisync selftest --case {self.case.name} --seed {self.seed}"
