"""Runs: recorded when they begin and end, read back as the report people saw."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from sync.core.plan import Disposition, Outcome
from sync.core.ports import RunEntry
from sync.core.record import Side
from sync.core.report import Mode, Report, RunHead, RunStatus, Trouble
from sync.errors import StateError, UsageError
from sync.state import codecs, log, records, rows, sharing, shown
from sync.state.holder import Program
from sync.state.tables import RUNS

STRANDED: Final = "The program ended before its run did; what the run had done is listed."


def begin(connection: Connection, head: RunHead, here: Program) -> None:
    """Record a run that begins, and which program runs it."""
    connection.execute(insert(RUNS).values(_head_columns(head) | {"program": str(here)}))


def finish(connection: Connection, report: Report, here: Program, now: datetime) -> str:
    """Record a run's end and all that its report shows, whether or not its begin was recorded.

    Answers the head of the log after it.
    """
    columns = _head_columns(report.run) | {
        "program": str(here),
        "links": report.links,
        "in_sync": report.in_sync,
        "unmatched_whop": len(report.unmatched.get(Side.WHOP, ())),
        "unmatched_affihub": len(report.unmatched.get(Side.AFFIHUB, ())),
    }
    mine = RUNS.c.id == report.run.id
    if not connection.execute(update(RUNS).where(mine).values(columns)).rowcount:
        connection.execute(insert(RUNS).values(columns))
    run = number(connection, report.run.id)
    changed = sharing.keep(connection, run, report, report.run.finished_at or now)
    return _log(connection, changed, now)


def _log(connection: Connection, numbers: Sequence[int], now: datetime) -> str:
    """Enter runs in the log as they are kept now; answers its head."""
    entered = log.append(connection, records.runs(connection, numbers), now)
    hashes = [{"entered": entry.subject, "log": link} for entry, link in entered]
    connection.execute(update(RUNS).where(RUNS.c.id == bindparam("entered")), hashes)
    return hashes[-1]["log"]


def settled(connection: Connection, run: int, now: datetime) -> None:
    """Enter a run in the log anew whose row was settled after it had ended, and who shows it."""
    ended = select(RUNS.c.finished_at).where(RUNS.c.number == run)
    if connection.execute(ended).scalar_one():
        _log(connection, (run, *sharing.sharers(connection, run)), now)


def number(connection: Connection, run_id: str) -> int:
    """The number a recorded run has in the state; ``StateError`` where none was recorded."""
    found = connection.execute(select(RUNS.c.number).where(RUNS.c.id == run_id)).scalar()
    if found is None:
        raise StateError(f"The state knows no run {run_id}; its begin was never recorded.")
    return int(found)


def end_stranded(connection: Connection, pair: str, here: Program, now: datetime) -> None:
    """Mark the pair's unfinished runs as failed where their program is gone.

    Runs of programs that are still there, waiting at a prompt or making a dry run, go on. One
    that ran where we cannot look is taken for gone; should it not be, its end is recorded anyway.
    """
    running = select(RUNS.c.number, RUNS.c.program).where(
        RUNS.c.pair == pair, RUNS.c.status == RunStatus.RUNNING.value
    )
    found = [(run, Program.parse(text)) for run, text in connection.execute(running)]
    gone = [run for run, program in found if program.is_elsewhere(here) or program.is_gone(here)]
    if gone:
        failed = {"status": RunStatus.FAILED.value, "finished_at": now, "error": STRANDED}
        connection.execute(update(RUNS).where(RUNS.c.number.in_(gone)).values(failed))
        _log(connection, gone, now)


def latest(connection: Connection, pair: str | None) -> Report | None:
    """The report of the run that finished last, of this pair or of any."""
    ended = select(RUNS).where(RUNS.c.finished_at.is_not(None))
    if pair is not None:
        ended = ended.where(RUNS.c.pair == pair)
    order = (RUNS.c.finished_at.desc(), RUNS.c.number.desc())
    found = connection.execute(ended.order_by(*order).limit(1)).mappings().first()
    return _report(connection, found) if found else None


def named(connection: Connection, name: str, pair: str | None) -> Report | None:
    """The report of the run with this id, or with the only id that starts so.

    Raises ``UsageError`` where several ids start so.
    """
    found = find(connection, name, pair)
    return _report(connection, found) if found else None


def find(connection: Connection, name: str, pair: str | None) -> RowMapping | None:
    """The run with this id, or with the only id that starts so.

    Raises ``UsageError`` where several ids start so.
    """
    # As a range it can use the index, and no character of an id means anything else in it.
    alike = select(RUNS).where(RUNS.c.id.between(name, name + chr(sys.maxunicode)))
    if pair is not None:
        alike = alike.where(RUNS.c.pair == pair)
    found = {row["id"]: row for row in connection.execute(alike).mappings()}
    if name in found or len(found) == 1:
        return found.get(name) or next(iter(found.values()))
    if found:
        raise UsageError(
            f"{len(found)} runs have an id that starts with {name}: give more of the id."
        )
    return None


def _report(connection: Connection, run: RowMapping) -> Report:
    owner = _owner(run)
    kept = connection.execute(select(RUNS.c.told).where(RUNS.c.number == owner)).scalar_one()
    return Report(
        run=_head(run),
        rows=rows.of_run(connection, owner),
        links=run["links"],
        in_sync=run["in_sync"],
        **shown.told_from(run["told"], kept),
    )


def _owner(run: RowMapping) -> int:
    """The run whose rows and unmatched people are those of this one."""
    return int(run["rows_of"] or run["number"])


def entries(connection: Connection, pair: str | None, limit: int) -> tuple[RunEntry, ...]:
    """The runs that began last, newest first."""
    began = select(RUNS).order_by(RUNS.c.started_at.desc(), RUNS.c.number.desc()).limit(limit)
    if pair is not None:
        began = began.where(RUNS.c.pair == pair)
    found = connection.execute(began).mappings().all()
    counted = rows.counts(connection, {_owner(run) for run in found})
    return tuple(
        RunEntry(_head(run), _counts(run, counted.get(_owner(run), Counter()))) for run in found
    )


def _counts(run: RowMapping, counted: Counter[str]) -> dict[str, int]:
    """The same names and numbers as ``Report.counts``, without reading the rows."""
    return {
        "linked": run["links"],
        "in_sync": run["in_sync"],
        **{name.value: counted[name.value] for name in (*Disposition, *Outcome)},
        **{f"unmatched_{side}": run[f"unmatched_{side}"] for side in Side},
    }


def _head_columns(head: RunHead) -> dict[str, Any]:
    return {
        "id": head.id,
        "pair": head.pair,
        "mode": head.mode.value,
        "status": head.status.value,
        "started_at": head.started_at,
        "finished_at": head.finished_at,
        "config": head.config,
        "allowed": codecs.document(head.allowed),
        "by": head.by,
        "error": head.error,
        "trouble": head.trouble.value if head.trouble else None,
    }


def _head(run: RowMapping) -> RunHead:
    return RunHead(
        id=run["id"],
        pair=run["pair"],
        mode=Mode(run["mode"]),
        status=RunStatus(run["status"]),
        started_at=run["started_at"],
        finished_at=run["finished_at"],
        config=run["config"],
        allowed=tuple(json.loads(run["allowed"])),
        by=run["by"],
        error=run["error"],
        trouble=Trouble(run["trouble"]) if run["trouble"] else None,
        log=run["log"],
    )
