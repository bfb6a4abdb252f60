"""What the callers of the core need fulfilled: the two connectors, the store, the clock.

Every connector verb does I/O and raises only ``sync.errors.ApiError`` and its kinds. The store is
plain blocking code, called through threads; it raises ``StateError`` and ``LeaseLost``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from sync.core.decision import Decision
from sync.core.plan import Disposition, Link, Row
from sync.core.policy import GuardClass
from sync.core.record import Affiliate, Override, Partner, Side, Snapshot, Stamp
from sync.core.report import Report, RunHead
from sync.core.standing import Standing

Clock = Callable[[], datetime]
"""Now, aware and in UTC."""

DAEMON_LEASE: Final = "*daemon*"
"""The lease a daemon holds beside those of its pairs, so that a state has one; no pair's name."""

OnPage = Callable[[int, int | None], None]
"""Called after each page of a listing with the records so far and the total, if announced.

It may raise (``Interrupted``); the listing then ends after the requests in flight.
"""


@dataclass(frozen=True, slots=True)
class Emails:
    """What Whop told of its users' addresses: per asked user id the distinct addresses, or ().

    ``readable`` is False where no email endpoint answered this key (403 or 404 everywhere).
    """

    found: Mapping[str, tuple[str, ...]]
    readable: bool


@dataclass(frozen=True, slots=True)
class NewOverride:
    """The terms of an override to create; a percentage always."""

    override_type: str
    commission_value: Decimal
    plan_id: str | None = None
    product_id: str | None = None
    applies_to_payments: str | None = None
    revenue_basis: str | None = None


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner to create; ``slugs`` are tried in order when one is taken."""

    email: str
    slugs: Sequence[str]
    first_name: str
    last_name: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class CreatedPartner:
    """The partner after a create; ``found``: it was there already, the server refused a second."""

    partner: Partner
    found: bool


class WhopReads(Protocol):
    """Reading verbs of Whop (api/whop.md)."""

    async def snapshot(self, on_page: OnPage) -> Snapshot[Affiliate]:
        """Every affiliate of the company but the marketplace one; order never matters."""
        ...

    async def affiliate(self, whop_id: str) -> Affiliate:
        """One affiliate; ``NotFound`` where Whop has none."""
        ...

    async def emails(self, user_ids: Collection[str]) -> Emails:
        """The addresses of these users, in bulk (api/whop.md section 4)."""
        ...

    async def users_with_email(self, email: str) -> tuple[str, ...]:
        """The ids of users Whop shows with exactly this address; () where none can be seen."""
        ...

    async def overrides(self, whop_id: str) -> tuple[Override, ...]:
        """Every override of one affiliate."""
        ...

    async def permissions(self) -> Mapping[str, bool] | None:
        """What this key may do, by permission name; None where Whop does not answer that."""
        ...

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        ...


class WhopWrites(WhopReads, Protocol):
    """Writing verbs of Whop. All but ``create_override`` can be repeated without harm."""

    async def create_affiliate(self, email: str) -> Affiliate:
        """Create or find the affiliate of the user with this address; may bring back one.

        ``Rejected`` or ``NotFound`` where Whop knows no such user.
        """
        ...

    async def archive(self, whop_id: str) -> None:
        """Archive; archiving the archived is no error."""
        ...

    async def unarchive(self, whop_id: str) -> None:
        """Unarchive; unarchiving the active is no error."""
        ...

    async def create_override(self, whop_id: str, new: NewOverride) -> None:
        """Add an override; ``Uncertain`` where it may or may not have been added."""
        ...

    async def update_override(self, whop_id: str, override_id: str, percent: Decimal) -> None:
        """Set the percentage of one override."""
        ...

    async def delete_override(self, whop_id: str, override_id: str) -> None:
        """Delete one override; deleting the deleted is no error."""
        ...


class AffihubReads(Protocol):
    """Reading verbs of Affihub (api/affihub.md)."""

    async def snapshot(self, on_page: OnPage) -> Snapshot[Partner]:
        """Every partner of the program; order never matters."""
        ...

    async def partner(self, affihub_id: str) -> Partner:
        """One partner with its stamp; ``NotFound`` where Affihub has none."""
        ...

    async def partners_with_email(self, email: str) -> tuple[Partner, ...]:
        """Every partner whose address equals this one (``email_key``), searched on all pages."""
        ...

    def requests(self) -> Mapping[str, int]:
        """Requests sent so far in this run, by operation."""
        ...


class AffihubWrites(AffihubReads, Protocol):
    """Writing verbs of Affihub; each answers the partner as it was read back after the write."""

    async def create_partner(self, new: NewPartner) -> CreatedPartner:
        """Create, or find the partner whose address made the server refuse.

        Never sent twice blindly: a lost answer is looked up by address, twice with a pause.
        """
        ...

    async def set_status(self, affihub_id: str, status: str) -> Partner:
        """Set the status: active or deactivated."""
        ...

    async def set_commission(self, affihub_id: str, percent: Decimal | None) -> Partner:
        """Set the custom rate; None asks for the program default again."""
        ...

    async def set_name(self, affihub_id: str, first_name: str, last_name: str) -> Partner:
        """Set both names."""
        ...

    async def write_stamp(self, affihub_id: str, stamp: Stamp) -> Partner:
        """Put our one key into the metadata, leaving every other key as it is."""
        ...


@dataclass(frozen=True, slots=True)
class EmailReading:
    """Addresses of one Whop user as last read; () = Whop told none."""

    emails: tuple[str, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class OverrideReading:
    """Overrides of one affiliate as last read, with the marks that tell when to read again."""

    overrides: tuple[Override, ...]
    count: int | None
    updated_at: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """What an earlier try taught about a row: it is not sent again while its key is the same.

    ``until`` (None = for good) is when it may be sent again after all, ``tries`` how often it
    failed so far (``sync.core.tries``).
    """

    disposition: Disposition
    rule: str
    reason: str
    at: datetime
    tries: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Rows of one guard class applied in the last 24 hours and in the last 168."""

    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class PastRow:
    """A row of an earlier run, for a person's history."""

    run_id: str
    at: datetime
    row: Row


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the state knows of one pair, read once per run.

    ``apart`` holds (Whop user id, partner id) pairs that a person said are not the same.
    ``held`` holds the keys of rows a guard's limit held earlier, with the guard. ``decisions`` are
    those in force, oldest first; ``expired`` are the approvals whose time is over and that no run
    has told of yet. ``lately`` are the status and rate rows applied within the last
    24 hours, oldest first.
    """

    company_id: str | None = None
    links: tuple[Link, ...] = ()
    apart: frozenset[tuple[str, str]] = frozenset()
    emails: Mapping[str, EmailReading] = field(default_factory=dict)
    overrides: Mapping[str, OverrideReading] = field(default_factory=dict)
    parked: Mapping[str, Parked] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    spent: Mapping[GuardClass, Spent] = field(default_factory=dict)
    first_run_done: bool = False
    decisions: tuple[Decision, ...] = ()
    lately: tuple[PastRow, ...] = ()
    expired: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of holding a pair's lease; every write under it checks holder and token."""

    pair: str
    holder: str
    token: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A remote write announced before it is sent; open until its outcome is recorded.

    ``off`` are the affiliates a create may bring back by mistake: off, and of unknown address.
    """

    id: int
    run_id: str
    row: Row
    at: datetime
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is recorded of a row in one transaction after its write: all of it or nothing.

    ``link`` is saved with its bases (inserted or updated by its ids); ``unlink`` is removed first
    (move-link). ``park`` keeps the row from being sent again as it is. ``decisions`` are what an
    undo says of the rows that it makes due again.
    """

    row: Row
    link: Link | None = None
    unlink: Link | None = None
    park: Parked | None = None
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run as ``affisync runs`` lists it."""

    head: RunHead
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row that needs a person, and since when it does."""

    row: Row
    since: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a pair now: a program, since when, and until when unless it renews."""

    program: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a pair's people were told last: by it, only changes of state are told.

    ``needs`` are the keys of the rows that need a person, ``failing`` is the trouble told and
    ``failing_since`` when it began. ``at`` and ``digest_at`` are when the last message and the last
    digest went out.
    """

    needs: frozenset[str] = frozenset()
    failing: str | None = None
    failing_since: datetime | None = None
    at: datetime | None = None
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened to a pair over a time: runs by status, applied and failed rows by kind."""

    runs: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)


class Meter(Protocol):
    """Told of what goes over the wire; for metrics. Operations are the names of api/*.md."""

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        """A request was answered with this status, or with nothing usable (None)."""
        ...

    def retried(self, side: Side, operation: str) -> None:
        """A request is about to be sent again."""
        ...

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        """A request waits so long for its turn under the rate limit."""
        ...


class Unmetered:
    """Counts nothing."""

    def answered(self, side: Side, operation: str, status: int | None) -> None:
        """Count nothing."""

    def retried(self, side: Side, operation: str) -> None:
        """Count nothing."""

    def waited(self, side: Side, operation: str, seconds: float) -> None:
        """Count nothing."""


class Fate(StrEnum):
    """What became of a decision that is no longer in force."""

    SPENT = "spent"
    """Its row was applied."""
    DROPPED = "dropped"
    """Its row changed."""
    WITHDRAWN = "withdrawn"
    """Somebody decided otherwise later."""
    EXPIRED = "expired"
    """A yes whose time was over before its row was applied; a run told so."""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it is kept for ever; ``fate`` None = in force, or just expired."""

    decision: Decision
    fate: Fate | None = None
    fate_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of checking the log: how many entries, the head, and what is wrong, if anything.

    ``knows`` says whether the head that was asked about is one of its entries (None = not asked).
    ``forgotten`` is when the latest entry was made of a run that was pruned: of runs up to then
    nobody can tell any more whether they are all pruned ones.
    """

    entries: int
    head: str
    problems: tuple[str, ...] = ()
    knows: bool | None = None
    forgotten: datetime | None = None


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
