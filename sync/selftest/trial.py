"""One case being tried: where, by which seed and program, and what came of it so far."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connectors.sandbox.seed import seeded
from connectors.sandbox.world import World
from sync.selftest.ground.clock import SkippingClock
from sync.selftest.ground.ground import Ground
from sync.selftest.ground.program import Program
from sync.selftest.laws.law import Law
from sync.selftest.laws.secrets import leaks, plant
from sync.selftest.laws.verdict import Account, Verdict


@dataclass(slots=True)
class Trial:
    """A case's surroundings, and the verdicts it comes to."""

    folder: Path
    seed: int
    program: Program
    clock: SkippingClock = field(default_factory=SkippingClock)
    verdicts: list[Verdict] = field(default_factory=list)

    def made_up(self, people: int) -> World:
        """So many people, most in agreement and a few odd, with secrets planted among them."""
        world = seeded(people, self.seed, clock=self.clock)
        plant(world)
        return world

    def judge(self, ground: Ground, law: Law, expected: str, seen: Iterable[str]) -> None:
        """Hold what was seen against a law: nothing seen is nothing wrong."""
        seen = tuple(seen)
        account = Account(tuple(ground.story), expected, seen) if seen else None
        self.verdicts.append(Verdict(law, account))

    def judge_secrets(self, ground: Ground) -> None:
        """Look for the planted secrets in all that was said and kept on this ground."""
        found = leaks(ground.heard, ground.folder)
        self.judge(ground, Law.L10, "none of the planted secrets anywhere", found)
