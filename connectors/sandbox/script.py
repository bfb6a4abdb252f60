"""Exact faults for tests: this one, for the nth request of that kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sandbox.exchange import Answer
from sync.core.record import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned fault: the name of a profile, or the exact answer to give.

    It hits the ``nth`` request (from 1) of that operation and side, and the ``times`` - 1 after it;
    None matches every operation or side. ``acted`` lets the server act before an exact answer.
    """

    fault: str | Answer
    operation: str | None = None
    side: Side | None = None
    nth: int = 1
    times: int = 1
    acted: bool = False

    def matches(self, side: Side, operation: str) -> bool:
        """Whether a request is one of those this step counts."""
        return self.side in (None, side) and self.operation in (None, operation)


class Script:
    """The steps still to come; each counts the requests it matches by itself."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self._steps = tuple(steps)
        self._seen = [0] * len(self._steps)

    def take(self, side: Side, operation: str) -> Step | None:
        """The step that hits this request, if one does; the first one wins."""
        hit: Step | None = None
        for number, step in enumerate(self._steps):
            if step.matches(side, operation):
                self._seen[number] += 1
                due = step.nth <= self._seen[number] < step.nth + step.times
                hit = step if due and hit is None else hit
        return hit
