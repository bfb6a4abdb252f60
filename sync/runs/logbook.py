"""The log lines of a run: ids, kinds and counts only; who they are about is in its report."""

import logging
from contextlib import AbstractContextManager
from typing import Final

from structlog.contextvars import bound_contextvars

from sync.core.plan import Outcome, Row
from sync.core.report import Report, RunHead, RunStatus

LOG: Final = logging.getLogger("affisync.runs")

# Without this Python prints warnings that nobody asked for on stderr.
logging.getLogger("affisync").addHandler(logging.NullHandler())


def about_run(head: RunHead) -> AbstractContextManager[None]:
    """Every line in here names the pair and the run, also those of the transport."""
    return bound_contextvars(pair=head.pair, run=head.id)


def about_row(row: Row) -> AbstractContextManager[None]:
    """Every line in here names the row as well."""
    return bound_contextvars(row=row.key)


def run_began(head: RunHead) -> None:
    LOG.info("Run began.", extra={"mode": head.mode.value})


def run_refused() -> None:
    LOG.info("Run refused: the pair is held by another one.")


def standing_lost() -> None:
    LOG.warning("How the pair is doing could not be kept.")


def snapshot_lost() -> None:
    LOG.warning("What the run read could not be kept for whatif.")


def run_ended(report: Report) -> None:
    """How a run ended, in counts."""
    run = report.run
    level = logging.WARNING if run.status is RunStatus.FAILED or run.trouble else logging.INFO
    lasted = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    facts: dict[str, object] = {
        "status": run.status.value,
        "counts": {name: count for name, count in report.counts.items() if count},
        "seconds": lasted,
    }
    if run.trouble:
        facts |= {"trouble": run.trouble.value, "error": run.error}
    LOG.log(level, "Run ended.", extra=facts)


def row_ended(row: Row) -> None:
    """What came of one row; its error stays in the report, it may quote what a server said."""
    facts = {
        "kind": row.kind.value,
        "side": row.side.value,
        "outcome": row.outcome.value if row.outcome else None,
        "disposition": row.disposition.value,
        "rule": row.rule,
        "whop_id": row.whop_id,
        "affihub_id": row.affihub_id,
    }
    failed = row.outcome is Outcome.FAILED
    LOG.log(logging.WARNING if failed else logging.INFO, "Row ended.", extra=facts)
