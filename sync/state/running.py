"""The store's verbs of a run: its begin, its writes, its end, and what is kept of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from sync.core.plan import Outcome, Row
from sync.core.ports import Fence, Intent, PastRow, RunEntry, Settlement
from sync.core.report import Report, RunHead
from sync.state import decisions, intents, mapping, memory, rows, runs
from sync.state.opened import Opened


class Running(Opened):
    """What runs did, for those who run and those who look back."""

    def begin_run(self, head: RunHead) -> None:
        """Record that a run began."""
        with self._database.write() as connection:
            runs.begin(connection, head, self._program)

    def finish_run(self, report: Report) -> str:
        """Record the run's end and everything its report shows; rows replace earlier ones.

        Answers the head of the log after it.
        """
        with self._database.write() as connection:
            return runs.finish(connection, report, self._program, self._clock())

    def report(self, run_id: str | None, pair: str | None) -> Report | None:
        """A kept report: of this run id (or a unique start of it), or the latest one.

        Raises ``UsageError`` where several run ids start so.
        """
        with self._database.read() as connection:
            if run_id is None:
                return runs.latest(connection, pair)
            return runs.named(connection, run_id, pair)

    def runs(self, pair: str | None, limit: int) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        with self._database.read() as connection:
            return runs.entries(connection, pair, limit)

    def history(
        self, pair: str, ids: tuple[str | None, str | None], limit: int
    ) -> tuple[PastRow, ...]:
        """Rows of earlier runs about the person with either id, newest first."""
        with self._database.read() as connection:
            return rows.history(connection, pair, ids, limit)

    def open_intents(self, pair: str) -> tuple[Intent, ...]:
        """Writes announced by runs that never recorded what came of them, oldest first."""
        with self._database.read() as connection:
            return intents.still_open(connection, pair)

    # What needs the lease

    def intend(
        self, fence: Fence, run_id: str, row: Row, now: datetime, off: Sequence[str] = ()
    ) -> int:
        """Announce a remote write before it is sent; answers the intent's id."""
        with self._fenced(fence) as connection:
            run = runs.number(connection, run_id)
            return intents.announce(connection, fence.pair, run, row, now, off)

    def settle(self, fence: Fence, intent: int | None, run_id: str, done: Settlement) -> None:
        """Close an intent and record all that came of its row in one transaction."""
        with self._fenced(fence) as connection:
            if intent is not None:
                intents.close(connection, fence.pair, intent)
            run = runs.number(connection, run_id)
            now = self._clock()
            rows.settle(connection, fence.pair, run, done.row, now)
            runs.settled(connection, run, now)
            _remember(connection, fence.pair, done)
            if done.decisions:
                decisions.decide(connection, done.decisions, now)

    def end_stranded_runs(self, fence: Fence, now: datetime) -> None:
        """Mark runs of this pair that began and never ended as failed: their process died."""
        with self._fenced(fence) as connection:
            runs.end_stranded(connection, fence.pair, self._program, now)


def _remember(connection: Connection, pair: str, done: Settlement) -> None:
    if done.unlink:
        mapping.remove(connection, pair, done.unlink)
    if done.link:
        mapping.save(connection, pair, (done.link,))
    if done.park:
        memory.park(connection, pair, done.row.key, done.park)
    elif done.row.outcome is Outcome.APPLIED:
        memory.unpark(connection, pair, (done.row.key,))
