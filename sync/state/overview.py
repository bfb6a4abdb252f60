"""The store's verbs about how pairs are doing; none of them needs the lease."""

from datetime import datetime

from sync.core.ports import Holder, OpenRow, Tally, Told
from sync.core.standing import Standing
from sync.state import leases, open_rows, pruning, standings, tally
from sync.state.opened import Opened


class Overview(Opened):
    """How the pairs of one state are doing, for whoever watches over them."""

    def open_rows(self, pair: str) -> tuple[OpenRow, ...]:
        """The rows that need a person, longest open first."""
        with self._database.read() as connection:
            return open_rows.listed(connection, pair)

    def standing(self, pair: str) -> Standing:
        """How a pair is doing; a fresh one where nothing is known."""
        with self._database.read() as connection:
            return standings.standing(connection, pair)

    def keep_standing(self, standing: Standing) -> None:
        """Keep how a pair is doing; ``next_run`` is left as it is."""
        with self._database.write() as connection:
            standings.keep_standing(connection, standing)

    def keep_next_run(self, pair: str, at: datetime | None) -> None:
        """Keep when the daemon runs a pair next; None when it will not."""
        with self._database.write() as connection:
            standings.keep_next_run(connection, pair, at)

    def told(self, pair: str) -> Told:
        """What the pair's people were told last."""
        with self._database.read() as connection:
            return standings.told(connection, pair)

    def keep_told(self, pair: str, told: Told) -> None:
        """Keep what the pair's people were told."""
        with self._database.write() as connection:
            standings.keep_told(connection, pair, told)

    def tally(self, pair: str, since: datetime) -> Tally:
        """What happened to a pair since then."""
        with self._database.read() as connection:
            return tally.tally(connection, pair, since)

    def link_count(self, pair: str) -> int:
        """How many links a pair has."""
        with self._database.read() as connection:
            return tally.links(connection, pair)

    def holder(self, pair: str) -> Holder | None:
        """Who holds a pair now, if anybody does and is not known to be gone."""
        with self._database.read() as connection:
            return leases.holder(connection, pair, self._program, self._clock())

    def prune(self, before: datetime) -> int:
        """Delete runs that ended before then, with their rows; answers how many.

        Kept all the same: each pair's latest runs, runs with open intents, rows that budgets count.
        """
        with self._database.read() as connection:
            shelves = pruning.shelves(connection, before)
        return sum(self._clear(shelf) for shelf in shelves)

    def _clear(self, shelf: pruning.Shelf) -> int:
        deleted = 0
        while True:
            with self._database.write() as connection:
                some = pruning.clear_some(connection, shelf, self._clock())
            if not some:
                return deleted
            deleted += some
            self._sleep(pruning.PAUSE)
