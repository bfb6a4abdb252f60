"""Undo: what an earlier run wrote is planned backwards, and applied by a run like any other.

What cannot be undone is told before anything is done, what moved since is left as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final

from sync.core.partial import Basis
from sync.core.plan import GuardVerdict, Outcome, Plan, Row
from sync.core.policy import GuardClass
from sync.core.ports import PastRow, Store
from sync.core.report import Mode, Report, RunHead, RunStatus
from sync.core.undo import Done, Left, take_back
from sync.core.undo_reason import undo_reason
from sync.errors import UsageError

RUNS_BACK: Final = 500
"""Runs looked through for a row that is named by its key alone."""
EVERY_ROW: Final = 10_000
"""Rows of one person that are looked through for a later write; nobody has more."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be undone: a run, and the rows of it that were applied and are meant.

    ``key`` is that of the only row that is meant, empty where all are.
    """

    run: RunHead
    rows: tuple[Row, ...]
    key: str = ""

    @property
    def name(self) -> str:
        """What people type to name it."""
        return f"{self.run.id}:{self.key}" if self.key else self.run.id


@dataclass(slots=True)
class Undo:
    """Plans backwards what a run did (``Order.revise``); ``left`` is what stays, after a plan."""

    store: Store
    target: Target
    why: str = ""
    left: tuple[Left, ...] = field(default=())

    def __call__(self, basis: Basis, plan: Plan) -> Plan:
        """The plan that undoes, in the place of the one decided."""
        run, pair = self.target.run, basis.policy.pair
        done = (Done(row, _since(self.store, pair, run, row)) for row in self.target.rows)
        reason = undo_reason(self.target.name, self.why)
        part, undoing = take_back(done, reason, basis, plan)
        self.left = undoing.left
        said = len(plan.verdicts)
        ours = (self._allowed_by(verdict, pair) for verdict in part.verdicts[said:])
        return replace(part, verdicts=(*part.verdicts[:said], *ours))

    def _allowed_by(self, verdict: GuardVerdict, pair: str) -> GuardVerdict:
        """The verdict with the command that lets the rows of this undo pass."""
        if verdict.guard not in {*GuardClass}:
            return verdict  # no --allow waives it
        command = f"affisync undo {self.target.name} --pair {pair} --allow {verdict.guard}"
        return replace(verdict, command=command)


def _since(store: Store, pair: str, run: RunHead, row: Row) -> PastRow | None:
    """The latest row that was applied to the same field of the same person after this one.

    Where one run wrote the field of both sides, it is the one of this row's side.
    """
    past = store.history(pair, (row.whop_id, row.affihub_id), EVERY_ROW)
    later = takewhile(lambda one: (one.run_id, one.row.key) != (run.id, row.key), past)
    again = [one for one in later if _wrote_again(one, run, row)]
    latest = (one for one in again if one.run_id == again[0].run_id)
    return min(latest, key=lambda one: one.row.side is not row.side, default=None)


def _wrote_again(one: PastRow, run: RunHead, row: Row) -> bool:
    applied = one.row.outcome is Outcome.APPLIED and one.row.field is row.field
    return applied and one.run_id != run.id


def find(store: Store, pair: str, wanted: str) -> Target:
    """What RUN, RUN:ROW or ROW names, by ids or unique starts of them.

    ``UsageError`` where there is no such thing, or nothing of it was applied.
    """
    name, _, key = wanted.strip().partition(":")
    if not name:
        raise UsageError("Say what to undo: a run, RUN:ROW, or the key of a row.")
    report = store.report(name, pair)
    if report is None and not key:
        return _by_key(store, pair, name)
    if report is None:
        raise UsageError(f"There is no run {name}; see which there are with: affisync runs")
    return _of_run(report, key)


def _of_run(report: Report, key: str) -> Target:
    run = report.run
    if run.status is RunStatus.RUNNING:
        raise UsageError(f"Run {run.id} has not ended; it can be undone once it has.")
    done = tuple(_applied(report, key))
    if not done:
        nothing = "wrote nothing" if run.mode is Mode.APPLY else "was a dry run and wrote nothing"
        raise UsageError(
            f"Run {run.id} applied no row {key}." if key else f"Run {run.id} {nothing}."
        )
    if key and len({row.key for row in done}) > 1:
        raise UsageError(f"{key} may mean {len(done)} rows of run {run.id}; give more of the key.")
    return Target(run, done, done[0].key if key else "")


def _applied(report: Report, key: str = "") -> Iterator[Row]:
    for row in report.rows:
        if row.outcome is Outcome.APPLIED and row.key.startswith(key):
            yield row


def _by_key(store: Store, pair: str, key: str) -> Target:
    """The row with this key, in the latest run that applied it."""
    found: dict[str, Target] = {}
    for report in _runs_that_wrote(store, pair):
        for row in _applied(report, key):
            found.setdefault(row.key, Target(report.run, (row,), row.key))
    if not found:
        raise UsageError(
            f"There is no run {key}, and no row of that key was applied lately; "
            "see the runs with: affisync runs"
        )
    if len(found) > 1:
        raise UsageError(f"{key} may mean {len(found)} rows; give more of the key, or RUN:ROW.")
    return next(iter(found.values()))


def _runs_that_wrote(store: Store, pair: str) -> Iterator[Report]:
    for entry in store.runs(pair, RUNS_BACK):
        if entry.counts.get(Outcome.APPLIED.value) and (
            report := store.report(entry.head.id, pair)
        ):
            yield report
