"""The local state, and the lease under which it is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from sync.core.decision import Decision
from sync.core.plan import Link, Row
from sync.core.ports.kept import (
    Fate,
    Holder,
    OpenRow,
    PastDecision,
    RunEntry,
    Tally,
    Told,
    Verified,
)
from sync.core.ports.known import EmailReading, Known, OverrideReading, Parked, PastRow
from sync.core.ports.writing import Fence, Intent, Settlement
from sync.core.report import Report, RunHead
from sync.core.standing import Standing

DAEMON_LEASE: Final = "*daemon*"
"""The lease a daemon holds beside those of its pairs, so that a state has one; no pair's name."""


class Lease(Protocol):
    """A held lease: renewed from a thread of its own until released."""

    @property
    def fence(self) -> Fence:
        """The proof to hand to every write."""
        ...

    @property
    def lost(self) -> bool:
        """Whether another run took the pair over, or renewing failed for too long."""
        ...

    def release(self) -> None:
        """Give the pair back; harmless when it was lost."""
        ...


class Store(Protocol):
    """The local state. Reads and the first group of writes need no lease; the rest do."""

    def known(self, pair: str, now: datetime) -> Known:
        """Everything the state knows of this pair, in one consistent read."""
        ...

    def company(self, pair: str) -> str | None:
        """The company id of the pair's first run; None where there was none yet."""
        ...

    def begin_run(self, head: RunHead) -> None:
        """Record that a run began."""
        ...

    def finish_run(self, report: Report) -> str:
        """Record the run's end and everything its report shows; rows replace earlier ones.

        Answers the head of the log after it.
        """
        ...

    def report(self, run_id: str | None, pair: str | None) -> Report | None:
        """A kept report: of this run id (or a unique start of it), or the latest one."""
        ...

    def runs(self, pair: str | None, limit: int) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        ...

    def history(
        self, pair: str, ids: tuple[str | None, str | None], limit: int
    ) -> tuple[PastRow, ...]:
        """Rows of earlier runs about the person with either id, newest first."""
        ...

    def cache_emails(self, pair: str, read: Mapping[str, EmailReading]) -> None:
        """Keep addresses as read, by Whop user id."""
        ...

    def cache_overrides(self, pair: str, read: Mapping[str, OverrideReading]) -> None:
        """Keep overrides as read, by affiliate id."""
        ...

    def lease(self, pair: str, *, wait: float = 0.0) -> Lease:
        """Take the pair, waiting up to ``wait`` seconds; ``PairBusy`` names who holds it."""
        ...

    def remember_company(self, fence: Fence, company_id: str) -> None:
        """Keep the company id of the pair's first run."""
        ...

    def save_links(self, fence: Fence, links: Iterable[Link]) -> None:
        """Insert or update links by their ids, bases and all, in bulk and in one transaction."""
        ...

    def unlink(self, fence: Fence, link: Link, *, apart: bool) -> None:
        """Remove a link; with ``apart`` remember to keep the two apart."""
        ...

    def keep_apart(self, fence: Fence, user_id: str, affihub_id: str) -> None:
        """Remember that a person said these two are not the same."""
        ...

    def bring_together(self, fence: Fence, user_id: str, affihub_id: str) -> None:
        """Forget that these two were to be kept apart (a person links them now)."""
        ...

    def intend(
        self, fence: Fence, run_id: str, row: Row, now: datetime, off: Sequence[str] = ()
    ) -> int:
        """Announce a remote write before it is sent; answers the intent's id."""
        ...

    def settle(self, fence: Fence, intent: int | None, run_id: str, done: Settlement) -> None:
        """Close an intent and record all that came of its row in one transaction."""
        ...

    def park(self, fence: Fence, key: str, why: Parked | None) -> None:
        """Keep a row from being sent as it is, or (None) let it be sent again."""
        ...

    def open_intents(self, pair: str) -> tuple[Intent, ...]:
        """Writes announced by runs that never recorded what came of them, oldest first."""
        ...

    def end_stranded_runs(self, fence: Fence, now: datetime) -> None:
        """Mark runs of this pair that began and never ended as failed: their process died."""
        ...

    def remember_held(self, fence: Fence, held: Mapping[str, str], now: datetime) -> None:
        """Replace the pair's held rows (key to guard) by these."""
        ...

    def lift_first_run(self, fence: Fence, who: str, now: datetime) -> None:
        """Remember that the pair's first run was allowed, and by whom."""
        ...

    def remember_open(
        self, fence: Fence, rows: Sequence[Row], now: datetime, *, all_seen: bool
    ) -> None:
        """Keep the rows that need a person; one that stays keeps the time it was first seen.

        Earlier ones that are not among them are forgotten, where everything was seen.
        """
        ...

    # What needs no lease either: how pairs are doing

    def open_rows(self, pair: str) -> tuple[OpenRow, ...]:
        """The rows that need a person, longest open first."""
        ...

    def standing(self, pair: str) -> Standing:
        """How a pair is doing; a fresh one where nothing is known."""
        ...

    def keep_standing(self, standing: Standing) -> None:
        """Keep how a pair is doing; ``next_run`` is left as it is."""
        ...

    def keep_next_run(self, pair: str, at: datetime | None) -> None:
        """Keep when the daemon runs a pair next; None when it will not."""
        ...

    def told(self, pair: str) -> Told:
        """What the pair's people were told last."""
        ...

    def keep_told(self, pair: str, told: Told) -> None:
        """Keep what the pair's people were told."""
        ...

    def tally(self, pair: str, since: datetime) -> Tally:
        """What happened to a pair since then."""
        ...

    def link_count(self, pair: str) -> int:
        """How many links a pair has."""
        ...

    def holder(self, pair: str) -> Holder | None:
        """Who holds a pair now, if anybody does and is not known to be gone."""
        ...

    def prune(self, before: datetime) -> int:
        """Delete runs that ended before then, with their rows; answers how many.

        Kept all the same: each pair's latest runs, runs with open intents, rows that budgets count.
        """
        ...

    # Decisions, the log, kept snapshots

    def decide(self, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """Record decisions, numbered and in the log, without a lease: no side is written to.

        An earlier one of the same kind about the same row by the same person is withdrawn.
        """
        ...

    def decisions(self, pair: str) -> tuple[PastDecision, ...]:
        """Every decision about a pair's rows, oldest first."""
        ...

    def end_decisions(self, fence: Fence, numbers: Iterable[int], fate: Fate, at: datetime) -> None:
        """Take decisions out of force."""
        ...

    def log_head(self) -> str:
        """The hash of the log's last entry; of nothing, where there is none."""
        ...

    def verify_log(self, head: str | None = None) -> Verified:
        """Recompute the whole log and compare it with the runs, rows and decisions it is about.

        ``head`` is one that somebody copied earlier, or enough of its start to know it by.
        """
        ...

    def keep_snapshot(self, run_id: str, document: bytes, keep: int) -> None:
        """Keep what a run read and knew, for ``whatif``; of each pair only the ``keep`` latest."""
        ...

    def snapshot(self, pair: str, run_id: str | None) -> tuple[str, bytes] | None:
        """A kept document and its run's id: of this run, or the latest."""
        ...
