"""The store's verbs of deciding: decisions, the log, what is kept for another look."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sync.core.decision import Decision
from sync.core.ports import Fate, Fence, PastDecision, Verified
from sync.state import decisions, log, snapshots, verify
from sync.state.opened import Opened


class Deciding(Opened):
    """What people decided, and whether the record is still what it was."""

    def decide(self, decided: Sequence[Decision]) -> tuple[Decision, ...]:
        """Record decisions, numbered and in the log, without a lease: no side is written to.

        An earlier one of the same kind about the same row by the same person is withdrawn.
        """
        with self._database.write() as connection:
            return decisions.decide(connection, decided, self._clock())

    def decisions(self, pair: str) -> tuple[PastDecision, ...]:
        """Every decision about a pair's rows, oldest first."""
        with self._database.read() as connection:
            return decisions.every(connection, pair)

    def end_decisions(self, fence: Fence, numbers: Iterable[int], fate: Fate, at: datetime) -> None:
        """Take decisions out of force."""
        with self._fenced(fence) as connection:
            decisions.end(connection, fence.pair, tuple(numbers), fate, at)

    def log_head(self) -> str:
        """The hash of the log's last entry; of nothing, where there is none."""
        with self._database.read() as connection:
            return log.head(connection)

    def verify_log(self, head: str | None = None) -> Verified:
        """Recompute the whole log and compare it with the runs, rows and decisions it is about."""
        with self._database.read() as connection:
            return verify.verify(connection, head)

    def keep_snapshot(self, run_id: str, document: bytes, keep: int) -> None:
        """Keep what a run read and knew, for ``whatif``; of each pair only the ``keep`` latest."""
        with self._database.write() as connection:
            snapshots.keep(connection, run_id, document, keep)

    def snapshot(self, pair: str, run_id: str | None) -> tuple[str, bytes] | None:
        """A kept document and its run's id: of this run, or the latest."""
        with self._database.read() as connection:
            return snapshots.kept(connection, pair, run_id)
