"""One run of one pair, from the first question to the kept report. Start reading here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from sync.core.arrivals import news_of
from sync.core.partial import Basis
from sync.core.plan import Disposition, Kind, Plan, Row
from sync.core.policy import GuardClass
from sync.core.ports import Fence, Known, Lease, OpenRow
from sync.core.reconcile import reconcile
from sync.core.record import Gathered, Side, Snapshot
from sync.core.report import Mode, Report, RunHead, RunStatus, was_stopped
from sync.core.tries import still_parked
from sync.errors import AffisyncError, PairBusy, UsageError
from sync.runs import logbook
from sync.runs.apply import apply
from sync.runs.applying import Applying
from sync.runs.deadline import within
from sync.runs.ended import ended, failed
from sync.runs.foresee import foresee
from sync.runs.gather import gather_all, known_of
from sync.runs.keep import keep
from sync.runs.keepsake import keep_basis
from sync.runs.pair import Order, Pair
from sync.runs.remember import Decided, remember
from sync.runs.seeing import Seeing
from sync.runs.settle import UNSETTLED, settle_open_intents
from sync.runs.suggest import with_suggestions

CHANGED_MEANWHILE: Final = (
    "Another run or decision changed this pair while you looked; run it again to see the new plan."
)


async def run_once(pair: Pair, order: Order) -> Report:
    """Gather, decide, apply, report: one run, kept in the state, whatever becomes of it.

    Errors that a person must mend first (``ConfigError``, ``StateError``, ``PairBusy``) are
    raised, and so are bugs; every other failure is a report of status *failed* with the error in
    it. An apply also keeps how the pair is doing.
    """
    head = _head(pair, order)
    run = _dry_run if order.mode is Mode.DRY_RUN else _apply_run
    with logbook.about_run(head), within(order.deadline, pair.stop):
        logbook.run_began(head)
        try:
            report = await run(pair, order, head)
        except PairBusy:
            logbook.run_refused()
            raise
        except Exception as error:
            report = failed(pair, head, error)
            report = await keep(pair, report)
            if not _is_told(error):
                raise
        else:
            report = await keep(pair, report)
        return report


def _is_told(error: Exception) -> bool:
    """Whether a failure is told by a report alone; others are raised beside it."""
    return isinstance(error, AffisyncError) and error.exit_code == AffisyncError.exit_code


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
    known, gathered = await gather_all(pair)
    at = Seeing(pair, gathered, by=head.by)
    known = await foresee(at, known)
    before = await _open_rows(pair)
    plan = await _plan(pair, head.id, at.gathered, known, order)
    return _told(pair, head, Decided(at.gathered, known, plan, before), plan.rows)


async def _apply_run(pair: Pair, order: Order, head: RunHead) -> Report:
    """Decide under the lease; apply under it too, or give it back while a person thinks."""
    async with _held(pair, order.wait) as lease:
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
    known, at.gathered = await gather_all(pair)
    at.know(known)
    settled = await settle_open_intents(at)
    if settled.any:
        known = await known_of(pair)
        known = replace(known, parked={**known.parked, **settled.unknown})
        at.know(known)
    if order.confirm:
        order = _allowing_first_run(order)
    plan = await _plan(pair, at.run_id, at.gathered, known, order)
    return Decided(at.gathered, known, plan, await _open_rows(pair))


def _allowing_first_run(order: Order) -> Order:
    """A person who sees the plan and says yes to it allows its first writes as well."""
    return replace(order, allowed=order.allowed | {GuardClass.FIRST_RUN})


async def _ask(pair: Pair, decided: Decided, order: Order, head: RunHead) -> Report:
    """Show the plan to a person without holding the pair, then apply what is still true."""
    if order.confirm and not await order.confirm(decided.plan):
        refused = replace(head, mode=Mode.DRY_RUN)
        plan = await _plan(pair, head.id, decided.gathered, decided.known, order)
        return _told(pair, refused, replace(decided, plan=plan), plan.rows)
    try:
        async with _held(pair, order.wait) as lease:
            if _has_changed(decided.known, await known_of(pair)):
                raise AffisyncError(CHANGED_MEANWHILE)
            at = _applying(pair, lease.fence, head)
            at.gathered = decided.gathered
            at.know(decided.known)
            return await _apply(at, decided, _allowing_first_run(order), head)
    except PairBusy as busy:
        await asyncio.to_thread(pair.store.finish_run, failed(pair, head, busy))
        raise


def _has_changed(known: Known, now: Known) -> bool:
    """Whether a plan would be decided on something else now; what nobody knows yet cannot tell."""
    unsettled = {key for key, lesson in known.parked.items() if lesson.rule == UNSETTLED}

    def decided_on(known: Known) -> tuple[object, ...]:
        parked = {key: lesson for key, lesson in known.parked.items() if key not in unsettled}
        return known.links, known.apart, parked, known.held, known.decisions

    return decided_on(known) != decided_on(now)


async def _apply(at: Applying, decided: Decided, order: Order, head: RunHead) -> Report:
    """Write what is to be written; whatever ends that early, the report tells what was done."""
    pair = at.pair
    await asyncio.to_thread(pair.store.remember_company, at.fence, pair.company_id)
    rows, fatal = await apply(at, decided.plan)
    if fatal is None:
        fatal = await remember(at, decided, rows, order)
    return _told(pair, head, decided, rows, fatal)


def _told(
    pair: Pair,
    head: RunHead,
    decided: Decided,
    rows: tuple[Row, ...],
    fatal: AffisyncError | None = None,
) -> Report:
    """The report of a run, with what is new in it."""
    all_seen = decided.saw_all and not was_stopped(rows)
    news = news_of(rows, decided.before, pair.clock(), all_seen=all_seen)
    return replace(ended(pair, head, decided.gathered, decided.plan, rows, fatal), news=news)


def _applying(pair: Pair, fence: Fence, head: RunHead) -> Applying:
    if pair.writers is None:
        raise UsageError("An apply needs connectors that can write.")
    nothing: Gathered = Gathered(Snapshot(Side.WHOP, {}), Snapshot(Side.AFFIHUB, {}))
    started, by = head.started_at, head.by
    return Applying(
        pair,
        nothing,
        writers=pair.writers,
        fence=fence,
        run_id=head.id,
        started_at=started,
        by=by,
    )


@asynccontextmanager
async def _held(pair: Pair, wait: float) -> AsyncIterator[Lease]:
    """The pair's lease; ``PairBusy`` where another run keeps it longer than ``wait`` seconds."""
    lease = await asyncio.to_thread(lambda: pair.store.lease(pair.name, wait=wait))
    try:
        yield lease
    finally:
        await asyncio.to_thread(lease.release)


async def _open_rows(pair: Pair) -> tuple[OpenRow, ...]:
    """The rows that needed a person before this run."""
    return await asyncio.to_thread(pair.store.open_rows, pair.name)


async def _plan(pair: Pair, run_id: str, gathered: Gathered, known: Known, order: Order) -> Plan:
    """What this run would do; only a patient one leaves what failed lately to a later one.

    In a thread: the loop belongs to all pairs of a daemon, and many people take seconds.
    """
    rested = still_parked(known.parked, pair.clock() if order.patient else None)
    known, today = replace(known, parked=rested), pair.today()
    basis = Basis(gathered, known, pair.policy, order.allowed, today)

    def planned() -> Plan:
        plan = reconcile(gathered, known, pair.policy, pair.texts, order.allowed, today)
        if order.revise:
            plan = order.revise(basis, plan)
        return with_suggestions(plan, known.apart)

    plan = await asyncio.to_thread(planned)
    if not order.revise:
        await keep_basis(pair, run_id, basis)
    return plan


def _writes(plan: Plan) -> bool:
    """Whether a plan holds anything a person should be asked about before it is done."""
    return any(
        row.disposition is Disposition.APPLY and row.kind is not Kind.LINK for row in plan.rows
    )
