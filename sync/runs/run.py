"""One run of one pair, from the first question to the kept report. Start reading here."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from sync.core.guard import WAIVE_ALL, lasting
from sync.core.plan import Disposition, Kind, Plan, Row
from sync.core.policy import GuardClass
from sync.core.ports import Fence, Known, Lease
from sync.core.reconcile import guard_facts, reconcile
from sync.core.record import Gathered, Side, Snapshot
from sync.core.report import Mode, Report, RunHead, RunStatus, SnapshotNote, run_status
from sync.errors import AffisyncError, PairBusy, UsageError
from sync.runs.apply import apply
from sync.runs.applying import Applying
from sync.runs.gather import gather
from sync.runs.look_up import look_up_unknown
from sync.runs.pair import Order, Pair
from sync.runs.settle import UNSETTLED, settle_open_intents
from sync.runs.suggest import with_suggestions

CHANGED_MEANWHILE: Final = (
    "Another run changed this pair while you decided; run it again to see the new plan."
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run read and what it would do about it."""

    gathered: Gathered
    known: Known
    plan: Plan


async def run_once(pair: Pair, order: Order) -> Report:
    """Gather, decide, apply, report: one run, kept in the state, whatever becomes of it.

    Errors that a person must mend first (``ConfigError``, ``StateError``, ``PairBusy``) are
    raised; every other failure is a report of status *failed* with the error in it.
    """
    head = _head(pair, order)
    run = _dry_run if order.mode is Mode.DRY_RUN else _apply_run
    try:
        report = await run(pair, order, head)
    except PairBusy:
        raise
    except AffisyncError as error:
        report = _failed(pair, head, error)
        if error.exit_code != AffisyncError.exit_code:
            await asyncio.to_thread(pair.store.finish_run, report)
            raise
    await asyncio.to_thread(pair.store.finish_run, report)
    return report


def _head(pair: Pair, order: Order) -> RunHead:
    return RunHead(
        id=pair.new_id(),
        pair=pair.name,
        mode=order.mode,
        status=RunStatus.RUNNING,
        started_at=pair.clock(),
        finished_at=None,
        config=pair.config,
        allowed=tuple(sorted(order.allowed)),
        by=order.by,
    )


async def _dry_run(pair: Pair, order: Order, head: RunHead) -> Report:
    """Read and decide; the state gets the run, its rows and read caches, nothing else."""
    await asyncio.to_thread(pair.store.begin_run, head)
    known = await _known(pair)
    gathered = await gather(pair, known)
    decided = Decided(gathered, known, _plan(pair, gathered, known, order.allowed))
    return _report(pair, head, decided, decided.plan.rows)


async def _apply_run(pair: Pair, order: Order, head: RunHead) -> Report:
    """Decide under the lease; apply under it too, or give it back while a person thinks."""
    async with _held(pair) as lease:
        await asyncio.to_thread(pair.store.end_stranded_runs, lease.fence, head.started_at)
        await asyncio.to_thread(pair.store.begin_run, head)
        at = _applying(pair, lease.fence, head)
        decided = await _decide(at, order)
        if order.confirm is None or not _writes(decided.plan):
            return await _apply(at, decided, order, head)
    return await _ask(pair, decided, order, head)


async def _decide(at: Applying, order: Order) -> Decided:
    """Gather, settle what a crashed run left open, and plan."""
    pair = at.pair
    known = await _known(pair)
    at.gathered = await gather(pair, known)
    at.know(known)
    settled = await settle_open_intents(at)
    if settled.any:
        known = await _known(pair)
        known = replace(known, parked={**known.parked, **settled.unknown})
        at.know(known)
    allowed = order.allowed | ({GuardClass.FIRST_RUN} if order.confirm else set())
    return Decided(at.gathered, known, _plan(pair, at.gathered, known, allowed))


async def _ask(pair: Pair, decided: Decided, order: Order, head: RunHead) -> Report:
    """Show the plan to a person without holding the pair, then apply what is still true."""
    if order.confirm and not await order.confirm(decided.plan):
        refused = replace(head, mode=Mode.DRY_RUN)
        plan = _plan(pair, decided.gathered, decided.known, order.allowed)
        return _report(pair, refused, replace(decided, plan=plan), plan.rows)
    try:
        async with _held(pair) as lease:
            if _decided_on(await _known(pair)) != _decided_on(decided.known):
                raise AffisyncError(CHANGED_MEANWHILE)
            at = _applying(pair, lease.fence, head)
            at.gathered = decided.gathered
            at.know(decided.known)
            order = replace(order, allowed=order.allowed | {GuardClass.FIRST_RUN})
            return await _apply(at, decided, order, head)
    except PairBusy as busy:
        await asyncio.to_thread(pair.store.finish_run, _failed(pair, head, busy))
        raise


def _decided_on(known: Known) -> tuple[object, ...]:
    """What a plan was decided on, beside what both sides show and what nobody knows yet."""
    parked = {key: told for key, told in known.parked.items() if told.rule != UNSETTLED}
    return known.links, known.apart, parked, known.held


async def _apply(at: Applying, decided: Decided, order: Order, head: RunHead) -> Report:
    """Write what is to be written; whatever ends that early, the report tells what was done."""
    pair, plan = at.pair, decided.plan
    await asyncio.to_thread(pair.store.remember_company, at.fence, pair.company_id)
    rows, fatal = await apply(at, plan)
    if fatal is None:
        fatal = await _remember(at, decided, order)
    return _report(pair, head, decided, rows, fatal)


async def _remember(at: Applying, decided: Decided, order: Order) -> AffisyncError | None:
    """What a completed apply leaves for later runs; answers the error that kept it from that."""
    pair, known, now = at.pair, decided.known, at.pair.clock()
    try:
        await asyncio.to_thread(pair.store.remember_held, at.fence, _still_held(pair, decided), now)
        if not known.first_run_done and _lifts_first_run(pair, decided, order):
            await asyncio.to_thread(pair.store.lift_first_run, at.fence, order.by, now)
        await look_up_unknown(at, known, decided.plan)
    except AffisyncError as error:
        return error
    return None


def _still_held(pair: Pair, decided: Decided) -> Mapping[str, str]:
    """Keys a limit held; a run that could not see everything forgets none of the earlier ones."""
    gathered, known, plan = decided.gathered, decided.known, decided.plan
    facts = guard_facts(pair.policy, known, plan.links)
    held = lasting(plan.rows, pair.policy.guards, facts)
    whole = gathered.complete and gathered.emails_readable
    saw_all = whole and not gathered.notes and not gathered.broken
    return held if saw_all else {**known.held, **held}


def _lifts_first_run(pair: Pair, decided: Decided, order: Order) -> bool:
    """Whether this apply was allowed and came to its end, or had nothing to write at all."""
    if pair.stop.wanted:
        return False
    if order.allowed & {GuardClass.FIRST_RUN.value, WAIVE_ALL} or not pair.policy.guards.first_run:
        return True
    open_ = (Disposition.APPLY, Disposition.HELD)
    writes = (r for r in decided.plan.rows if r.disposition in open_ and not r.kind.is_local)
    return decided.gathered.complete and not any(writes)


def _applying(pair: Pair, fence: Fence, head: RunHead) -> Applying:
    if pair.writers is None:
        raise UsageError("An apply needs connectors that can write.")
    nothing: Gathered = Gathered(Snapshot(Side.WHOP, {}), Snapshot(Side.AFFIHUB, {}))
    return Applying(pair, pair.writers, fence, head.id, head.started_at, nothing)


@asynccontextmanager
async def _held(pair: Pair) -> AsyncIterator[Lease]:
    """The pair's lease; ``PairBusy`` where another run has it."""
    lease = await asyncio.to_thread(pair.store.lease, pair.name)
    try:
        yield lease
    finally:
        await asyncio.to_thread(lease.release)


async def _known(pair: Pair) -> Known:
    return await asyncio.to_thread(pair.store.known, pair.name, pair.clock())


def _plan(pair: Pair, gathered: Gathered, known: Known, allowed: Collection[str]) -> Plan:
    return with_suggestions(reconcile(gathered, known, pair.policy, pair.texts, allowed))


def _writes(plan: Plan) -> bool:
    """Whether a plan holds anything a person should be asked about before it is done."""
    return any(
        row.disposition is Disposition.APPLY and row.kind is not Kind.LINK for row in plan.rows
    )


def _report(
    pair: Pair,
    head: RunHead,
    decided: Decided,
    rows: tuple[Row, ...],
    error: AffisyncError | None = None,
) -> Report:
    """The report of a run that came to an end, cut short by ``error`` or not."""
    plan, gathered = decided.plan, decided.gathered
    status = RunStatus.FAILED if error else run_status(head.mode, rows)
    requests = _requests(pair)
    return Report(
        run=_ended(pair, head, status, error),
        snapshots={
            snapshot.side: SnapshotNote(
                records=len(snapshot.records),
                complete=snapshot.complete,
                requests=sum(requests[snapshot.side].values()),
                note=snapshot.note,
            )
            for snapshot in (gathered.whop, gathered.affihub)
        },
        rows=rows,
        links=plan.links,
        in_sync=plan.in_sync,
        unmatched=plan.unmatched,
        guards=plan.verdicts,
        requests=requests,
        notes=plan.notes,
    )


def _failed(pair: Pair, head: RunHead, error: AffisyncError) -> Report:
    """The report of a run that failed before it had a plan."""
    ended = _ended(pair, head, RunStatus.FAILED, error)
    snapshots = {s: SnapshotNote(requests=sum(n.values())) for s, n in _requests(pair).items()}
    return Report(run=ended, snapshots=snapshots, requests=_requests(pair))


def _ended(pair: Pair, head: RunHead, status: RunStatus, error: AffisyncError | None) -> RunHead:
    told = str(error) if error else None
    return replace(head, status=status, finished_at=pair.clock(), error=told)


def _requests(pair: Pair) -> Mapping[Side, Mapping[str, int]]:
    return {Side.WHOP: pair.whop.requests(), Side.AFFIHUB: pair.affihub.requests()}
